"""The cases of an allowance: none is hidden by those before it, and for every lead one holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from slaflow.workflow.checks.remark import Remark, path_of
from slaflow.workflow.model.clocks import Case, Target, UntilField
from slaflow.workflow.model.workflow import Workflow
from slaflow.workflow.proof.conditions import cases_of, condition_of
from slaflow.workflow.proof.truths import ALWAYS, Condition, Truths
from slaflow.workflow.proof.words import told

Start = tuple[Condition, Mapping[str, object]]
"""Of a pattern of ``start`` what it asks for, and what is known of a lead of which it is true."""


def hidden_cases(workflow: Workflow, truths: Truths) -> Iterator[Remark]:
    """Cases that never count; one behind a case without ``when`` is an error of its own."""
    for clock in workflow.targets:
        starts = list(_starts(clock))
        if clock.repeat or clock.restart or clock.per_owner:
            starts.append((ALWAYS, {}))
        asked = [_holds(case) for case in clock.cases]
        for index, case in enumerate(asked):
            may_be = any(
                truths.together([case, start], asked[:index], known) is not None for start, known in starts
            )
            if index and not may_be:
                words = f"this case of {clock.name} never counts: one before it holds whenever it would"
                yield Remark((*path_of(clock), cases_of(clock), index), words, warning=True)


def gaps(workflow: Workflow, truths: Truths) -> Iterator[Remark]:
    """Clocks that some lead would have and has not, as no case holds for it."""
    for clock in workflow.targets:
        if all(case.when is not None for case in clock.cases):
            asked = [_holds(case) for case in clock.cases]
            for start, known in _starts(clock):
                found = truths.together([start], asked, known, unread=False)
                if found is not None:
                    yield _gap(clock, told(found, truths.domains_of([start, *asked])))
                    break


def _holds(case: Case) -> Condition:
    """What a case asks for; an ``until`` holds only where its field is set."""
    until = case.allowance.field if isinstance(case.allowance, UntilField) else None
    return replace(condition_of(case.when), there=() if until is None else (f"lead.{until}",))


def _starts(clock: Target) -> Iterator[Start]:
    for pattern in clock.start:
        known = {f"known.{name}": True for name in pattern.names} if pattern.kind == "set" else {}
        yield condition_of(pattern.when), known if len(known) == 1 else {}


def _gap(clock: Target, values: str) -> Remark:
    who = f"a lead for which no case holds{f' ({values})' if values else ''} has no {clock.name}"
    words = f"{who}: end with a case without when; where that is meant, say when in start"
    return Remark((*path_of(clock), cases_of(clock)), words, warning=True)
