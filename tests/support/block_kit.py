"""What Slack takes as a message's blocks, by the limits that it documents.

Source: https://docs.slack.dev/reference/block-kit/blocks and .../block-elements/button-element. Only what
slaflow makes is known here; anything else is a fault.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

MOST_BLOCKS, MOST_FIELDS, MOST_IN_CONTEXT, MOST_ACTIONS = 50, 10, 10, 25
SECTION, FIELD, BUTTON, URL, TEXT = 3000, 2000, 75, 3000, 40_000


def faults(message: dict[str, Any]) -> list[str]:
    """Everything for which Slack would not take *message*, or not show it as it is meant."""
    return list(_faults(message))


def _faults(message: dict[str, Any]) -> Iterator[str]:
    if not isinstance(message.get("text"), str) or not message["text"].strip():
        yield "no text beside the blocks: notifications and screen readers have nothing to say"
    elif len(message["text"]) > TEXT:
        yield "the text is too long"
    blocks = message.get("blocks", [])
    if len(blocks) > MOST_BLOCKS:
        yield f"{len(blocks)} blocks"
    for place, block in enumerate(blocks):
        known = _BLOCKS.get(str(block.get("type")), lambda _: ["of a type that is not known"])
        yield from (f"block {place}: {fault}" for fault in known(block))


def _section(block: dict[str, Any]) -> Iterator[str]:
    if "text" not in block and not block.get("fields"):
        yield "a section of nothing"
    if "text" in block:
        yield from _text(block["text"], SECTION)
    if len(block.get("fields", [])) > MOST_FIELDS:
        yield "too many fields"
    for field in block.get("fields", []):
        yield from _text(field, FIELD)
    yield from _unknown(block, "type", "text", "fields")


def _context(block: dict[str, Any]) -> Iterator[str]:
    if not 1 <= len(block["elements"]) <= MOST_IN_CONTEXT:
        yield "no elements, or too many"
    for element in block["elements"]:
        yield from _text(element, SECTION)
    yield from _unknown(block, "type", "elements")


def _actions(block: dict[str, Any]) -> Iterator[str]:
    if not 1 <= len(block["elements"]) <= MOST_ACTIONS:
        yield "no elements, or too many"
    for button in block["elements"]:
        yield from _button(button)
    if len({button.get("action_id") for button in block["elements"]}) != len(block["elements"]):
        yield "two buttons of one action_id"
    yield from _unknown(block, "type", "elements")


def _button(button: dict[str, Any]) -> Iterator[str]:
    if button["type"] != "button" or button["text"]["type"] != "plain_text":
        yield "a button is of plain text"
    yield from _text(button["text"], BUTTON)
    if not button["url"].startswith("https://") or len(button["url"]) > URL:
        yield "a button leads nowhere, or too far"
    if button.get("style", "primary") not in ("primary", "danger"):
        yield "an unknown style"
    yield from _unknown(button, "type", "text", "url", "style", "action_id")


def _text(text: dict[str, Any], longest: int) -> Iterator[str]:
    if text.get("type") not in ("plain_text", "mrkdwn"):
        yield f"text of type {text.get('type')}"
    if not isinstance(text.get("text"), str) or not 1 <= len(text["text"]) <= longest:
        yield f"text of no length, or over {longest}"
    yield from _unknown(text, "type", "text", "emoji" if text.get("type") == "plain_text" else "verbatim")


def _unknown(given: dict[str, Any], *known: str) -> Iterator[str]:
    yield from (f"unknown key {key}" for key in given if key not in known)


_BLOCKS: dict[str, Callable[[dict[str, Any]], Iterable[str]]] = {
    "section": _section,
    "context": _context,
    "actions": _actions,
    "divider": lambda block: _unknown(block, "type"),
}
