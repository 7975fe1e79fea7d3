"""Answers: JSON, JSON for ever the same, a lead as it stands with its ETag."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import Any

import orjson
from fastapi import Request
from starlette.responses import Response

from slaflow.engine.leads.commands import numbered
from slaflow.web.api.problems import Problem
from slaflow.web.api.reading import Tag
from slaflow.web.site import Site

JSON = "application/json"


def told(said: Any, status_code: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(orjson.dumps(said), status_code, headers, JSON)


def told_for_ever(request: Request, said: Any) -> Response:
    """What changes only where somebody is erased; 304 where who asks has just that."""
    return unchanged(request, orjson.dumps(said), JSON)


def unchanged(request: Request, body: bytes, media_type: str) -> Response:
    """*body*, or 304 where one of the ETags of ``If-None-Match`` is its own."""
    tag = f'"{sha256(body).hexdigest()[:32]}"'
    known = request.headers.get("if-none-match", "")
    if known.strip() == "*" or tag in [each.strip().removeprefix("W/") for each in known.split(",")]:
        return Response(status_code=304, headers={"etag": tag})
    return Response(body, 200, {"etag": tag}, media_type)


def lead_as_it_stands(site: Site, lead: int, at: datetime | None = None, **how: Any) -> Response:
    """LEAD with ``seq``; how it stands now also with its ETag. *how* is the answer's own."""
    shown = numbered_lead(site, lead, at)
    response = told(shown, **how)
    if at is None:
        response.headers["etag"] = str(Tag(lead, shown["seq"]))
    return response


def numbered_lead(site: Site, lead: int, at: datetime | None) -> dict[str, Any]:
    shown, seq = numbered(site.engine, lead, at)
    return {**shown, "seq": seq}


def not_ahead(site: Site, at: datetime | None) -> datetime | None:
    """*at*. Raises ``Problem`` 422 where it has not come yet."""
    if at is not None and at > site.engine.now():
        raise Problem("invalid_value", "at: it lies ahead; ask for an instant that is past")
    return at
