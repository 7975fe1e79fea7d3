"""A hook of the small agreement: what it was sent, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from support.small import NOW

from slaflow.engine.app import Engine
from slaflow.link.run import HookReport, run_once
from slaflow.settings.reach import Reach
from slaflow.store.linking import inbox
from slaflow.store.linking.inbox import Arrived, Delivered

HOOK = "crm"
MAP = """
lead: {email: properties.email, source: properties.source, employees: properties.employees}
created_at: {column: since}
remote: objectId
events:
  - activity: {column: did}
    when: "row.did != ''"
    at: {column: did_at}
    as: {column: who}
"""
BEGAN = NOW - timedelta(days=2)


def reach_to(folder: Path, map: str = MAP, **hook: Any) -> Reach:
    """slaflow.toml with one hook, whose map is put into *folder*."""
    (folder / "hook.yaml").write_text(map, encoding="utf-8")
    told = {"kind": "hubspot", "secret_env": "S", "map": str(folder / "hook.yaml"), **hook}
    return Reach.model_validate({"hooks": {HOOK: told}}, context={"folder": folder})


def minute(number: int) -> datetime:
    """So many minutes after it began."""
    return BEGAN + timedelta(minutes=number)


def arrived(
    key: str, at: datetime, remote: str | None = "512", row: Mapping[str, str] | None = None, **told: str
) -> Arrived:
    """Something delivered; *told* are properties of the record."""
    named = {f"properties.{name}": text for name, text in told.items()}
    return Arrived(
        key, at, remote, {**named, **({} if remote is None else {"objectId": remote}), **(row or {})}
    )


def deliver(app: Engine, *things: Arrived, now: datetime = NOW, hook: str = HOOK) -> None:
    """Has *things* be kept, to be applied from *now* on."""
    with app.database.write() as conn:
        inbox.take(conn, hook, things, now, now)


def applied(app: Engine, reach: Reach, now: datetime = NOW, **more: Any) -> HookReport:
    """One round of all that is due."""
    return run_once(app, reach, HOOK, now=now, **more)


def kept(app: Engine) -> dict[str, Delivered]:
    """All that is kept of what was sent, by key."""
    with app.database.read() as conn:
        return {each.key: each for each in inbox.listed(conn)}


def statuses(app: Engine) -> dict[str, str]:
    return {key: each.status for key, each in sorted(kept(app).items())}


def fields(app: Engine, key: str) -> dict[str, Any]:
    """What is known of a lead."""
    return {name: value for name, value in app.show(key)["fields"].items() if value is not None}
