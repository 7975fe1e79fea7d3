"""Every catalogue has all that pages say and nothing else, whole, with what is filled in at its place."""

from __future__ import annotations

import re
import sys
from io import BytesIO
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

sys.path.insert(0, str(Path(__file__).parents[2] / "docs"))
import words as said

FILES = sorted(said.LOCALE.glob("*/slaflow.po"))
NAMED = re.compile(r"%\((\w+)\)[sd]")


def catalogue(file: Path) -> Catalog:
    return read_po(BytesIO(file.read_bytes()), locale=file.parent.name)


def filled(text: str) -> set[str]:
    """What is put into *text*."""
    if NAMED.search(text):
        return set(NAMED.findall(text))
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_there_is_a_second_language() -> None:
    assert [file.parent.name for file in FILES] == ["sv"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.parent.name)
def test_all_that_is_said_is_in_the_catalogue_and_nothing_else(file: Path) -> None:
    kept = {each.id for each in catalogue(file) if each.id}
    meant = set(said.found())
    assert meant - kept == set(), "say it in each catalogue: run 'make words', then translate what is new"
    assert kept - meant == set(), "nobody says this any more: run 'make words'"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.parent.name)
def test_every_word_is_translated_with_what_is_filled_in(file: Path) -> None:
    for each in catalogue(file):
        if not each.id:
            continue
        texts = each.string if isinstance(each.string, tuple) else (each.string,)
        assert all(texts), f"translate {each.id!r}"
        assert not each.fuzzy, each.id
        ids = each.id if isinstance(each.id, tuple) else (each.id,)
        assert len(texts) == len(ids), each.id
        for one, text in zip(ids, texts, strict=True):
            assert filled(text) == filled(one), (one, text)
            # Parts of sentences keep the spaces by which they are joined.
            assert (text[:1].isspace(), text[-1:].isspace()) == (one[:1].isspace(), one[-1:].isspace()), one
            assert (text.count("<strong>"), text.count("</strong>")) == (one.count("<strong>"),) * 2, one


def test_no_word_waits_for_a_file_that_nobody_renewed() -> None:
    for file in FILES:
        assert file.read_bytes() == said.renewed(file.read_bytes(), file.parent.name), "run 'make words'"
