"""The single values of a workflow file as pydantic types: names, texts, durations, one or many.

What a person may write in two ways is brought into one here, before it is validated; the JSON
Schema shows both. Nothing in this file knows a key of the file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Annotated, Any, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    PlainValidator,
    WithJsonSchema,
)

from slaflow.workflow.document.durations import DurationInvalid, elapsed, parse_duration
from slaflow.workflow.model.parties import ROLES

T = TypeVar("T")

NAME = re.compile(r"[a-z][a-z0-9_]*")
SLUG = re.compile(r"[a-z][a-z0-9_-]*")
LOCAL_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
FIGURE = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,6})?%?")


class Doc(BaseModel):
    """Every mapping of the file: no key but those declared, nothing converted in passing."""

    # Validators are built where they are used: most models are only parts of others, and built with them.
    model_config = ConfigDict(
        strict=True, extra="forbid", frozen=True, arbitrary_types_allowed=True, defer_build=True
    )


class Named(Doc):
    """A named item: a title for tables, and whatever else is to be said about it."""

    title: str | None = None
    about: str | None = None


def fault(message: str) -> ValueError:
    """What a validator raises to say something in our own words."""
    return ValueError(message)


def shown(value: object) -> str:
    """*value* as a message names it, cut where it is long."""
    if isinstance(value, list | Mapping):
        return "a list" if isinstance(value, list) else "a mapping"
    text = str(value).lower() if isinstance(value, bool) else "nothing" if value is None else str(value)
    return f'"{text[:60]}"'


def _word(value: object) -> object:
    """YAML reads ``true`` and ``null`` as no text, yet they may be names."""
    if isinstance(value, bool):
        return str(value).lower()
    return value


def _only(value: object) -> object:
    return _word(value[0]) if isinstance(value, list) and len(value) == 1 else _word(value)


def _listed(value: object) -> object:
    return value if isinstance(value, list) else [value]


_ONE_WORD = {"type": ["string", "boolean"]}
Ref = Annotated[str, BeforeValidator(_word), WithJsonSchema(_ONE_WORD)]
"""A name declared elsewhere in the file; looked up when compiled."""
_ONE_LISTED = {"type": "array", "items": _ONE_WORD, "minItems": 1, "maxItems": 1}
One = Annotated[str, BeforeValidator(_only), WithJsonSchema({"anyOf": [_ONE_WORD, _ONE_LISTED]})]
"""One name where more would make no sense; a list of one will do."""


class _OneOrMany:
    """Says in the JSON Schema that one value may stand for a list of one."""

    def __get_pydantic_json_schema__(self, schema: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        many = handler.resolve_ref_schema(handler(schema))
        return {"anyOf": [many["items"], many]}


Many = Annotated[list[T], Field(min_length=1), BeforeValidator(_listed), _OneOrMany()]
"""One value or a list of them."""
Some = Annotated[list[T], BeforeValidator(_listed), _OneOrMany()]
"""The same, or an empty list."""


def written_as(pattern: str) -> WithJsonSchema:
    """Text that the whole of *pattern* matches, as an editor is told; whoever reads it says what is wrong."""
    return WithJsonSchema({"type": "string", "pattern": f"^({pattern})$"})


def _named_as(pattern: re.Pattern[str], what: str) -> Callable[[object], object]:
    def check(value: object) -> object:
        value = _word(value)
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise fault(f"{shown(value)} is no {what}")
        return value

    return check


NAME_RULE = "name; names are small letters, digits and _, a letter first"
Name = Annotated[str, BeforeValidator(_named_as(NAME, NAME_RULE)), written_as(NAME.pattern)]
SLUG_RULE = "slug; slugs are small letters, digits, _ and -, a letter first"
Slug = Annotated[str, BeforeValidator(_named_as(SLUG, SLUG_RULE)), written_as(SLUG.pattern)]


def _expression(value: object) -> object:
    """``when: true`` and ``points: 5`` are expressions too."""
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return plain_number(value) if isinstance(value, int | Decimal) else value


def plain_number(value: int | Decimal) -> str:
    return format(value, "f") if isinstance(value, Decimal) and abs(value.adjusted()) < 100 else str(value)


ExpressionText = Annotated[
    str,
    BeforeValidator(_expression),
    WithJsonSchema({"type": ["string", "number", "boolean", "null"], "description": "a CEL expression"}),
]
Condition = Annotated[
    str,
    BeforeValidator(lambda value: _expression(value) if isinstance(value, bool) else value),
    WithJsonSchema(
        {"type": ["string", "boolean"], "description": "a CEL expression that gives true or false"}
    ),
]


def _number(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise fault(f"{shown(value)} is not a number")
    number = Decimal(value)
    if abs(number) > 10**12:
        raise fault(f"{shown(value)} is out of all proportion")
    return number


Number = Annotated[Decimal, PlainValidator(_number), WithJsonSchema({"type": "number"})]


def _points(value: object) -> Decimal | str:
    return value if isinstance(value, str) else _number(value)


Points = Annotated[Decimal | str, PlainValidator(_points), WithJsonSchema({"type": ["number", "string"]})]


def _span(value: object) -> str:
    if value == 0 and not isinstance(value, bool):
        return "0s"
    if not isinstance(value, str):
        raise fault(f"{shown(value)} is no duration; write 30m, 4h, 1h30m or 2d")
    try:
        return parse_duration(value).text
    except DurationInvalid as error:
        raise fault(str(error)) from None


def _duration(value: object) -> str:
    text = _span(value)
    try:
        elapsed(text)
    except DurationInvalid as error:
        raise fault(str(error)) from None
    return text


OPEN_TIME = r"(?=[0-9])([0-9]+h)?([0-9]+m)?([0-9]+s)?"


def _written_as_span(pattern: str) -> WithJsonSchema:
    """A text, or a bare 0."""
    return WithJsonSchema({
        "type": ["string", "integer"], "pattern": f"^({pattern})$", "minimum": 0, "maximum": 0,
    })  # fmt: skip


Duration = Annotated[str, PlainValidator(_duration), _written_as_span(f"{OPEN_TIME}|[0-9]+d")]
SpanText = Annotated[str, PlainValidator(_span), _written_as_span(f"{OPEN_TIME}|[0-9]+(d|mo)")]
"""A duration that a clock counts, which knows calendars and so months."""


def _local_time(value: object) -> str:
    if not isinstance(value, str) or not LOCAL_TIME.fullmatch(value):
        raise fault(f'{shown(value)} is no time of day; write one like "22:30", from 00:00 to 23:59')
    return value


LocalTimeText = Annotated[str, PlainValidator(_local_time), written_as(LOCAL_TIME.pattern)]


def _scalar(value: object) -> object:
    if isinstance(value, Mapping | list):
        raise fault("one value is expected here, no list and no mapping")
    return value


Scalar = Annotated[
    Any, PlainValidator(_scalar), WithJsonSchema({"type": ["string", "number", "boolean", "null"]})
]


def _figure(value: object) -> str:
    text = plain_number(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not FIGURE.fullmatch(text):
        raise fault(f"{shown(value)} is no figure; write 200 or 70%")
    return text


def _grant(value: object) -> object:
    if isinstance(value, Mapping) and not all(isinstance(role, str) for role in value.values()):
        raise fault("a role stands behind its party, as in {sales: manager}")
    if not isinstance(value, str | bool | Mapping):
        is_list = isinstance(value, list)
        raise fault("one text is expected here, found a list" if is_list else f"{shown(value)} is not text")
    return _word(value)


Role = Annotated[str, WithJsonSchema({"enum": [*ROLES]})]
AnyGrant = Annotated[str | dict[str, Role], BeforeValidator(_grant)]
Grants = Many[AnyGrant]
"""Parties, each bare or with the role it takes: ``[marketing, {sales: manager}]``."""


def _bound(value: object) -> str:
    try:
        return _figure(value)
    except ValueError:
        try:
            return _duration(value)
        except ValueError:
            raise fault(f"{shown(value)} is no figure; write 200 or 70%, or of time 15m") from None


Bound = Annotated[
    str,
    PlainValidator(_bound),
    WithJsonSchema({"type": ["number", "string"], "pattern": f"^({FIGURE.pattern}|{OPEN_TIME}|[0-9]+d)$"}),
]
"""A number, a share of the whole with its ``%``, or a time."""


SomeGrants = Some[AnyGrant]
"""The same, or an empty list: nobody."""


def nothing_is_empty(value: object) -> object:
    """``sales:`` with nothing after it is an item without particulars."""
    return {} if value is None else value
