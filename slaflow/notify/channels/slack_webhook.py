"""Slack by an incoming webhook: one room, named by the address itself, which is a secret.

Source: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks, "Handling errors"
"""

from __future__ import annotations

import re
from datetime import datetime

import orjson

from slaflow.net.reply import Reply
from slaflow.notify.answer import Answer, Closed, Failed, Off
from slaflow.notify.channels.blocks import composed
from slaflow.notify.channels.by_status import answered
from slaflow.notify.channels.room import Room
from slaflow.notify.channels.slack import PACE, letter_of
from slaflow.notify.letters.letter import Letter
from slaflow.notify.letters.render import Pages
from slaflow.notify.parcel import Form, Parcel

_NAMES = re.compile(r"[a-z0-9_]{1,60}")
_ANEW = "make a new webhook in the app, and put its address in place of this one"
_GONE = {
    "no_service": f"it was taken away; {_ANEW}",
    "no_service_id": f"it was taken away; {_ANEW}",
    "no_active_hooks": f"it was taken away; {_ANEW}",
    "no_team": f"the workspace is gone; {_ANEW}",
    "team_disabled": f"the workspace is gone; {_ANEW}",
    "channel_not_found": f"the room is gone; {_ANEW}",
    "channel_is_archived": f"the room is archived; bring it back, or {_ANEW}",
}
_SIGNED_OUT = {
    "invalid_token": _ANEW,
    "action_prohibited": "the workspace's administrators let it not write there; ask them",
    "posting_to_general_channel_denied": "only administrators write in that room; choose another",
}


class SlackWebhook(Room):
    """The room that the webhook at *url* is of, whatever a parcel's address is.

    Raises:
        ChannelUnusable: nothing is ever sent to a *url* like that.
    """

    form: Form = "slack"
    pace = PACE

    def compose(self, letter: Letter, pages: Pages, to: str, at: datetime) -> str:
        """The message, in JSON."""
        return composed(letter, pages)

    def send(self, parcel: Parcel) -> Answer:
        """One try."""
        letter = letter_of(parcel)
        if letter is None:
            return Failed("its template made no JSON object")
        return self.posted(orjson.dumps(letter), parcel.at, _meaning)


def _meaning(reply: Reply, at: datetime) -> Answer:
    error = reply.body.decode("latin-1").strip()
    if reply.status < 400 or not _NAMES.fullmatch(error):
        return answered(reply, at)
    if reply.status in (404, 410) and error in _GONE:
        return Off(f"slack says {error}: {_GONE[error]}")
    if reply.status in (401, 403):
        return Closed(f"slack says {error}: {_SIGNED_OUT.get(error, _ANEW)}", reply.retry_after(at))
    if isinstance(answered(reply, at), Failed):
        return Failed(f"slack says {error}; see slaflow outbox preview for what was sent")
    return answered(reply, at)
