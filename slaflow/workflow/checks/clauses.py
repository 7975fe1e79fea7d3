"""Checks of what time alone changes: pauses and the score do not read it. Source: rules.md, 4.2."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import product

from slaflow.workflow.checks.journey import places_of
from slaflow.workflow.checks.places import scored
from slaflow.workflow.checks.remark import Remark, path_of
from slaflow.workflow.expressions.value import Expression
from slaflow.workflow.model.lead import FitRule
from slaflow.workflow.model.workflow import Workflow

MAX_TRUTHS = 6
"""Names of which all truths are tried."""
_ALWAYS_SET = ("known.", "checked.")


def check_pauses(workflow: Workflow) -> Iterator[Remark]:
    """No pause reads what time alone changes."""
    scores = timely_scores(workflow)
    for clock in workflow.targets:
        if clock.pause is not None and (found := timely(workflow, clock.pause.when.names, scores)):
            words = f"{found} changes as time passes, and a pause is looked at after events only"
            yield Remark((*path_of(clock), "pause", "when"), words)


def check_pauses_end(workflow: Workflow) -> Iterator[Remark]:
    """No pause holds whatever the lead."""
    for clock in workflow.targets:
        if clock.pause is not None and _always_holds(workflow, clock.pause.when):
            words = f"this always holds, so {clock.name} never counts; leave pause out, or say when it pauses"
            yield Remark((*path_of(clock), "pause", "when"), words)


def _always_holds(workflow: Workflow, asks: Expression) -> bool:
    """Whether it is true with nothing known, or for all that its names can be where each is always set."""
    if asks.evaluate({}) is True:
        return True
    truths = sorted(name for name in asks.names if name == "contacted" or name.startswith(_ALWAYS_SET))
    others = [name for name in asks.names if name not in truths]
    if len(truths) > MAX_TRUTHS or not all(name.startswith(("lead.stage", "stage.")) for name in others):
        return False
    places = places_of(workflow, others) if others else [{}]
    found = [
        asks.evaluate({**place, **dict(zip(truths, values, strict=True))})
        for place in places
        for values in product((True, False), repeat=len(truths))
    ]
    return bool(found) and all(answer is True for answer in found)


def check_score_stands(workflow: Workflow) -> Iterator[Remark]:
    """Nothing in the score changes as time passes, but for the points that decay."""
    for path, expression in scored(workflow):
        if found := timely(workflow, expression.names, ()):
            words = f"{found} changes as time passes: so does the score, and nothing is tried when it does"
            yield Remark(path, words, warning=True)


def timely_scores(workflow: Workflow, *, decaying: bool = True) -> frozenset[str]:
    """Which of the scores change without an event, by every name they have; *decaying*: or only fade."""
    found: set[str] = set()
    if decaying and workflow.scoring.half_life is not None:
        found |= {"engagement", "lead.engagement"}
    if any(timely(workflow, names, ()) for rule in workflow.scoring.fit for names in _read(rule)):
        found |= {"fit", "lead.fit"}
    score = workflow.scoring.score
    if timely(workflow, {"fit", "engagement"} if score is None else score.names, found):
        found.add("lead.score")
    return frozenset(found)


def _read(rule: FitRule) -> Iterator[frozenset[str]]:
    yield rule.when.names
    if not isinstance(rule.points, Decimal):
        yield rule.points.names


def timely(workflow: Workflow, names: Iterable[str], scores: Iterable[str]) -> str | None:
    """The first of *names* that changes as time passes, as people write it."""
    lapsing = {name for name, check in workflow.checks.items() if check.valid_for is not None}
    for name in sorted(names):
        head, _, rest = name.partition(".")
        if name == "now" or name in scores:
            return name
        if head == "open":
            return f"open('{rest}')"
        if rest.startswith("within.") and head == "attempts":
            return f"attempts.within('{rest.removeprefix('within.')}')"
        if head in ("check", "checked") and rest in lapsing:
            return f"{name}, whose answer is valid for a time,"
    return None
