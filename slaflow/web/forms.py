"""What a form sends, read with bounds, and its values as the engine takes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from slaflow.engine.desk.asked import Asked
from slaflow.language import _, marked
from slaflow.web.multipart import File, NoForm, parts

LARGEST = 256 * 1024
"""Bytes of a form."""
FORGIVEN = 4
"""Of what is too long so many times as much is read, and thrown away: a browser shows no answer to a form
that nobody took to its end."""
MOST_VALUES = 200
FORM = "application/x-www-form-urlencoded"
FILES = "multipart/form-data"
INPUT = "in."
"""What the names of a transition's inputs begin with in a form."""
TOO_LONG = marked("that is more than a form holds; write less")
NO_FORM = marked("that is no form of ours; open the link again and fill in its page")
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
_HOLDS = "__slaflow_form_holds__"


def holds(largest: int, too_long: str) -> Callable[[Endpoint], Endpoint]:
    """Says of a route that its form has up to *largest* bytes, and may have files in it."""

    def marked(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, _HOLDS, (largest, too_long))
        return endpoint

    return marked


async def body_of(request: Request) -> bytes:
    """The body, as far as it is not too long. Raises ``HTTPException`` 413."""
    found, length = bytearray(), 0
    largest, too_long = getattr(request.scope.get("endpoint"), _HOLDS, (LARGEST, TOO_LONG))
    try:
        async for piece in request.stream():
            length += len(piece)
            if length <= largest:
                found += piece
            elif length > FORGIVEN * largest:
                break
    except ClientDisconnect:
        raise HTTPException(
            400, _("the connection broke off before all was sent; nothing was done")
        ) from None
    if length > largest:
        raise HTTPException(413, _(too_long))
    return bytes(found)


async def form_of(request: Request) -> dict[str, str]:
    """The form's values; of a name that stands twice the last. Raises ``HTTPException`` 413, 415, 400.

    It is read once, whoever asks for it again.
    """
    return dict(await pairs_of(request))


async def pairs_of(request: Request) -> list[tuple[str, str]]:
    """The same, every value of a name that stands more than once."""
    kept: list[tuple[str, str]] | None = getattr(request.state, "form", None)
    if kept is None:
        kept = request.state.form = await _read_form(request)
    return kept


def files_of(request: Request) -> dict[str, File]:
    """The files of the form, once it was read."""
    files: dict[str, File] = getattr(request.state, "files", {})
    return files


async def _read_form(request: Request) -> list[tuple[str, str]]:
    kind = request.headers.get("content-type", "")
    named = kind.partition(";")[0].strip().lower()
    if named == FILES and hasattr(request.scope.get("endpoint"), _HOLDS):
        return _taken_apart(request, kind, await body_of(request))
    if named != FORM:
        raise HTTPException(415, _("only the form of the page is taken here"))
    body = await body_of(request)
    try:
        return parse_qsl(
            body.decode("ascii"), keep_blank_values=True, max_num_fields=MOST_VALUES, errors="strict"
        )
    except ValueError:
        raise HTTPException(400, _(NO_FORM)) from None


def _taken_apart(request: Request, kind: str, body: bytes) -> list[tuple[str, str]]:
    try:
        found = parts(kind, body)
    except NoForm:
        raise HTTPException(400, _(NO_FORM)) from None
    request.state.files = found.files
    return [*found.values.items()]


def written(form: Mapping[str, str]) -> dict[str, str]:
    """The inputs as they were typed, by name, to be shown again."""
    return {name.removeprefix(INPUT): value for name, value in form.items() if name.startswith(INPUT)}


def inputs_of(form: Mapping[str, str], asked: Sequence[Asked], zone: ZoneInfo) -> dict[str, object]:
    """The inputs as a trigger takes them: what was left empty is not given, local times get their zone."""
    kinds = {each.field.name: each.field.type for each in asked}
    given = {name: value.replace("\r\n", "\n") for name, value in written(form).items() if value.strip()}
    return {
        name: _with_zone(value, zone) if kinds.get(name) == "datetime" else value
        for name, value in given.items()
    }


def _with_zone(value: str, zone: ZoneInfo) -> str:
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return value
    return (found if found.tzinfo else found.replace(tzinfo=zone)).isoformat()
