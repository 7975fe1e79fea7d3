"""What the file says about movement and time: transitions, actions, targets, timers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, BeforeValidator, Discriminator, Field, Tag, model_validator

from slaflow.workflow.document.lead import AnyField, GuardDoc
from slaflow.workflow.document.types import (
    OPEN_TIME,
    Condition,
    Doc,
    ExpressionText,
    Grants,
    LocalTimeText,
    Many,
    Name,
    Named,
    One,
    Ref,
    SpanText,
    fault,
    written_as,
)


class FromInputDoc(Doc):
    input: One


class FromFieldDoc(Doc):
    field: One


def _kind_of_receiver(value: object) -> str:
    if isinstance(value, FromInputDoc) or (isinstance(value, dict) and "input" in value):
        return "FromInputDoc"
    return "FromFieldDoc" if isinstance(value, dict | FromFieldDoc) else "name"


AnyAssign = Annotated[
    Annotated[One, Tag("name")]
    | Annotated[FromInputDoc, Tag("FromInputDoc")]
    | Annotated[FromFieldDoc, Tag("FromFieldDoc")],
    Discriminator(_kind_of_receiver),
]
"""Who becomes the owner."""


class ActionDoc(Doc):
    """One thing a step does: exactly one of notify, assign, fire and set."""

    notify: Many[Ref] | None = None
    assign: AnyAssign | None = None
    fire: One | None = None
    with_: dict[Name, ExpressionText] | None = Field(default=None, alias="with")
    set: dict[Name, ExpressionText] | None = None

    @model_validator(mode="after")
    def one_thing(self) -> ActionDoc:
        given = [key for key in ("notify", "assign", "fire", "set") if getattr(self, key) is not None]
        if len(given) > 1:
            each = ", ".join(f"{{{key}: ...}}" for key in given)
            raise fault(f"an action does one thing at a time; write a list: [{each}]")
        if not given:
            raise fault(f"an action is one of notify, assign, fire, set; {_found(given)}")
        if self.with_ is not None and self.fire is None:
            raise fault("with gives the inputs of a fire, and stands beside it")
        return self


class OverrideDoc(Doc):
    """Who may take a row although its ``when`` does not hold."""

    by: Grants


class LiftDoc(Doc):
    """Who may lift breaches."""

    by: Grants


class TransitionDoc(Named):
    trigger: Name
    from_: Many[Ref] = Field(alias="from")
    to: One | None = None
    by: Grants | None = None
    auto: bool = False
    when: GuardDoc = Field(default_factory=list)
    requires: dict[Name, AnyField] = Field(default_factory=dict)
    set: dict[Name, ExpressionText] = Field(default_factory=dict)
    reset: Many[Literal["engagement", "stage", "checks"]] = Field(default_factory=list)
    assign: AnyAssign | None = None
    notify: Many[Ref] = Field(default_factory=list)
    override: OverrideDoc | None = None
    click: bool = False


Kind = Literal["enter", "trigger", "activity", "set", "attempts", "contact", "assign", "dispute", "ruling"]
KINDS: tuple[Kind, ...] = get_args(Kind)


class OfReturnDoc(Doc):
    """A return in the place of a target: any, or one for which that input says why."""

    return_: Many[Ref] | None = Field(alias="return")


AnyContested = Annotated[
    Annotated[Many[Ref], Tag("name")] | Annotated[OfReturnDoc, Tag("OfReturnDoc")],
    Discriminator(lambda value: "OfReturnDoc" if isinstance(value, dict | OfReturnDoc) else "name"),
]
"""What is disputed: breaches of targets, or a return."""


class PatternDoc(Doc):
    """What starts, meets or restarts a clock: exactly one of `KINDS`."""

    enter: Many[Ref] | None = None
    trigger: Many[Ref] | None = None
    activity: Many[Ref] | None = None
    set: Many[Ref] | None = None
    attempts: Annotated[int, Field(ge=1)] | None = None
    contact: Literal[True] | None = None
    assign: Literal[True] | None = None
    dispute: AnyContested | None = None
    ruling: AnyContested | None = None
    channels: Annotated[int, Field(ge=1)] | None = None
    times: Annotated[int, Field(ge=1)] | None = None
    when: Condition | None = None

    @property
    def kind(self) -> Kind:
        return next(key for key in KINDS if getattr(self, key) is not None)

    @model_validator(mode="after")
    def one_kind(self) -> PatternDoc:
        given = [key for key in KINDS if getattr(self, key) is not None]
        if len(given) != 1:
            raise fault(f"this takes one of {', '.join(KINDS)}; {_found(given)}")
        if self.times is not None and self.activity is None:
            raise fault("times counts an activity, and stands beside it")
        if self.channels is not None and self.attempts is None:
            raise fault("channels stands beside attempts")
        return self


def _found(given: Sequence[str]) -> str:
    return f"found {' and '.join(given)}" if given else "found none of them"


def _pattern(value: object) -> object:
    """``assign`` and ``contact`` take nothing, so the bare word will do."""
    if value in ("assign", "contact"):
        return {value: True}
    if isinstance(value, str):
        raise fault(f'"{value[:60]}" says not what it is; write {{enter: {value[:60]}}} or {{trigger: ...}}')
    return value


class CountedDoc(PatternDoc):
    """What of a lead's history a commitment counts: exactly one of `COUNTABLE`."""

    step: list[Ref] | None = None
    override: Many[Ref] | None = None

    @property
    def counted(self) -> str:
        return next(key for key in COUNTABLE if getattr(self, key) is not None)

    @model_validator(mode="after")
    def one_kind(self) -> CountedDoc:
        given = [key for key in COUNTABLE if getattr(self, key) is not None]
        if len(given) != 1:
            raise fault(f"this takes one of {', '.join(COUNTED)}; {_found(given)}")
        if self.step is not None and len(self.step) != 2:
            raise fault("step takes a target and one of its steps, as in [respond, '+4h']")
        return self


COUNTED = ("enter", "trigger", "activity", "step", "assign", "override")
COUNTABLE = (*KINDS, "step", "override")
AnyPattern = Annotated[
    PatternDoc, BeforeValidator(_pattern, json_schema_input_type=Literal["assign", "contact"] | PatternDoc)
]
AnyCounted = Annotated[
    CountedDoc, BeforeValidator(_pattern, json_schema_input_type=Literal["assign"] | CountedDoc)
]


class UntilDoc(Doc):
    until: ExpressionText
    before: SpanText | None = None


class AtDoc(Doc):
    """``{at: "22:30"}``, which only a timer takes."""

    at: LocalTimeText


def _kind_of_allowance(value: object) -> str:
    if isinstance(value, dict | BaseModel):
        return (
            "AtDoc" if isinstance(value, AtDoc) or (isinstance(value, dict) and "at" in value) else "UntilDoc"
        )
    return "span"


AllowanceDoc = Annotated[
    Annotated[SpanText, Tag("span")] | Annotated[UntilDoc, Tag("UntilDoc")] | Annotated[AtDoc, Tag("AtDoc")],
    Discriminator(_kind_of_allowance),
]


class CaseDoc(Doc):
    when: Condition | None = None
    is_: AllowanceDoc = Field(alias="is")
    calendar: One | None = None


def _cases(value: object) -> object:
    listed = value if isinstance(value, list) else [value]
    return [case if _is_case(case) else {"is": case} for case in listed]


def _is_case(value: object) -> bool:
    return isinstance(value, dict) and ("is" in value or not {"until", "before", "at"} & value.keys())


CasesDoc = Annotated[
    list[CaseDoc],
    BeforeValidator(_cases, json_schema_input_type=AllowanceDoc | CaseDoc | list[AllowanceDoc | CaseDoc]),
    Field(min_length=1),
]


class PauseDoc(Doc):
    when: Condition
    at_most: SpanText | None = None
    reason: One | None = None


AnyPause = Annotated[
    PauseDoc,
    BeforeValidator(
        lambda value: {"when": value} if isinstance(value, str | bool) else value,
        json_schema_input_type=Condition | PauseDoc,
    ),
]


StepText = Annotated[str, written_as(rf"[0-9]+%|-{OPEN_TIME}|\+({OPEN_TIME}|[0-9]+(d|mo))")]
"""When a step falls; read when it is compiled."""


class TargetDoc(Named):
    owed_by: One
    start: Many[AnyPattern]
    lives_in: Many[Ref] | None = Field(default=None, alias="while")
    meet: Many[AnyPattern]
    within: CasesDoc
    calendar: One = "always"
    pause: AnyPause | None = None
    restart: Many[AnyPattern] = Field(default_factory=list)
    repeat: bool = False
    per: Literal["owner"] | None = None
    steps: dict[StepText, Many[ActionDoc]] = Field(default_factory=dict)
    lift: LiftDoc | None = None


class TimerDoc(Named):
    start: Many[AnyPattern]
    lives_in: Many[Ref] | None = Field(default=None, alias="while")
    after: CasesDoc
    calendar: One = "always"
    pause: AnyPause | None = None
    restart: Many[AnyPattern] = Field(default_factory=list)
    do: Many[ActionDoc]


def action_kind(value: ActionDoc) -> str:
    """Which kind of action a document holds."""
    return next(key for key in ("notify", "assign", "fire", "set") if getattr(value, key) is not None)
