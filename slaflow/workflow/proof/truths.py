"""What can be said of an agreement's guards whatever the lead: which can pass, and which always do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from slaflow.workflow.expressions.value import Expression, Guard
from slaflow.workflow.model.lead import Field
from slaflow.workflow.model.workflow import Workflow
from slaflow.workflow.proof.domains import Domains, moment, of_field
from slaflow.workflow.proof.formula import Formula, Joined, is_set
from slaflow.workflow.proof.reach import SCORES, scores
from slaflow.workflow.proof.reading import Read, read
from slaflow.workflow.proof.search import NOT_TRUE, TRUE, Cube, Effort, Goal, TooMuch, found
from slaflow.workflow.proof.values import NOT_SET, UNREADABLE, Items, Values, any_item, items, numbers

STEPS = 60_000
"""Most steps that all questions about one agreement take."""
_GIVEN = ("input", "answer", "touch")
Given = Mapping[str, Field]
NOTHING: Mapping[str, object] = {}


@dataclass(frozen=True, slots=True)
class Condition:
    """A guard, or the ``when`` of something, with what comes along with the event."""

    clauses: tuple[Expression, ...]
    given: Given | None = None
    """The declarations behind ``input``, ``answer`` and ``touch``; None: unknown."""
    apart: str = ""
    """What keeps its inputs apart from those of other conditions; none: they are the same."""
    there: tuple[str, ...] = ()
    """Names that must be set besides."""


ALWAYS = Condition(())


class Truths:
    """Answers about one agreement; sound: what is not decided is taken for possible."""

    def __init__(self, workflow: Workflow) -> None:
        self.workflow = workflow
        self.domains = Domains(workflow)
        self.effort = Effort(STEPS)
        self.gave_up = False
        """Whether some question took more steps than there are."""
        self._read: dict[tuple[str, int, str], Read] = {}
        self._kept: list[object] = []
        self._answers: dict[tuple[object, ...], bool] = {}
        self._given = dict(_declared(workflow))

    def may_pass(self, guard: Guard, known: Mapping[str, object] = NOTHING) -> bool:
        """Whether some lead passes *guard*; True unless it is decided that none can.

        Args:
            known: what names of expressions are (``lead.on_hold``, ``known.amount``, ``lead.stage``):
                a value in stored form, a set of values of which it is one, or None for not set.
        """
        return self._asked(guard, known, True)

    def must_pass(self, guard: Guard, known: Mapping[str, object] = NOTHING) -> bool:
        """Whether every lead passes *guard*; True only where that is decided. *known* as above."""
        return not self._asked(guard, known, False)

    def condition(self, guard: Guard) -> Condition:
        """*guard* with the declarations that it reads."""
        return Condition(tuple(clause.that for clause in guard), self._given.get(id(guard)))

    def _asked(self, guard: Guard, known: Mapping[str, object], passes: bool) -> bool:
        key = (id(guard), passes, tuple(sorted((name, repr(each)) for name, each in known.items())))
        if key not in self._answers:
            self._kept.append(guard)
            condition = self.condition(guard)
            yes, no = ([condition], []) if passes else ([], [condition])
            self._answers[key] = self.together(yes, no, known) is not None
        return self._answers[key]

    def together(
        self,
        yes: Iterable[Condition],
        no: Iterable[Condition],
        known: Mapping[str, object] = NOTHING,
        *,
        unread: bool = True,
    ) -> Cube | None:
        """What names can be where all of *yes* hold and none of *no* does; None: decided that nothing is.

        An empty answer says nothing but that it may be so. *unread*: whether a value may be one that no
        expression reads, as a number of 30 digits is.
        """
        try:
            return self._together(yes, no, known, unread)
        except TooMuch:
            self.gave_up = True
            return {}

    def _together(
        self, yes: Iterable[Condition], no: Iterable[Condition], known: Mapping[str, object], unread: bool
    ) -> Cube | None:
        domains: dict[str, Values] = {}
        goals: list[Goal] = []
        for condition, asked in [*((each, TRUE) for each in yes), *((each, NOT_TRUE) for each in no)]:
            parts: list[Formula] = []
            for name in condition.there:
                domains[name] = self.values_of(name) or any_item(NOT_SET)
                parts.append(is_set(name, domains[name]))
            for expression in condition.clauses:
                one = self._reading(expression, condition)
                domains.update(one.domains)
                parts.append(one.formula)
            goals.append(Goal(Joined("and", tuple(parts)), asked))
        if not unread:
            domains = {name: each.without(UNREADABLE) for name, each in domains.items()}
        return found(goals, self._narrowed(domains, known), self.effort)

    def domains_of(self, conditions: Iterable[Condition]) -> Mapping[str, Values]:
        """What each name that they ask for can be."""
        return {
            name: values
            for condition in conditions
            for expression in condition.clauses
            if (one := self.read(expression, condition)) is not None
            for name, values in one.domains.items()
        }

    def read(self, expression: Expression, condition: Condition = ALWAYS) -> Read | None:
        """The formula of *expression*, one of *condition*'s; None where there is too much to read."""
        try:
            return self._reading(expression, condition)
        except TooMuch:
            self.gave_up = True
            return None

    def _reading(self, expression: Expression, condition: Condition) -> Read:
        key = (expression.text, id(condition.given), condition.apart)
        if key not in self._read:
            self.effort.spend(len(expression.text) // 4)
            self._kept.append(condition.given)
            apart = {
                name: f"{condition.apart}{name}"
                for name in expression.names
                if condition.apart and name.partition(".")[0] in _GIVEN
            }

            def domain(name: str) -> Values | None:
                return self.values_of(name, condition.given)

            self._read[key] = read(expression, domain, self.workflow.stages, apart)
        return self._read[key]

    def values_of(self, name: str, given: Given | None = None) -> Values | None:
        """What *name* can be; None where that cannot be said, as of what a guard without *given* is given."""
        head, _, rest = name.partition(".")
        if name in SCORES:
            return self._scores[name]
        if head not in _GIVEN:
            return self.domains.of(name)
        if given is None or rest not in given:
            return None
        field = given[rest]
        lacks = 0 if field.required or field.default is not None else NOT_SET
        return of_field(field, self.workflow.timezone, lacks)

    @cached_property
    def _scores(self) -> Mapping[str, Values]:
        """What the scores can be, found out once some guard reads one."""

        def together(asked: tuple[Expression, ...]) -> bool:
            return self.together([Condition(asked)], []) is not None

        return scores(self.workflow, self.domains.of, together)

    def _narrowed(self, domains: dict[str, Values], known: Mapping[str, object]) -> dict[str, Values]:
        for name, value in known.items():
            head, _, rest = name.partition(".")
            stem = name
            if head == "known":
                stem = f"lead.{rest}" if f"lead.{rest}" in domains else rest
            if stem in domains:
                here = domains[stem]
                domains[stem] = here & (_is_known(here, value) if head == "known" else known_as(here, value))
        return domains


def _is_known(domain: Values, value: object) -> Values:
    missing = Values(domain.has & ~domain.has, NOT_SET)  # type: ignore[operator]
    return ~missing if value else missing


def known_as(domain: Values, value: object) -> Values:
    """What is known of a name as a set of the kind of *domain*."""
    values = list(value) if isinstance(value, frozenset | set) else [value]
    lacks = NOT_SET if None in values else 0
    there = [each for each in values if each is not None]
    if isinstance(domain.has, Items):
        return items(there, lacks)
    whole = domain.has.whole
    try:
        return numbers((_number(each, whole) for each in there), whole, lacks)
    except ValueError:
        return domain


def _number(value: object, whole: bool) -> int | float:
    if isinstance(value, datetime):
        return moment(value)
    return int(str(value)) if whole else float(str(value))


def _declared(workflow: Workflow) -> Iterator[tuple[int, Given]]:
    """What comes along with each guard, by the guard itself: two alike may be given other things."""
    for row in workflow.transitions:
        if row.guard:
            yield id(row.guard), row.requires
    for check in workflow.checks.values():
        if check.passes:
            yield id(check.passes), check.fields
