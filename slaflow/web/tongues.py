"""Which of our languages a browser would rather have."""

from __future__ import annotations

from slaflow.language import ENGLISH, languages

LONGEST = 500


def preferred(accepted: str) -> str:
    """The best of ``Accept-Language`` that there are words in, else English. Source: RFC 9110, 12.5.4."""
    known = languages()
    weighed: list[tuple[float, str]] = []
    for each in accepted[:LONGEST].split(","):
        name, _, rest = each.partition(";")
        tag = name.strip().lower().partition("-")[0]
        if tag in known:
            weighed.append((_weight(rest), tag))
    best = max(weighed, key=lambda pair: pair[0], default=(0.0, ENGLISH))
    return best[1] if best[0] > 0 else ENGLISH


def _weight(said: str) -> float:
    name, _, value = said.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
