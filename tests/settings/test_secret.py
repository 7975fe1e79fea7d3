"""Secrets are read where slaflow.toml says, and what is wrong with them is told without them."""

from __future__ import annotations

from pathlib import Path

import pytest

from slaflow.settings.secret import SecretMissing, SecretPlace

WHAT = "[channels.mail] password"
PLANTED = "hunter2hunter2"


def test_of_several_variables_the_first_comes_first() -> None:
    place = SecretPlace(WHAT, ("NEW", "OLD"))
    assert place.read({"OLD": "b", "NEW": "a", "OTHER": "c"}) == ("a", "b")


def test_a_file_ends_where_its_line_does(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_bytes(b"\n pass word \r\n")
    assert SecretPlace(WHAT, file=file).read({}) == (" pass word ",)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "can't be read: No such file or directory"),
        (b"", "is empty"),
        (b"\r\n", "is empty"),
        (b"\xff", "is not UTF-8 text"),
        (f"{PLANTED}\n{PLANTED}\n".encode(), "holds a line break or another character that none has"),
    ],
)
def test_a_file_that_holds_no_secret_is_named(tmp_path: Path, content: bytes | None, words: str) -> None:
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SecretMissing) as caught:
        SecretPlace(WHAT, file=file).read({})
    assert str(caught.value) == f"{WHAT}: {file} {words}"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "the variable SMTP is not set"),
        ("", "the variable SMTP is not set"),
        (f"{PLANTED}\r\nX: y", "the variable SMTP holds a line break or another character that none has"),
    ],
)
def test_a_variable_that_holds_no_secret_is_named(value: str | None, words: str) -> None:
    with pytest.raises(SecretMissing) as caught:
        SecretPlace(WHAT, ("SMTP",)).read({} if value is None else {"SMTP": value})
    assert str(caught.value) == f"{WHAT}: {words}"
