"""Somebody at the desk: a browser that is signed in, and which routes there are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute
from starlette.testclient import TestClient

from slaflow.engine.access import sessions
from slaflow.engine.app import Engine
from slaflow.engine.transaction import written
from slaflow.web.access.cookies import OVER_HTTPS
from slaflow.web.forms import form_of
from slaflow.web.principal import PUBLIC, Asking, named_by, operation

LEFT_OUT = {"/sign-out"}
"""What ends the session that asks; it has its own tests."""
wall = APIRouter()
"""Three pages of no use: one to read, one that an admin alone may send, one for everybody."""


@wall.get("/wall")
@operation("read")
def look(asking: Asking) -> dict[str, str]:
    return {"who": asking.email, "role": asking.role, "key": asking.form_key}


@wall.post("/wall")
@operation("invite")
def paint(asking: Asking, form: Annotated[dict[str, str], Depends(form_of)]) -> dict[str, str]:
    return {"painted": form.get("colour", ""), "by": asking.actor.name}


@wall.get("/open")
@operation("public")
def everybody() -> str:
    return "open"


def enter(app: Engine, client: TestClient, email: str) -> str:
    """Has the browser be signed in as *email*; gives the secret of the session."""
    person = next(each for each in app.people() if each.email == email)
    secret = written(app, lambda conn: sessions.begin(conn, person, app.now()))
    client.cookies.set(OVER_HTTPS, secret)
    return secret


def routes_of(routes: Iterable[BaseRoute]) -> Iterator[APIRoute]:
    """Every route that answers, also of routers that were included whole."""
    for route in routes:
        if (inner := getattr(route, "original_router", None)) is not None:
            yield from routes_of(inner.routes)
        elif isinstance(route, APIRoute):
            yield route


def guarded(site: FastAPI) -> list[tuple[str, str, str]]:
    """Operation, method and an address of every route for people who are signed in."""
    found = []
    for route in routes_of(site.routes):
        named = named_by(route.endpoint)
        assert named is not None
        if named[0] != PUBLIC and named[1] == "cookie" and route.path not in LEFT_OUT:
            found += [(named[0], method, address_of(route)) for method in sorted(route.methods - {"HEAD"})]
    return found


def address_of(route: APIRoute) -> str:
    return re.sub(r"\{[^}]+\}", "1", route.path)
