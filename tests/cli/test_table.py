"""Which columns a terminal has room for, and how wide each is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from slaflow.cli.table import GAP, NARROW, Column, lay_out

TEXTS = st.lists(st.sampled_from(["a", "2026-03-09", "anna@example.com", "respond", ""]), max_size=6)
CELLS = TEXTS.map(" ".join)


def test_where_there_is_room_every_column_is_as_wide_as_its_widest_text() -> None:
    layout = lay_out([Column("id"), Column("owner", 1)], [["1", "anna"], ["200", "bo"]], 80)
    assert (layout.kept, layout.widths, layout.left_out) == ((0, 1), (3, 5), ())


def test_the_column_of_the_highest_rank_goes_first() -> None:
    columns = [Column("due"), Column("owner", 2), Column("who"), Column("state", 1)]
    row = ["2026-03-09", "anna@example.com", "kim@example.com", "nurturing"]
    assert lay_out(columns, [row], 40).left_out == (1,)
    assert lay_out(columns, [row], 30).left_out == (1, 3)
    assert lay_out(columns, [row], None).left_out == ()


def test_prose_wraps_before_a_column_goes_but_not_to_a_word_a_line() -> None:
    columns = [Column("at"), Column("what"), Column("by", 1)]
    row = ["2026-03-09", "a promise that was kept in time and told late", "anna@example.com"]
    roomy = lay_out(columns, [row], 60)
    assert (roomy.left_out, roomy.widths) == ((), (10, 28, 16))
    assert lay_out(columns, [row], 50).left_out == (2,)


def test_a_column_with_nothing_in_it_is_not_missed() -> None:
    assert lay_out([Column("id"), Column("team", 1)], [["1", ""]], 10).left_out == ()


def test_a_word_that_is_wider_than_the_terminal_breaks() -> None:
    layout = lay_out([Column("digest"), Column("at")], [["f" * 64, "2026-03-09"]], 40)
    assert sum(layout.widths) + 2 * GAP <= 40


@given(st.lists(st.tuples(CELLS, CELLS, CELLS, CELLS), min_size=1, max_size=5), st.integers(0, 160))
def test_a_layout_fits_and_breaks_no_word_unless_it_has_to(
    rows: list[tuple[str, str, str, str]], room: int
) -> None:
    columns = [Column("one"), Column("two", 2), Column("three", 1), Column("four", 3)]
    layout = lay_out(columns, rows, room)
    words = {
        place: _longest_word(columns[place].title, *(row[place] for row in rows)) for place in layout.kept
    }
    widths = dict(zip(layout.kept, layout.widths, strict=True))
    assert sum(layout.widths) + GAP * len(widths) <= room or all(width <= NARROW for width in layout.widths)
    if any(widths[place] < words[place] for place in widths):
        assert all(columns[place].rank == 0 for place in widths)


def _longest_word(*texts: str) -> int:
    return max(len(word) for text in texts for word in text.split())
