"""Slack by its Web API: messages to rooms and to people, each lead's in a thread of its own.

Source: https://docs.slack.dev/reference/methods/chat.postMessage, .../users.lookupByEmail, .../auth.test,
https://docs.slack.dev/apis/web-api/rate-limits
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import orjson

from slaflow.net.client import Client
from slaflow.net.fault import NetFault
from slaflow.net.reply import Reply
from slaflow.notify.answer import Again, Answer, Failed, Sent
from slaflow.notify.channels.blocks import composed
from slaflow.notify.channels.by_status import answered
from slaflow.notify.channels.slack_errors import NO_THREAD, meaning
from slaflow.notify.channels.unusable import ChannelUnusable
from slaflow.notify.letters.letter import Letter
from slaflow.notify.letters.render import Pages
from slaflow.notify.parcel import Form, Parcel

POST, FIND, WHO = "chat.postMessage", "users.lookupByEmail", "auth.test"
PACE = timedelta(seconds=1)
"""Source: rate limits, "Posting messages": one a second for each channel."""
_JSON = "application/json; charset=utf-8"
_FORM = "application/x-www-form-urlencoded"
_OK = b'{"ok":true'


class _Refused(Exception):
    """What a call came to, where that is not what was asked for; ``error`` is Slack's name for it."""

    def __init__(self, answer: Answer, error: str = "") -> None:
        self.answer, self.error = answer, error
        super().__init__(error)


class Slack:
    """A workspace in which an app's *token* may write.

    Args:
        api: where the methods are, such as ``https://slack.com/api/``.

    Raises:
        ChannelUnusable: *token* can be none.
    """

    form: Form = "slack"
    pace = PACE

    def __init__(self, name: str, api: str, token: str, client: Client) -> None:
        self.name = name
        if not (token.isascii() and token.isprintable()) or " " in token:
            what = f"[channels.{name}] token"
            raise ChannelUnusable(what, "not one that slack gives out; copy it from OAuth & Permissions")
        self._api, self._token, self._client = api.rstrip("/"), token, client
        self._people: dict[str, str] = {}

    def compose(self, letter: Letter, pages: Pages, to: str, at: datetime) -> str:
        """The message, in JSON."""
        return composed(letter, pages)

    def send(self, parcel: Parcel) -> Answer:
        """One try; a thread that is no longer there is no reason not to be heard."""
        letter = letter_of(parcel)
        if letter is None:
            return Failed("its template made no JSON object")
        room, _, thread = (parcel.opened or "").partition(":")
        try:
            letter["channel"] = room or self._place(parcel)
            if not thread:
                return self._post(letter, parcel.at)
            try:
                # Who follows no thread shall see it too.
                return self._post({**letter, "thread_ts": thread, "reply_broadcast": True}, parcel.at)
            except _Refused as refused:
                if refused.error not in NO_THREAD:
                    raise
            return self._post(letter, parcel.at)
        except _Refused as refused:
            return refused.answer

    def probe(self) -> Answer:
        """Whether the token signs in."""
        try:
            self._call(WHO, _FORM, b"", None)
        except _Refused as refused:
            return refused.answer
        return Sent()

    def close(self) -> None:
        """Lets go of connections."""
        self._client.close()

    def _place(self, parcel: Parcel) -> str:
        """The room, or the id of the person whose e-mail address it is."""
        address = parcel.address.strip()
        if "@" not in address.lstrip("@#"):
            return address
        if address not in self._people:
            found = self._call(FIND, _FORM, urlencode({"email": address}).encode(), parcel.at)
            user = found.get("user")
            person = user.get("id") if isinstance(user, dict) else None
            if not isinstance(person, str):
                raise _Refused(Again("its answer is not slack's"))
            self._people[address] = person
        return self._people[address]

    def _post(self, letter: dict[str, Any], at: datetime) -> Answer:
        said = self._call(POST, _JSON, orjson.dumps(letter), at)
        room, stamp = said.get("channel"), said.get("ts")
        return Sent(f"{room}:{stamp}" if isinstance(room, str) and isinstance(stamp, str) else None)

    def _call(self, method: str, kind: str, content: bytes, at: datetime | None) -> dict[str, Any]:
        headers = {"authorization": f"Bearer {self._token}", "content-type": kind, "user-agent": "slaflow"}
        try:
            reply = self._client.post(f"{self._api}/{method}", headers, content)
        except NetFault as fault:
            raise _Refused(Again(fault.problem)) from None
        return _read(reply, method, at)


def _read(reply: Reply, method: str, at: datetime | None) -> dict[str, Any]:
    """What Slack says, where it says ``"ok": true``. Raises ``_Refused``."""
    after = None if at is None else reply.retry_after(at)
    if reply.status == 429:
        raise _Refused(Again("slack asks to wait", after))
    said = _object(reply.body)
    if reply.status == 200 and said is None and not reply.is_whole and reply.body.startswith(_OK):
        # It repeats the message after that, and a long one beyond what is read.
        return {}
    if reply.status == 200 and said is None:
        raise _Refused(Again("its answer is not slack's"))
    if said is not None and said.get("ok") is True and 200 <= reply.status < 300:
        return said
    error = said.get("error") if said is not None else None
    if isinstance(error, str):
        raise _Refused(meaning(error, method, after), error)
    raise _Refused(Again("its answer is not slack's") if reply.status < 300 else _by_status(reply, at))


def _by_status(reply: Reply, at: datetime | None) -> Answer:
    return Again(f"it answered {reply.status}") if at is None else answered(reply, at)


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return said if isinstance(said, dict) else None


def letter_of(parcel: Parcel) -> dict[str, Any] | None:
    """The message that was rendered; Slack is not to open what is linked in it to show a preview."""
    letter = _object(parcel.body.encode())
    return None if letter is None else {**letter, "unfurl_links": False, "unfurl_media": False}
