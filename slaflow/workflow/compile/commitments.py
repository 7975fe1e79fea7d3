"""Commitments, from document to model: what they name exists, and what they ask for can be measured."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal
from typing import cast

from slaflow.workflow.compile.parts import Parts
from slaflow.workflow.document.durations import elapsed, parse_duration
from slaflow.workflow.document.flow import COUNTED, ActionDoc, CountedDoc
from slaflow.workflow.document.terms import TAKES, CommitmentDoc, ShareDoc, TimeDoc
from slaflow.workflow.document.types import plain_number
from slaflow.workflow.expressions.value import Expression
from slaflow.workflow.model.clocks import OpenTime
from slaflow.workflow.model.commitment import (
    Commitment,
    Count,
    Happening,
    Kept,
    Kind,
    Measure,
    Missed,
    PaceStep,
    Share,
    Signed,
    Sum,
    Take,
    Timed,
)
from slaflow.workflow.yaml.tree import Path

_FRACTION = re.compile(r"0?\.[0-9]{1,6}")
PERCENT = re.compile(r"([0-9]{1,9})%")


def commitment(index: int, name: str, doc: CommitmentDoc, parts: Parts) -> Commitment | None:
    """The commitment, or None if it has faults."""
    path: Path = ("commitments", name)
    before = parts.findings.count
    owed_by = parts.lookup.many((*path, "owed_by"), "party", doc.owed_by, parts.names.parties)
    _check_fits(doc, path, parts)
    measure = _measure(name, doc, path, parts)
    at_least, at_most = (_bound(doc, key, path, parts) for key in ("at_least", "at_most"))
    if at_least is not None and at_most is not None and at_least > at_most:
        parts.findings.error((*path, "at_most"), "at_most is less than at_least, so nobody can keep it")
    missed, pace = _missed(doc, path, parts), tuple(_pace(doc, path, parts))
    if measure is None or parts.findings.count != before:
        return None
    late_evidence = elapsed(parts.document.late_evidence)
    matures = late_evidence if doc.matures is None else elapsed(doc.matures)
    return Commitment(
        index=index,
        name=name,
        owed_by=owed_by,
        every=doc.every,
        measure=measure,
        at_least=at_least,
        at_most=at_most,
        # Whether all have signed is known once the time for it is over, and not before.
        matures=measure.within if isinstance(measure, Signed) else matures,
        min_sample=doc.min_sample or 1,
        per_owner=doc.per == "owner",
        missed=missed,
        pace=pace,
        title=doc.title,
        about=doc.about,
    )


def _check_fits(doc: CommitmentDoc, path: Path, parts: Parts) -> None:
    """Keys that mean nothing beside what is measured."""
    is_cohort_share = doc.share is not None and doc.share.met is None
    has_sample = doc.share is not None or doc.time is not None
    owes = doc.signed_within is not None or doc.at_least is not None or doc.at_most is not None
    ill = [
        (doc.cohort, "cohort", is_cohort_share, "cohort says whose share is asked: it goes with {of, among}"),
        (doc.min_sample, "min_sample", has_sample, "min_sample goes with a share or a time"),
        (doc.pace, "pace", owes, "nothing is owed, so there is no pace; add at_least or at_most"),
        (doc.missed, "missed", owes, "nothing is owed, so it is never missed; add at_least or at_most"),
        (doc.matures, "matures", doc.signed_within is None, "signed_within says when this closes"),
        (doc.per, "per", doc.signed_within is None, "parties sign, not owners"),
        (doc.pace, "pace", doc.signed_within is None, "a signature has no pace"),
    ]
    for given, key, fits, words in ill:
        if given is not None and not fits:
            parts.findings.error((*path, key), words, key=True)


def _measure(name: str, doc: CommitmentDoc, path: Path, parts: Parts) -> Measure | None:
    if doc.count is not None:
        distinct = _distinct(doc.count.distinct, (*path, "count"), parts)
        counted = _happening(doc.count.of, (*path, "count"), name, parts, distinct=distinct)
        return None if counted is None else Count(counted, doc.count.each)
    if doc.sum is not None:
        _check_adds_up(doc.sum.field, (*path, "sum", "field"), parts)
        added = _happening(doc.sum.of, (*path, "sum", "of"), name, parts, adds=doc.sum.field)
        return None if added is None else Sum(added)
    if doc.share is not None:
        return _share(name, doc, doc.share, path, parts)
    if doc.time is not None:
        return _timed(doc.time, (*path, "time"), parts)
    within = parts.span((*path, "signed_within"), doc.signed_within)
    return None if within is None else Signed(within)


def _timed(doc: TimeDoc, path: Path, parts: Parts) -> Timed | None:
    take = next(key for key in TAKES if getattr(doc, key) is not None)
    target: str = getattr(doc, take)
    known = parts.lookup.one((*path, take), "target", target, parts.names.targets)
    return Timed(target, cast("Take", take)) if known else None


def _share(name: str, doc: CommitmentDoc, share: ShareDoc, path: Path, parts: Parts) -> Measure | None:
    where: Path = (*path, "share")
    distinct = _distinct(share.distinct, where, parts)
    if share.met is not None:
        for key, given in (("distinct", distinct is not None), ("each", share.each)):
            if given:
                words = f"promises are counted, each once; {key} goes with {{of, among}}"
                parts.findings.error((*where, key), words, key=True)
        targets = parts.lookup.many((*where, "met"), "target", share.met, parts.names.targets)
        when = _condition(share.when, (*where, "when"), parts)
        return Kept(frozenset(targets), None if when is None else name, when)
    if share.when is not None:
        words = "when stands beside what happens: {of: {trigger: accept, when: ...}, among: ...}"
        parts.findings.error((*where, "when"), words, key=True)
    assert share.of is not None
    assert share.among is not None
    of = _happening(share.of, (*where, "of"), f"{name}.of", parts)
    among = _happening(share.among, (*where, "among"), f"{name}.among", parts, distinct=distinct)
    cohort = None
    if doc.cohort is not None:
        cohort = _happening(doc.cohort, (*path, "cohort"), f"{name}.cohort", parts)
    if of is None or among is None:
        return None
    made = Share(of, among, cohort, share.each)
    if made.each and (doc.cohort is not None or not made.by_first):
        what = "of is one of those in among" if doc.cohort is None else "there is no cohort of leads"
        parts.findings.error((*where, "each"), f"each counts events, so {what}", key=True)
    return made


def _happening(
    doc: CountedDoc,
    path: Path,
    noted: str,
    parts: Parts,
    adds: str | None = None,
    distinct: str | None = None,
) -> Happening | None:
    """*adds* and *distinct* are fields whose value at the event is noted: to add up, to count once."""
    if doc.counted not in COUNTED or doc.times is not None:
        strange = "times" if doc.counted in COUNTED else doc.counted
        words = f"{strange} cannot be counted here; a commitment looks for {', '.join(COUNTED)}"
        parts.findings.error((*path, strange), words, key=True)
        return None
    kind = cast("Kind", doc.counted)
    if doc.step is not None:
        return _step(doc, doc.step, (*path, "step"), adds or distinct, parts)
    declared = {
        "enter": ("state", parts.names.states),
        "trigger": ("trigger", parts.names.triggers),
        "activity": ("activity", parts.names.activities),
        "override": ("trigger", parts.names.triggers),
    }
    names: tuple[str, ...] = ()
    if kind in declared:
        what, known = declared[kind]
        names = parts.lookup.many((*path, kind), what, getattr(doc, kind), known)
    when = _condition(doc.when, (*path, "when"), parts)
    is_noted = when is not None or adds is not None or distinct is not None
    return Happening(kind, frozenset(names), noted if is_noted else None, when, adds, distinct=distinct)


def _step(
    doc: CountedDoc, pair: Sequence[str], path: Path, noted: str | None, parts: Parts
) -> Happening | None:
    """The step of a target; it is nothing that the lead does, so there is no more to ask of it."""
    target, label = pair
    if doc.when is not None or noted is not None:
        words = "a step falls by itself: no when, no sum and no distinct goes with it"
        parts.findings.error(path, words, key=True)
        return None
    if not parts.lookup.one((*path, 0), "target", target, parts.names.targets):
        return None
    declared = parts.document.targets.get(target)
    labels = dict.fromkeys((*(declared.steps if declared is not None else ()), "100%"))
    if not parts.lookup.one((*path, 1), f"step of {target}", label, labels):
        return None
    return Happening("step", frozenset((target,)), step=label)


def _condition(text: str | None, path: Path, parts: Parts) -> Expression | None:
    return None if text is None else parts.findings.compile(path, text, parts.scopes.lead)


def _distinct(name: str | None, path: Path, parts: Parts) -> str | None:
    """The field that is called so, each value of which counts once."""
    if name is None or not parts.lookup.one((*path, "distinct"), "field", name, parts.names.fields):
        return None
    return name


def _check_adds_up(name: str, path: Path, parts: Parts) -> None:
    if not parts.lookup.one(path, "field", name, parts.names.fields):
        return
    field = parts.fields.get(name)
    if field is not None and field.type not in ("int", "decimal"):
        parts.findings.error(path, f"lead.{name} is {field.type}; only int and decimal fields add up")


def _bound(doc: CommitmentDoc, key: str, path: Path, parts: Parts) -> Decimal | None:
    """How much is owed; of a share in parts of one hundred."""
    text: str | None = getattr(doc, key)
    if text is None:
        return None
    if (doc.time is not None) != (text[-1:] in ("h", "m", "s", "d")):
        words = "write 15m" if doc.time is not None else "only a time is owed in h, m and s"
        parts.findings.error((*path, key), f"{text} is not how this is measured; {words}")
        return None
    if doc.time is not None:
        return _seconds(text, (*path, key), parts)
    figure = Decimal(text.removesuffix("%"))
    if doc.share is not None and not text.endswith("%"):
        parts.findings.error((*path, key), f"a share is owed in percent; write {_as_percent(text)}")
    elif doc.share is not None and figure > 100:
        parts.findings.error((*path, key), f"{text} is more than the whole")
    elif doc.count is not None and figure != int(figure):
        parts.findings.error((*path, key), f"{text} is no number of leads; they are counted whole")
    elif key == "at_least" and not figure:
        parts.findings.error((*path, key), "at_least nothing is always kept")
    return figure


def _as_percent(text: str) -> str:
    """What was meant by a share without its sign: ``0.95`` is 95%, and so is ``95``."""
    figure = Decimal(text)
    whole = figure * 100 if "." in text and figure <= 1 else figure
    return f"{plain_number(whole.normalize())}%"


def _seconds(text: str, path: Path, parts: Parts) -> Decimal | None:
    span = parse_duration(text)
    if not isinstance(span, OpenTime) or not span.duration:
        parts.findings.error(
            path, f"open time is measured in h, m and s, and is more than none; found {text}"
        )
        return None
    return Decimal(int(span.duration.total_seconds()))


def _missed(doc: CommitmentDoc, path: Path, parts: Parts) -> Missed | None:
    if doc.missed is None:
        return None
    recipients = _told(
        doc.missed.do, (*path, "missed", "do"), doc.per == "owner", "a missed commitment", parts
    )
    return Missed(recipients, doc.missed.in_a_row)


def _pace(doc: CommitmentDoc, path: Path, parts: Parts) -> Iterator[PaceStep]:
    last = 0
    for label, does in (doc.pace or {}).items():
        where: Path = (*path, "pace", label)
        found = PERCENT.fullmatch(label)
        if found is None or not 1 <= int(found.group(1)) <= 99:
            meant = f"{_as_percent(label)}, or another of " if _FRACTION.fullmatch(label) else ""
            words = f'"{label[:40]}" is no share of the period; write {meant}1% to 99%'
            parts.findings.error(where, words, key=True)
            continue
        if (percent := int(found.group(1))) <= last:
            parts.findings.error(where, f"{label} comes before {last}%; write the steps in order", key=True)
        last = percent
        recipients = _told(does, where, doc.per == "owner", "a commitment out of pace", parts)
        yield PaceStep(label, percent, recipients or tuple(dict.fromkeys(doc.owed_by)))


def _told(does: Sequence[ActionDoc], path: Path, per_owner: bool, what: str, parts: Parts) -> tuple[str, ...]:
    """Everybody whom the actions notify, the only thing that they may do."""
    recipients: list[str] = []
    for index, action in enumerate(does):
        where: Path = (*path, index)
        if action.notify is None:
            parts.findings.error(where, f"{what} belongs to no one lead: notify is all it can do")
            continue
        known = _who_is_told(per_owner, parts)
        for place, name in enumerate(action.notify):
            if name in ("owner", "manager") and not per_owner:
                words = f"{what} has no one {name}; name a party, a team or an address, or add per: owner"
                parts.findings.error((*where, "notify", place), words)
            else:
                recipients += parts.lookup.people((*where, "notify"), [name], known)
    return tuple(dict.fromkeys(recipients))


def _who_is_told(per_owner: bool, parts: Parts) -> Collection[str]:
    people = ("owner", "manager") if per_owner else ()
    return (*people, *parts.names.parties, *parts.names.teams)
