"""How a lead moves: what makes it ready for the other side, ways forward and back, and what is looked at."""

from __future__ import annotations

from collections.abc import Iterator

from slaflow.agreement.document.blocks import Block, Heading, Item, Items, Paragraph, Table, sentence
from slaflow.agreement.words.actions import actions, settings
from slaflow.agreement.words.conditions import condition, value
from slaflow.agreement.words.naming import Naming, listed, series
from slaflow.agreement.words.spans import elapsed
from slaflow.agreement.words.values import asked, shown
from slaflow.workflow.model.flow import Transition
from slaflow.workflow.model.lead import Activity, Check
from slaflow.workflow.model.workflow import Workflow


def ready(agreement: Workflow, naming: Naming) -> Iterator[Block]:
    """What has to be true before a lead goes from who holds it first to another party."""
    first = agreement.states[agreement.initial].held_by
    rows = [row for row in agreement.transitions if first is not None and _takers(agreement, row, first)]
    for taker in dict.fromkeys(taker for row in rows for taker in _takers(agreement, row, first or "")):
        yield Heading(f"A lead that is ready for {naming.party(taker)}")
        for row in rows:
            if taker not in _takers(agreement, row, first or ""):
                continue
            itself = (
                "A lead is handed over by itself"
                if row.auto
                else f"{naming.may(row.by, row.roles)} hands it over"
            )
            if not row.guard:
                yield Paragraph(sentence(f"{itself}, without any condition"))
                continue
            yield Paragraph(
                f"{sentence(itself)[:-1]} ({naming.trigger(row.trigger)}) when all of this is so:"
            )
            yield Items([_clause(each.that, each.otherwise, naming) for each in row.guard])
    yield from scored(agreement, naming)


def _takers(agreement: Workflow, row: Transition, first: str) -> list[str]:
    taker = None if row.to is None else agreement.states[row.to].held_by
    leaves = any(agreement.states[name].held_by == first for name in row.from_states)
    return [taker] if taker not in (None, first) and leaves and taker is not None else []


def _clause(that: object, otherwise: str | None, naming: Naming) -> Item:
    words = condition(that, naming)  # type: ignore[arg-type]
    return Item(sentence(words), notes=[f"If not, it is refused: {otherwise}."] if otherwise else [])


def scored(agreement: Workflow, naming: Naming) -> Iterator[Block]:
    """How the score comes about."""
    scoring = agreement.scoring
    earning = [each for each in agreement.activities.values() if each.points is not None]
    if not scoring.fit and not earning and scoring.score is None:
        return
    yield Heading("How a lead is scored", 3)
    formula = "the fit plus the engagement" if scoring.score is None else value(scoring.score.text, naming)
    yield Paragraph(sentence(f"the score is {formula}"))
    if scoring.fit:
        yield Paragraph("The fit says who the lead is:")
        yield Table(
            ("points", "if", "because"),
            [
                (_points(rule.points), condition(rule.when, naming), rule.because or "")
                for rule in scoring.fit
            ],
        )
    if earning:
        half = f", and halves every {elapsed(scoring.half_life)}" if scoring.half_life else ""
        yield Paragraph(f"The engagement is what the lead did{half}:")
        yield Table(("points", "for", "at most"), [_earned(each, naming) for each in earning])


def _points(points: object) -> str:
    text = getattr(points, "text", None)
    return f"“{text}”" if text else shown(points)


def _earned(each: Activity, naming: Naming) -> tuple[str, str, str]:
    when = f" if {condition(each.when, naming)}" if each.when else ""
    return (
        _points(each.points),
        naming.activity(each.kind) + when,
        "" if each.cap is None else shown(each.cap),
    )


def ways(agreement: Workflow, naming: Naming) -> Iterator[Block]:
    """Every transition, forward, back, and those that leave a lead where it is."""
    groups: dict[str, list[Item]] = {
        "Ways forward": [], "Ways back": [], "Without leaving a state": [],
    }  # fmt: skip
    for row in agreement.transitions:
        groups[_direction(agreement, row)].append(way(row, naming))
    for title, items in groups.items():
        if items:
            yield Heading(title)
            yield Items(items)


def _direction(agreement: Workflow, row: Transition) -> str:
    """Back is to whom a lead began with, from another; else to a state before all that it comes from."""
    if row.to is None:
        return "Without leaving a state"
    order, first = list(agreement.states), agreement.states[agreement.initial].held_by
    others = {agreement.states[name].held_by for name in row.from_states} - {first}
    returns = others and agreement.states[row.to].held_by == first
    earliest = min(order.index(name) for name in row.from_states)
    is_mixed = first in {agreement.states[name].held_by for name in row.from_states}
    if (returns and not is_mixed) or order.index(row.to) < earliest:
        return "Ways back"
    return "Ways forward"


def way(row: Transition, naming: Naming) -> Item:
    to = f" to {naming.state(row.to)}" if row.to else ""
    may = naming.may(row.by, row.roles) or "nobody"
    words = f"{may} may take a lead from {naming.states(row.from_states)}{to}" if to else (
        f"{may} may do it while a lead is in {naming.states(row.from_states)}"
    )  # fmt: skip
    return Item(sentence(words), row.title or "", row.trigger, list(_terms(row, naming)))


def _terms(row: Transition, naming: Naming) -> Iterator[str]:
    if row.auto:
        yield "It happens by itself as soon as its conditions hold."
    if row.requires:
        yield f"It needs {series(asked(each) for each in row.requires.values())}."
    for clause in row.guard:
        refused = f"; if not: {clause.otherwise}" if clause.otherwise else ""
        yield sentence(f"it asks that {condition(clause.that, naming)}{refused}")
    if row.override:
        yield sentence(f"{naming.granted(row.override)} may pass by its conditions, with a reason")
    if row.click:
        yield "Messages to the owner carry a link to do it by."
    if row.sets:
        yield sentence(f"then {settings(row.sets, naming)}")
    if row.reset:
        yield sentence(f"it sets back {listed(sorted(row.reset))}")
    if row.actions:
        yield sentence(f"then {actions(row.actions, naming)}")


def checks(agreement: Workflow, naming: Naming) -> Iterator[Block]:
    if agreement.checks:
        yield Heading("What is checked")
        yield Items([check(each, naming) for each in agreement.checks.values()])


def check(each: Check, naming: Naming) -> Item:
    passes = " and ".join(condition(clause.that, naming) for clause in each.passes)
    notes = []
    if each.fields:
        notes.append(
            f"The answer gives {series(asked(field, optional=False) for field in each.fields.values())}."
        )
    if each.by:
        notes.append(f"Beside who holds the lead, {naming.may(each.by, each.roles)} may answer.")
    if each.valid_for:
        notes.append(f"An answer holds for {elapsed(each.valid_for)}.")
    notes += [f"If it does not pass: {clause.otherwise}." for clause in each.passes if clause.otherwise]
    return Item(f"{each.question or ''} It passes if {passes}.".strip(), each.title or "", each.name, notes)
