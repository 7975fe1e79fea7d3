"""Letters made to fit where there is little room: texts cut, and of a digest as many messages as there is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import fields, is_dataclass, replace
from typing import Any

import orjson
from jinja2 import TemplateError

from slaflow.notify.letters.letter import Letter

LONGEST = 300
"""Characters of one value; what is longer is for the lead's own page."""
MOST_MESSAGES = 45
"""Of a digest, whatever its size: more is a report."""
JOINER = "\u200d"
"""What makes one sign of several, as in some that have no letter."""


def cut(text: str, longest: int = LONGEST) -> str:
    """*text*, or its beginning and ``…``."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def one_line(text: str) -> str:
    """*text* without line breaks, and without what is not seen and turns others around."""
    return "".join(each for each in " ".join(text.split()) if each.isprintable() or each == JOINER)


def made_safe(letter: Letter, safe: Callable[[str], str] = str) -> Letter:
    """*letter* with every text that it tells in one line, cut and *safe*; its buttons stay as they are."""
    return replace(letter, reader=_safe(letter.reader, safe), messages=_safe(letter.messages, safe))


def _safe(value: Any, safe: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return safe(cut(one_line(value)))
    if isinstance(value, tuple | list):
        return tuple(_safe(each, safe) for each in value)
    if isinstance(value, Mapping):
        return {key: _safe(each, safe) for key, each in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        # Half an address leads nowhere.
        told = {each.name: getattr(value, each.name) for each in fields(value)}
        urls = {name: safe(told[name]) for name in told if name.endswith("url") and told[name]}
        return replace(value, **{name: _safe(each, safe) for name, each in told.items()} | urls)
    return value


def fitted(
    letter: Letter, made: Callable[[Letter], dict[str, Any]], fits: Callable[[dict[str, Any]], bool]
) -> dict[str, Any]:
    """What is *made* of *letter*, of a digest with as many messages as fit; of one message what there is.

    How many are left out a digest says by itself: it counts them all.
    """
    count = min(len(letter.messages), MOST_MESSAGES)
    while count > 1:
        with suppress(TemplateError):
            found = made(replace(letter, messages=letter.messages[:count]))
            if fits(found):
                return found
        count = count * 2 // 3
    return made(replace(letter, messages=letter.messages[:1]))


def json_object(text: str) -> dict[str, Any] | None:
    """*text* as the JSON object that it is; None where it is none."""
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None
