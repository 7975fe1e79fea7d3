"""The least time between two letters to one address, kept without anybody waiting for it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from slaflow.notify.parcel import Channel
from slaflow.store.database import Connection
from slaflow.store.rows.deliveries import Claimed
from slaflow.store.sending import pace as store


class Pace:
    """Lets through the next letter to each address of *channel*, and gives the others their time.

    *by* names who sends. What other senders did is seen in the database: who claims holds the channel.
    """

    def __init__(self, channel: Channel, by: str) -> None:
        self.channel, self.by = channel, by
        self._tried: dict[str, datetime] = {}
        self._put_off: set[int] = set()
        self.is_stuck = False
        """Nothing was let through, and all of it had been put off before: there is no use in going on."""
        self.next_at: datetime | None = None
        """When the next goes of those that were put off last."""

    def note(self, address: str, at: datetime) -> None:
        """Remembers that a letter was tried, whatever came of it."""
        self._tried[address] = at

    def passed(self, conn: Connection, claimed: list[Claimed], now: datetime) -> list[Claimed]:
        """Those that go now; the rest are put off, as far apart as they must be. A digest is one letter."""
        pace = self.channel.pace
        if not pace or not claimed:
            return claimed
        free, letters = self._free(conn, now), dict[tuple[str, str | int], datetime]()
        for each in claimed:
            letter = (each.address, each.digest or each.id)
            if letter not in letters:
                letters[letter] = max(free.get(each.address, now), now)
                free[each.address] = letters[letter] + pace
        at = {each.id: letters[each.address, each.digest or each.id] for each in claimed}
        put_off = [(number, later) for number, later in at.items() if later > now]
        store.put_off(conn, put_off)
        self.next_at = min((later for _, later in put_off), default=self.next_at)
        known, numbers = self._put_off, {number for number, _ in put_off}
        self.is_stuck = len(put_off) == len(claimed) and numbers <= known
        known |= numbers
        return [each for each in claimed if at[each.id] <= now]

    def _free(self, conn: Connection, now: datetime) -> dict[str, datetime]:
        """From when on a letter may go, by address where it is not now."""
        pace, name = self.channel.pace, self.channel.name
        last: dict[str, datetime] = store.last_ends(conn, name, now - pace)
        last |= {to: now for to in store.in_hand(conn, name, self.by, now)}
        return _later({to: at + pace for to, at in last.items()}, self._tried.items(), pace)


def _later(
    free: dict[str, datetime], tried: Iterable[tuple[str, datetime]], pace: timedelta
) -> dict[str, datetime]:
    for to, at in tried:
        free[to] = max(free.get(to, at + pace), at + pace)
    return free
