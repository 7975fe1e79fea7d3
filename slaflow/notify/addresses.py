"""Whom a recipient of the outbox stands for: over which channels, at which addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from slaflow.errors import SlaflowError
from slaflow.lifecycle.people import Directory
from slaflow.settings.reach import Channel, Reach, SlackChannel, is_one_room
from slaflow.settings.ways import named_for, wanted
from slaflow.store.rows.deliveries import Way
from slaflow.store.rows.listeners import RECEIVER
from slaflow.store.sending.preferences import Preference, Preferences

_MEMBER = re.compile(r"[UW][A-Z0-9]{8,20}")


class Unreachable(SlaflowError):
    """A recipient for whom nothing says how they are reached."""

    code = "unreachable"


class Unwanted(SlaflowError):
    """Somebody who asked for no messages over any channel."""

    code = "unwanted"


def ways(
    recipient: str, people: Directory, at: datetime, reach: Reach, preferences: Preferences | None = None
) -> list[Way]:
    """How *recipient* is told: a receiver, a person, a desk, or a party that [recipients] has an entry for.

    Raises:
        Unreachable: nothing says how.
        Unwanted: they want none.
    """
    if recipient.startswith(RECEIVER):
        return [Way(recipient, recipient)]
    known = people.person(recipient, at)
    person = known.email if known else None
    named = named_for(reach, recipient)
    if preferences and "@" in recipient:
        named = _preferred(recipient, named, preferences.of(recipient), reach)
    if not named:
        raise Unreachable(_unreachable(recipient, reach))
    return list(dict.fromkeys(_way(each, recipient, person, reach) for each in named))


def _preferred(
    recipient: str, named: tuple[str, ...], preference: Preference, reach: Reach
) -> tuple[str, ...]:
    chosen = preference.chosen
    if chosen:
        # A channel that slaflow.toml no longer has takes nobody's messages away.
        chosen = tuple(each for each in chosen if each in reach.channels) or None
    found = wanted(named, chosen, preference.stopped)
    if not found and (named or chosen is not None):
        raise Unwanted(f"{recipient} asked for no messages; 'slaflow user notify {recipient}' shows how")
    return found


def _way(text: str, recipient: str, person: str | None, reach: Reach) -> Way:
    name, colon, address = text.partition(":")
    if name not in reach.channels:
        raise Unreachable(f'[recipients] names the channel "{name}", which slaflow.toml does not have')
    if is_one_room(reach.channels[name]):
        # Whoever is meant, others read it too: it is nobody's own.
        return Way(name, name)
    if not colon and "@" not in recipient:
        raise Unreachable(f'"{recipient}" is no address; write "{name}:ADDRESS" for it under [recipients]')
    is_theirs = not colon or _is_ones(reach.channels[name], address)
    return Way(name, address if colon else recipient, person if is_theirs else None)


def _is_ones(channel: Channel, address: str) -> bool:
    """Whether *address*, named in place of a person's own, is one person's too.

    In Slack a member's id is, or an address by which they are found; where mail comes to nobody can tell.
    """
    return isinstance(channel, SlackChannel) and ("@" in address or _MEMBER.fullmatch(address) is not None)


def _unreachable(recipient: str, reach: Reach) -> str:
    if "@" in recipient:
        known = ", ".join(reach.channels)
        return f'{recipient}: name the channel under [recipients], such as default = ["{known}"]'
    return f'"{recipient}" has no desk in the agreement and no entry under [recipients] in slaflow.toml'


def channels_named(reach: Reach) -> Iterator[str]:
    """Every channel that something can go over, receivers among them."""
    yield from reach.channels
    yield from (f"{RECEIVER}{name}" for name in reach.receivers)
