"""How a lead moves: what makes it ready for the other side, ways forward and back, and what is looked at."""

from __future__ import annotations

from collections.abc import Iterator

from slaflow.agreement.document.blocks import Block, Heading, Item, Items, Paragraph, Table, sentence
from slaflow.agreement.words.actions import actions, settings
from slaflow.agreement.words.conditions import condition, value
from slaflow.agreement.words.naming import Naming, listed, quoted, series
from slaflow.agreement.words.spans import elapsed
from slaflow.agreement.words.values import asked, shown
from slaflow.language import _
from slaflow.workflow.model.flow import Transition
from slaflow.workflow.model.lead import Activity, Check
from slaflow.workflow.model.workflow import Workflow


def ready(agreement: Workflow, naming: Naming) -> Iterator[Block]:
    """What has to be true before a lead goes from who holds it first to another party."""
    first = agreement.states[agreement.initial].held_by
    rows = [row for row in agreement.transitions if first is not None and _takers(agreement, row, first)]
    for taker in dict.fromkeys(taker for row in rows for taker in _takers(agreement, row, first or "")):
        yield Heading(_("A lead that is ready for {party}").format(party=naming.party(taker)))
        for row in rows:
            if taker not in _takers(agreement, row, first or ""):
                continue
            itself = (
                _("A lead is handed over by itself")
                if row.auto
                else _("{may} hands it over").format(may=naming.may(row.by, row.roles))
            )
            if not row.guard:
                yield Paragraph(sentence(_("{itself}, without any condition").format(itself=itself)))
                continue
            yield Paragraph(
                _("{sentence} ({trigger}) when all of this is so:").format(
                    sentence=sentence(itself)[:-1], trigger=naming.trigger(row.trigger)
                )
            )
            yield Items([_clause(each.that, each.otherwise, naming) for each in row.guard])
    yield from scored(agreement, naming)


def _takers(agreement: Workflow, row: Transition, first: str) -> list[str]:
    taker = None if row.to is None else agreement.states[row.to].held_by
    leaves = any(agreement.states[name].held_by == first for name in row.from_states)
    return [taker] if taker not in (None, first) and leaves and taker is not None else []


def _clause(that: object, otherwise: str | None, naming: Naming) -> Item:
    words = condition(that, naming)  # type: ignore[arg-type]
    return Item(
        sentence(words),
        notes=[_("If not, it is refused: {otherwise}.").format(otherwise=otherwise)] if otherwise else [],
    )


def scored(agreement: Workflow, naming: Naming) -> Iterator[Block]:
    """How the score comes about."""
    scoring = agreement.scoring
    earning = [each for each in agreement.activities.values() if each.points is not None]
    if not scoring.fit and not earning and scoring.score is None:
        return
    yield Heading(_("How a lead is scored"), 3)
    formula = _("the fit plus the engagement") if scoring.score is None else value(scoring.score.text, naming)
    yield Paragraph(sentence(_("the score is {formula}").format(formula=formula)))
    if scoring.fit:
        yield Paragraph(_("The fit says who the lead is:"))
        yield Table(
            (_("points"), _("if"), _("because")),
            [
                (_points(rule.points), condition(rule.when, naming), rule.because or "")
                for rule in scoring.fit
            ],
        )
    if earning:
        words = _("The engagement is what the lead did:")
        if scoring.half_life:
            words = _("The engagement is what the lead did, and halves every {time}:")
        yield Paragraph(words.format(time=elapsed(scoring.half_life) if scoring.half_life else ""))
        yield Table((_("points"), _("for"), _("at most")), [_earned(each, naming) for each in earning])


def _points(points: object) -> str:
    text = getattr(points, "text", None)
    return quoted(text) if text else shown(points)


def _earned(each: Activity, naming: Naming) -> tuple[str, str, str]:
    when = _(" if {condition}").format(condition=condition(each.when, naming)) if each.when else ""
    return (
        _points(each.points),
        naming.activity(each.kind) + when,
        "" if each.cap is None else shown(each.cap),
    )


def ways(agreement: Workflow, naming: Naming) -> Iterator[Block]:
    """Every transition, forward, back, and those that leave a lead where it is."""
    groups: dict[str, list[Item]] = {
        _("Ways forward"): [], _("Ways back"): [], _("Without leaving a state"): [],
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
        return _("Without leaving a state")
    order, first = list(agreement.states), agreement.states[agreement.initial].held_by
    others = {agreement.states[name].held_by for name in row.from_states} - {first}
    returns = others and agreement.states[row.to].held_by == first
    earliest = min(order.index(name) for name in row.from_states)
    is_mixed = first in {agreement.states[name].held_by for name in row.from_states}
    if (returns and not is_mixed) or order.index(row.to) < earliest:
        return _("Ways back")
    return _("Ways forward")


def way(row: Transition, naming: Naming) -> Item:
    words = _("{who} may do it while a lead is in {states}")
    if row.to:
        words = _("{who} may take a lead from {states} to {state}")
    words = words.format(
        who=naming.may(row.by, row.roles) or _("nobody"), states=naming.states(row.from_states),
        state=naming.state(row.to) if row.to else "",
    )  # fmt: skip
    return Item(sentence(words), row.title or "", row.trigger, list(_terms(row, naming)))


def _terms(row: Transition, naming: Naming) -> Iterator[str]:
    if row.auto:
        yield _("It happens by itself as soon as its conditions hold.")
    if row.requires:
        yield _("It needs {series}.").format(series=series(asked(each) for each in row.requires.values()))
    for clause in row.guard:
        words = _("it asks that {condition}")
        if clause.otherwise:
            words = _("it asks that {condition}; if not: {otherwise}")
        yield sentence(words.format(condition=condition(clause.that, naming), otherwise=clause.otherwise))
    if row.override:
        yield sentence(
            _("{granted} may pass by its conditions, with a reason").format(
                granted=naming.granted(row.override)
            )
        )
    if row.click:
        yield _("Messages to the owner carry a link to do it by.")
    if row.sets:
        yield sentence(_("then {settings}").format(settings=settings(row.sets, naming)))
    if row.reset:
        yield sentence(_("it sets back {listed}").format(listed=listed(sorted(row.reset))))
    if row.actions:
        yield sentence(_("then {actions}").format(actions=actions(row.actions, naming)))


def checks(agreement: Workflow, naming: Naming) -> Iterator[Block]:
    if agreement.checks:
        yield Heading(_("What is checked"))
        yield Items([check(each, naming) for each in agreement.checks.values()])


def check(each: Check, naming: Naming) -> Item:
    passes = _(" and ").join(condition(clause.that, naming) for clause in each.passes)
    notes = []
    if each.fields:
        notes.append(
            _("The answer gives {series}.").format(
                series=series(asked(field, optional=False) for field in each.fields.values())
            )
        )
    if each.by:
        notes.append(
            _("Beside who holds the lead, {may} may answer.").format(may=naming.may(each.by, each.roles))
        )
    if each.valid_for:
        notes.append(_("An answer holds for {elapsed}.").format(elapsed=elapsed(each.valid_for)))
    notes += [
        _("If it does not pass: {otherwise}.").format(otherwise=clause.otherwise)
        for clause in each.passes
        if clause.otherwise
    ]
    words = _("It passes if {passes}.").format(passes=passes)
    return Item(
        f"{each.question or ''} {words}".strip(),
        each.title or "",
        each.name,
        notes,
    )
