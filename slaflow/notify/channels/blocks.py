"""Letters as messages of Slack: Block Kit with a text beside it, within what Slack takes.

Source: https://docs.slack.dev/reference/block-kit/blocks, https://docs.slack.dev/messaging/formatting-message-text
"""

from __future__ import annotations

from typing import Any

import orjson

from slaflow.notify.channels.fitting import cut, fitted, json_object, made_safe
from slaflow.notify.letters.letter import Letter
from slaflow.notify.letters.render import Pages

FORM = "slack.json"
MOST_BLOCKS, TEXT, FIELD, BUTTON = 50, 3000, 2000, 75
MOST_BYTES = 30 * 1024
"""Slack takes more, and sends it all back: this much of its answer is read."""


def escaped(text: str) -> str:
    """*text* in which nothing calls a person, a room or everybody, or is a link."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def composed(letter: Letter, pages: Pages) -> str:
    """*letter* as a message in JSON. Templates see texts that are escaped already."""

    def made(part: Letter) -> dict[str, Any]:
        return json_object(pages.render(part, FORM)) or {}

    return orjson.dumps(_trimmed(fitted(made_safe(letter, escaped), made, _fits))).decode()


def _fits(message: dict[str, Any]) -> bool:
    return len(message.get("blocks", ())) <= MOST_BLOCKS and len(orjson.dumps(message)) <= MOST_BYTES


def _trimmed(message: dict[str, Any]) -> dict[str, Any]:
    """*message* with what is still too long in it cut."""
    text, blocks = message.get("text"), message.get("blocks")
    trimmed = {**message}
    if isinstance(text, str):
        trimmed["text"] = cut(text, TEXT)
    if isinstance(blocks, list):
        trimmed["blocks"] = [_shorter(block, TEXT) for block in blocks[:MOST_BLOCKS]]
    return trimmed


def _shorter(part: Any, longest: int) -> Any:
    if isinstance(part, list):
        return [_shorter(each, longest) for each in part]
    if not isinstance(part, dict):
        return part
    inner = BUTTON if part.get("type") == "button" else TEXT
    shorter = {key: _shorter(each, FIELD if key == "fields" else inner) for key, each in part.items()}
    if part.get("type") in ("mrkdwn", "plain_text") and isinstance(part.get("text"), str):
        shorter["text"] = cut(part["text"], longest)
    return shorter
