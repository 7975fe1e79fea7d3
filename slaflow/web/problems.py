"""``/problems/CODE``: what a problem that the API answered means, for whoever follows its ``type``."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException

from slaflow.language import _
from slaflow.web.api.problems import TITLES
from slaflow.web.pages import line
from slaflow.web.principal import operation

router = APIRouter()


@router.get("/problems/{code}")
@operation("public")
def meaning(code: str) -> HTMLResponse:
    """A line about it."""
    if code not in TITLES:
        raise HTTPException(404)
    status, title = TITLES[code]
    return line(200, _("{title} (answered with {status})").format(title=_(title), status=status))
