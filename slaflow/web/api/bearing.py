"""Who asks the API: a token in ``Authorization``, and what each address needs. Cookies are not looked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple, TypeVar

from fastapi import Depends, Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from slaflow.engine import permits
from slaflow.engine.access import tokens
from slaflow.engine.access.tokens import Bearer, TokenInvalid
from slaflow.engine.access.tokens import Scope as TokenScope
from slaflow.engine.caller import Caller, Once
from slaflow.engine.permits import Operation
from slaflow.web.api.limits import Limits, Room
from slaflow.web.api.problems import Problem
from slaflow.web.principal import operation
from slaflow.web.site import Site

VIA = "api"
SAFE = ("GET", "HEAD")
JSON_TYPES = frozenset(("*/*", "application/*", "application/json", "application/problem+json"))
PAGE_TYPES = frozenset(("text/html", "text/*"))
LINES = "application/x-ndjson"
EVERYTHING = "*"
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
_SCOPES = "__slaflow_scopes__"


class Needed(NamedTuple):
    """What an address needs, and what it tells: ``tells`` names a schema of the description."""

    operation: Operation
    scopes: tuple[TokenScope, ...]
    tells: str
    types: frozenset[str]


def needs(
    named: Operation,
    *scopes: TokenScope,
    tells: str,
    lines: bool = False,
    page: bool = False,
    anything: bool = False,
) -> Callable[[Endpoint], Endpoint]:
    """Says which right an address needs, and which scopes will do, any of them.

    It tells what the schema *tells* describes: as JSON, also in *lines*, or as a *page*, or as *anything*.
    """
    types = JSON_TYPES | ({LINES} if lines else set()) | (PAGE_TYPES if page else set())
    types |= {EVERYTHING} if anything else set()

    def marked(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, _SCOPES, Needed(named, scopes, tells, frozenset(types)))
        return operation(named, "token")(endpoint)

    return marked


def needed(endpoint: object) -> Needed | None:
    """What the function behind an address says; None of what is open to everybody."""
    found: Needed | None = getattr(endpoint, _SCOPES, None)
    return found


def let_in(request: Request) -> None:
    """Stands before every address.

    Raises:
        Problem: 401 without a good token, 403 where it is not for that, 406, 429.
    """
    asked = needed(request.scope["endpoint"])
    _check_accepts(request.headers.get("accept"), JSON_TYPES if asked is None else asked.types)
    if asked is None:
        return
    site: Site = request.app.state.site
    bearer = _shown(site, request.headers.getlist("authorization"))
    request.state.room = _room(request.app.state.limits, bearer, request.method)
    _check_room(request.state.room)
    named, scopes = asked.operation, asked.scopes
    if not any(scope in bearer.scopes for scope in scopes):
        wanted = " or ".join(scopes)
        said = f'Bearer error="insufficient_scope", scope="{" ".join(scopes)}"'
        raise Problem("scope_missing", f"this needs a token for {wanted}", {"www-authenticate": said})
    if not permits.may_ever(bearer.asker, named):
        raise Problem("not_permitted", permits.denied(bearer.asker, permits.WHO[named]))
    request.state.bearer = bearer


def _check_accepts(accept: str | None, types: frozenset[str]) -> None:
    if EVERYTHING not in types and types.isdisjoint(kinds_of(accept)):
        raise Problem("not_acceptable", "answers are JSON; send accept: application/json, or nothing")


def kinds_of(accept: str | None) -> list[str]:
    """What who asks takes, by the header, in its order."""
    return [each.partition(";")[0].strip().lower() for each in (accept or "*/*").split(",")]


def wants_lines(request: Request) -> bool:
    """Whether rather JSON lines are asked for than one document."""
    asked = needed(request.scope["endpoint"])
    kinds = kinds_of(request.headers.get("accept")) if asked and LINES in asked.types else []
    return LINES in kinds and JSON_TYPES.isdisjoint(kinds[: kinds.index(LINES)])


def _shown(site: Site, headers: list[str]) -> Bearer:
    scheme, _, secret = (headers[0] if len(headers) == 1 else "").partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        words = "show a token: authorization: Bearer slf_...; 'slaflow token add' makes one"
        raise Problem("token_missing", words, {"www-authenticate": "Bearer"})
    try:
        return tokens.shown(site.engine, secret.strip())
    except TokenInvalid as error:
        said = {"www-authenticate": 'Bearer error="invalid_token"'}
        raise Problem("token_invalid", str(error), said) from None


def _room(limits: Limits, bearer: Bearer, method: str) -> Room:
    return limits.take(bearer.token, "reads" if method in SAFE else "writes")


def _check_room(room: Room) -> None:
    if room.wait:
        words = f"this token asks for more {room.kind} than are answered at once"
        raise Problem("too_many", words, {"retry-after": str(room.wait)})


@dataclass(frozen=True, slots=True)
class Telling:
    """Stands around the API: has each answer say how much is left of what its token may ask."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        state = scope.setdefault("state", {})

        async def told(message: Message) -> None:
            room: Room | None = state.get("room")
            if message["type"] == "http.response.start" and room is not None:
                MutableHeaders(scope=message).update(room.headers())
            await send(message)

        await self.app(scope, receive, told)


def bearer_of(request: Request) -> Bearer:
    """Who was let in."""
    bearer: Bearer = request.state.bearer
    return bearer


def site_of(request: Request) -> Site:
    site: Site = request.app.state.site
    return site


Asks = Annotated[Bearer, Depends(bearer_of)]
"""Who asks: ``def show(asks: Asks) -> Response``."""
Here = Annotated[Site, Depends(site_of)]


def caller(bearer: Bearer, seq: int | None, once: Once | None) -> Caller:
    """Who asks, as the engine takes it."""
    return Caller(bearer.actor, VIA, seq, once)
