"""Who asks for a page, and which right each page needs: a route that names none stops the start.

Every route says ``@operation(...)``: the name of a row of the table of rights, ``PUBLIC``, or ``SIGNED_IN``
for whoever is known. What is named is asked here before the page's own function is called, and how they stand
to a lead is the engine's to ask. Pages take who it is as ``asking: Asking``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, TypeVar, get_args
from urllib.parse import quote

from fastapi import Depends, Request
from fastapi.routing import APIRoute
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount

from slaflow.engine import permits
from slaflow.engine.access import secrets, sessions
from slaflow.engine.caller import Caller
from slaflow.engine.permits import Asker, Operation
from slaflow.language import _, marked, speak
from slaflow.lifecycle.lead import Actor
from slaflow.web import origin
from slaflow.web.access.cookies import secret_of
from slaflow.web.forms import form_of
from slaflow.web.pages import line, page
from slaflow.web.site import Site

Way = Literal["cookie", "token"]
PUBLIC: Final = "public"
SIGNED_IN: Final = "signed_in"
VIA = "web"
FORM_KEY = "form_key"
"""The field that every form of somebody who is signed in carries."""
ELSEWHERE = marked(
    "a form on another site sent this, and nothing was done; open the page here and press its button"
)
NOT_FROM_HERE = marked(
    "this page was of another time, and nothing was done; open it again and press its button"
)
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
_NAMED = "__slaflow_operation__"


class RouteUnnamed(Exception):
    """A route that nobody said who may use: a fault of ours that no site starts with."""

    def __init__(self, path: str) -> None:
        super().__init__(f"the route {path} names no operation; nothing is offered before it does")


class NotSignedIn(Exception):
    """Nobody is signed in; ``next`` is where they wanted to go, ``lost`` whether a form was not taken."""

    def __init__(self, path: str, lost: bool) -> None:
        super().__init__()
        self.next, self.lost = path, lost


class Forbidden(Exception):
    """What is asked for is not taken from there, or from them; ``words`` say why."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.words = words


@dataclass(frozen=True, slots=True)
class Principal:
    """A person who is signed in, as they stand now, and what their forms carry."""

    email: str
    name: str | None
    party: str
    role: str
    form_key: str
    theme: str | None = None
    keys: bool = True
    language: str | None = None
    """What they chose of how pages look, work and read; None: nothing."""

    @property
    def actor(self) -> Actor:
        return Actor(self.email, self.party)

    @property
    def caller(self) -> Caller:
        """They, as the engine takes who asks by a page."""
        return Caller(self.actor, VIA)

    @property
    def asker(self) -> Asker:
        return Asker(self.email, self.party, self.role)

    @property
    def shown(self) -> str:
        return self.name or self.email

    def may_ever(self, wanted: Operation) -> bool:
        """Whether it is theirs for any lead at all."""
        return permits.may_ever(self.asker, wanted)


def operation(
    named: Operation | Literal["public", "signed_in"], way: Way = "cookie"
) -> Callable[[Endpoint], Endpoint]:
    """Says which right a route needs; with the *way* ``token`` it asks for it itself, and for no cookie."""
    assert named in (*get_args(Operation), PUBLIC, SIGNED_IN), named

    def marked(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, _NAMED, (named, way))
        return endpoint

    return marked


def named_by(endpoint: object) -> tuple[str, Way] | None:
    """What the function behind a route says; None where it says nothing."""
    named: tuple[str, Way] | None = getattr(endpoint, _NAMED, None)
    return named


def check_routes(routes: Iterable[BaseRoute], public_mounts: Iterable[str]) -> None:
    """Raises ``RouteUnnamed`` for the first that names no operation."""
    mounts = tuple(public_mounts)
    for route in routes:
        # FastAPI keeps a router that was included whole, and its routes in it.
        if (inner := getattr(route, "original_router", None)) is not None:
            check_routes(inner.routes, ())
        elif not (isinstance(route, Mount) and route.path in mounts):
            if not isinstance(route, APIRoute) or named_by(route.endpoint) is None:
                raise RouteUnnamed(str(getattr(route, "path", route)))


def _asked(request: Request) -> tuple[str, Way]:
    named = named_by(request.scope["endpoint"])
    assert named is not None, "no site starts with such a route"
    return named


def whoever(request: Request) -> Principal | None:
    """Who asks, None: nobody who is signed in. What is public or goes by tokens is not looked at."""
    site: Site = request.app.state.site
    named, way = _asked(request)
    if way == "token" or named == PUBLIC:
        return None
    return found(site, request)


def found(site: Site, request: Request) -> Principal | None:
    """Who the cookie of *request* says is signed in."""
    secret = secret_of(site, request)
    known = sessions.asked(site.engine, secret)
    if known is None or secret is None:
        return None
    return Principal(
        known.email, known.name, known.party, known.role, sessions.form_key(secret), known.theme, known.keys,
        known.language,
    )  # fmt: skip


async def guard(request: Request, asks: Annotated[Principal | None, Depends(whoever)]) -> None:
    """Stands before every route: lets in whom the route's operation lets in, from where it may be asked.

    Raises:
        NotSignedIn, Forbidden.
    """
    named, way = _asked(request)
    if way == "token" or named == PUBLIC:
        return
    if asks is not None and asks.language is not None:
        # Here, not where they are found: what is set in a thread is gone with it.
        speak(asks.language)
    is_unsafe = request.method not in origin.SAFE
    if is_unsafe and not origin.is_ours(request.app.state.site, request.headers):
        raise Forbidden(_(ELSEWHERE))
    if asks is None:
        raise NotSignedIn(_wanted(request), lost=is_unsafe)
    if named != SIGNED_IN and not asks.may_ever(named):  # type: ignore[arg-type]  # checked by operation()
        raise Forbidden(permits.denied(asks.asker, _(permits.WHO[named])))  # type: ignore[index]
    if is_unsafe:
        await _check_form(request, asks)


async def _check_form(request: Request, asks: Principal) -> None:
    form = await form_of(request)
    if not secrets.same(form.get(FORM_KEY, ""), asks.form_key):
        raise Forbidden(_(NOT_FROM_HERE))


def _wanted(request: Request) -> str:
    query = request.url.query
    return origin.own_path(request.scope["path"] + (f"?{query}" if query else ""))


async def signed_in(asks: Annotated[Principal | None, Depends(whoever)]) -> Principal:
    """Who asks. The guard has let nobody else this far."""
    assert asks is not None
    return asks


Asking = Annotated[Principal, Depends(signed_in)]
"""Who asks for a page: ``def show(asking: Asking) -> HTMLResponse``."""


def sign_in_first(request: Request, error: Exception) -> Response:
    """Sends a browser to sign in, and back afterwards; what a form held is not kept."""
    assert isinstance(error, NotSignedIn)
    where = origin.towards(request, f"/sign-in?next={quote(error.next, safe='/')}")
    return page("access/signed_out.html", 401, where=where) if error.lost else RedirectResponse(where, 303)


def refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Forbidden)
    return line(403, error.words, origin.towards(request, "/"))
