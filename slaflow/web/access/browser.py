"""In which browser somebody is, roughly: enough to tell one's own sessions apart, and no more is kept."""

from __future__ import annotations

from starlette.requests import Request

LONGEST = 1000
BROWSERS = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("FxiOS", "Firefox"), ("CriOS", "Chrome"),
    ("Chrome/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip
"""By what each says of itself; who says several names says the better known last."""
SYSTEMS = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"),
           ("Mac OS X", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux"))  # fmt: skip


def browser_of(request: Request) -> str:
    """``Firefox, Windows``; empty where it says nothing that is known."""
    said = request.headers.get("user-agent", "")[:LONGEST]
    found = (next((name for mark, name in known if mark in said), "") for known in (BROWSERS, SYSTEMS))
    return ", ".join(filter(None, found))
