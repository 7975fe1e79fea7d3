"""The one form in which texts are compared: composed, without space around, e-mail without regard to case.

A function of the text alone, which the model itself asks (rules.md, 31.1 to 31.3).
"""

from __future__ import annotations

import unicodedata


def normal(text: str) -> str:
    """*text* composed (NFC) and without white space around; what only looks the same is the same then."""
    text = text.strip()
    return text if text.isascii() else unicodedata.normalize("NFC", text).strip()


def folded(text: str) -> str:
    """*text* as e-mail addresses and people's keys are compared: normal, without regard to case.

    Idempotent. Source: Unicode's canonical caseless matching (D145), composed again.
    """
    text = text.strip()
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFD", text).casefold()
    return unicodedata.normalize("NFC", decomposed).strip()
