"""Which names an expression may read, by where it stands. Source: workflow-file.md, "Expressions"."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Literal

from slaflow.workflow.compile.names import Names
from slaflow.workflow.expressions.cel import Result, Scope, VariableType
from slaflow.workflow.model.lead import Field
from slaflow.workflow.model.workflow import Workflow

TYPES: Mapping[str, VariableType] = {
    "string": "string",
    "text": "string",
    "email": "string",
    "url": "string",
    "int": "int",
    "decimal": "double",
    "bool": "bool",
    "date": "timestamp",
    "datetime": "timestamp",
}
SCORES: Mapping[str, VariableType] = {
    "lead.fit": "double",
    "lead.engagement": "double",
    "lead.score": "double",
}
ALWAYS_THERE: Mapping[str, VariableType] = {
    "lead.stage": "string",
    "lead.owner": "string",
    "known.owner": "bool",
    "attempts.total": "int",
    "attempts.channels": "int",
    "contacted": "bool",
    "assignments": "int",
    "cycles": "int",
    **dict.fromkeys(("touched", "worked", "created", "entered", "now"), "timestamp"),
    **dict.fromkeys(("known.touched", "known.worked"), "bool"),
}

MAX_DECLARATIONS = 100_000
"""Names declared over all scopes with inputs of their own; each costs microseconds."""


def result_of(field: Field) -> Result:
    """What an expression must give to be put into *field*."""
    return TYPES[field.type]


class Scopes:
    """The scopes of one file; each is built on first use."""

    def __init__(
        self,
        names: Names,
        fields: Mapping[str, Field],
        *,
        any_zone: bool = False,
        timezone: str = "UTC",
    ) -> None:
        self.timezone = timezone
        self.names = names
        self.fields = fields
        self.any_zone = any_zone
        self._given: dict[tuple[str, tuple[tuple[str, str, tuple[object, ...]], ...]], Scope] = {}

    @cached_property
    def lead(self) -> Scope:
        """What stands everywhere but in ``fit`` and ``score``."""
        return self._scope({**self._unscored, **SCORES})

    @cached_property
    def fit(self) -> Scope:
        return self._scope(self._unscored)

    @cached_property
    def score(self) -> Scope:
        return self._scope({**self._unscored, "fit": "double", "engagement": "double"})

    def given(self, prefix: Literal["input", "answer", "touch"], fields: Mapping[str, Field]) -> Scope:
        """With what comes along with an event: a transition's inputs, an answer, a touchpoint's fields."""
        if not fields:
            return self.lead
        if len(self._given) * len(self._unscored) > MAX_DECLARATIONS:
            return self.lead
        key = (prefix, tuple((name, TYPES[f.type], f.one_of) for name, f in fields.items()))
        if key not in self._given:
            extra = {f"{prefix}.{name}": TYPES[field.type] for name, field in fields.items()}
            one_of = {f"{prefix}.{name}": field.one_of for name, field in fields.items() if field.one_of}
            self._given[key] = self._scope({**self._unscored, **SCORES, **extra}, one_of)
        return self._given[key]

    @cached_property
    def _unscored(self) -> dict[str, VariableType]:
        names: dict[str, VariableType] = dict(ALWAYS_THERE)
        for name, field in self.fields.items():
            names[f"lead.{name}"] = TYPES[field.type]
            names[f"known.{name}"] = "bool"
        for check in self.names.checks:
            names[f"check.{check}"] = names[f"checked.{check}"] = "bool"
        for kind in self.names.activities:
            names[f"activity.{kind}.count"] = "int"
            names[f"activity.{kind}.last"] = "timestamp"
        return names

    def _scope(
        self, variables: Mapping[str, VariableType], more: Mapping[str, tuple[object, ...]] | None = None
    ) -> Scope:
        one_of = {f"lead.{name}": field.one_of for name, field in self.fields.items() if field.one_of}
        if self.names.stages:
            one_of["lead.stage"] = self.names.stages
        calendars = ("always", *self.names.calendars)
        values = {**one_of, **(more or {})}
        return Scope(variables, values, self.names.stages, calendars, self.any_zone, self.timezone)


def guard_scope(workflow: Workflow) -> Scope:
    """What a guard without inputs may read under a compiled *workflow*."""
    names = Names(
        parties=tuple(workflow.parties),
        states=tuple(workflow.states),
        triggers=workflow.triggers,
        activities=tuple(workflow.activities),
        fields=tuple(workflow.fields),
        checks=tuple(workflow.checks),
        stages=workflow.stages,
        calendars=tuple(name for name in workflow.calendars if name != "always"),
        teams=tuple(workflow.teams),
        targets=tuple(t.name for t in workflow.targets if not t.is_timer),
        timers=tuple(t.name for t in workflow.targets if t.is_timer),
        reasons=workflow.reasons,
    )
    return Scopes(names, workflow.fields).lead
