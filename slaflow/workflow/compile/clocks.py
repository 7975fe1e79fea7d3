"""Targets and timers, their allowances and steps, from document to model."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from slaflow.workflow.compile.flow import actions
from slaflow.workflow.compile.parts import Parts
from slaflow.workflow.compile.rights import lifted_by
from slaflow.workflow.document.durations import DurationInvalid, parse_duration
from slaflow.workflow.document.flow import (
    ActionDoc,
    AtDoc,
    CaseDoc,
    OfReturnDoc,
    PatternDoc,
    PauseDoc,
    TargetDoc,
    TimerDoc,
    UntilDoc,
)
from slaflow.workflow.model.clocks import (
    Allowance,
    Case,
    Days,
    LocalTime,
    Months,
    OpenTime,
    Pattern,
    Pause,
    Span,
    Step,
    Target,
    UntilField,
    in_place_of_target,
)
from slaflow.workflow.yaml.tree import Path

MINUTE = timedelta(minutes=1)
MOST_PERCENT = 1_000
DUE = Step("100%", "percent", percent=100)
_PERCENT = re.compile(r"([0-9]{1,9})%")
STARTS = ("enter", "trigger", "activity", "set", "assign", "dispute", "ruling")
MEETS = ("enter", "trigger", "activity", "attempts", "contact", "assign", "dispute", "ruling")
RESTARTS = ("enter", "trigger", "activity", "set", "contact", "assign")


def target(index: int, name: str, doc: TargetDoc, parts: Parts) -> Target | None:
    """The target, or None if it has faults."""
    path: Path = ("targets", name)
    before = parts.findings.count
    parts.lookup.one((*path, "owed_by"), "party", doc.owed_by, parts.names.parties)
    if doc.per == "owner" and not parts.names.teams:
        words = "per: owner needs people who own leads, and the file has no teams; add teams"
        parts.findings.error((*path, "per"), words)
    made = _clock(
        index,
        name,
        doc,
        path,
        parts,
        owed_by=doc.owed_by,
        cases=_cases(doc.within, (*path, "within"), parts),
        meet=_patterns(doc.meet, (*path, "meet"), MEETS, parts),
        repeat=doc.repeat,
        per_owner=doc.per == "owner",
        steps=_steps(doc.steps, (*path, "steps"), parts),
        lift=lifted_by(doc.lift, (*path, "lift", "by"), parts),
    )
    return made if parts.findings.count == before else None


def timer(index: int, name: str, doc: TimerDoc, parts: Parts) -> Target | None:
    """A timer is a clock nobody owes; what it does stands on its one step."""
    path: Path = ("timers", name)
    before = parts.findings.count
    does = actions(doc.do, (*path, "do"), parts)
    made = _clock(
        index,
        name,
        doc,
        path,
        parts,
        owed_by=None,
        cases=_cases(doc.after, (*path, "after"), parts),
        steps=(Step("100%", "percent", percent=100, actions=does),),
    )
    return made if parts.findings.count == before else None


def _clock(
    index: int,
    name: str,
    doc: TargetDoc | TimerDoc,
    path: Path,
    parts: Parts,
    *,
    owed_by: str | None,
    cases: tuple[Case, ...],
    steps: tuple[Step, ...],
    meet: tuple[Pattern, ...] = (),
    repeat: bool = False,
    per_owner: bool = False,
    lift: Mapping[str, str] | None = None,
) -> Target:
    lives_in = None
    if doc.lives_in is not None:
        lives_in = parts.lookup.many((*path, "while"), "state", doc.lives_in, parts.names.states)
    _calendar(doc.calendar, (*path, "calendar"), parts)
    return Target(
        index=index,
        name=name,
        owed_by=owed_by,
        start=_patterns(doc.start, (*path, "start"), STARTS, parts),
        cases=cases,
        calendar=doc.calendar,
        lives_in=None if lives_in is None else frozenset(lives_in),
        meet=meet,
        pause=_pause(doc.pause, (*path, "pause"), parts),
        restart=_patterns(doc.restart, (*path, "restart"), RESTARTS, parts),
        repeat=repeat,
        per_owner=per_owner,
        steps=steps,
        title=doc.title,
        about=doc.about,
        lift=lift,
    )


def _calendar(name: str, path: Path, parts: Parts) -> None:
    parts.lookup.one(path, "calendar", name, ("always", "owner", *parts.names.calendars))


def _patterns(
    docs: Sequence[PatternDoc], path: Path, kinds: Sequence[str], parts: Parts
) -> tuple[Pattern, ...]:
    made = []
    for index, doc in enumerate(docs):
        where: Path = (*path, index)
        if doc.kind not in kinds:
            words = f"{path[-1]} takes {', '.join(kinds)}, not {doc.kind}"
            parts.findings.error((*where, doc.kind), words, key=True)
        elif (pattern := pattern_of(doc, where, parts)) is not None:
            made.append(pattern)
    return tuple(made)


def pattern_of(doc: PatternDoc, path: Path, parts: Parts) -> Pattern | None:
    """The pattern with its names looked up; None if its condition has faults."""
    when = None
    if doc.when is not None:
        when = parts.findings.compile((*path, "when"), doc.when, parts.scopes.lead)
    known = {
        "enter": ("state", parts.names.states, doc.enter),
        "trigger": ("trigger", parts.names.triggers, doc.trigger),
        "activity": ("activity", parts.names.activities, doc.activity),
        "set": ("field", parts.names.fields, doc.set),
    }
    names: tuple[str, ...] = ()
    if doc.kind in ("dispute", "ruling"):
        names = _contested(doc.dispute or doc.ruling, (*path, doc.kind), parts)
    elif doc.kind in known:
        what, declared, given = known[doc.kind]
        names = parts.lookup.many((*path, doc.kind), what, given or (), declared)
    times = doc.attempts or doc.times or 1
    return Pattern(doc.kind, frozenset(names), times, doc.channels or 1, when)


def _contested(doc: Sequence[str] | OfReturnDoc | None, path: Path, parts: Parts) -> tuple[str, ...]:
    """The targets whose breaches are disputed, or what stands for returns in their place."""
    if not isinstance(doc, OfReturnDoc):
        return parts.lookup.many(path, "target", doc or (), parts.names.targets)
    known = parts.names.reasons
    if not known:
        words = "no transition that hands a lead over asks why; give one a reason in requires"
        parts.findings.error((*path, "return"), words, key=True)
    given = known if doc.return_ is None else doc.return_
    found = parts.lookup.many((*path, "return"), "reason of a return", given, known)
    return tuple(in_place_of_target(name) for name in found)


def _pause(doc: PauseDoc | None, path: Path, parts: Parts) -> Pause | None:
    if doc is None:
        return None
    when = parts.findings.compile((*path, "when"), doc.when, parts.scopes.lead)
    at_most = _span(doc.at_most, (*path, "at_most"), parts) if doc.at_most else None
    reason = None if doc.reason is None else _reason(doc.reason, (*path, "reason"), parts)
    return None if when is None else Pause(when, at_most, reason)


def _reason(name: str, path: Path, parts: Parts) -> str | None:
    """The field that says why a clock is paused, which is a text."""
    if not parts.lookup.one(path, "field", name, parts.names.fields):
        return None
    declared = parts.fields.get(name)
    if declared is not None and declared.type not in ("string", "text"):
        parts.findings.error(path, f"lead.{name} is {declared.type}; a field that says why holds a text")
    return name


def _cases(docs: Sequence[CaseDoc], path: Path, parts: Parts) -> tuple[Case, ...]:
    made = []
    for index, doc in enumerate(docs):
        where: Path = (*path, index)
        when = None
        if doc.when is not None:
            when = parts.findings.compile((*where, "when"), doc.when, parts.scopes.lead)
        elif index + 1 < len(docs):
            words = "this case always holds, so those after it never do; put it last"
            parts.findings.error(where, words)
        allowance = _allowance(doc.is_, (*where, "is"), parts)
        if doc.calendar is not None:
            _calendar(doc.calendar, (*where, "calendar"), parts)
        if allowance is not None:
            made.append(Case(when, allowance, doc.calendar))
    return tuple(made)


def _allowance(doc: str | UntilDoc | AtDoc, path: Path, parts: Parts) -> Allowance | None:
    if isinstance(doc, AtDoc):
        if path[0] != "timers":
            parts.findings.error(
                (*path, "at"), "at stands in the after of a timer, not in a promise", key=True
            )
        hours, minutes = doc.at.split(":")
        return LocalTime(int(hours) * 60 + int(minutes), f"at {doc.at}")
    return _span(doc, path, parts) if isinstance(doc, str) else _until(doc, path, parts)


def _span(text: str, path: Path, parts: Parts, *, key: bool = False) -> Span:
    """Open time, open days or months, at least a minute: each settle moves forward. rules.md, 13.1."""
    span = parse_duration(text)
    if _is_too_short(span):
        parts.findings.error(path, f'"{text}" is too short; at least 1m', key=key)
    return span


def _is_too_short(span: Span) -> bool:
    if isinstance(span, OpenTime):
        return span.duration < MINUTE
    return (span.days if isinstance(span, Days) else span.months) < 1


def _until(doc: UntilDoc, path: Path, parts: Parts) -> UntilField | None:
    expression = parts.findings.compile((*path, "until"), doc.until, parts.scopes.lead, "timestamp")
    before = None if doc.before is None else _span(doc.before, (*path, "before"), parts)
    if expression is None:
        return None
    field = next(iter(expression.names), "").removeprefix("lead.")
    declared = parts.fields.get(field)
    if len(expression.names) != 1 or declared is None or declared.type not in ("date", "datetime"):
        words = "until reads one date or datetime field of the lead, as in lead.callback_on"
        parts.findings.error((*path, "until"), words, offset=0)
        return None
    text = f"until {doc.until}" + (f", {doc.before} before" if doc.before else "")
    return UntilField(field, expression, declared.type == "date", before, text)


def _steps(docs: Mapping[str, Sequence[ActionDoc]], path: Path, parts: Parts) -> tuple[Step, ...]:
    """The steps as written, the breach among them: put before what comes after it if it is not."""
    made = []
    for label, does in docs.items():
        step = _step(label, (*path, label), parts)
        carried_out = actions(does, (*path, label), parts)
        if step is not None:
            made.append(replace(step, actions=carried_out))
    if not any(step.is_due for step in made):
        place = next((at for at, step in enumerate(made) if step.falls_after_due), len(made))
        made.insert(place, DUE)
    return tuple(made)


def _step(label: str, path: Path, parts: Parts) -> Step | None:
    """When a step falls: ``50%``, ``-1h``, ``100%``, ``200%``, ``+4h``, ``+2d`` or ``+1mo``."""
    if percent := _PERCENT.fullmatch(label):
        if 1 <= int(percent.group(1)) <= MOST_PERCENT:
            return Step(label, "percent", percent=int(percent.group(1)))
        words = f"{label} is outside 1% to {MOST_PERCENT}%; write +1h for later"
        parts.findings.error(path, words, key=True)
        return None
    try:
        span = parse_duration(label[1:]) if label[:1] in ("+", "-") else None
    except DurationInvalid:
        span = None
    if span is None:
        parts.findings.error(path, f'"{label[:40]}" is no step; write 50%, -1h, 100%, +4h or +2d', key=True)
    elif not isinstance(span, OpenTime) and label[0] == "-":
        unit = "days" if isinstance(span, Days) else "months"
        parts.findings.error(path, f"{label} counts {unit} before due; - takes h, m and s", key=True)
    elif isinstance(span, Days):
        _span(label[1:], path, parts, key=True)
        return Step(label, "after_days", days=span.days)
    elif isinstance(span, Months):
        _span(label[1:], path, parts, key=True)
        return Step(label, "after_months", months=span.months)
    elif label[0] == "-":
        return Step(label, "before", offset=_span_before(span, path, parts).duration)
    else:
        _span(label[1:], path, parts, key=True)
        return Step(label, "after", offset=span.duration)
    return None


def _span_before(span: OpenTime, path: Path, parts: Parts) -> OpenTime:
    if not span.duration:
        parts.findings.error(path, "this is the due instant itself; write 100%", key=True)
    return span
