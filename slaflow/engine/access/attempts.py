"""Attempts to sign in, counted by account and by address before they are looked at, so that guessing is slow.

Each attempt counts as one that failed until it has not: a thousand at once are a thousand. Source: rules.md,
38.2.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil

from slaflow.engine.context import Context
from slaflow.engine.transaction import written
from slaflow.errors import SlaflowError
from slaflow.hours.words import duration
from slaflow.language import _
from slaflow.store.access import failures as store
from slaflow.store.access.failures import Failures
from slaflow.store.database import Connection
from slaflow.workflow.identity import folded

FREE_FOR_ACCOUNT, FREE_FOR_ADDRESS = 5, 20
"""Failures in a row without a wait; an office shares one address."""
LONGEST_WAIT = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(days=1)


class TooManyAttempts(SlaflowError):
    """It is too early for another attempt; ``seconds`` until then."""

    code = "too_many_attempts"

    def __init__(self, wait: timedelta) -> None:
        self.seconds = max(1, ceil(wait.total_seconds()))
        minutes = duration(60 * ceil(self.seconds / 60)) if self.seconds > 90 else duration(self.seconds)
        super().__init__(_("too many attempts; try again in {minutes}").format(minutes=minutes))


def count(app: Context, account: str, address: str | None) -> None:
    """Notes an attempt, as if it had failed. Raises ``TooManyAttempts``: this one is not looked at."""
    now, free = app.now(), _counted(account, address)

    def work(conn: Connection) -> None:
        known = {who: store.lock(conn, who) for who in sorted(free)}
        wait = max((each.next_at - now for each in known.values() if each), default=timedelta())
        if wait > timedelta():
            raise TooManyAttempts(wait)
        for who, each in known.items():
            number = 1 + (each.number if each and now - each.last_at <= FORGOTTEN_AFTER else 0)
            counted = Failures(number, now, now + _wait(number - free[who]))
            (store.begin if each is None else store.save)(conn, who, counted)

    written(app, work)


def succeeded(app: Context, conn: Connection, account: str, address: str | None) -> None:
    """The attempt noted last was none that failed: the account's count is over, the address's one less."""
    theirs = _account(account)
    for who in sorted(_counted(account, address)):
        known = store.lock(conn, who)
        if known is None:
            continue
        if who == theirs or known.number <= 1:
            store.forget(conn, who)
        else:
            store.save(conn, who, Failures(known.number - 1, known.last_at, known.last_at))


def _wait(beyond: int) -> timedelta:
    """A second after the last free one, twice as long each time."""
    return timedelta() if beyond < 0 else min(timedelta(seconds=2 ** min(beyond, 20)), LONGEST_WAIT)


def _counted(account: str, address: str | None) -> Mapping[str, int]:
    found = {_account(account): FREE_FOR_ACCOUNT}
    if address is not None and (network := _network(address)) is not None:
        found[_hash("address", network)] = FREE_FOR_ADDRESS
    return found


def _account(account: str) -> str:
    return _hash("account", folded(account))


def _network(address: str) -> str | None:
    """The address, or of the sixth version what one household has; None for this very machine."""
    try:
        found = ip_address(address)
    except ValueError:
        return None
    if found.is_loopback:
        return None
    return str(ip_network(f"{found}/64", strict=False)) if isinstance(found, IPv6Address) else str(found)


def _hash(*parts: str) -> str:
    return sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()
