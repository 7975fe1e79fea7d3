"""Letters as Adaptive Cards for Teams, under the size that it takes.

Source: https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-reference
"""

from __future__ import annotations

from typing import Any

import orjson

from slaflow.notify.channels.fitting import fitted, json_object, made_safe
from slaflow.notify.letters.letter import Letter
from slaflow.notify.letters.render import Pages

FORM = "teams.json"
MOST_BYTES = 20 * 1024
"""Teams takes 28 KB of what a workflow makes of it, which is more than what it was sent."""


def composed(letter: Letter, pages: Pages) -> str:
    """*letter* as a card in JSON."""

    def made(part: Letter) -> dict[str, Any]:
        return json_object(pages.render(part, FORM)) or {}

    card = fitted(made_safe(letter), made, lambda card: len(orjson.dumps(card)) <= MOST_BYTES)
    return orjson.dumps(card).decode()
