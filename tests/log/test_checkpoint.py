"""What a checkpoint says, whose signatures count, and whether today's log begins with it."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.builders import MONDAY

from slaflow.log.checkpoint import Checkpoint, check_signed, parse_checkpoint
from slaflow.log.errors import VerificationImpossible
from slaflow.log.keys import PrivateKey
from slaflow.log.merkle import root_of
from slaflow.log.note import Note, Signature, sign
from slaflow.log.prefix import Leaf, check_prefix

LOG = PrivateKey("example.com/leads", bytes(32))
SALES = PrivateKey("example.com/sales", bytes(range(32)))
ROOT = sha256(b"root").digest()
HEAD = Checkpoint("example.com/leads/00ff", 91, ROOT, MONDAY)

# Source: the example of c2sp.org/tlog-checkpoint.
PUBLISHED = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"


def test_the_published_checkpoint_is_read() -> None:
    head = parse_checkpoint(PUBLISHED)
    assert (head.origin, head.size, head.at) == ("example.com/behind-the-sofa", 20852163, None)
    assert base64.b64encode(head.root) == b"CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="
    assert head.text() == PUBLISHED


def test_a_checkpoint_tells_log_size_root_and_instant() -> None:
    encoded = base64.b64encode(ROOT).decode()
    assert HEAD.text() == f"example.com/leads/00ff\n91\n{encoded}\nat 2026-03-02T09:00:00Z\n"
    assert parse_checkpoint(HEAD.text()) == HEAD


def test_lines_of_others_are_passed_over() -> None:
    assert parse_checkpoint(f"{PUBLISHED}something else\nat noon\n").at is None
    assert parse_checkpoint(f"{PUBLISHED}at 2026-03-02T09:00:00\n").at is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "origin\n",
        "origin\n3\n",
        PUBLISHED.replace("20852163", "020852163"),
        PUBLISHED.replace("20852163", "-1"),
        PUBLISHED.replace("20852163", "1e3"),
        PUBLISHED.replace("20852163", "9" * 20),
        PUBLISHED.replace("q2I=", "q2J="),
        PUBLISHED.replace("q2I=", ""),
        PUBLISHED.replace("CsUY", "CsU"),
        "\n" + PUBLISHED,
        PUBLISHED + "\n",
    ],
)
def test_what_is_no_checkpoint_is_said_to_be_none(text: str) -> None:
    with pytest.raises(VerificationImpossible, match="no checkpoint"):
        parse_checkpoint(text)


def signed(*keys: PrivateKey) -> Note:
    note = Note(HEAD.text())
    for key in keys:
        note = sign(note, key)
    return note


def test_one_trusted_signature_is_enough() -> None:
    found = check_signed(signed(LOG, SALES), [LOG.public])
    assert [(each.name, each.verdict) for each in found] == [(LOG.name, "valid"), (SALES.name, "unknown")]


def test_who_must_have_signed_is_named_by_the_key_or_its_last_part() -> None:
    keys = [LOG.public, SALES.public]
    assert check_signed(signed(LOG, SALES), keys, ["sales", "example.com/leads"])
    with pytest.raises(VerificationImpossible, match="sales has not signed"):
        check_signed(signed(LOG), keys, ["sales"])
    with pytest.raises(
        VerificationImpossible, match="sales has not signed it, or the key of sales was not given"
    ):
        check_signed(signed(LOG, SALES), [LOG.public], ["sales"])


def test_without_a_key_nothing_is_vouched_for() -> None:
    with pytest.raises(VerificationImpossible, match="no key to check signatures with"):
        check_signed(signed(LOG), [])


def test_a_wrong_key_says_who_signed_and_who_was_trusted() -> None:
    with pytest.raises(VerificationImpossible) as caught:
        check_signed(signed(LOG), [SALES.public])
    assert f"signed by {LOG.name}+{LOG.public.id.hex()}" in str(caught.value)
    assert f"given {SALES.name}+{SALES.public.id.hex()}" in str(caught.value)


def test_one_wrong_signature_spoils_the_others() -> None:
    forged = Signature(SALES.name, SALES.public.id, bytes(64))
    note = Note(HEAD.text(), (*signed(LOG).signatures, forged))
    with pytest.raises(
        VerificationImpossible, match=r"the signature of example\.com/sales is not over this text"
    ):
        check_signed(note, [LOG.public, SALES.public])


def hash_of(number: int) -> bytes:
    return sha256(b"%d" % number).digest()


def the_log(size: int, *, step: int = 1) -> list[Leaf]:
    """Entries with ids *step* apart, since ids have gaps."""
    return [(number * step + 1, hash_of(number).hex()) for number in range(size)]


def head_over(size: int, days: int = 0) -> Checkpoint:
    root = root_of(hash_of(number) for number in range(size))
    return Checkpoint("example.com/leads/00ff", size, root, MONDAY + timedelta(days=days))


@given(st.integers(0, 60), st.integers(0, 60))
def test_a_log_that_only_grew_extends_what_was_signed(size: int, more: int) -> None:
    assert check_prefix(the_log(size + more, step=3), head_over(size)) is None


@given(st.integers(0, 60), st.integers(1, 60))
def test_a_log_that_is_shorter_is_said_to_be(left: int, gone: int) -> None:
    found = check_prefix(the_log(left), head_over(left + gone))
    assert found is not None
    held = f"{left} entry" if left == 1 else f"{left} entries"
    signed = f"{left + gone} were signed at 2026-03-02T09:00:00Z"
    assert found.reason == f"it has {held}, and {signed}: entries are missing"


@given(st.data())
@settings(max_examples=60)
def test_any_other_log_is_found_out(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 40))
    log = the_log(size)
    place = data.draw(st.integers(0, size - 2))
    what = data.draw(st.sampled_from(["changed", "dropped", "put in", "moved"]))
    if what == "changed":
        log[place] = (log[place][0], "0" * 64)
    elif what == "dropped":
        del log[place]
        log.append((size + 1, "1" * 64))
    elif what == "put in":
        log.insert(place, (place, "2" * 64))
    else:
        log[place], log[place + 1] = log[place + 1], log[place]
    found = check_prefix(log, head_over(size))
    assert found is not None
    assert "its first" in found.reason
    assert found.expected == head_over(size).root.hex() != found.found


def test_earlier_heads_tell_where_the_change_lies() -> None:
    log = the_log(40, step=2)
    log[17] = (log[17][0], "0" * 64)
    heads = [head_over(size) for size in (0, 10, 15, 20, 30)]
    found = check_prefix(log, head_over(40, days=1), heads)
    assert found is not None
    assert found.reason == (
        "its first 40 entries are not those that were signed at 2026-03-03T09:00:00Z; "
        "the change lies at or before entry 39, after entry 29"
    )
    assert str(found.as_error()).startswith("the log was changed: its first 40 entries")


def test_an_earlier_head_that_does_not_hold_accuses_nobody_alone() -> None:
    wrong = Checkpoint("example.com/leads/00ff", 10, ROOT)
    assert check_prefix(the_log(40), head_over(40), [wrong]) is None


@pytest.mark.parametrize("stored", [None, "", "zz", "00" * 31, 5, b"\xff"])
def test_a_hash_that_cannot_be_read_is_named(stored: object) -> None:
    log = the_log(9)
    log[4] = (5, stored)
    found = check_prefix(log, head_over(9))
    assert found is not None
    assert (found.id, found.reason) == (5, "the hash of entry 5 cannot be read")


def test_no_more_is_read_than_was_signed() -> None:
    def endless() -> Iterator[Leaf]:
        yield from the_log(5)
        raise AssertionError("one too many")

    assert check_prefix(endless(), head_over(5)) is None
