"""A workspace of Slack with its rooms, people, app and webhooks, as far as messages into it go.

Written from what the vendor documents, errors included, and tried against no other: docs.slack.dev, pages
reference/methods/chat.postMessage, reference/methods/users.lookupByEmail, reference/methods/auth.test,
apis/web-api/rate-limits and messaging/sending-messages-using-incoming-webhooks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import orjson
from support.block_kit import faults
from support.faulty import Answer, FaultyServer, Seen, answer

TOKEN = "xoxb-double-token"
MOST_TEXT = 40_000


@dataclass
class Message:
    """A message in a conversation; ``thread_ts`` names the one that it answers to."""

    ts: str
    text: str
    blocks: list[dict[str, Any]]
    thread_ts: str | None = None
    is_broadcast: bool = False


@dataclass
class Room:
    """A conversation: a public or private channel, or one with a person."""

    id: str
    name: str
    has_app: bool = True
    is_private: bool = False
    is_archived: bool = False
    messages: list[Message] = field(default_factory=list)


class SlackDouble(FaultyServer):
    """The workspace: everything a test may change stands open, under the vendor's names."""

    def forget(self) -> None:
        """An app with all scopes, two rooms of which one is without the app, two people, a webhook."""
        super().forget()
        self.scopes = {TOKEN: {"chat:write", "users:read.email"}}
        self.token_errors: dict[str, str] = {}
        self.people = {"anna@example.com": "U0ANNA", "åsa@example.com": "U0ASA"}
        rooms = (Room("C0SALES", "sales-desk"), Room("C0RANDOM", "random", has_app=False))
        self.rooms = {room.id: room for room in rooms}
        self.hooks = {"/services/T0/B0/hook-secret": "C0SALES"}
        self.limited: list[int | None] = []
        self.errors: list[str] = []
        self._posted = 0

    @property
    def api(self) -> str:
        return self.url("/api/")

    def room(self, name: str) -> Room:
        return next(room for room in self.rooms.values() if room.name == name)

    def answer_to(self, seen: Seen) -> Answer:
        with self._lock:
            self.seen.append(seen)
            if seen.path in self._answers:
                answers = self._answers[seen.path]
                return answers.popleft() if len(answers) > 1 else answers[0]
            if self.limited:
                return _limited(self.limited.pop(0), is_api=seen.path.startswith("/api/"))
            if seen.path.startswith("/services/"):
                return self._hooked(seen)
            return _said(self._called(seen))

    def _called(self, seen: Seen) -> dict[str, Any]:
        method = seen.path.removeprefix("/api/")
        known = {"chat.postMessage": self._post, "users.lookupByEmail": self._find, "auth.test": self._who}
        token = seen.headers.get("authorization", "").removeprefix("Bearer ")
        if method not in known:
            return _error("unknown_method")
        if not token:
            return _error("not_authed")
        if token in self.token_errors:
            return _error(self.token_errors[token])
        if token not in self.scopes:
            return _error("invalid_auth")
        if self.errors:
            return _error(self.errors.pop(0))
        return known[method](_given(seen), self.scopes[token])

    def _who(self, given: dict[str, Any], scopes: set[str]) -> dict[str, Any]:
        return {"ok": True, "team": "Double", "user": "slaflow", "team_id": "T0", "user_id": "U0APP"}

    def _find(self, given: dict[str, Any], scopes: set[str]) -> dict[str, Any]:
        if "users:read.email" not in scopes:
            return _error("missing_scope", needed="users:read.email", provided=",".join(sorted(scopes)))
        person = self.people.get(given.get("email", ""))
        return _error("users_not_found") if person is None else {"ok": True, "user": {"id": person}}

    def _post(self, given: dict[str, Any], scopes: set[str]) -> dict[str, Any]:
        if "chat:write" not in scopes:
            return _error("missing_scope", needed="chat:write", provided=",".join(sorted(scopes)))
        room = self._meant(given.get("channel", ""))
        if room is None or (room.is_private and not room.has_app):
            return _error("channel_not_found")
        if room.is_archived:
            return _error("is_archived")
        if not room.has_app and "chat:write.public" not in scopes:
            return _error("not_in_channel")
        error = self._added(room, given)
        if error is not None:
            return _error(error)
        sent = room.messages[-1]
        echo = {"text": sent.text, "blocks": sent.blocks, "ts": sent.ts, "type": "message"}
        return {"ok": True, "channel": room.id, "ts": sent.ts, "message": echo}

    def _meant(self, channel: str) -> Room | None:
        if channel in self.people.values():
            return self.rooms.setdefault(f"D{channel}", Room(f"D{channel}", channel))
        by_name = {room.name: room for room in self.rooms.values() if not room.id.startswith("D")}
        return self.rooms.get(channel) or by_name.get(channel.removeprefix("#"))

    def _added(self, room: Room, given: dict[str, Any]) -> str | None:
        """Adds a message, or says why not."""
        text, blocks, thread = given.get("text", ""), given.get("blocks", []), given.get("thread_ts")
        if not text and not blocks:
            return "no_text"
        if len(text) > MOST_TEXT:
            return "msg_too_long"
        if blocks and faults({"text": text or "none", "blocks": blocks}):
            return "invalid_blocks"
        opened = next((each for each in room.messages if each.ts == thread), None)
        if thread is not None and opened is None:
            return "thread_not_found"
        self._posted += 1
        # A reply to a reply is one to what that answers to.
        root = None if opened is None else opened.thread_ts or opened.ts
        broadcast = bool(given.get("reply_broadcast"))
        room.messages.append(Message(f"1503435956.{self._posted:06}", text, blocks, root, broadcast))
        return None

    def _hooked(self, seen: Seen) -> Answer:
        room = self.rooms.get(self.hooks.get(seen.path, ""))
        if room is None:
            return answer(404, b"no_service")
        if room.is_archived:
            return answer(410, b"channel_is_archived")
        try:
            given = orjson.loads(seen.body)
        except orjson.JSONDecodeError:
            return answer(400, b"invalid_payload")
        error = self._added(room, given)
        return answer(200, b"ok") if error is None else answer(400, error.encode())


def _given(seen: Seen) -> dict[str, Any]:
    if seen.headers.get("content-type", "").startswith("application/json"):
        found: dict[str, Any] = orjson.loads(seen.body)
        return found
    return {name: values[0] for name, values in parse_qs(seen.body.decode()).items()}


def _said(said: dict[str, Any]) -> Answer:
    return answer(200, orjson.dumps(said), content_type="application/json; charset=utf-8")


def _error(name: str, **more: str) -> dict[str, Any]:
    return {"ok": False, "error": name, **more}


def _limited(after: int | None, *, is_api: bool) -> Answer:
    headers = {} if after is None else {"retry_after": str(after)}
    return answer(429, orjson.dumps(_error("ratelimited")) if is_api else b"rate_limited", **headers)
