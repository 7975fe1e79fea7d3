"""Tokens made, seen and revoked over the API itself, by who may."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import Field
from starlette.responses import Response

from slaflow.engine.access import tokens
from slaflow.engine.caller import Caller
from slaflow.web.api.bearing import Asks, Here, needs
from slaflow.web.api.queries import Asked
from slaflow.web.api.reading import Instant, Sent, json_of
from slaflow.web.api.telling import told
from slaflow.web.api.writing import written
from slaflow.web.site import Site

router = APIRouter()
Scope = Literal["read", "ingest", "write", "log", "manage"]
Named = Annotated[str, Path(min_length=1, max_length=63)]


class NewToken(Sent):
    """A party's own, or a person's."""

    name: str = Field(min_length=1, max_length=63, pattern=r"^[a-z0-9][a-z0-9._-]*$")
    scopes: list[Scope] = Field(min_length=1, max_length=5)
    party: str | None = Field(None, min_length=1, max_length=200)
    person: str | None = Field(None, min_length=1, max_length=254)
    expires_at: Instant | None = None


@router.get("/tokens")
@needs("see_tokens", "manage", tells="Token")
def see_tokens(site: Here, query: Annotated[Asked, Query()]) -> Response:
    """Every token there ever was; nothing of their secrets but how they begin."""
    return told({"items": [tokens.as_json(each) for each in tokens.listed(site.engine)], "next": None})


@router.post("/tokens", status_code=201)
@needs("tokens", "manage", tells="NewlyMade")
def make_token(
    request: Request, asks: Asks, site: Here, body: Annotated[NewToken, Depends(json_of(NewToken))]
) -> Response:
    """Makes a token; its secret is told this once, and never again, not to the same key either."""

    def write(who: Caller) -> Mapping[str, Any]:
        made, secret = tokens.add(
            site.engine, body.name, body.scopes, party=body.party, person=body.person,
            expires_at=body.expires_at, by=who,
        )  # fmt: skip
        return {**tokens.as_json(made), "token": secret}

    return written(
        request, asks, write, lambda _: {**_named(site, body.name), "token": None}, 201, lambda _: "/tokens"
    )


@router.delete("/tokens/{name}")
@needs("tokens", "manage", tells="Revoked")
def revoke_token(name: Named, request: Request, asks: Asks, site: Here) -> Response:
    """Ends a token from the next request on."""

    def write(who: Caller) -> Mapping[str, Any]:
        return {"name": name, "revoked": tokens.revoke(site.engine, name, by=who)}

    return written(request, asks, write, lambda _: {"name": name, "revoked": True})


def _named(site: Site, name: str) -> Mapping[str, Any]:
    return tokens.as_json(next(each for each in tokens.listed(site.engine) if each.name == name))
