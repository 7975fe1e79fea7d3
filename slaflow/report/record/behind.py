"""The leads behind the figures of a report: the last of each kind, by number."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from slaflow.store.database import Connection
from slaflow.store.figures.asked import Asked
from slaflow.store.figures.promises import latest
from slaflow.store.kept import behind as store

MOST = 12


def behind(conn: Connection, asked: Asked, report: str) -> list[dict[str, Any]]:
    """``{"kind": [...], "leads": [...]}`` for each kind that the report tells apart; empty where it has none.

    The kinds: of promises target and outcome; of handoffs giver, taker, direction, outcome, whether it was
    touched; of what ended how, in which state, why; of the funnel the state.
    """
    if report in ("sla", "candour"):
        return _gathered(latest(conn, asked, MOST))
    if report in ("handoffs", "waste"):
        return _gathered(store.of_handoffs(conn, asked, MOST))
    if report in ("returns", "losses"):
        return _gathered(store.of_endings(conn, asked, MOST))
    if report == "funnel":
        return _gathered(store.of_states(conn, asked, MOST))
    return []


def _gathered(rows: Iterable[tuple[Any, ...]]) -> list[dict[str, Any]]:
    found: dict[tuple[Any, ...], list[int]] = {}
    for *kind, lead in rows:
        leads = found.setdefault(tuple(kind), [])
        if lead not in leads:
            leads.append(lead)
    return [{"kind": list(kind), "leads": leads} for kind, leads in found.items()]
