"""Text in the cells of a CSV file that a spreadsheet would take for a formula."""

from __future__ import annotations

import re

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)


def harmless(text: str) -> str:
    """*text*, behind an apostrophe where a spreadsheet would calculate it; numbers stay numbers.

    Source: https://owasp.org/www-community/attacks/CSV_Injection
    """
    if not text.startswith(_FORMULA) or _NUMBER.fullmatch(text):
        return text
    return f"'{text}"
