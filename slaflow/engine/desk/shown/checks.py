"""A check as a page shows it: its question, when it passes, who answered what, why it passed or not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from slaflow.agreement.words.conditions import condition
from slaflow.agreement.words.naming import plain, unquoted
from slaflow.engine.desk.asked import title_of, words_of
from slaflow.engine.desk.deeds import Deed
from slaflow.engine.desk.meanwhile import Told, name_of
from slaflow.engine.desk.seen import Seen
from slaflow.lifecycle.lead import Answer
from slaflow.workflow.model.lead import Check


@dataclass(frozen=True, slots=True)
class ClauseShown:
    """One of the conditions, and whether the last answer fulfils it; None: nobody can say without one."""

    words: str
    is_met: bool | None


@dataclass(frozen=True, slots=True)
class CheckShown:
    """A check. ``passed`` None: there is no answer that stands; ``stands_until`` None: for good."""

    name: str
    title: str
    question: str | None
    passes: tuple[ClauseShown, ...]
    passed: bool | None
    values: tuple[tuple[str, str], ...]
    answered_at: datetime | None
    answered_by: str | None
    stands_until: datetime | None
    answering: Deed | None


def checked(
    seen: Seen, check: Check, told: Iterable[Told], answering: Deed | None = None
) -> CheckShown:  # fmt: skip
    """*check* as it stands for the lead, of whose log *told* is the end."""
    answer = seen.lead.checks.get(check.name)
    stands = seen.view.answer_stands(check.name)
    until = None if answer is None or check.valid_for is None else answer.at + check.valid_for
    return CheckShown(
        name=check.name,
        title=unquoted(seen.naming.check(check.name)),
        question=check.question,
        passes=tuple(_clauses(seen, check, answer)),
        passed=answer.passed if answer is not None and stands else None,
        values=() if answer is None else _values(check, answer),
        answered_at=None if answer is None else answer.at,
        answered_by=None if answer is None else answered_by(seen, check.name, told),
        stands_until=until,
        answering=answering,
    )


def _clauses(seen: Seen, check: Check, answer: Answer | None) -> Iterator[ClauseShown]:
    """Each condition; which of them an answer that did not pass fails, as far as that can still be seen."""
    found: list[bool | None] = [None] * len(check.passes)
    if answer is not None and answer.passed:
        found = [True] * len(check.passes)
    elif answer is not None:
        view = seen.view.with_given({"answer": (check.fields, answer.values)})
        now = [view.evaluate(clause.that) is True for clause in check.passes]
        found = list(now) if not all(now) else found
    for clause, is_met in zip(check.passes, found, strict=True):
        yield ClauseShown(clause.otherwise or condition(clause.that, seen.naming), is_met)


def answered_by(seen: Seen, name: str, told: Iterable[Told]) -> str | None:
    """Who answered it last, by *told*, the lead's log; None where that does not go back so far."""
    last = None
    for each in told:
        if each.kind == "checked" and (each.data or {}).get("check") == name:
            last = each
    if last is None:
        return None
    return name_of(seen.people, last.actor) if seen.people.rows(last.actor) else seen.naming.party(last.actor)


def _values(check: Check, answer: Answer) -> tuple[tuple[str, str], ...]:
    given = answer.values.items()
    return tuple(
        (_titled(check, name), words_of(value, check.fields.get(name)))
        for name, value in given
        if value is not None
    )


def _titled(check: Check, name: str) -> str:
    return title_of(check.fields[name]) if name in check.fields else plain(name)
