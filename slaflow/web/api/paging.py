"""Pages of a list: how many, and where the next begins. A cursor goes on with the very query it came from."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, urlencode

import orjson
from fastapi import Request
from starlette.responses import Response

from slaflow.engine.access.tokens import Bearer
from slaflow.web.api.bearing import LINES, wants_lines
from slaflow.web.api.problems import Problem

MOST = 200
USUAL = 50
_CURSOR = re.compile(r"([0-9]{1,18})\.([0-9a-f]{16})")


def after(request: Request, bearer: Bearer, cursor: str | None) -> int | None:
    """After what the page begins; None: at the beginning.

    Raises:
        Problem: 422 where *cursor* was cut, or is of another query or token.
    """
    if cursor is None:
        return None
    try:
        text = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)).decode("ascii")
    except ValueError:
        text = ""
    found = _CURSOR.fullmatch(text)
    if found is None or found[2] != _seal(request, bearer, int(found[1])):
        raise Problem("invalid_value", "cursor: none of this query and token; begin again without it")
    return int(found[1])


def page(request: Request, bearer: Bearer, items: Sequence[Any], last: int | None, **more: Any) -> Response:
    """*items* as a page; *last* is after what the next begins, None where there is none."""
    said: dict[str, Any] = {"items": list(items), "next": None, **more}
    headers = {}
    if last is not None:
        sealed = f"{last}.{_seal(request, bearer, last)}".encode()
        said["next"] = urlsafe_b64encode(sealed).decode().rstrip("=")
        query = urlencode([*_query(request, "cursor"), ("cursor", said["next"])])
        headers["link"] = f'<{request.scope["root_path"]}{_path(request)}?{query}>; rel="next"'
    if wants_lines(request):
        body = b"".join(orjson.dumps(each, option=orjson.OPT_APPEND_NEWLINE) for each in items)
        return Response(body, 200, headers, LINES)
    return Response(orjson.dumps(said), 200, headers, "application/json")


def _seal(request: Request, bearer: Bearer, last: int) -> str:
    told = orjson.dumps([_path(request), sorted(_query(request, "cursor", "limit")), bearer.token, last])
    return sha256(told).hexdigest()[:16]


def _query(request: Request, *without: str) -> list[tuple[str, str]]:
    pairs = parse_qsl(request.url.query, keep_blank_values=True)
    return [pair for pair in pairs if pair[0] not in without]


def _path(request: Request) -> str:
    path: str = request.scope["path"]
    return path.removeprefix(request.scope["root_path"])
