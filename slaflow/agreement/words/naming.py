"""What the things of an agreement are called in its sentences: by their titles, else by their names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Literal

from slaflow.language import _, marked, ngettext
from slaflow.workflow.model.parties import LEAD, SYSTEM, Grant
from slaflow.workflow.model.workflow import Workflow

Last = Literal["and", "or"]
Noun = Literal["day", "open day", "month", "attempt", "channel", "character", "holiday", "case", "promise"]
_FORMS: Mapping[Noun, Callable[[int], str]] = {
    "day": lambda n: ngettext("{n} day", "{n} days", n),
    "open day": lambda n: ngettext("{n} open day", "{n} open days", n),
    "month": lambda n: ngettext("{n} month", "{n} months", n),
    "attempt": lambda n: ngettext("{n} attempt", "{n} attempts", n),
    "channel": lambda n: ngettext("{n} channel", "{n} channels", n),
    "character": lambda n: ngettext("{n} character", "{n} characters", n),
    "holiday": lambda n: ngettext("{n} holiday", "{n} holidays", n),
    "case": lambda n: ngettext("{n} case", "{n} cases", n),
    "promise": lambda n: ngettext("{n} promise", "{n} promises", n),
}
_QUOTES = "“”„«»"
_SPOKEN = {LEAD: marked("the lead"), SYSTEM: marked("slaflow itself")}
_ROLES = {
    "member": marked("member"), "manager": marked("manager"), "admin": marked("admin"),
    "auditor": marked("auditor"),
}  # fmt: skip
_A_ROLE = {"manager": marked("a manager of {party}"), "admin": marked("an admin of {party}")}
_PEOPLE = {"owner": marked("the owner"), "manager": marked("the owner's manager")}


def plain(name: str) -> str:
    """A name of the file as one would say it."""
    return name.replace("_", " ")


def role(name: str) -> str:
    """What a role is called."""
    return _(_ROLES[name]) if name in _ROLES else name


def called(name: str, title: str | None = None) -> str:
    """A thing inside a sentence: its title in quotes, else its name, in quotes where it is several words."""
    words = title or plain(name)
    return quoted(words) if title or " " in words else words


def quoted(words: str) -> str:
    return _("“{words}”").format(words=words)


def unquoted(words: str) -> str:
    """What stands alone needs no quotes around it."""
    return words[1:-1] if len(words) > 1 and words[0] in _QUOTES and words[-1] in _QUOTES else words


def is_quoted(words: str) -> bool:
    return words[:1] in tuple(_QUOTES)


def listed(words: Iterable[str], last: Last = "and") -> str:
    """``a``, ``a and b``, ``a, b and c``; ``nobody`` is for the caller to say."""
    each = list(words)
    joins = _(" and ") if last == "and" else _(" or ")
    return joins.join([", ".join(each[:-1]), each[-1]] if len(each) > 1 else each)


def series(words: Iterable[str]) -> str:
    """As :func:`listed`, kept apart by semicolons where one of them has commas of its own."""
    each = list(words)
    return "; ".join(each) if any(", " in one for one in each) else listed(each)


def either(words: Iterable[str]) -> str:
    return listed(words, "or")


def counted(number: int, noun: Noun) -> str:
    """``1 day``, ``3 days``."""
    return _FORMS[noun](number).format(n=number)


def times(number: int) -> str:
    return {1: _("once"), 2: _("twice")}.get(number) or _("{number} times").format(number=number)


class Naming:
    """Looks up titles. What is not in the agreement is called as it is written."""

    def __init__(self, agreement: Workflow) -> None:
        self.agreement = agreement
        self._triggers: dict[str, str | None] = {}
        for row in agreement.transitions:
            self._triggers.setdefault(row.trigger, row.title)
        self._stages = {stage.name: stage.title for stage in agreement.described}

    def party(self, name: str) -> str:
        party = self.agreement.parties.get(name)
        if name in _SPOKEN:
            return _(_SPOKEN[name])
        return (party.title if party else None) or plain(name)

    def parties(self, names: Iterable[str], last: Last = "and") -> str:
        return listed(map(self.party, names), last)

    def state(self, name: str) -> str:
        return _title(self.agreement.states, name)

    def states(self, names: Iterable[str], last: Last = "or") -> str:
        """In the order of the file, whatever the order of *names*."""
        given = frozenset(names)
        known = [name for name in self.agreement.states if name in given]
        return listed((self.state(name) for name in [*known, *sorted(given - {*known})]), last)

    def trigger(self, name: str) -> str:
        title = self._triggers.get(name)
        return called(name, title)

    def moves(self, trigger: str) -> bool:
        """Whether it takes a lead to another state."""
        return any(row.to is not None for row in self.agreement.transitions if row.trigger == trigger)

    def activity(self, name: str) -> str:
        return _title(self.agreement.activities, name)

    def field(self, name: str) -> str:
        return _title(self.agreement.fields, name)

    def check(self, name: str) -> str:
        return _title(self.agreement.checks, name)

    def stage(self, name: str) -> str:
        title = self._stages.get(name)
        return called(name, title)

    def team(self, name: str) -> str:
        return _title(self.agreement.teams, name)

    def clock(self, name: str) -> str:
        """A target or timer: by its name, as its title is a sentence."""
        return called(name)

    def person(self, name: str) -> str:
        """Who is told or made the owner: a word of ours, a party, a team or an address."""
        if name in _PEOPLE:
            return _(_PEOPLE[name])
        if name in self.agreement.teams:
            return _("team {team}").format(team=self.team(name))
        return name if "@" in name else self.party(name)

    def people(self, names: Iterable[str]) -> str:
        return listed(map(self.person, names))

    def may(self, by: Iterable[str], roles: Mapping[str, str], last: Last = "or") -> str:
        """Who may: parties, some of them with a role."""
        return listed((self._of_role(party, roles.get(party)) for party in by), last)

    def granted(self, grants: Iterable[Grant]) -> str:
        return either(self._of_role(grant.party, grant.role) for grant in grants)

    def _of_role(self, party: str, role: str | None) -> str:
        words = _A_ROLE.get(role or "")
        return self.party(party) if words is None else _(words).format(party=self.party(party))


def _title(things: Mapping[str, object], name: str) -> str:
    title = getattr(things.get(name), "title", None)
    return called(name, title)
