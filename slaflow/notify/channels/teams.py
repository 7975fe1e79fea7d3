"""Microsoft Teams: an Adaptive Card to the address of a workflow, which posts it; the address is a secret.

That the workflow took it is all that is answered: whether it could post it only its run history tells.

Source: https://learn.microsoft.com/connectors/teams/#microsoft-teams-webhook,
https://learn.microsoft.com/microsoftteams/limits-specifications-teams ("Teams and channels": 28 KB)
"""

from __future__ import annotations

from datetime import datetime, timedelta

import orjson

from slaflow.net.reply import Reply
from slaflow.notify.answer import Answer, Closed, Failed, Off
from slaflow.notify.channels.by_status import answered
from slaflow.notify.channels.card import composed
from slaflow.notify.channels.room import Room
from slaflow.notify.letters.letter import Letter
from slaflow.notify.letters.render import Pages
from slaflow.notify.parcel import Form, Parcel

MOST_BYTES = 28 * 1024
PACE = timedelta(milliseconds=250)
"""More than four requests a second are held back. Source: .../webhooks-and-connectors/how-to."""
CARD = "application/vnd.microsoft.card.adaptive"

_WORKFLOW = (
    "the workflow is turned off or deleted; turn it on, or make one and put its address in place of this"
)
_GONE = {
    "WorkflowTriggerIsNotEnabled": _WORKFLOW,
    "WorkflowNotFound": _WORKFLOW,
    "WorkflowDisabled": _WORKFLOW,
}
"""``error.code`` of what Power Automate answers; some of these come with 400, some with 404."""
_ANYONE = "copy its whole address again, and let anyone trigger it"


class Teams(Room):
    """The channel or chat that the workflow at *url* posts to, whatever a parcel's address is.

    Raises:
        ChannelUnusable: nothing is ever sent to a *url* like that.
    """

    form: Form = "teams"
    pace = PACE

    def compose(self, letter: Letter, pages: Pages, to: str, at: datetime) -> str:
        """The card, in JSON."""
        return composed(letter, pages)

    def send(self, parcel: Parcel) -> Answer:
        """One try; ``parcel.body`` is the card."""
        content = message_of(parcel.body)
        if content is None:
            return Failed("its template made no JSON object")
        if len(content) > MOST_BYTES:
            return Failed(
                f"its card has over {MOST_BYTES // 1024} KB, which Teams does not take; shorten its template"
            )
        return self.posted(content, parcel.at, _meaning)


def message_of(card: str) -> bytes | None:
    """What is posted for *card*, an Adaptive Card in JSON; None where it is no JSON object."""
    try:
        content = orjson.loads(card)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(content, dict):
        return None
    return orjson.dumps({"type": "message", "attachments": [{"contentType": CARD, "content": content}]})


def _meaning(reply: Reply, at: datetime) -> Answer:
    code = _code(reply)
    if reply.status in (400, 404) and code in _GONE:
        return Off(f"Teams says {code}: {_GONE[code]}")
    if reply.status in (401, 403):
        said = f"Teams says {code}" if code else f"it answered {reply.status}"
        return Closed(f"{said}: {_ANYONE}", reply.retry_after(at))
    answer = answered(reply, at)
    if isinstance(answer, Failed) and code:
        return Failed(f"Teams says {code}; see slaflow outbox preview for what was sent")
    return answer


def _code(reply: Reply) -> str:
    """The error's name where it has one; nothing that could be anything else goes any further."""
    try:
        said = orjson.loads(reply.body)
    except orjson.JSONDecodeError:
        return ""
    error = said.get("error") if isinstance(said, dict) else None
    code = error.get("code") if isinstance(error, dict) else None
    return code if isinstance(code, str) and code.isascii() and code.isalpha() and len(code) <= 60 else ""
