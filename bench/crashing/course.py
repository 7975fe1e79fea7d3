"""What is typed in the course of some days: ticks, imports and commands, in rounds of things done at once.

Whatever the order in which the commands of a round end, each lead's log is the same: nothing of one lead
hangs on another, at most one command of a round is about a lead, and what a round's ticks and commands
say arrives at one instant, after which its import goes on. Source: rules.md, 2 and 3.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from .agreement import AGREEMENT, ANNA, BO, CIA, COLUMNS, MAP, MIA, NORA

FOUNDED = datetime(2026, 1, 5, 8, tzinfo=UTC)
BEGUN = datetime(2026, 3, 2, 8, tzinfo=UTC)
BETWEEN_ROUNDS = timedelta(hours=5)
HOUR = timedelta(hours=1)
WAYS = (
    ("activity", "{}", "demo", "--as", "lead"),
    ("activity", "{}", "call", "--set", "outcome=no answer", "--as", ANNA),
    ("activity", "{}", "mail", "--as", BO),
    ("activity", "{}", "nurture", "--as", "marketing"),
    ("fire", "{}", "accept", "--as", "sales"),
    ("fire", "{}", "accept", "--as", BO),
    ("fire", "{}", "return", "--set", "return_reason=no_fit", "--as", "sales"),
    ("fire", "{}", "win", "--set", "amount=1200.50", "--as", "sales"),
    ("check", "{}", "value", "--set", "expected_value=25000", "--as", "sales"),
    ("set", "{}", "--set", "on_hold=true", "--as", "sales"),
    ("set", "{}", "--set", "on_hold=false", "--as", "sales"),
    ("assign", "{}", CIA, "--as", "sales"),
)


@dataclass(frozen=True)
class Typed:
    """One command. ``stream`` and ``at`` tell whether it happened: the place and the arrival of what it
    logs; a lead's stream is named by its key. Without a stream it may simply be typed again."""

    words: tuple[str, ...]
    at: datetime
    stream: str | None = None

    @property
    def is_import(self) -> bool:
        return self.words[0] == "import"


def course(folder: Path, seed: int, rounds: int, leads: int) -> list[list[Typed]]:
    """Everything there is to type, round by round, and the files it needs in *folder*."""
    chance = random.Random(seed)
    (folder / "crash.yaml").write_text(AGREEMENT, encoding="utf-8")
    (folder / "map.yaml").write_text(MAP, encoding="utf-8")
    known = [f"lead{number}@example.com" for number in range(leads)]
    _write(folder / "first.csv", _first_rows(known, chance))
    typed = [[each] for each in _beginning()]
    at = BEGUN
    for number in range(rounds):
        typed.append(list(_round(folder, number, at, known, chance)))
        at += BETWEEN_ROUNDS
    return [*typed, [Typed(("tick", "--batch", "5", "--at", _text(at + 24 * HOUR)), at + 24 * HOUR)]]


def _beginning() -> Iterator[Typed]:
    yield Typed(("db", "upgrade"), FOUNDED)
    yield Typed(("workflow", "activate", "crash.yaml", "--at", _text(FOUNDED)), FOUNDED, "workflow:crash")
    people = (
        (MIA, "sales", "--role", "manager"),
        (ANNA, "sales", "--team", "nordics", "--manager", MIA),
        (BO, "sales", "--team", "nordics", "--manager", MIA),
        (CIA, "sales", "--team", "nordics", "--manager", MIA),
        (NORA, "marketing", "--team", "growth"),
    )
    for number, (email, party, *rest) in enumerate(people, 1):
        at = FOUNDED + number * HOUR
        yield Typed(("user", "add", email, "--party", party, *rest, "--at", _text(at)), at, "people")
    yield _importing("first.csv", BEGUN)


def _round(
    folder: Path, number: int, at: datetime, known: list[str], chance: random.Random
) -> Iterator[Typed]:
    """Two ticks, an import and some commands, all of them at *at* or later."""
    touched = chance.sample(known, 9)
    new = [f"late{number}-{n}@example.com" for n in range(4)]
    _write(folder / f"{number}.csv", _later_rows(at, new, touched[:3], chance))
    yield Typed(("tick", "--batch", "3", "--at", _text(at)), at)
    yield Typed(("tick", "--batch", "2", "--at", _text(at)), at)
    yield _importing(f"{number}.csv", at + 2 * HOUR)
    for key in touched[3:]:
        words = [word.format(key) for word in chance.choice(WAYS)]
        yield Typed(("lead", *words, "--at", _text(at)), at, key)
    added = f"added{number}@example.com"
    fields = ("--set", f"email={added}", "--set", f"account_owner={ANNA}", "--as", "marketing")
    yield Typed(("lead", "add", *fields, "--at", _text(at)), at, added)
    known += [*new, added]


def _importing(file: str, at: datetime) -> Typed:
    return Typed(("import", file, "--map", "map.yaml", "--at", _text(at)), at)


def _first_rows(known: list[str], chance: random.Random) -> Iterator[tuple[str, ...]]:
    for place, key in enumerate(known):
        since = BEGUN - timedelta(days=3) + place * timedelta(minutes=7)
        source = "fax" if place % 11 == 5 else chance.choice(["web", "event"])
        owner = chance.choice([ANNA, BO, CIA])
        yield (key, source, owner, _text(since), "visit", _text(since + HOUR), "lead", "")
        if chance.random() < 0.7:
            yield (key, "", "", "", "demo", _text(since + 2 * HOUR), "lead", "")
        if chance.random() < 0.3:
            yield (key, "", "", "", "accept", _text(since + 3 * HOUR), "sales", "")
        if chance.random() < 0.2:
            yield (key, "", "", "", "call", _text(since + 4 * HOUR), f"rep{place % 2}", "")


def _later_rows(
    at: datetime, new: list[str], known: list[str], chance: random.Random
) -> Iterator[tuple[str, ...]]:
    for key in known:
        event = chance.choice(["accept", "demo", "return", "visit"])
        who = "sales" if event in ("accept", "return") else "lead"
        yield (key, "", "", "", event, _text(at), who, "not_ready")
    for place, key in enumerate(new):
        since = at + place * timedelta(minutes=3)
        yield (key, "web", chance.choice([ANNA, BO]), _text(since), "visit", _text(since), "lead", "")
        for minutes, event in ((20, "demo"), (40, "accept"), (60, "mail")):
            who = {"demo": "lead", "accept": BO}.get(event, CIA)
            yield (key, "", "", "", event, _text(since + timedelta(minutes=minutes)), who, "")


def _write(file: Path, rows: Iterator[tuple[str, ...]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(COLUMNS)
        writer.writerows(rows)


def _text(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
