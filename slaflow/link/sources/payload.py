"""What a delivery's body says, read strictly: JSON or XML that has one meaning, with bounds."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml.ElementTree import fromstring

from slaflow.errors import SlaflowError
from slaflow.exchange.imports.json_lines import NamedTwice, flattened
from slaflow.exchange.imports.table import Number, unreadable
from slaflow.hours.zones import supported
from slaflow.link.shapes import BodyRefused, Request

DEEPEST = 32
MOST_VALUES = 10_000
XML = frozenset(("text/xml", "application/xml", "application/soap+xml"))
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAMES_ITSELF = re.compile(r"[\x21-\x7e]{1,128}").fullmatch
TOO_DEEP = f"nested deeper than {DEEPEST}"
TOO_MANY = f"more than {MOST_VALUES} values; send less at once"
NO_JSON = "that is no JSON in UTF-8"


def media_of(request: Request) -> str:
    """What kind of body it says that it has, in small letters. Raises :class:`BodyRefused`, 415."""
    said, _, rest = (request.header("content-type") or "").partition(";")
    charset = re.search(r"charset\s*=\s*\"?([^\s;\"]*)", rest, re.IGNORECASE)
    if charset is not None and charset[1].lower() not in ("utf-8", "utf8", "us-ascii"):
        raise BodyRefused(415, "only UTF-8 is taken here")
    return said.strip().lower()


def json_of(request: Request) -> Any:
    """The body as JSON, numbers as the text that they are. Raises :class:`BodyRefused`."""
    media = media_of(request)
    if media != "application/json" and not (media.startswith("application/") and media.endswith("+json")):
        raise BodyRefused(415, "only JSON is taken here, and a content-type that says so")
    try:
        found = json.loads(
            request.body.decode("utf-8"), parse_int=Number, parse_float=Number, parse_constant=_constant,
            object_pairs_hook=_object,
        )  # fmt: skip
    except RecursionError:
        raise BodyRefused(413, TOO_DEEP) from None
    except ValueError:
        raise BodyRefused(400, NO_JSON) from None
    _check(found)
    return found


def objects_of(found: Any) -> list[dict[str, Any]]:
    """*found*, an object or a list of them. Raises :class:`BodyRefused`, 422."""
    listed = found if isinstance(found, list) else [found]
    if not all(isinstance(each, dict) for each in listed):
        raise BodyRefused(422, "an object is expected, or a list of objects")
    return listed


def row_of(found: dict[str, Any]) -> dict[str, str]:
    """Its values as flat texts. Raises :class:`BodyRefused`, 422."""
    try:
        row = flattened(found)
    except NamedTwice:
        raise BodyRefused(422, "two of its values would have one name") from None
    if any(unreadable(text) for pair in row.items() for text in pair):
        raise BodyRefused(422, "text with a character that no database keeps: U+0000, or half of a pair")
    return row


def xml_of(request: Request) -> Element:
    """The body as XML without a document type. Raises :class:`BodyRefused`."""
    try:
        root: Element = fromstring(
            request.body.decode("utf-8"), forbid_dtd=True, forbid_entities=True, forbid_external=True
        )
    except (ParseError, ValueError, LookupError):
        raise BodyRefused(400, "that is no XML in UTF-8 without a document type") from None
    count, ahead = 0, [(root, 1)]
    while ahead:
        element, depth = ahead.pop()
        count += 1
        if depth > DEEPEST:
            raise BodyRefused(413, TOO_DEEP)
        if count > MOST_VALUES:
            raise BodyRefused(413, TOO_MANY)
        ahead += ((each, depth + 1) for each in element)
    return root


def known_as(text: str) -> str:
    """*text* as a key: itself, or its digest where it is long or no name."""
    return text if _NAMES_ITSELF(text) else digest_of([text])


def digest_of(parts: Iterable[str]) -> str:
    """A key of *parts* that tells none of them."""
    return hashlib.sha256(json.dumps(list(parts)).encode()).hexdigest()


def digest_of_row(row: Mapping[str, str]) -> str:
    """The same of all that *row* says, in whatever order it was written."""
    return digest_of(text for pair in sorted(row.items()) for text in pair)


def instant_of(text: str) -> datetime:
    """An instant written by ISO 8601 with its zone. Raises :class:`BodyRefused`, 422."""
    try:
        return supported(datetime.fromisoformat(text.strip()))
    except (SlaflowError, ValueError, OverflowError):
        raise BodyRefused(422, "an instant is no instant with a zone by ISO 8601") from None


def instant_of_millis(text: str) -> datetime:
    """An instant written as milliseconds since 1970. Raises :class:`BodyRefused`, 422."""
    if not re.fullmatch(r"[0-9]{1,15}", text):
        raise BodyRefused(422, "an instant is no number of milliseconds since 1970")
    try:
        return supported(_EPOCH + timedelta(milliseconds=int(text)))
    except (SlaflowError, OverflowError):
        raise BodyRefused(422, "an instant is of no year that is meant") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise BodyRefused(400, "a name stands twice in an object")
    return found


def _constant(text: str) -> Any:
    raise BodyRefused(400, "NaN and Infinity are no numbers")


def _check(value: Any) -> None:
    count, ahead = 0, [(value, 1)]
    while ahead:
        found, depth = ahead.pop()
        count += 1
        if depth > DEEPEST and isinstance(found, dict | list):
            raise BodyRefused(413, TOO_DEEP)
        if count > MOST_VALUES:
            raise BodyRefused(413, TOO_MANY)
        if isinstance(found, dict | list):
            inner = found.values() if isinstance(found, dict) else found
            ahead += ((each, depth + 1) for each in inner)
