"""How people and desks want to be told: asked, changed, and stopped by a link. No part of the log."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from slaflow.engine import permits
from slaflow.engine.context import Context
from slaflow.engine.setup import people
from slaflow.engine.transaction import written
from slaflow.errors import USAGE, SlaflowError, UnknownName
from slaflow.hours.zones import zone_problem
from slaflow.language import _, marked
from slaflow.lifecycle.decision import instant_text
from slaflow.lifecycle.people import Directory
from slaflow.lifecycle.rights.permits import Relation
from slaflow.settings import ways
from slaflow.settings.reach import Reach
from slaflow.store.database import Connection
from slaflow.store.rows import people as people_store
from slaflow.store.rows import workflows as workflow_store
from slaflow.store.sending import preferences as store
from slaflow.store.sending import unsent
from slaflow.store.sending.preferences import Preference, Preferences
from slaflow.workflow.identity import folded

UNWANTED = "they asked for no more over this channel"
EVERYTHING = (ways.NONE, ways.DEFAULT)
"""What stands for channels without naming one: no channel, those of slaflow.toml."""


class ZoneUnknown(SlaflowError):
    """A time zone that there is not."""

    code = "zone_unknown"
    exit_code = USAGE


class LanguageUnknown(UnknownName):
    """A language that there are no words in."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        super().__init__(marked("language"), name, known)
        self.args = (_("{problem}; there are {known}").format(problem=self, known=", ".join(known)),)


class ChannelsUnclear(SlaflowError):
    """Channels that cannot all hold."""

    code = "channels_unclear"
    exit_code = USAGE


def shown(app: Context, reach: Reach, address: str) -> dict[str, Any]:
    """How *address* is told: what they asked for, and over which channels that makes.

    Raises:
        UnknownName, PersonRemoved: it is nobody's: no person's, no desk's, and nothing is known of it.
    """
    with app.database.read() as conn:
        known = Preferences(conn)
        return _json(_called(app, conn, known, address), known.of(address), reach)


def change(
    app: Context, reach: Reach, address: str, given: Mapping[str, Any], by: str | None = None
) -> dict[str, Any]:
    """Has *address* be told as *given* from now on; what is not given stays.

    Args:
        given: ``channels`` (names, or one of :data:`EVERYTHING`), ``digest``, ``quiet``, ``timezone``,
            ``language``, each as it is written; ``off`` takes back.
        by: who asks; None is an operator.

    Raises:
        UnknownName, ZoneUnknown, WayUnclear, ChannelsUnclear: what is given is nothing that there is.
        NotPermitted: it is not *by*'s to say.
    """
    changes = _read(reach, given)

    def work(conn: Connection) -> dict[str, Any]:
        known = Preferences(conn)
        called = _called(app, conn, known, address)
        _check_right(app, conn, called, by)
        return _json(called, _changed(app, conn, replace(known.of(called), **changes)), reach)

    return written(app, work)


def stop(app: Context, address: str, channel: str, instead: str) -> str:
    """What a link in a message asks for: *instead* is ``digest``, one letter a day, or ``none``.

    Whoever has the link was sent the message; nobody else's leave is asked. Gives what holds then, as a
    sentence.
    """

    def work(conn: Connection) -> str:
        before = Preferences(conn).of(address)
        if instead == "digest":
            over = None if before.digest and before.daily is None else {*(before.daily or ()), channel}
            daily = None if over is None else tuple(sorted(over))
            wanted = replace(before, digest=before.digest or ways.ONE_A_DAY, daily=daily)
            words = _("{address} gets one message a day over {channel}, at {_time}").format(
                address=address, channel=channel, _time=_time(wanted)
            )
        else:
            wanted = replace(before, stopped=tuple(sorted({*before.stopped, channel})))
            words = _(
                "{address} gets no more messages over {channel}; who runs slaflow can put that back"
            ).format(address=address, channel=channel)
        _changed(app, conn, wanted)
        return words

    return written(app, work)


def _time(wanted: Preference) -> str:
    return (wanted.digest or ways.ONE_A_DAY).partition("@")[2]


def _changed(app: Context, conn: Connection, wanted: Preference) -> Preference:
    now = app.now()
    store.save(conn, wanted, now)
    waiting = unsent.addresses(conn, wanted.address, now)
    gone = [(channel, address) for channel, address in waiting if not _is_wanted(wanted, channel)]
    unsent.let_go(conn, gone, UNWANTED, now)
    unsent.look_again(conn, [way for way in waiting if way not in gone], now)
    return replace(wanted, changed_at=now)


def _is_wanted(wanted: Preference, channel: str) -> bool:
    return channel not in wanted.stopped and (wanted.chosen is None or channel in wanted.chosen)


def _read(reach: Reach, given: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if channels := given.get("channels"):
        found |= {"chosen": _channels(reach, channels), "stopped": ()}
    if (digest := given.get("digest")) is not None:
        found |= {"digest": _unless_off(digest, ways.daily), "daily": None}
    if (quiet := given.get("quiet")) is not None:
        found["quiet"] = _unless_off(quiet, ways.quiet)
    if (zone := given.get("timezone")) is not None:
        found["timezone"] = _unless_off(zone, _zone)
    if (language := given.get("language")) is not None:
        found["language"] = _unless_off(language, partial(_language, ways.languages(reach)))
    return found


def _unless_off(text: str, read: Callable[[str], str]) -> str | None:
    return None if text == ways.OFF else read(text)


def _channels(reach: Reach, named: Sequence[str]) -> tuple[str, ...] | None:
    """Those named; None: as slaflow.toml says; empty: none at all."""
    for name in named:
        if name not in reach.channels and name not in EVERYTHING:
            raise UnknownName("channel", name, [*reach.channels, *EVERYTHING])
    whole = [name for name in named if name in EVERYTHING]
    if whole and len(set(named)) > 1:
        words = _('"{name}" stands for all channels; name it alone, or channels')
        raise ChannelsUnclear(words.format(name=whole[0]))
    if whole:
        return () if whole[0] == ways.NONE else None
    return tuple(dict.fromkeys(named))


def _zone(name: str) -> str:
    if problem := zone_problem(name):
        raise ZoneUnknown(problem)
    return name


def _language(known: Sequence[str], name: str) -> str:
    if name not in known:
        raise LanguageUnknown(name, known)
    return name


def desks(app: Context, conn: Connection) -> dict[str, str]:
    """The desks of the agreements in force, each with its party."""
    active = workflow_store.all_active(conn).values()
    sides = [each for version in active for each in app.remember(version).parties.items()]
    return {party.desk: name for name, party in sides if party.desk}


def _called(app: Context, conn: Connection, known: Preferences, address: str) -> str:
    """*address* as it is spelt where it is known. Raises where nothing knows it."""
    directory = people_store.directory(conn)
    if (person := directory.current(address)) is not None:
        return person.email
    there = desks(app, conn)
    for each in (*there, *known.addresses()):
        if folded(each) == folded(address):
            return each
    raise people.unknown(marked("user"), address, directory, people.zone(app, conn), there)


def _check_right(app: Context, conn: Connection, address: str, by: str | None) -> None:
    if by is None:
        return
    directory, who = people_store.directory(conn), people.actor(app, by, conn)
    party = _party(app, conn, directory, address)
    stands: tuple[tuple[Relation, bool], ...] = (
        ("oneself", folded(who.name) == folded(address)),
        ("own_party", who.party == party),
    )
    related = [relation for relation, holds in stands if holds]
    permits.check(directory, who, "preference", related, app.now())


def _party(app: Context, conn: Connection, directory: Directory, address: str) -> str | None:
    person = directory.current(address)
    return person.party if person else desks(app, conn).get(address)


def _json(address: str, known: Preference, reach: Reach) -> dict[str, Any]:
    over = ways.wanted(ways.named_for(reach, address), known.chosen, known.stopped)
    return {
        "email": address,
        "channels": list(over),
        "chosen": None if known.chosen is None else list(known.chosen),
        "stopped": list(known.stopped),
        "digest": known.digest,
        "digest_over": None if known.daily is None else list(known.daily),
        "quiet": known.quiet,
        "timezone": known.timezone,
        "language": known.language,
        "changed_at": None if known.changed_at is None else instant_text(known.changed_at),
    }
