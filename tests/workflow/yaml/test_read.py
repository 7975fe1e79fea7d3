"""YAML 1.2 into plain data, with the place of every key and value."""

from __future__ import annotations

from decimal import Decimal

import pytest

from slaflow.workflow.yaml.read import MAX_BYTES, Source, read_yaml, too_large


def said(source: Source) -> list[str]:
    return [f"{f.line}:{f.column} {f.message}" for f in source.findings]


@pytest.mark.parametrize(
    "word", ["yes", "no", "on", "off", "NO", "Y", "2026-03-06", "09:00-12:00", "50%", "1:30"]
)
def test_what_only_yaml_1_1_converts_is_text(word: str) -> None:
    assert read_yaml(f"a: {word}").data == {"a": word}


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("12", 12), ("-7", -7), ("0x1F", 31), ("0o17", 15), ("007", 7),
        ("1.50", Decimal("1.50")), ("1e3", Decimal("1E+3")), (".5", Decimal("0.5")),
        ("true", True), ("False", False), ("~", None), ("null", None), ("", None),
        ("'12'", "12"), ('"true"', "true"), ("9" * 60, "9" * 60),
    ],
)  # fmt: skip
def test_plain_words_mean_what_the_core_schema_says(word: str, value: object) -> None:
    data = read_yaml(f"a: {word}").data
    found = str(data["a"]) if len(word) == 60 else data["a"]
    assert (found, type(found)) == (value, type(value))


def test_keys_are_text_whatever_they_look_like() -> None:
    text = "open: {2026-12-19: a, 50%: b, +4h: c, -1h: d, true: e, 7: f, ~: g}"
    assert list(read_yaml(text).data["open"]) == ["2026-12-19", "50%", "+4h", "-1h", "true", "7", "~"]


def test_places_are_counted_from_one_and_name_key_or_value() -> None:
    source = read_yaml("a:\n  - {b: c, d: [e, f]}\n")
    assert source.place(("a", 0, "d", 1)) == (2, 19, "a[0].d[1]")
    assert source.place(("a", 0, "d"), key=True) == (2, 12, "a[0].d")


def test_a_place_passes_over_what_the_text_leaves_out() -> None:
    """One value stands for a list of one, and a text for a mapping."""
    source = read_yaml("within: 4h")
    assert source.place(("within", 0, "is", "span")) == (1, 9, "within")


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("a: lead.x == 1", 4 + 5),
        ("a: 'lead.x'", 5 + 5),
        ('a: "lead.x"', 5 + 5),
        ("a: '''x'' ==y'", 5 + 7),  # each doubled quote is one character
        (r'a: "\"x\" ==y"', 5 + 7),
        (r'a: "\u0041bcdefg"', 5 + 10),
    ],
)
def test_an_offset_into_a_text_of_one_line_is_exact(text: str, column: int) -> None:
    assert read_yaml(text).place(("a",), offset=5) == (1, column, "a")


def test_an_offset_into_a_folded_text_gives_its_start() -> None:
    assert read_yaml("a: >-\n  lead.x ==\n  1").place(("a",), offset=5) == (1, 4, "a")


def test_columns_count_characters_not_bytes() -> None:
    assert said(read_yaml("å: 'ö', é"))[0].startswith("1:7 ")


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("a: 1\nb: 2\na: 3", '3:1 duplicate key "a"; it is given on line 1 too'),
        ("a: {x: 1, x: 2}", '1:11 duplicate key "x"; it is given on line 1 too'),
        (
            "a: {when: lead.x in ['y'], is: 1h}",
            "1:21 did not find expected ',' or '}' (while parsing a flow mapping); "
            "in {...} a text with , : [ ] { or } stands in quotes",
        ),
        ("a: [1, 2\nb: 3", "2:2 did not find expected ',' or ']' (while parsing a flow sequence)"),
        ("a: b: c", "1:5 mapping values are not allowed in this context"),
        ("a:\n\tb: 1", "2:1 found character that cannot start any token (while scanning for the next token)"),
        ("a: !!str 5", "1:4 tags are not read; leave out tag:yaml.org,2002:str"),
        ("a: !python/object:os.system x", "1:4 tags are not read; leave out !python/object:os.system"),
        ("a: *b", "1:4 nothing before this line is called &b"),
        ("a: &a [*a]", "1:8 nothing before this line is called &a"),
        ("{a: b}: c", "1:1 a key must be plain text"),
        ("a: 1\n---\nb: 2", "2:1 a second document begins here; a file holds one"),
        ("", "1:1 the file is empty"),
        ("# only a comment", "1:1 the file is empty"),
        ("a: b\0", "1:5 character U+0000 cannot stand in YAML"),
        ("x: 1\na: \x07", "2:4 character U+0007 cannot stand in YAML"),
        ("a: \ud800", "1:4 character U+D800 cannot stand in YAML"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(text: str, finding: str) -> None:
    assert said(read_yaml(text)) == [finding]


def test_bytes_must_be_utf_8_and_may_begin_with_a_mark() -> None:
    assert read_yaml(b"\xef\xbb\xbfa: \xc3\xb6").data == {"a": "ö"}
    assert said(read_yaml(b"a: 1\nb: \xff")) == ["2:4 this is not UTF-8; save the file as UTF-8"]
    assert said(read_yaml("a: 1".encode("utf-16")))[0].startswith("1:1 this is not UTF-8")


def test_an_alias_stands_for_what_it_names() -> None:
    source = read_yaml("a: &x {k: [1, 2]}\nb: *x")
    assert source.data == {"a": {"k": [1, 2]}, "b": {"k": [1, 2]}}
    assert source.place(("b",)) == (2, 4, "b")


def test_windows_line_ends_change_no_place() -> None:
    assert said(read_yaml("a: 1\r\nb: 2\r\na: 3\r\n"))[0].startswith("3:1 ")


def test_size_is_judged_before_anything_is_read() -> None:
    assert too_large(MAX_BYTES) is None
    assert said(read_yaml(b"\xff" * (MAX_BYTES + 1)))[0].startswith("1:1 the file has 1,000,001 bytes")
    assert said(read_yaml("ö" * (MAX_BYTES // 2 + 1)))[0].startswith("1:1 the file has")
