"""``/slack``: told by Slack that somebody opened a link button; nothing comes of it.

Without an answer to that Slack puts a warning beside the button, though its link was opened all the same.
Source: https://docs.slack.dev/reference/block-kit/block-elements/button-element, ``url``.
"""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from slaflow.web.principal import PUBLIC, operation

router = APIRouter()


@router.post("/slack")
@operation(PUBLIC)
def opened() -> Response:
    """Taken, whatever it says and whoever says it: the body is not read."""
    return Response()
