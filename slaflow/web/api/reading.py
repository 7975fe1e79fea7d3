"""What is sent, read strictly: JSON that has one meaning, headers, instants; all of it with bounds."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, NamedTuple, TypeVar

from fastapi import Request
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from starlette.exceptions import HTTPException

from slaflow.errors import SlaflowError
from slaflow.hours.zones import supported
from slaflow.web.api.problems import Problem
from slaflow.web.forms import body_of

DEEPEST = 8
LONGEST_NUMBER = 40
LARGEST_EXPONENT = 40
KEY = r"[\x21-\x7e]{1,255}"
TAG = r'"([1-9][0-9]{0,17})-([0-9]{1,18})"'
_READS = "__slaflow_reads__"
Body = TypeVar("Body", bound=BaseModel)


def _instant(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError('an instant is text with a zone, as in "2026-03-09T13:30:00Z"')
    try:
        return supported(datetime.fromisoformat(value))
    except (SlaflowError, ValueError, OverflowError):
        raise ValueError('no instant with a zone, as in "2026-03-09T13:30:00Z"') from None


Instant = Annotated[datetime, BeforeValidator(_instant)]
Value = str | bool | int | Decimal | None
"""What a field is set to; a lead's fields, a trigger's inputs and answers hold nothing else."""


Plain = Value | list[str | int]
"""What a job is told."""


class Sent(BaseModel):
    """A body: what it does not know is refused."""

    model_config = ConfigDict(extra="forbid", strict=True)


def json_of(model: type[Body]) -> Callable[[Request], Awaitable[Body]]:
    """What reads a body as *model*. Raises ``Problem`` 400, 413, 415, 422."""

    async def read(request: Request) -> Body:
        media, _, _ = request.headers.get("content-type", "").partition(";")
        if media.strip().lower() != "application/json":
            raise Problem("not_json", "send JSON, and say so: content-type: application/json")
        try:
            body = await body_of(request)
        except HTTPException as error:
            if error.status_code == 413:
                raise Problem("too_large", "a body has at most 256 KB") from None
            raise Problem("unreadable", str(error.detail)) from None
        request.state.body = body
        try:
            return model.model_validate(parsed(body))
        except ValidationError as error:
            raise invalid(
                error.errors(include_url=False, include_context=False, include_input=False)
            ) from None

    setattr(read, _READS, model)
    return read


def reads_as(dependency: object) -> type[BaseModel] | None:
    """As what a dependency reads a body; None where it reads none."""
    found: type[BaseModel] | None = getattr(dependency, _READS, None)
    return found


def invalid(found: Iterable[Any], start: int = 0) -> Problem:
    """What is wrong with what was sent, and where; no value is said again."""
    findings = [{"where": ".".join(map(str, each["loc"][start:])), "what": _words(each)} for each in found]
    # A union tells of each of its kinds.
    unique = list({each["where"]: each for each in reversed(findings)}.values())[::-1]
    words = "; ".join(f"{each['where'] or 'the body'}: {each['what']}" for each in unique[:5])
    return Problem("invalid_value", words, findings=unique)


def _words(found: Mapping[str, Any]) -> str:
    if found["type"] == "extra_forbidden":
        return "not known here"
    if found["type"] == "missing":
        return "missing"
    return str(found["msg"]).removeprefix("Value error, ")


def parsed(body: bytes) -> Any:
    """*body* as JSON. Raises ``Problem`` 400 where it is none, or could be read in two ways."""
    try:
        found = json.loads(
            body.decode("utf-8"), object_pairs_hook=_object, parse_constant=_constant, parse_float=_decimal,
            parse_int=_whole,
        )  # fmt: skip
        _check(found)
    except RecursionError:
        raise Problem("unreadable", f"nested deeper than {DEEPEST}") from None
    except ValueError as error:
        words = error.args[0] if isinstance(error, _Unreadable) else "that is no JSON in UTF-8"
        raise Problem("unreadable", words) from None
    return found


class _Unreadable(ValueError):
    """JSON that is not taken, though others may take it."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Unreadable("a key stands twice in an object")
    return found


def _constant(text: str) -> Any:
    raise _Unreadable("NaN and Infinity are no numbers")


def _whole(text: str) -> int:
    if len(text) > LONGEST_NUMBER:
        raise _Unreadable(f"a number has at most {LONGEST_NUMBER} characters")
    return int(text)


def _decimal(text: str) -> Decimal:
    found = Decimal(text) if len(text) <= LONGEST_NUMBER else Decimal(0)
    if len(text) > LONGEST_NUMBER or abs(found.adjusted()) > LARGEST_EXPONENT:
        raise _Unreadable("a number is longer, or larger, or smaller, than any that is meant")
    return found


def _check(value: Any, depth: int = 1) -> None:
    if isinstance(value, dict | list):
        if depth > DEEPEST:
            raise _Unreadable(f"nested deeper than {DEEPEST}")
        for each in [*value, *value.values()] if isinstance(value, dict) else value:
            _check(each, depth + 1)
    elif isinstance(value, str) and ("\0" in value or any("\ud800" <= c <= "\udfff" for c in value)):
        raise _Unreadable("text with a character that no database keeps: U+0000, or half of a pair")


class Tag(NamedTuple):
    """The number of a lead and where its log ends, as an ETag says it."""

    lead: int
    seq: int

    def __str__(self) -> str:
        return f'"{self.lead}-{self.seq}"'


def expected_seq(headers: Mapping[str, str], lead: int) -> int | None:
    """Where the lead's log has to end by ``If-Match``; None where it may end anywhere.

    Raises:
        Problem: 400 where it is no tag of ours, 412 where it is another lead's.
    """
    given = headers.get("if-match")
    if given is None or given.strip() == "*":
        return None
    found = re.fullmatch(TAG, given.strip())
    if found is None:
        raise Problem("bad_header", 'If-Match is one ETag of a lead as it was answered, as in "42-7"')
    tag = Tag(int(found[1]), int(found[2]))
    if tag.lead != lead:
        raise Problem("changed_meanwhile", f"that ETag is another lead's than {lead}")
    return tag.seq


def key_of(headers: Mapping[str, str]) -> str | None:
    """The ``Idempotency-Key``. Raises ``Problem`` 400."""
    given = headers.get("idempotency-key")
    if given is not None and not re.fullmatch(KEY, given):
        raise Problem("bad_header", "Idempotency-Key has 1 to 255 visible ASCII characters and no space")
    return given
