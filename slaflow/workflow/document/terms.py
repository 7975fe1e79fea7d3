"""What the file says about the parties at large: calendars, teams, routing, commitments."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from slaflow.errors import did_you_mean
from slaflow.hours.parse import DAY_KEYS
from slaflow.workflow.document.flow import ActionDoc, AnyCounted, CountedDoc
from slaflow.workflow.document.types import (
    Bound,
    Condition,
    Doc,
    Duration,
    Many,
    Named,
    One,
    Ref,
    Some,
    fault,
    plain_number,
    written_as,
)

_DAYS = r"\s*({0})\s*(-\s*({0})\s*)?".format("|".join(DAY_KEYS))
DayText = Annotated[str, written_as(f"{_DAYS}(,{_DAYS})*")]
DateText = Annotated[str, written_as("[0-9]{4}-[0-9]{2}-[0-9]{2}")]
WindowText = Annotated[str, written_as(r"\s*[0-9]{1,2}:[0-9]{2}\s*-\s*[0-9]{1,2}:[0-9]{2}\s*")]


class CalendarDoc(Named):
    """The keys of a calendar, for editors; what they say is read by `slaflow.hours`."""

    timezone: str | None = None
    hours: dict[DayText, Some[WindowText]] | None = None
    holidays: Some[str] | None = None
    closed: Some[str] | None = None
    open: dict[DateText, Some[WindowText]] | None = None


class TeamDoc(Named):
    party: One
    calendar: One | None = None
    assign: Literal["round_robin", "least_loaded"] = "round_robin"
    capacity: int | None = Field(default=None, ge=1)
    per_day: int | None = Field(default=None, ge=1)
    only_open: bool = False


class PersonFieldDoc(Doc):
    field: One


AnyReceiver = Annotated[
    Annotated[One, Tag("name")] | Annotated[PersonFieldDoc, Tag("field")],
    Discriminator(lambda value: "field" if isinstance(value, dict | PersonFieldDoc) else "name"),
]


class RouteDoc(Named):
    to: AnyReceiver
    when: Condition | None = None
    skip: Literal["breached"] | None = None


class CountDoc(Doc):
    of: AnyCounted
    each: bool = False
    distinct: One | None = None

    @model_validator(mode="after")
    def one_way(self) -> CountDoc:
        _check_one_way(self.each, self.distinct)
        return self


def _check_one_way(each: bool, distinct: str | None) -> None:
    if each and distinct is not None:
        raise fault("each counts every event and distinct every value once; write one of them")


class CountedHereDoc(CountedDoc):
    """``{enter: mql, each: true}``, as it may be written."""

    each: bool = False
    distinct: One | None = None


BESIDE = ("each", "distinct")


def _count(value: object) -> object:
    """``{enter: mql}`` is the happening itself, with ``each`` or ``distinct`` beside it or without."""
    if not isinstance(value, dict) or "of" in value:
        return value if isinstance(value, dict) else {"of": value}
    of = {key: part for key, part in value.items() if not _stands_beside(key)}
    return {"of": of, **{key: part for key, part in value.items() if _stands_beside(key)}}


def _stands_beside(key: object) -> bool:
    """Also what only looks like it, so that the right name is proposed."""
    return key in BESIDE or (key not in CountedDoc.model_fields and bool(did_you_mean(str(key), BESIDE)))


class SumDoc(Doc):
    field: One
    of: AnyCounted


class ShareDoc(Doc):
    """Either ``{of, among}`` or ``{met: targets}``."""

    of: AnyCounted | None = None
    among: AnyCounted | None = None
    met: Many[Ref] | None = None
    when: Condition | None = None
    each: bool = False
    distinct: One | None = None

    @model_validator(mode="after")
    def one_of_two(self) -> ShareDoc:
        of_among = self.of is not None and self.among is not None
        if of_among == (self.met is not None) or (self.met is not None and (self.of or self.among)):
            raise fault("a share is {of: ..., among: ...} or {met: [targets]}")
        _check_one_way(self.each, self.distinct)
        return self


TAKES = ("median", "mean", "p90")


class TimeDoc(Doc):
    """``{median: respond}``: which figure of the open times of which target."""

    median: Ref | None = None
    mean: Ref | None = None
    p90: Ref | None = None

    @model_validator(mode="after")
    def one_figure(self) -> TimeDoc:
        if sum(getattr(self, key) is not None for key in TAKES) != 1:
            raise fault("a time is {median: target}, {mean: target} or {p90: target}")
        return self


class InARowDoc(Doc):
    in_a_row: Annotated[int, Field(ge=1)] = 1
    do: Many[ActionDoc]


class InARowToldDoc(Doc):
    """``{in_a_row: 2, notify: [...]}``, as it may be written."""

    in_a_row: Annotated[int, Field(ge=1)]
    notify: Many[Ref]


def _missed(value: object) -> object:
    if isinstance(value, dict) and "in_a_row" in value and "notify" in value and "do" not in value:
        return {
            **{key: part for key, part in value.items() if key != "notify"},
            "do": {"notify": value["notify"]},
        }
    return value if isinstance(value, dict) and ("do" in value or "in_a_row" in value) else {"do": value}


MissedDoc = Annotated[
    InARowDoc,
    BeforeValidator(_missed, json_schema_input_type=ActionDoc | list[ActionDoc] | InARowDoc | InARowToldDoc),
]


def _pace(value: object) -> object:
    """``pace: 50%``: who owes it hears."""
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        value = plain_number(value)
    return {value: []} if isinstance(value, str) else value


def _does(value: object) -> object:
    return value if isinstance(value, list) else [value]


PercentText = Annotated[str, written_as("[0-9]+%")]
PaceDoc = Annotated[
    dict[str, Annotated[list[ActionDoc], BeforeValidator(_does)]],
    BeforeValidator(
        _pace, json_schema_input_type=PercentText | dict[PercentText, ActionDoc | list[ActionDoc]]
    ),
]
"""Share of the period's open days to what is done if the promise is out of pace then."""
MEASURES = ("count", "sum", "share", "time", "signed_within")


class CommitmentDoc(Named):
    """What a party owes per period: one of `MEASURES`, and a bound for what is measured."""

    owed_by: Many[Ref]
    every: Literal["day", "week", "month", "quarter", "year"]
    count: (
        Annotated[
            CountDoc,
            BeforeValidator(_count, json_schema_input_type=Literal["assign"] | CountedHereDoc | CountDoc),
        ]
        | None
    ) = None
    sum: SumDoc | None = None
    share: ShareDoc | None = None
    time: TimeDoc | None = None
    signed_within: Duration | None = None
    at_least: Bound | None = None
    at_most: Bound | None = None
    cohort: AnyCounted | None = None
    matures: Duration | None = None
    min_sample: Annotated[int, Field(ge=1)] | None = None
    per: Literal["owner"] | None = None
    missed: MissedDoc | None = None
    pace: PaceDoc | None = None

    @model_validator(mode="after")
    def measured_and_bound(self) -> CommitmentDoc:
        given = [key for key in MEASURES if getattr(self, key) is not None]
        if len(given) != 1:
            found = f"found {' and '.join(given)}" if given else "found none of them"
            raise fault(f"a commitment measures one of {', '.join(MEASURES)}; {found}")
        bounds = [bound for bound in (self.at_least, self.at_most) if bound is not None]
        if bounds and self.signed_within is not None:
            raise fault("at_least or at_most says how much is owed; signed_within goes without them")
        if self.share is None and any(bound.endswith("%") for bound in bounds):
            raise fault("a percentage is owed of a share only")
        return self
