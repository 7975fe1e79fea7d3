"""How people and desks want to be told, by their folded address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, select

from slaflow.store.bulk.rows import insert_rows
from slaflow.store.tables.deliveries import preference
from slaflow.store.types import instant_writer
from slaflow.workflow.identity import folded


@dataclass(frozen=True, slots=True)
class Preference:
    """One address; what is None is as slaflow.toml and the agreement have it.

    ``chosen`` are channels instead of those of [recipients], ``stopped`` those that nothing goes over.
    ``digest`` and ``quiet`` are as they are written; ``daily`` are the only channels the digest is for.
    """

    address: str
    chosen: tuple[str, ...] | None = None
    stopped: tuple[str, ...] = ()
    daily: tuple[str, ...] | None = None
    digest: str | None = None
    quiet: str | None = None
    timezone: str | None = None
    language: str | None = None
    changed_at: datetime | None = None

    def digest_over(self, channel: str) -> str | None:
        """When the digest over *channel* goes; None where each message goes by itself."""
        return self.digest if self.daily is None or channel in self.daily else None


class Preferences:
    """Those of everybody, read once."""

    def __init__(self, connection: Connection) -> None:
        rows = connection.execute(select(*preference.c))
        self._known = {row.person: _read(row._mapping) for row in rows}

    def __bool__(self) -> bool:
        return bool(self._known)

    def of(self, address: str) -> Preference:
        """Those of who is reached at *address*, however it is spelt."""
        key = folded(address)
        return self._known.get(key) or Preference(key)

    def addresses(self) -> tuple[str, ...]:
        """Of whom something is known, as they are compared."""
        return tuple(self._known)


def zone_of(connection: Connection, address: str) -> str | None:
    """The zone in which who is reached at *address* reads instants; None: they never said."""
    query = select(preference.c.timezone).where(preference.c.person == folded(address))
    found: str | None = connection.execute(query).scalar()
    return found


def language_of(connection: Connection, address: str) -> str | None:
    """The language in which who is reached at *address* reads; None: they never said."""
    query = select(preference.c.language).where(preference.c.person == folded(address))
    found: str | None = connection.execute(query).scalar()
    return found


def save(connection: Connection, wanted: Preference, now: datetime) -> None:
    """Has *wanted* hold from now on."""
    channels = {"chosen": wanted.chosen, "stopped": wanted.stopped, "daily": wanted.daily}
    at = instant_writer(connection.dialect.name)(now)
    values = (wanted.address, orjson.dumps(channels).decode(), wanted.digest, wanted.quiet)
    columns = ("person", "channels", "digest", "quiet", "timezone", "language", "changed_at")
    changed = ", ".join(f'"{name}" = excluded."{name}"' for name in columns[1:])
    rows = [(*values, wanted.timezone, wanted.language, at)]
    insert_rows(connection, preference, columns, rows, f"(person) DO UPDATE SET {changed}")


def _read(row: Mapping[Any, Any]) -> Preference:
    channels = row["channels"]
    chosen, daily = (None if channels[n] is None else tuple(channels[n]) for n in ("chosen", "daily"))
    rest = {name: row[name] for name in ("digest", "quiet", "timezone", "language", "changed_at")}
    return Preference(row["person"], chosen, tuple(channels["stopped"]), daily, **rest)
