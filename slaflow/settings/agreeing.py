"""Whether the tables of slaflow.toml go together: what one names stands in another, times in their order."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import timedelta

from slaflow.errors import did_you_mean
from slaflow.settings.reach import Links, Send

DEFAULT = "default"
"""The entry of ``[recipients]`` for whom no other is."""
_SECOND, _WEEK, _YEAR = timedelta(seconds=1), timedelta(days=7), timedelta(days=365)
_SEND = {
    "first": (_SECOND, timedelta(days=1)), "longest": (_SECOND, _WEEK),
    "timeout": (_SECOND, timedelta(minutes=10)), "lease": (_SECOND, timedelta(days=1)),
}  # fmt: skip


def faults_of_send(send: Send) -> Iterator[tuple[str, str]]:
    """Of ``[send]``: the key, and what is wrong with it beside the others."""
    for key, (least, most) in _SEND.items():
        if not least <= getattr(send, key) <= most:
            yield key, f"it is {_words(least)} at least and {_words(most)} at most"
    if send.first > send.longest:
        yield "first", "the first pause is longer than the longest"
    if send.timeout >= send.lease:
        yield "lease", "it has to be longer than timeout: a letter is somebody's until it has an end"
    if send.burst.per < _SECOND:
        yield "burst", "per has to be 1s or more"


def faults_of_links(links: Links) -> Iterator[tuple[str, str]]:
    """Of ``[links]``."""
    if not timedelta(minutes=1) <= links.for_ <= _YEAR:
        yield "for", "a link is good for 1m at least and 365d at most"


def faults_of_recipients(
    recipients: dict[str, tuple[str, ...]], channels: Collection[str], addressed: Collection[str]
) -> Iterator[tuple[str, str]]:
    """Of ``[recipients]``, without an address being told.

    *channels* are all that have a table, be it a broken one, *addressed* those that are no single room.
    """
    for recipient, named in recipients.items():
        if not named:
            yield recipient, "empty, so nobody would be told; name a channel, or leave the line out"
        for text in named:
            name, colon, address = text.partition(":")
            if name not in channels:
                yield recipient, _unknown_channel(name, channels)
            elif colon and (not address or address != address.strip()):
                yield recipient, f'after "{name}:" an address is expected, without spaces around it'
            elif not colon and "@" not in recipient and recipient != DEFAULT and name in addressed:
                yield recipient, f'"{name}" alone says to no address; write "{name}:ADDRESS"'


def _unknown_channel(name: str, channels: Collection[str]) -> str:
    if not channels:
        return f'there is no channel "{name[:40]}"; describe it under [channels.NAME]'
    near = did_you_mean(name[:40], channels) or f"; known: {', '.join(channels)}"
    return f'there is no channel "{name[:40]}"{near}'


def _words(time: timedelta) -> str:
    if time >= timedelta(days=1):
        return f"{time.days}d"
    seconds = int(time.total_seconds())
    return f"{seconds // 60}m" if seconds >= 60 else f"{seconds}s"
