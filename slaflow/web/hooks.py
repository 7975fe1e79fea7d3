"""``/hooks/NAME``: what other systems send, kept and answered; see :mod:`slaflow.link.receive`.

Nobody is signed in there and no form is asked for: what is sent shows by itself that it is genuine.
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from slaflow.link import shapes
from slaflow.link.receive import LARGEST, TOO_LARGE, UNKNOWN, Refused, receive, too_large
from slaflow.web.forms import body_of, holds
from slaflow.web.principal import PUBLIC, operation
from slaflow.web.site import Site

router = APIRouter()
PLACE = "/hooks/"
ONLY_POST = "only POST is taken here"


@router.post("/hooks/{name}")
@router.post("/hooks/{name}/{token}")
@router.post("/hooks/{name}/", include_in_schema=False)
@router.post("/hooks/{name}/{token}/", include_in_schema=False)
@operation(PUBLIC)
@holds(LARGEST, TOO_LARGE)
async def take(request: Request, name: str, token: str = "") -> Response:
    """Takes a delivery, whole or not at all."""
    site: Site = request.app.state.site
    try:
        body = await _body(request, site, name)
        delivery = _delivery(request, site, token, body)
        taken = await run_in_threadpool(receive, site.engine, site.reach, name, delivery)
    except Refused as error:
        return _line(error)
    return Response(taken.body, taken.status, media_type=taken.media)


async def _body(request: Request, site: Site, name: str) -> bytes:
    try:
        return await body_of(request)
    except HTTPException as error:
        if error.status_code == 413:
            raise too_large(site.reach, name) from None
        raise Refused(error.status_code, str(error.detail)) from None


def _delivery(request: Request, site: Site, token: str, body: bytes) -> shapes.Request:
    headers = [(name.decode("latin-1"), text.decode("latin-1")) for name, text in request.scope["headers"]]
    return shapes.Request(request.method, _public(request, site), token, headers, body)


def _public(request: Request, site: Site) -> str:
    """The address as whoever sends was told it, never as a header says it."""
    path: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    query: bytes = request.scope["query_string"]
    asked = (path + b"?" + query if query else path).decode("latin-1")
    return (site.reach.public_url or "").rstrip("/") + asked


def line(status: int, words: str) -> Response:
    """One clear line, for who looks at what their system was answered."""
    return PlainTextResponse(f"{words}\n", status)


def not_taken(error: HTTPException) -> Response:
    """What is answered to what is no delivery at all."""
    words = {404: UNKNOWN, 405: ONLY_POST}.get(error.status_code, str(error.detail))
    answer = line(error.status_code, words)
    answer.headers.update(error.headers or {})
    return answer


def _line(error: Refused) -> Response:
    answer = line(error.status, error.words)
    if error.retry_after is not None:
        answer.headers["retry-after"] = str(int(error.retry_after.total_seconds()))
    return answer
