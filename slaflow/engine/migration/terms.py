"""The terms of one migration: which agreement, from which versions, under which maps; checked first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from slaflow.engine import permits
from slaflow.engine.caller import Who
from slaflow.engine.context import Context
from slaflow.engine.migration.errors import MapWrong, StatesUnmapped
from slaflow.engine.setup import people, versions
from slaflow.errors import UnknownName
from slaflow.language import _
from slaflow.lifecycle.events import Migrated
from slaflow.lifecycle.lead import SYSTEM_ACTOR, Actor
from slaflow.store.database import Connection
from slaflow.store.rows import outdated as store
from slaflow.store.rows import people as people_store
from slaflow.workflow.document.durations import parse_duration
from slaflow.workflow.model.workflow import Workflow

GRACE = "1d"
LEAST_DIGITS = 8


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks for; ``grace`` None: as the file says, else :data:`GRACE`."""

    states: Mapping[str, str] = field(default_factory=dict)
    targets: Mapping[str, str] = field(default_factory=dict)
    since: str | None = None
    """Only leads of the version whose digest begins so."""
    grace: str | None = None
    by: Who | None = None
    """Who moves them; None: an operator."""
    most: int | None = None
    """So many leads at most, those with the lowest numbers; None: all of them."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What is carried out: leads of the versions in ``finals`` move to ``to`` at ``at``."""

    name: str
    to: str
    at: datetime
    finals: Mapping[str, tuple[str, ...]]
    """By version that leads are moved from the states that are final under it."""
    happening: Migrated
    now: datetime | None = None
    """The command's clock where somebody set it."""
    actor: Actor = SYSTEM_ACTOR


def terms(app: Context, conn: Connection, name: str, asked: Asked, at: datetime | None) -> Terms:
    """The terms under which leads of *name* move to its version in force.

    Raises:
        UnknownName: no such agreement or person, or no version that was ever in force begins with ``since``.
        NotPermitted: it is not theirs to do.
        DurationInvalid: the grace is no duration.
        MapWrong: a map from or to what is not there.
        StatesUnmapped: leads are in states that are gone.
    """
    version = versions.known_version(conn, name)
    who = mover(app, conn, asked.by, at)
    new = app.remember(version)
    from_digests = _from(conn, name, new.digest, asked.since)
    old = {digest: app.workflow(digest) for digest in from_digests}
    grace = asked.grace or (new.grace.text if new.grace is not None else GRACE)
    parse_duration(grace)
    finals = {
        digest: tuple(state.name for state in each.states.values() if state.final)
        for digest, each in old.items()
    }
    _check_states(new, list(old.values()), asked.states)
    _check_targets(new, list(old.values()), asked.targets)
    _check_leads(conn, name, finals, new, asked.states)
    happening = Migrated(new.digest, dict(asked.states), dict(asked.targets), grace)
    return Terms(name, new.digest, app.present(at), finals, happening, at, who)


def mover(app: Context, conn: Connection, by: Who | None, at: datetime | None) -> Actor:
    """Who moves leads, and may. Raises ``UnknownName``, ``NotPermitted``."""
    if by is None:
        return SYSTEM_ACTOR
    who = people.actor(app, by, conn)
    permits.check(people_store.directory(conn), who, "migrate", (), app.present(at))
    return who


def _from(conn: Connection, name: str, to: str, since: str | None) -> list[str]:
    """The versions that leads may move from."""
    lived_under = [digest for digest in store.digests(conn, name) if digest != to]
    if since is None:
        return lived_under
    known = {each.digest for each in versions.versions(conn, name)}
    found = [digest for digest in known if digest.startswith(since.lower())]
    if len(since) < LEAST_DIGITS or len(found) != 1:
        raise UnknownName(_("version of {name}").format(name=name), since, known)
    return [digest for digest in lived_under if digest in found]


def _check_states(new: Workflow, old: Sequence[Workflow], states: Mapping[str, str]) -> None:
    were = dict.fromkeys(state for each in old for state in each.states)
    for one, other in states.items():
        if other not in new.states:
            why = f"the version in force has no state {other}"
            raise MapWrong("--map", one, other, why, other, new.states)
        if old and one not in were:
            raise MapWrong("--map", one, other, f"no older version has a state {one}", one, were)


def _check_targets(new: Workflow, old: Sequence[Workflow], targets: Mapping[str, str]) -> None:
    were = dict.fromkeys(target.name for each in old for target in each.targets)
    are = [target.name for target in new.targets]
    for one, other in targets.items():
        if other not in are:
            why = f"the version in force has no target {other}"
            raise MapWrong("--target", one, other, why, other, are)
        if old and one not in were:
            raise MapWrong("--target", one, other, f"no older version has a target {one}", one, were)
        both = any(each.has_target(one) and each.has_target(other) for each in old)
        if both or list(targets.values()).count(other) > 1:
            raise MapWrong("--target", one, other, f"{other} is another promise already")


def _check_leads(
    conn: Connection, name: str, finals: store.Finals, new: Workflow, states: Mapping[str, str]
) -> None:
    """Each state that leads are in is one now."""
    lost: dict[str, int] = {}
    for (_digest, state), number in sorted(store.states(conn, name, finals).items()):
        if states.get(state, state) not in new.states:
            lost[state] = lost.get(state, 0) + number
    if lost:
        raise StatesUnmapped(lost, new.states)
