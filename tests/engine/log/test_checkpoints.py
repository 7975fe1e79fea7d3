"""Signed heads over a real database: taken, extended, contradicted by whatever is done to a log."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from support.builders import MONDAY, SALT, a_draft
from support.office import ANNA, on_one_database
from support.tampering import UNSEEN_BY_CHAINS, Attack, an_honest_log, appended, honest_streams, let_go, run

from slaflow.engine.app import Engine
from slaflow.engine.log import checkpoints
from slaflow.engine.log.checkpoints import NotTheirKey, Trusted, cosign, trusted
from slaflow.engine.log.proofs import NotCovered, kept_over
from slaflow.errors import UnknownName
from slaflow.log.errors import LogTampered, VerificationImpossible
from slaflow.log.keys import PrivateKey
from slaflow.log.merkle import root_of
from slaflow.log.proof import check_proof, parse_proof
from slaflow.log.verify import Finding, verify
from slaflow.store import schema
from slaflow.store.database import Database
from slaflow.store.log import checkpoints as store
from slaflow.store.log.entries import heads, raw_entries

KEY = PrivateKey("example.com/leads", bytes(32))
SALES = PrivateKey("example.com/sales", bytes(range(32)))


@pytest.fixture
def log(database: Database) -> Engine:
    """An engine on an honest log of fifteen entries."""
    with database.write() as connection:
        an_honest_log(connection)
    return Engine(database, now=lambda: MONDAY)


def head_of(log: Engine) -> Trusted:
    return trusted(log.checkpoint(KEY).note.encode(), [KEY.public])


def findings(log: Engine, signed: Trusted) -> tuple[Finding, ...]:
    return log.verify(signed=signed).findings


def after(log: Engine, attack: Attack) -> Engine:
    with log.database.write() as connection:
        let_go(connection)
        attack(connection)
    return log


def test_a_head_tells_the_root_over_every_entry(log: Engine) -> None:
    head = head_of(log).head
    leaves = [bytes.fromhex(entry.hash) for entry in log.log()]
    assert (head.size, head.root, head.at) == (15, root_of(leaves), MONDAY)
    assert findings(log, head_of(log)) == ()


def test_a_log_that_grew_extends_its_earlier_heads(log: Engine) -> None:
    first = head_of(log)
    with log.database.write() as connection:
        honest_streams(connection, *range(10, 50))
    second = head_of(log)
    assert second.head.size == 15 + 120
    assert findings(log, first) == findings(log, second) == ()
    assert second.head.root == root_of(bytes.fromhex(entry.hash) for entry in log.log())


def test_the_next_head_reads_only_what_came_since(log: Engine) -> None:
    log.checkpoint(KEY)
    with log.database.write() as connection:
        honest_streams(connection, 10)
    seen: list[int] = []
    reading = store.leaves

    def counted(connection: Connection, *where: Any) -> Iterator[tuple[int, str]]:
        for leaf in reading(connection, *where):
            seen.append(leaf[0])
            yield leaf

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "leaves", counted)
        taken = log.checkpoint(KEY)
    assert (taken.size, len(seen)) == (18, 3)


@pytest.mark.parametrize(
    "spoilt",
    [
        "frontier = '00'",
        "frontier = ''",
        "note = 'x'",
        "size = 14",
        "note = replace(note, 'at 2026', 'at 2027')",
    ],
)
def test_what_was_kept_is_not_believed_unless_it_was_signed(log: Engine, spoilt: str) -> None:
    log.checkpoint(KEY)
    cast = "'\\x00'::bytea" if log.database.dialect == "postgresql" else "x'00'"
    with log.database.write() as connection:
        honest_streams(connection, 10)
        run(connection, f"UPDATE checkpoint SET {spoilt.replace(chr(39) + '00' + chr(39), cast)}")
    assert findings(log, head_of(log)) == ()


def test_a_new_key_signs_the_same_log(log: Engine) -> None:
    old = log.checkpoint(KEY)
    new = log.checkpoint(SALES)
    assert (new.origin, new.size, new.root) == (old.origin, old.size, old.root)


def test_an_empty_log_has_a_head_too(database: Database) -> None:
    log = Engine(database, now=lambda: MONDAY)
    empty = head_of(log)
    assert empty.head.root == root_of([])
    with database.write() as connection:
        an_honest_log(connection)
    assert findings(log, empty) == ()


@pytest.mark.parametrize(
    ("attack", "reason"), UNSEEN_BY_CHAINS.items(), ids=lambda it: getattr(it, "__name__", "")
)
def test_what_leaves_every_chain_whole_is_seen_by_the_head(log: Engine, attack: Attack, reason: str) -> None:
    signed = head_of(log)
    after(log, attack)
    assert log.verify().ok, "otherwise the chains would have seen it"
    (found,) = findings(log, signed)
    assert reason in found.reason
    error = found.as_error()
    assert isinstance(error, LogTampered)
    assert str(error).startswith("the log was changed: it")


@pytest.mark.parametrize("attack", UNSEEN_BY_CHAINS, ids=lambda it: getattr(it, "__name__", ""))
def test_writing_on_covers_nothing_up(log: Engine, attack: Attack) -> None:
    signed = head_of(log)
    after(log, attack)
    with log.database.write() as connection:
        honest_streams(connection, *range(20, 30))
    assert len(findings(log, signed)) == 1


def test_a_new_head_over_a_changed_log_agrees_with_no_old_one(log: Engine) -> None:
    """Nor does it agree with the log: it goes on from what was signed."""
    signed = head_of(log)
    after(log, next(attack for attack in UNSEEN_BY_CHAINS if attack.__name__ == "a_history_is_rewritten"))
    assert findings(log, head_of(log)) != ()
    assert findings(log, signed) != ()


def test_earlier_heads_that_were_kept_tell_where_it_was_changed(log: Engine) -> None:
    log.checkpoint(KEY)
    with log.database.write() as connection:
        honest_streams(connection, 5, 6)
    log.checkpoint(KEY)
    with log.database.write() as connection:
        honest_streams(connection, 7)
    signed = head_of(log)
    after(log, lambda connection: run(connection, "UPDATE entry SET hash = prev WHERE id = 17"))
    (_, found) = findings(log, signed)
    assert "the change lies at or before entry 21, after entry 15" in found.reason


FLIPPED = 5
INTEGERS = ("id", "seq", "lead", "clock", "caused_by")


def flips(connection: Connection) -> Iterator[tuple[str, str]]:
    """(column, SQL of its value with one bit or character changed), for all of the fifth entry's."""
    row = connection.execute(text(f"SELECT * FROM entry WHERE id = {FLIPPED}")).mappings().one()
    for name, value in row.items():
        if name in INTEGERS and value is not None:
            yield from ((name, str(value ^ (1 << bit))) for bit in range(31))
        elif isinstance(value, str):
            for place, char in enumerate(value):
                other = f"{value[:place]}{chr(ord(char) ^ 1)}{value[place + 1 :]}"
                yield name, "'" + other.replace("'", "''").replace(":", "\\:") + "'"
        elif name == "handoff":
            yield name, "NOT handoff"
        elif value is not None:
            yield from ((name, f"\"{name}\" + interval '1 us' * {10**power}") for power in range(12))


def test_no_byte_of_an_entry_can_be_flipped(log: Engine) -> None:
    """Each undone again; what the database itself refuses cannot be done at all. Of every three the one that
    chance takes, which is each before long."""
    signed = head_of(log)
    tried = 0
    with log.database.write() as connection:
        every = list(flips(connection))[random.randrange(3) :: 3]
        let_go(connection)
        for column, value in every:
            changed = connection.begin_nested()
            if is_done(connection, f'UPDATE entry SET "{column}" = {value} WHERE id = {FLIPPED}'):
                tried += 1
                found = verify(raw_entries(connection), heads(connection))
                bad = found.bad or checkpoints.finding(connection, signed)
                assert bad is not None, (column, value)
                assert column in ("id", "stream", "seq") or bad.id == FLIPPED, (column, value, bad)
            changed.rollback()
    assert tried > 120


def is_done(connection: Connection, statement: str) -> bool:
    try:
        connection.execute(text(statement))
    except DBAPIError:
        return False
    return True


def test_entries_are_proved_without_the_database(log: Engine) -> None:
    signed = head_of(log)
    with log.database.write() as connection:
        honest_streams(connection, 10)
    some = list(log.log())[:15]
    assert len(some) == 15
    for entry in some:
        proof = parse_proof(log.prove(entry.id or 0, signed, with_data=True).as_file())
        assert check_proof(proof, [KEY.public]).checkpoint == signed.head
        assert (proof.header["stream"], proof.header["seq"], proof.data) == (
            entry.stream, entry.seq, entry.data_text
        )  # fmt: skip
        assert proof.salt == (SALT if entry.lead else b"")


def test_what_is_not_there_or_came_later_is_not_proved(log: Engine) -> None:
    signed = head_of(log)
    with log.database.write() as connection:
        honest_streams(connection, 10)
    with pytest.raises(NotCovered, match="entry 16 is not among the first 15"):
        log.prove(16, signed)
    with pytest.raises(UnknownName, match='unknown entry "99"'):
        log.prove(99, signed)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("UPDATE entry SET actor = 'x' WHERE id = 9", "entry 3: it was changed"),
        ("UPDATE entry SET hash = prev WHERE id = 2", "not those that were signed"),
        ("DELETE FROM entry WHERE id = 2", "not those that were signed|entries are missing"),
        ("UPDATE entry SET hash = 'x' WHERE id = 2", "hash of entry 2 cannot be read"),
    ],
)
def test_nothing_is_proved_of_a_log_that_was_changed(log: Engine, change: str, reason: str) -> None:
    signed = head_of(log)
    after(log, lambda connection: run(connection, change))
    with pytest.raises(LogTampered, match=reason):
        log.prove(9, signed)


def test_an_entry_is_proved_under_the_last_head_that_counts_it(log: Engine) -> None:
    assert kept_over(log, 3, [KEY.public]) is None
    signed = head_of(log)
    assert kept_over(log, 15, [KEY.public]) == signed
    assert kept_over(log, 16, [KEY.public]) is None
    assert kept_over(log, 3, [SALES.public]) is None


@pytest.fixture
def another_log(tmp_path: Path) -> Iterator[Engine]:
    """Made apart, so that it has an identity of its own."""
    database = Database(f"sqlite:///{tmp_path}/another.db")
    schema.upgrade(database)
    with database.write() as connection:
        an_honest_log(connection)
    yield Engine(database, now=lambda: MONDAY)
    database.dispose()


def test_a_head_of_another_log_says_nothing_about_this_one(log: Engine, another_log: Engine) -> None:
    """Although it holds the very same entries, under the same key."""
    foreign = head_of(another_log)
    with pytest.raises(VerificationImpossible, match=r"of another log: of example\.com/leads/"):
        log.verify(signed=foreign)
    with pytest.raises(VerificationImpossible, match="of another log"):
        log.prove(3, foreign)


def test_a_backup_put_back_is_a_log_cut_short(log: Engine) -> None:
    """Also one from before the first head was signed."""
    with log.database.write() as connection:
        honest_streams(connection, 10)
    signed = head_of(log)
    after(log, lambda connection: run(
        connection, "DELETE FROM entry WHERE lead = 10", "DELETE FROM lead WHERE id = 10",
        "DELETE FROM checkpoint",
    ))  # fmt: skip
    (found,) = findings(log, signed)
    assert "it has 15 entries, and 18 were signed" in found.reason


def test_both_parties_sign_what_the_log_bears_out(app: Engine) -> None:
    signed = head_of(app)
    by_sales = cosign(app, signed, SALES, "sales")
    marketing = PrivateKey("marketing", bytes(range(1, 33)))
    both = cosign(app, replace(signed, note=by_sales), marketing, "marketing")
    keys = [KEY.public, SALES.public, marketing.public]
    found = trusted(str(both).encode(), keys, ["sales", "marketing"])
    assert [(each.name, each.verdict) for each in found.signatures] == [
        (KEY.name, "valid"), (SALES.name, "valid"), ("marketing", "valid")
    ]  # fmt: skip


def test_a_person_signs_with_their_own_key_or_their_partys(app: Engine) -> None:
    signed = head_of(app)
    anna = PrivateKey(ANNA, bytes(range(2, 34)))
    assert len(cosign(app, signed, anna, ANNA).signatures) == 2
    assert len(cosign(app, signed, SALES, ANNA).signatures) == 2


@on_one_database
def test_nobody_signs_for_somebody_else(app: Engine) -> None:
    with pytest.raises(NotTheirKey, match=r'the key "example.com/sales" is not of marketing'):
        cosign(app, head_of(app), SALES, "marketing")
    with pytest.raises(UnknownName):
        cosign(app, head_of(app), SALES, "slaes")


def test_nobody_signs_a_head_that_the_log_does_not_bear_out(app: Engine) -> None:
    signed = head_of(app)
    after(app, lambda connection: run(connection, "UPDATE entry SET hash = prev WHERE id = 2"))
    with pytest.raises(LogTampered, match="not those that were signed"):
        cosign(app, signed, SALES, "sales")


def test_appending_under_an_old_id_is_found(log: Engine) -> None:
    """An id that a rolled-back transaction left free is no place to hide an entry."""
    run_ids = "UPDATE entry SET id = id + 5 WHERE stream = 'people'"
    after(log, lambda connection: run(connection, run_ids))
    signed = head_of(log)

    def hide(connection: Connection) -> None:
        head = connection.execute(text("SELECT head FROM lead WHERE id = 4")).scalar_one()
        new = appended(connection, [a_draft(4)], 4, head)
        run(connection, "UPDATE entry SET id = 14 WHERE stream = 'lead:4' AND seq = 4")
        run(connection, f"UPDATE lead SET seq = 4, head = '{new}' WHERE id = 4")

    with log.database.write() as connection:
        hide(connection)
    assert log.verify().ok
    assert len(findings(log, signed)) == 1


def test_heads_are_of_their_instants(log: Engine) -> None:
    later = MONDAY + timedelta(days=1)
    taken = log.checkpoint(KEY, at=later)
    assert taken.at == later
    assert "\nat 2026-03-03T09:00:00Z\n" in taken.note
