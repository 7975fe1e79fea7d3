"""``/api``: every address of the API for people, made of the document that programs read; as open as that."""

from __future__ import annotations

import shlex
from functools import partial

import orjson
from fastapi import APIRouter, Request
from starlette.responses import Response

from slaflow.language import speak
from slaflow.web.api.problems import TITLES
from slaflow.web.desk.context import desk_page, site_of
from slaflow.web.origin import towards
from slaflow.web.pages import page
from slaflow.web.principal import found, operation
from slaflow.web.reference.operations import Operation, reference
from slaflow.web.site import Site

router = APIRouter()
TEMPLATE = "reference/api.html"
BEARER = '-H "authorization: Bearer $SLAFLOW_TOKEN"'
KEY = '-H "idempotency-key: $(uuidgen)"'


@router.api_route("/api", methods=["GET", "HEAD"])
@operation("public")
def show(request: Request) -> Response:
    """All of it, in the frame of the desk for who is signed in."""
    site = site_of(request)
    asks = found(site, request)
    known = reference()
    base = _base(site, request) + known.place
    said = {
        "api": known, "shapes": {each.name for each in known.shapes}, "titles": TITLES, "base": base,
        "curl": partial(curl, base),
    }  # fmt: skip
    if asks is None:
        return page(TEMPLATE, 200, root=towards(request, "/"), me=None, **said)
    if asks.language is not None:
        speak(asks.language)
    return desk_page(request, TEMPLATE, 200, asks, "UTC", site.engine.now(), **said)


def _base(site: Site, request: Request) -> str:
    """Where the site is for others; its name was looked at before anything was answered."""
    return (site.reach.public_url or f"http://{request.headers['host']}").rstrip("/")


def curl(base: str, op: Operation) -> str:
    """The request as a command line."""
    where = shlex.quote(base + op.asks)
    lines = [f"curl {where}", BEARER] if op.verb == "GET" else [f"curl -X {op.verb}", where, BEARER, KEY]
    if op.sends is not None:
        said = orjson.dumps(orjson.loads(op.sends)).decode()
        lines += ['-H "content-type: application/json"', f"--data {shlex.quote(said)}"]
    return " \\\n  ".join(lines)
