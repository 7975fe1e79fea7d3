"""What Teams takes as an Adaptive Card from a workflow, and shows as it is meant.

Source: https://adaptivecards.io/explorer and
https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-reference. Only what
slaflow makes is known here; anything else is a fault.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

MOST_BYTES = 28 * 1024
VERSIONS = ("1.2", "1.3", "1.4", "1.5")
CARD = "application/vnd.microsoft.card.adaptive"
SIZES = ("Small", "Default", "Medium", "Large", "ExtraLarge")
COLORS = ("Default", "Dark", "Light", "Accent", "Good", "Warning", "Attention")


def faults(message: dict[str, Any]) -> list[str]:
    """Everything for which Teams would not take *message*, or would show it otherwise."""
    return list(_faults(message))


def _faults(message: dict[str, Any]) -> Iterator[str]:
    yield from _unknown(message, "type", "attachments")
    if message.get("type") != "message" or len(message.get("attachments", [])) != 1:
        yield "not a message with one attachment"
        return
    (attachment,) = message["attachments"]
    yield from _unknown(attachment, "contentType", "content")
    if attachment.get("contentType") != CARD:
        yield "not an Adaptive Card"
    card = attachment["content"]
    yield from _unknown(card, "$schema", "type", "version", "body", "actions", "msteams", "fallbackText")
    if card.get("type") != "AdaptiveCard" or card.get("version") not in VERSIONS:
        yield "not a card of a version that Teams shows"
    if not card.get("body"):
        yield "an empty card"
    for element in card.get("body", []):
        yield from _ELEMENTS.get(str(element.get("type")), _stranger)(element)
    for action in card.get("actions", []):
        yield from _open_url(action)


def _stranger(element: dict[str, Any]) -> Iterator[str]:
    yield f"unknown element {element.get('type')}"


def _rich(block: dict[str, Any]) -> Iterator[str]:
    yield from _unknown(block, "type", "inlines", "spacing", "separator")
    if not block.get("inlines"):
        yield "text of no length"
    for run in block.get("inlines", []):
        yield from _unknown(run, "type", "text", "size", "weight", "color", "isSubtle", "selectAction")
        if run.get("type") != "TextRun" or not run.get("text"):
            yield "text of no length, or that is none"
        if run.get("size", "Default") not in SIZES or run.get("color", "Default") not in COLORS:
            yield "a size or color that there is not"
        if "selectAction" in run:
            yield from _open_url({"title": "-", **run["selectAction"]})


def _open_url(action: dict[str, Any]) -> Iterator[str]:
    yield from _unknown(action, "type", "title", "url", "style")
    if action.get("type") != "Action.OpenUrl" or not action.get("title"):
        yield "a button that opens nothing, or is called nothing"
    if not str(action.get("url")).startswith("https://"):
        yield "a button that leads nowhere"


def _unknown(given: dict[str, Any], *known: str) -> Iterator[str]:
    yield from (f"unknown key {key}" for key in given if key not in known)


_ELEMENTS: dict[str, Callable[[dict[str, Any]], Iterable[str]]] = {"RichTextBlock": _rich}
"""Rich text alone: a text block's text is Markdown, and what a prospect wrote would become a link in it."""
