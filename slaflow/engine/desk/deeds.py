"""What somebody may do with a lead now, what is asked for first, and why they may not do the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from slaflow.agreement.words.naming import unquoted
from slaflow.engine.desk import refusals
from slaflow.engine.desk.asked import Asked, of_fields, of_rows, title_of
from slaflow.engine.desk.refusals import Because, Mend
from slaflow.engine.desk.seen import Seen
from slaflow.language import _
from slaflow.lifecycle.events import Answered, Fired, Happening, Recorded
from slaflow.lifecycle.rights.judged import role_asked
from slaflow.lifecycle.rights.named import named, names
from slaflow.lifecycle.rights.permits import Operation, Relation, lead_refusal, may
from slaflow.lifecycle.rights.rules import field_denied, granted
from slaflow.workflow.model.clocks import Pattern, Target
from slaflow.workflow.model.flow import Transition
from slaflow.workflow.model.lead import Activity, Field
from slaflow.workflow.model.parties import LEAD, SYSTEM

OfBreach = Literal["dispute", "lift", "uphold"]
OfReturn = Literal["dispute_return", "lift_return", "uphold_return"]
Kind = Literal["fire", "record", "answer", "set", "take", "give", "erase", OfBreach, OfReturn]
_Does = Callable[[Pattern], bool]
NOT_NOW = Because("")
"""Where nobody reads why."""


@dataclass(frozen=True, slots=True)
class Deed:
    """Something to do: ``name`` is the agreement's, ``title`` what a button says.

    ``refused`` is why not, whatever is given with it; ``keeps`` the open promises of the asker's party that
    it keeps or helps to keep; ``to`` what the state is called in which it leaves the lead. ``is_leads``: the
    prospect did it, and the asker tells of it. ``is_back``: it hands the lead on to another party.
    ``number`` is of which of the target's clocks it speaks.
    """

    kind: Kind
    name: str
    title: str
    asked: tuple[Asked, ...] = ()
    refused: tuple[Because, ...] = ()
    keeps: tuple[str, ...] = ()
    to: str | None = None
    is_final: bool = False
    is_leads: bool = False
    is_back: bool = False
    number: int | None = None

    @property
    def is_open(self) -> bool:
        return not self.refused


def fires(seen: Seen, *, briefly: bool = False) -> list[Deed]:
    """A deed per trigger that leads on from where the lead is, but for those of the agreement itself.

    *briefly*: as a row shows it, whether it is open and asks for anything, and nothing of why not.
    """
    if seen.lead.erased_at is not None:
        return []
    found: dict[str, list[Transition]] = {}
    for row in seen.workflow.transitions:
        if seen.lead.state in row.from_states and set(row.by) - {SYSTEM}:
            found.setdefault(row.trigger, []).append(row)
    return [_fire(seen, trigger, rows, briefly) for trigger, rows in found.items()]


def rows_of(seen: Seen, trigger: str) -> list[Transition]:
    """The rows of *trigger* that the asker may take from where the lead is, whatever their guards say."""
    rows = [
        row for row in seen.workflow.transitions
        if row.trigger == trigger and seen.lead.state in row.from_states
    ]  # fmt: skip
    return [row for row in rows if names(row.by, row.roles, seen.who.party, _role(seen, Fired(trigger)))]


def _fire(seen: Seen, trigger: str, rows: Sequence[Transition], briefly: bool) -> Deed:
    title = unquoted(seen.naming.trigger(trigger))
    denied, mine = _denied(seen, "fire"), rows_of(seen, trigger)
    if denied or not mine:
        whose = seen.naming.may(_people(rows), {p: r for row in rows for p, r in row.roles.items()})
        because = denied or (Because(_("it is for {whose}").format(whose=whose)),)
        return Deed("fire", trigger, title, refused=because)
    refused = [_refused(seen, row, briefly) for row in mine]
    to = mine[0].to
    return Deed(
        "fire", trigger, title,
        asked=tuple(of_rows(seen.view, mine, with_refused=not briefly)),
        refused=tuple(dict.fromkeys(each for found in refused for each in found)) if all(refused) else (),
        keeps=_keeps(seen, lambda pattern: (pattern.kind == "trigger" and trigger in pattern.names)
                     or (pattern.kind == "enter" and to in pattern.names)),
        to=None if to is None or to == seen.lead.state else unquoted(seen.naming.state(to)),
        is_final=to is not None and seen.workflow.states[to].final,
        is_back=to is not None and seen.lead.held_by == seen.who.party
                and seen.workflow.states[to].held_by not in (seen.who.party, None),
    )  # fmt: skip


def _refused(seen: Seen, row: Transition, briefly: bool) -> list[Because]:
    if briefly:
        return [NOT_NOW] if refusals.stands_in_the_way(seen.view, row) else []
    return [_mendable(seen, each) for each in refusals.taught(seen.view, row)]


def _mendable(seen: Seen, because: Because) -> Because:
    """*because* with what of it the asker can mend, or wait for."""
    return Because(because.words, tuple(each for each in because.mends if _may_mend(seen, each)))


def _may_mend(seen: Seen, mend: Mend) -> bool:
    if mend.kind == "open":
        return True
    if mend.kind == "field":
        return _setting(seen, seen.workflow.fields[mend.name or ""]).is_open
    if mend.kind == "check":
        return any(each.is_open and each.name == mend.name for each in answers(seen))
    kinds = seen.workflow.activities.values()
    records = (_record(seen, each) for each in kinds if _mends(each, mend))
    return any(each is not None and each.is_open for each in records)


def _mends(kind: Activity, mend: Mend) -> bool:
    if mend.kind == "activity":
        return kind.kind == mend.name
    return kind.contact if mend.kind == "contact" else kind.attempt is not None


def _people(rows: Iterable[Transition]) -> list[str]:
    return [party for party in dict.fromkeys(p for row in rows for p in row.by) if party != SYSTEM]


def records(seen: Seen) -> list[Deed]:
    """A deed per kind of activity that the asker may record: their own, and what the prospect did."""
    found = (recording(seen, each) for each in seen.workflow.activities)
    return [each for each in found if each is not None and each.is_open]


def recording(seen: Seen, name: str) -> Deed | None:
    """Recording an activity of the kind *name*; None where no such one is the asker's party's to tell."""
    kind = seen.workflow.activities.get(name)
    return None if kind is None or seen.lead.erased_at is not None else _record(seen, kind)


def _record(seen: Seen, kind: Activity) -> Deed | None:
    who, lead, because = seen.who, seen.lead, _denied(seen, "record")
    holds: tuple[Relation, ...] = ("holds",) if lead.held_by == who.party else ()
    is_own = names(kind.by, kind.roles, who.party, _role(seen, Recorded(kind.kind)))
    is_theirs = LEAD in kind.by and who.party not in kind.by and may(who, "record_for_lead", holds)
    if not (is_own or is_theirs):
        return None

    def helps(pattern: Pattern) -> bool:
        by_hand = is_own and not kind.automated
        return (
            (pattern.kind == "activity" and kind.kind in pattern.names)
            or (pattern.kind == "attempts" and by_hand and kind.attempt is not None)
            or (pattern.kind == "contact" and (by_hand or is_theirs) and kind.contact)
        )

    title = unquoted(seen.naming.activity(kind.kind))
    asked, keeps = tuple(of_fields(kind.fields.values())), _keeps(seen, helps)
    return Deed("record", kind.kind, title, asked, because, keeps, is_leads=is_theirs and not is_own)


def answers(seen: Seen) -> list[Deed]:
    """A deed per check; who may not answer one hears who does."""
    if seen.lead.erased_at is not None:
        return []
    found = []
    for check in seen.workflow.checks.values():
        allowed = tuple(dict.fromkeys((seen.lead.held_by, *check.by)))
        because = _denied(seen, "answer")
        if not because and not names(allowed, check.roles, seen.who.party, _role(seen, Answered(check.name))):
            whose = named(allowed, check.roles)
            because = (Because(_("it is answered by {whose}").format(whose=whose)),)
        title = unquoted(seen.naming.check(check.name))
        asked = tuple(of_fields(check.fields.values()))
        found.append(Deed("answer", check.name, title, asked, because))
    return found


def settings(seen: Seen) -> list[Deed]:
    """A deed per field; who may not set one hears who does."""
    if seen.lead.erased_at is not None:
        return []
    return [_setting(seen, field) for field in seen.workflow.fields.values()]


def _setting(seen: Seen, field: Field) -> Deed:
    because = _denied(seen, "set_identity" if field.name in seen.workflow.identity else "set")
    if not because and field.by is not None and granted(field.by, seen.who) is None:
        because = (Because(field_denied(title_of(field), field.by, seen.who)),)

    def sets(pattern: Pattern) -> bool:
        return pattern.kind == "set" and field.name in pattern.names

    is_required = field.required or field.name in seen.workflow.identity
    asked = tuple(of_fields([field], is_required=is_required))
    return Deed("set", field.name, title_of(field), asked, because, _keeps(seen, sets))


def taking(seen: Seen) -> Deed | None:
    """Making the lead one's own, where nobody has it and the asker's party holds it."""
    lead, who = seen.lead, seen.who
    person = seen.people.person(who.name, seen.at)
    if lead.erased_at is not None or lead.owner is not None or person is None:
        return None
    relations: list[Relation] = ["unowned", "oneself"]
    if lead.held_by != who.party or not may(who, "assign", [*relations, "holds"]):
        return None
    return Deed("take", "", _("take it"), keeps=_keeps(seen, lambda pattern: pattern.kind == "assign"))


def of_row(seen: Seen) -> tuple[Deed | None, list[Deed]]:
    """As :func:`main_of`, and what else can be fired or taken now; nothing is worked out that a row hides."""
    known = fires(seen, briefly=True)
    own = taking(seen)
    others = [each for each in (*known, own) if each is not None and each.is_open]
    kinds = (lambda: known, lambda: records(seen), lambda: answers(seen), lambda: settings(seen),
             lambda: [] if own is None else [own])  # fmt: skip
    main = main_of(seen, _Lazily(kinds))
    return main, [each for each in others if each != main]


class _Lazily(Iterable[Deed]):
    """Deeds, kind by kind, each kind worked out when somebody comes to it, once."""

    def __init__(self, kinds: Iterable[Callable[[], Sequence[Deed]]]) -> None:
        self._kinds = iter(kinds)
        self._known: list[Deed] = []

    def __iter__(self) -> Iterator[Deed]:
        yield from self._known
        for kind in self._kinds:
            found = kind()
            self._known += found
            yield from found


def main_of(seen: Seen, deeds: Iterable[Deed]) -> Deed | None:
    """What keeps the most urgent of the promises that the asker's party owes and that an open deed keeps.

    Giving the lead up, or back, keeps many a promise: it is put forward where nothing else keeps this one.
    """
    for target, _clock in seen.open:
        if target.owed_by == seen.who.party:
            keeping = _by_finality(seen, (each for each in deeds if target.name in each.keeps))
            if keeping is not None:
                return keeping
    return None


def _by_finality(seen: Seen, deeds: Iterable[Deed]) -> Deed | None:
    """The first of the open *deeds* that ends nothing, else the one that ends least."""
    found: list[Deed] = []
    for deed in deeds:
        if deed.is_open and _how_final(seen, deed) == 0:
            return deed
        found += [deed] if deed.is_open else []
    return min(found, key=lambda each: _how_final(seen, each), default=None)


def _how_final(seen: Seen, deed: Deed) -> int:
    begins_with = seen.workflow.states[seen.workflow.initial].held_by
    if deed.is_back and begins_with != seen.who.party:
        return 2
    return 1 if deed.is_final else 0


def _keeps(seen: Seen, does: _Does) -> tuple[str, ...]:
    return tuple(
        target.name for target, _clock in seen.open
        if target.owed_by == seen.who.party and _is_kept(seen, target, does)
    )  # fmt: skip


def _is_kept(seen: Seen, target: Target, does: _Does) -> bool:
    """Whether one of the patterns that meet it is done so; one whose condition fails now is none."""
    return any(
        does(pattern) and (pattern.when is None or _may_hold(seen, pattern)) for pattern in target.meet
    )


def _may_hold(seen: Seen, pattern: Pattern) -> bool:
    assert pattern.when is not None
    reads_input = any(name.startswith(("input.", "touch.", "answer.")) for name in pattern.when.names)
    return reads_input or seen.view.holds(pattern.when)


def _denied(seen: Seen, operation: Operation) -> tuple[Because, ...]:
    because = lead_refusal(seen.who, operation, (), lambda: seen.not_theirs)
    return () if because is None else (Because(because),)


def _role(seen: Seen, happening: Happening) -> str | None:
    return role_asked(seen.workflow, happening, seen.who)


def all_of(seen: Seen) -> Iterator[Deed]:
    """Everything there is, in the order in which the main one is looked for."""
    yield from fires(seen)
    yield from records(seen)
    yield from answers(seen)
    yield from settings(seen)
    if (own := taking(seen)) is not None:
        yield own
