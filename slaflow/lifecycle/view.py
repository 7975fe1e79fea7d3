"""What expressions see of a lead at an instant: the names of workflow-file.md, read on demand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from slaflow.language import _, joined, put
from slaflow.lifecycle.approaches import counted, counted_within
from slaflow.lifecycle.lead import Lead
from slaflow.lifecycle.scoring import decayed, number_text, rounded
from slaflow.workflow.expressions.value import Clause, Expression, Unknown
from slaflow.workflow.model.lead import Field, Value
from slaflow.workflow.model.values import to_cel
from slaflow.workflow.model.workflow import Workflow

Given = Mapping[str, Value]
NOTHING: Given = {}
_NONE_GIVEN: Mapping[str, tuple[Mapping[str, Field], Given]] = {}


class View:
    """A lead as it stands, at one instant, with what the input in hand brings along.

    ``inputs``, ``answer`` and ``touch`` are values in stored form with the fields that declare them.
    """

    __slots__ = ("_scores", "at", "given", "lead", "workflow")

    def __init__(
        self,
        workflow: Workflow,
        lead: Lead,
        at: datetime,
        given: Mapping[str, tuple[Mapping[str, Field], Given]] | None = None,
    ) -> None:
        self.workflow = workflow
        self.lead = lead
        self.at = at
        self.given = given or _NONE_GIVEN
        self._scores: dict[str, float] = {}

    def evaluate(self, expression: Expression) -> Any:
        """The expression's value, or :class:`Unknown` with the names that are not set."""
        values = {}
        for name, read in _readers(expression.names):
            value = read(self)
            if value is not None:
                values[name] = value
        return expression.evaluate(values)

    def holds(self, expression: Expression | None) -> bool:
        """Whether a condition is true; none at all is, unknown is not."""
        return expression is None or self.evaluate(expression) is True

    def value(self, name: str) -> object:
        """What stands under a dotted *name*, or None if it is not set."""
        return _reader(name)(self)

    def with_given(self, given: Mapping[str, tuple[Mapping[str, Field], Given]]) -> View:
        """The same lead at the same instant, with another input in hand; no score reads one."""
        other = View(self.workflow, self.lead, self.at, given)
        other._scores = self._scores
        return other

    def score(self, name: str) -> float:
        """``fit``, ``engagement`` or ``score``, rounded as guards and entries see them."""
        if name not in self._scores:
            self._scores[name] = rounded(_SCORES[name](self))
        return self._scores[name]

    def attempts(self) -> tuple[int, int]:
        """Counted attempts and their channels since the last handoff."""
        since = self.lead.attempts[self.lead.attempts_before_handoff :]
        return counted(since, self.workflow.attempt_spacing)

    def attempts_named(self, name: str) -> int:
        """``total``, ``channels``, or ``within.168h``."""
        what, _, window = name.partition(".")
        if what != "within":
            return self.attempts()[0 if what == "total" else 1]
        since = self.lead.attempts[self.lead.attempts_before_handoff :]
        return counted_within(since, self.workflow.attempt_spacing, self.at - _window(window))

    def lead_value(self, name: str) -> object:
        if name in _SCORES:
            return self.score(name)
        if name == "stage":
            return self.lead.stage
        if name == "owner" and name not in self.workflow.fields:
            return self.lead.owner
        return self.field(self.workflow.fields[name], self.lead.fields.get(name))

    def field(self, field: Field, value: Value) -> object:
        try:
            return None if value is None else to_cel(field, value, self.workflow.timezone)
        except ValueError:
            return None  # set under a later version, where the field is of another type

    def is_known(self, name: str) -> bool:
        """Whether the field has a value; a field called ``owner`` goes before who owns the lead."""
        if name == "owner" and name not in self.workflow.fields:
            return self.lead.owner is not None
        if name in _MAY_LACK and name not in self.workflow.fields:
            return _PLAIN[name](self) is not None
        return self.lead.fields.get(name) is not None

    def given_value(self, kind: str, name: str) -> object:
        fields, values = self.given.get(kind, ({}, NOTHING))
        return self.field(fields[name], values.get(name)) if name in fields else None

    def check_passed(self, name: str) -> bool | None:
        answer = self.lead.checks.get(name)
        return answer.passed if answer is not None and self.answer_stands(name) else None

    def answer_stands(self, name: str) -> bool:
        """Whether the check was answered and the answer has not lapsed."""
        answer = self.lead.checks.get(name)
        valid_for = self.workflow.checks[name].valid_for
        return answer is not None and (valid_for is None or self.at < answer.at + valid_for)

    def reached(self, stage: str) -> bool:
        stage_now, stages = self.lead.stage, self.workflow.stages
        return stage_now in stages and stages.index(stage_now) >= stages.index(stage)

    def activity(self, name: str) -> object:
        kind, _, what = name.rpartition(".")
        tally = self.lead.tallies.get(kind)
        if what == "count":
            return tally.count if tally else 0
        return tally.last if tally else None


def _fit(view: View) -> float:
    total = 0.0
    for rule in view.workflow.scoring.fit:
        if view.holds(rule.when):
            total += points(view, rule.points)
    return total


def points(view: View, worth: Expression | Decimal | None) -> float:
    """The points of a rule or an activity; an expression that is unknown gives none."""
    if worth is None:
        return 0.0
    if isinstance(worth, Decimal):
        return float(worth)
    value = view.evaluate(worth)
    return 0.0 if value is None or isinstance(value, Unknown) else float(value)


def _engagement(view: View) -> float:
    return decayed(view.lead, view.workflow.scoring.half_life, view.at)


def _score(view: View) -> float:
    expression = view.workflow.scoring.score
    if expression is None:
        return view.score("fit") + view.score("engagement")
    return points(view, expression)


_SCORES: dict[str, Callable[[View], float]] = {"fit": _fit, "engagement": _engagement, "score": _score}

_PLAIN: dict[str, Callable[[View], object]] = {
    "fit": lambda view: view.score("fit"),
    "engagement": lambda view: view.score("engagement"),
    "contacted": lambda view: view.lead.contacted,
    "touched": lambda view: view.lead.touched_at,
    "worked": lambda view: view.lead.worked_at,
    "created": lambda view: view.lead.created_at,
    "entered": lambda view: view.lead.entered_at,
    "now": lambda view: view.at,
    "assignments": lambda view: view.lead.assignments,
    "cycles": lambda view: view.lead.cycles,
}

_MAY_LACK = frozenset(("touched", "worked"))
"""What a lead has not from the beginning, beside its fields."""

_DOTTED: dict[str, Callable[[View, str], object]] = {
    "lead": View.lead_value,
    "known": View.is_known,
    "stage": lambda view, name: view.reached(name.removeprefix("reached.")),
    "check": View.check_passed,
    "checked": View.answer_stands,
    "activity": View.activity,
    "attempts": View.attempts_named,
    "open": lambda view, name: view.workflow.calendars[name].is_open(view.at),
    "input": lambda view, name: view.given_value("input", name),
    "answer": lambda view, name: view.given_value("answer", name),
    "touch": lambda view, name: view.given_value("touch", name),
}


@lru_cache(256)
def _window(text: str) -> timedelta:
    # Imported here: few agreements have one, and who changes a lead waits for what is imported.
    from slaflow.workflow.document.durations import elapsed

    return elapsed(text)


@lru_cache(4096)
def _reader(name: str) -> Callable[[View], object]:
    """What reads a dotted *name* of a view; names are as many as the workflows' expressions have."""
    if name in _PLAIN:
        return _PLAIN[name]
    head, _, rest = name.partition(".")
    read = _DOTTED[head]
    return lambda view: read(view, rest)


@lru_cache(4096)
def _readers(names: frozenset[str]) -> tuple[tuple[str, Callable[[View], object]], ...]:
    """Each of *names*, those of one expression, with what reads it."""
    return tuple((name, _reader(name)) for name in names)


def failing_clauses(view: View, guard: tuple[Clause, ...]) -> tuple[str, ...]:
    """Why the guard does not pass, a line for each clause that is not true; empty if it passes."""
    return tuple(reason for clause in guard if (reason := _failing(view, clause)) is not None)


def _failing(view: View, clause: Clause) -> str | None:
    found = view.evaluate(clause.that)
    if found is True:
        return None
    if isinstance(found, Unknown) and found.missing:
        because = _(" and ").join(map(_lacking, found.missing))
        if clause.that.text not in found.missing:
            because = put("{clause}: {lacking}", clause=clause.that.text, lacking=because)
    else:
        because = _("not so: {clause}{figures}").format(
            clause=clause.that.text, figures=_figures(view, clause.that)
        )
    return (
        put("{otherwise} ({because})", otherwise=clause.otherwise, because=because)
        if clause.otherwise
        else because
    )


def _lacking(name: str) -> str:
    """What is missing, in the words of what would mend it."""
    return (_("{name} is not answered") if name.startswith("check.") else _("{name} is not set")).format(
        name=name
    )


def _figures(view: View, expression: Expression) -> str:
    """`` (lead.score is 20)``: the numbers and truths a clause reads, in order of their names.

    Texts are left out: a refusal's words are hashed and cannot be erased with the person.
    """
    shown = [
        _("{name} is {value}").format(name=_written(name), value=_plain(value))
        for name in sorted(expression.names)
        if isinstance(value := view.value(name), int | float)
    ]
    return put(" ({figures})", figures=joined(", ", shown)) if shown else ""


def _written(name: str) -> str:
    head, _, window = name.partition(".within.")
    return f"{head}.within('{window}')" if head == "attempts" and window else name


def _plain(value: float) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return number_text(value) if isinstance(value, float) else str(value)
