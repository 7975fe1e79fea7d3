"""Signed notes and keys are those of c2sp.org/signed-note: published vectors, faults, every bit flipped."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slaflow.log.errors import KeyInvalid, VerificationImpossible
from slaflow.log.keys import PrivateKey, parse_private, parse_public
from slaflow.log.note import Note, check, parse_note, sign

# Source: the example in the documentation of golang.org/x/mod/sumdb/note.
PETER = parse_public("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
PETERS_SECRET = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
PETERS_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZ"
    "InNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
SALES = PrivateKey("example.com/sales", bytes(range(32)))
MARKETING = PrivateKey("example.com/marketing", bytes(32))


def signed(*keys: PrivateKey, text: str = "one\ntwo\n") -> Note:
    note = Note(text)
    for key in keys:
        note = sign(note, key)
    return note


def verdicts(note: Note, *keys: PrivateKey) -> list[tuple[str, str]]:
    return [(each.name, each.verdict) for each in check(note, [key.public for key in keys])]


def test_the_published_note_is_valid() -> None:
    note = parse_note(PETERS_NOTE.encode())
    assert [(each.name, each.verdict) for each in check(note, [PETER])] == [("PeterNeumann", "valid")]


def test_the_published_key_signs_the_published_note() -> None:
    key = parse_private(PETERS_SECRET)
    assert key.public == PETER
    assert key.secret_text() == PETERS_SECRET
    assert str(sign(Note(PETERS_NOTE.partition("\n\n")[0] + "\n"), key)) == PETERS_NOTE


def test_a_private_key_is_never_shown() -> None:
    key = parse_private(PETERS_SECRET)
    assert PETERS_SECRET[-20:] not in f"{key} {key!r} {key.public!r}"
    assert str(list(key.seed)) not in repr(key)


@pytest.mark.parametrize("key", [SALES, MARKETING])
def test_a_key_is_read_as_it_was_written(key: PrivateKey) -> None:
    assert parse_private(key.secret_text()) == key
    assert parse_public(str(key.public)) == key.public


@settings(max_examples=30)
@given(
    st.text(
        st.characters(codec="utf-8", exclude_characters="\n", exclude_categories=["Cc", "Cs"]), min_size=1
    ),
    st.permutations([SALES, MARKETING]),
)
def test_a_note_is_read_as_it_was_written(line: str, keys: list[PrivateKey]) -> None:
    note = signed(*keys, text=f"{line}\n\nlast\n")
    assert parse_note(str(note).encode()) == note
    assert verdicts(note, SALES, MARKETING) == [(key.name, "valid") for key in keys]


def test_no_bit_of_a_note_can_be_flipped() -> None:
    data = str(signed(SALES)).encode()
    assert len(data) > 100
    for place in range(len(data) * 8):
        flipped = bytearray(data)
        flipped[place // 8] ^= 1 << place % 8
        try:
            note = parse_note(bytes(flipped))
        except VerificationImpossible:
            continue
        assert verdicts(note, SALES) not in ([], [(SALES.name, "valid")]), bytes(flipped)


def test_a_signature_of_nobody_known_is_passed_over() -> None:
    assert verdicts(signed(SALES, MARKETING), SALES) == [(SALES.name, "valid"), (MARKETING.name, "unknown")]


def test_another_key_of_the_same_name_is_not_the_same_key() -> None:
    other = PrivateKey(SALES.name, bytes(32))
    assert verdicts(signed(SALES), other) == [(SALES.name, "unknown")]


def test_signing_twice_leaves_one_line() -> None:
    note = signed(SALES, MARKETING, SALES)
    assert [each.name for each in note.signatures] == [MARKETING.name, SALES.name]


WHOLE = str(signed(SALES)).encode()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no empty line"),
        (b"no signature\n", "no empty line"),
        (b"\n\n", "no signed note"),
        (WHOLE[:-1], "cut off"),
        (WHOLE[:-10], "cut off"),
        (WHOLE[:20], "cut off|no empty line"),
        (WHOLE.replace("— ".encode(), b"- "), "no signature"),
        (WHOLE.replace(b"=\n", b"\n"), "no signature"),
        (WHOLE + b"more\n", "no signature"),
        (WHOLE + b"\n", "no signature|cut off"),
        (WHOLE.replace(b"\n", b"\r\n"), "control characters"),
        (b"\xff" + WHOLE, "UTF-8"),
        (b"x" * 1_000_001, "1 MB"),
        (WHOLE + WHOLE.splitlines(keepends=True)[-1] * 100, "more than 100"),
    ],
)
def test_what_is_no_note_is_said_to_be_none(data: bytes, reason: str) -> None:
    with pytest.raises(VerificationImpossible, match=reason):
        parse_note(data)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "spaces"),
        ("sales", "not written as"),
        ("sales+c74f20a3", "not written as"),
        ("sales+c74f20a3+AAAA", "not written as"),
        ("sales+c74f20a3+!", "not written as"),
        (str(PETER).replace("c74f20a3", "c74f20a4"), "damaged: its id is c74f20a3"),
        (str(PETER).replace("PeterNeumann", "Peter"), "damaged"),
        (str(PETER).replace("+AR", "+BR"), "of type 5"),
        ("two words+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "spaces"),
        (PETERS_SECRET, "private key"),
    ],
)
def test_what_is_no_public_key_is_said_to_be_none(text: str, reason: str) -> None:
    with pytest.raises(KeyInvalid, match=reason):
        parse_public(text)


def test_a_public_key_signs_nothing() -> None:
    with pytest.raises(KeyInvalid, match="no private key"):
        parse_private(str(PETER))


@pytest.mark.parametrize("name", ["", "two words", "a+b", "tab\there", "line\nbreak", "\N{NO-BREAK SPACE}"])
def test_a_name_that_no_signature_line_can_carry_is_refused(name: str) -> None:
    with pytest.raises(KeyInvalid, match="no name of a key"):
        PrivateKey(name, bytes(32))
