"""Somebody at the desk: a browser that is signed in, and which routes there are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute
from starlette.testclient import TestClient

from slaflow.engine.access import sessions
from slaflow.engine.app import Engine
from slaflow.engine.transaction import written
from slaflow.web.access.cookies import OVER_HTTPS
from slaflow.web.forms import form_of
from slaflow.web.principal import Asking, operation

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
