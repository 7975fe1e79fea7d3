"""A table of broken files: each fault is told once, in these words, at this line and column."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.agreement import errors, place, small

TABLE = Path(__file__).with_name("faults.txt")


def faults() -> Iterator[tuple[str, str, str, str]]:
    """Old text, new text, what is blamed, and the beginning of the finding, for each block of the table."""
    for block in TABLE.read_text(encoding="utf-8").split("\n\n")[1:]:
        lines = [line.replace("\\n", "\n") for line in block.strip("\n").split("\n")]
        if not lines[0].startswith("=="):
            old, new, blamed, finding = lines
            yield old, new, blamed, finding


@pytest.mark.parametrize(("old", "new", "blamed", "finding"), list(faults()))
def test_each_fault_is_told_where_it_stands(old: str, new: str, blamed: str, finding: str) -> None:
    text = small((old, new))
    found = errors(text)
    assert len(found) == 1, found
    assert found[0].startswith(f"{place(text, blamed)} {finding}"), found


def test_the_table_is_read_to_its_end() -> None:
    assert len(list(faults())) > 90
