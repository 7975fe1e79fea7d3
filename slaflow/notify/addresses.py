"""Whom a recipient of the outbox stands for: over which channels, at which addresses."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from slaflow.errors import SlaflowError
from slaflow.lifecycle.people import Directory
from slaflow.settings.reach import Reach
from slaflow.store.rows.deliveries import Way
from slaflow.store.rows.listeners import RECEIVER

DEFAULT = "default"


class Unreachable(SlaflowError):
    """A recipient for whom nothing says how they are reached."""

    code = "unreachable"


def ways(recipient: str, people: Directory, at: datetime, reach: Reach) -> list[Way]:
    """How *recipient* is told: a receiver, a person, a desk, or a party that [recipients] has an entry for.

    Raises:
        Unreachable: nothing says how.
    """
    if recipient.startswith(RECEIVER):
        return [Way(recipient, recipient)]
    known = people.person(recipient, at)
    person = known.email if known else None
    named = reach.recipients.get(recipient)
    if named is None and "@" in recipient:
        named = reach.recipients.get(DEFAULT) or _only(reach)
    if not named:
        raise Unreachable(_unreachable(recipient, reach))
    return list(dict.fromkeys(_way(each, recipient, person, reach) for each in named))


def _only(reach: Reach) -> tuple[str, ...]:
    """The channel that is meant where there is just one."""
    return tuple(reach.channels) if len(reach.channels) == 1 else ()


def _way(text: str, recipient: str, person: str | None, reach: Reach) -> Way:
    name, colon, address = text.partition(":")
    if name not in reach.channels:
        raise Unreachable(f'[recipients] names the channel "{name}", which slaflow.toml does not have')
    if not colon and "@" not in recipient:
        raise Unreachable(f'"{recipient}" is no address; write "{name}:ADDRESS" for it under [recipients]')
    return Way(name, address if colon else recipient, None if colon else person)


def _unreachable(recipient: str, reach: Reach) -> str:
    if "@" in recipient:
        known = ", ".join(reach.channels)
        return f'{recipient}: name the channel under [recipients], such as default = ["{known}"]'
    return f'"{recipient}" has no desk in the agreement and no entry under [recipients] in slaflow.toml'


def channels_named(reach: Reach) -> Iterator[str]:
    """Every channel that something can go over, receivers among them."""
    yield from reach.channels
    yield from (f"{RECEIVER}{name}" for name in reach.receivers)
