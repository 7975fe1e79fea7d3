"""Leads found: by their number, by how what they are known by begins, or a word of their short texts and
addresses; or listed by state, owner and team. Bounded, whatever there is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from slaflow.agreement.words.naming import Naming, unquoted
from slaflow.engine.context import Context
from slaflow.engine.desk.reading import see_all, zone_for
from slaflow.engine.desk.rows import Brief, Choice, brief
from slaflow.engine.desk.seen import Seen
from slaflow.lifecycle.lead import Actor
from slaflow.lifecycle.people import Directory
from slaflow.store.database import Connection
from slaflow.store.rows import leads as lead_store
from slaflow.store.rows import people as people_store
from slaflow.store.rows import words as word_store
from slaflow.store.rows import workflows as workflow_store
from slaflow.store.rows.spellings import spellings
from slaflow.workflow.identity import folded
from slaflow.workflow.search_words import words_in, words_of

PAGE = 50
WORDS = 5
"""So many words of a question are looked for."""
COMMON = 2000
"""Leads with a word that are looked at; a word of more is too common to narrow anything down by itself."""
NAMED = 300
"""People that can be chosen from."""
LONGEST_NUMBER = 19
READ = 400
"""Leads that are read at most, to see whether they still hold what is looked for."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; None may be anything. *after* is the lead that the page before ended with.

    ``team`` is that of the owner; of what *is_waiting* that for which a lead waits.
    """

    text: str = ""
    state: str | None = None
    owner: str | None = None
    team: str | None = None
    after: int | None = None
    is_waiting: bool = False

    @property
    def waits_for(self) -> str | Literal[True] | None:
        """The team for which leads wait, True: whatever team; None: they may or may not."""
        return (self.team or True) if self.is_waiting else None

    @property
    def is_nothing_known(self) -> bool:
        """Whether something in it is in no text that is kept."""
        return any("\0" in each for each in (self.text, self.state, self.owner, self.team) if each)

    @property
    def is_anything(self) -> bool:
        return bool(self.text or self.state or self.owner or self.team or self.is_waiting)


@dataclass(frozen=True, slots=True)
class Found:
    """Leads; ``next`` is the lead after which the next page begins, ``is_cut``: there are more than are told.

    ``states``, ``teams`` and ``people`` are what can be narrowed to.
    """

    rows: tuple[Brief, ...]
    next: int | None
    is_cut: bool
    states: tuple[Choice, ...]
    teams: tuple[str, ...]
    people: tuple[Choice, ...]
    zone: str
    at: datetime


Judge = Callable[[Seen], bool]


def find(app: Context, who: Actor, wanted: Wanted) -> Found:
    """What is *wanted*; where nothing is asked for, the asker's own leads."""
    now = app.present()
    with app.database.read() as conn:
        directory = people_store.directory(conn)
        owners = _owners(directory, who, wanted, now)
        reading = _Reading(app, conn, directory, who, now)
        seen: list[Seen] = []
        last, is_cut = None, False
        if wanted.is_nothing_known:
            pass
        elif wanted.text:
            seen, last, is_cut = reading.by_text(wanted, owners)
        else:
            seen, last, is_cut = reading.listed(wanted, owners)
        zone = zone_for(app, conn, who)
        states = tuple(_states(app, conn))
    people = [person for each in directory.known_emails() if (person := directory.person(each, now))]
    teams = tuple(sorted({each.team for each in people if each.team}))
    names = tuple(Choice(each.email, each.name or each.email) for each in people[:NAMED])
    return Found(tuple(map(brief, seen)), last, is_cut, states, teams, names, zone, now)


def _owners(directory: Directory, who: Actor, wanted: Wanted, now: datetime) -> list[str] | None:
    """Whose leads are wanted; None: anybody's."""
    if not wanted.is_anything:
        return [who.name]
    members = None if wanted.team is None or wanted.is_waiting else directory.members(wanted.team, now)
    if wanted.owner is None:
        return None if members is None else list(members)
    owner = directory.spelt(wanted.owner)
    return [owner] if members is None or owner in members else []


def _states(app: Context, conn: Connection) -> Iterator[Choice]:
    """The states of the agreements in force."""
    known: dict[str, str] = {}
    for version in workflow_store.all_active(conn).values():
        workflow = app.remember(version)
        for name in workflow.states:
            known.setdefault(name, unquoted(Naming(workflow).state(name)))
    return (Choice(name, words) for name, words in known.items())


def _judge(wanted: Wanted, owners: Sequence[str] | None, words: Sequence[str] = ()) -> Judge:
    """Whether a lead as it is now is one of those that are wanted."""
    keys = None if owners is None else {folded(each) for each in owners}

    def judge(seen: Seen) -> bool:
        lead = seen.lead
        if wanted.state is not None and lead.state != wanted.state:
            return False
        if wanted.is_waiting and (lead.waits_for is None or wanted.team not in (None, lead.waits_for)):
            return False
        if keys is not None and folded(lead.owner or "") not in keys:
            return False
        held = words_of(seen.workflow, lead.key, lead.fields) if words else []
        return all(any(each.startswith(start) for each in held) for start in words)

    return judge


@dataclass(frozen=True)
class _Reading:
    app: Context
    conn: Connection
    directory: Directory
    who: Actor
    now: datetime

    def listed(
        self, wanted: Wanted, owners: Sequence[str] | None
    ) -> tuple[list[Seen], int | None, bool]:  # fmt: skip
        """Leads by number, as saved those that are wanted; and after which the next page begins."""
        spelt = None if owners is None else spellings(self.conn, "lead.owner", owners)
        if spelt == []:
            return [], None, False
        leads = lead_store.select(
            self.conn, state=wanted.state, owner=spelt, waits_for=wanted.waits_for, after=wanted.after,
            limit=PAGE + 1,
        )  # fmt: skip
        ids = [each.id for each in leads]
        judge = _judge(wanted, owners)
        seen = [each for each in self._seen(ids[:PAGE]) if judge(each)]
        return seen, ids[PAGE - 1] if len(ids) > PAGE else None, False

    def by_text(self, wanted: Wanted, owners: Sequence[str] | None) -> tuple[list[Seen], None, bool]:
        """The lead of that number first, then those whose identity begins so, then those with such words."""
        text = wanted.text
        words = sorted(set(words_in(text)), key=len, reverse=True)[:WORDS]
        exact, by_word = self._by_number(text) + self._by_key(text), self._by_words(words)
        found: dict[int, Seen] = {}
        for ids, judge in (
            (exact, _judge(wanted, owners)), (by_word, _judge(wanted, owners, words))
        ):  # fmt: skip
            for start in range(0, min(len(ids), READ), PAGE):
                if len(found) > PAGE:
                    break
                chunk = [each for each in ids[start : start + PAGE] if each not in found]
                found |= {each.lead.id: each for each in self._seen(chunk) if judge(each)}
        is_cut = len(found) > PAGE or len(by_word) >= READ
        return list(found.values())[:PAGE], None, is_cut

    def _seen(self, ids: Sequence[int]) -> list[Seen]:
        return see_all(self.app, self.conn, self.directory, self.who, ids, self.now)

    def _by_number(self, text: str) -> list[int]:
        number = text.removeprefix("#")
        is_number = number.isascii() and number.isdigit() and len(number) < LONGEST_NUMBER
        return list(lead_store.read(self.conn, [int(number)])) if is_number else []

    def _by_key(self, text: str) -> list[int]:
        keys = [key for start in dict.fromkeys((folded(text), text))
                for key, _ in lead_store.keys_from(self.conn, start, PAGE + 1)]  # fmt: skip
        known = lead_store.ids_by_key(self.conn, keys)
        return [known[key] for key in dict.fromkeys(keys) if key in known]

    def _by_words(self, words: Sequence[str]) -> list[int]:
        """Leads that have, or had, all *words*; of a word that is too common it is not asked here."""
        found = [word_store.beginning(self.conn, each, COMMON) for each in words]
        rare = [each for each in found if len(each) < COMMON] or found
        if not rare:
            return []
        others = [set(each) for each in rare[1:]]
        return [each for each in rare[0] if all(each in other for other in others)]
