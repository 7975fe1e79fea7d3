"""Links in messages: by which a lead's owner acts, and by which anybody stops messages.

Made here and read again; signed in ``tokens.py``. What a link allows is asked where it is used
(``engine/leads/click.py``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Literal

import orjson

from slaflow.engine import permits
from slaflow.engine.ask import Expected
from slaflow.engine.context import Context
from slaflow.engine.leads.click import Click
from slaflow.engine.settle import settled
from slaflow.language import _
from slaflow.lifecycle.lead import Actor, Lead
from slaflow.lifecycle.people import Directory, Person
from slaflow.lifecycle.rights.named import names, right_of
from slaflow.notify.letters.letter import Button, MessageTold, Reader
from slaflow.notify.tokens import Keys, KeyTooShort, LinkBroken
from slaflow.settings.environment import variables
from slaflow.settings.reach import Reach
from slaflow.settings.secret import SecretMissing
from slaflow.store.database import Connection
from slaflow.store.rows import clocks as clock_store
from slaflow.store.rows import leads as lead_store
from slaflow.store.rows import people as people_store
from slaflow.workflow.identity import folded
from slaflow.workflow.model.flow import Transition
from slaflow.workflow.model.workflow import Workflow

ACT, PAGE, STOP = "slaflow.act", "slaflow.page", "slaflow.stop"
"""What each kind is signed as."""
PAGE_GOOD_FOR = timedelta(minutes=15)


def keys_of(reach: Reach, environment: Mapping[str, str] | None = None) -> Keys | None:
    """The keys that slaflow.toml names; None where it names none.

    Raises:
        SecretMissing: one is named and not there.
        KeyTooShort: it could be guessed.
    """
    place = reach.links.place("links", "key")
    if place is None:
        return None
    return Keys(place.read(variables() if environment is None else environment))


def trouble(reach: Reach, environment: Mapping[str, str] | None = None) -> str | None:
    """Why no message carries links; None where they do, or nobody asked for any."""
    try:
        keys = keys_of(reach, environment)
    except (SecretMissing, KeyTooShort) as error:
        return str(error)
    if keys is not None and reach.public_url is None:
        return _("[links] has a key, and there is no public_url for links to lead to")
    return None


def usable(reach: Reach, environment: Mapping[str, str] | None = None) -> Keys | None:
    """The keys, where links can be made; None where they cannot, of which doctor tells."""
    if reach.public_url is None:
        return None
    try:
        return keys_of(reach, environment)
    except (SecretMissing, KeyTooShort):
        return None


@dataclass(frozen=True, slots=True)
class Link:
    """What a link to act by says. ``message`` is the number of the message that carries it."""

    message: int
    person: str
    lead: int
    trigger: str
    expected: Expected
    expires_at: datetime

    @property
    def id(self) -> str:
        """The same of every link of one message to one deed, whenever it was made."""
        told = [self.message, self.person, self.lead, self.trigger, *_placed(self.expected)]
        return sha256(orjson.dumps(told)).hexdigest()[:32]

    @property
    def click(self) -> Click:
        return Click(self.id, self.lead, self.person, self.trigger, self.expected, self.expires_at)


def _placed(expected: Expected) -> tuple[str, str]:
    return expected.state, expected.entered_at.astimezone(UTC).isoformat()


def sign(keys: Keys, link: Link) -> str:
    """The part of its address that makes it a link."""
    ends = int(link.expires_at.timestamp())
    said = (link.message, link.person, link.lead, link.trigger, *_placed(link.expected), ends)
    return keys.sign(ACT, said)


def read(keys: Keys, text: str) -> Link:
    """The link that :func:`sign` was given. Raises ``LinkBroken``."""
    message, person, lead, trigger, state, entered_at, ends = keys.read(ACT, text)
    expected = Expected(state, datetime.fromisoformat(entered_at))
    return Link(message, person, lead, trigger, expected, datetime.fromtimestamp(ends, UTC))


def page_key(keys: Keys, link: Link, now: datetime) -> str:
    """What the page of *link* carries, so that only who opened it acts."""
    return keys.sign(PAGE, (link.id, int(now.timestamp())))


def page_is(keys: Keys, text: str, link: Link, now: datetime) -> Literal["fresh", "old", "foreign"]:
    """Whether *text* is what the page of *link* gave, and not too long ago."""
    try:
        of, given_at = keys.read(PAGE, text)
    except LinkBroken:
        return "foreign"
    if of != link.id:
        return "foreign"
    age = now - datetime.fromtimestamp(given_at, UTC)
    return "fresh" if age <= PAGE_GOOD_FOR else "old"


@dataclass(frozen=True, slots=True)
class Stop:
    """What a link to stop messages by says: to whom, and over which channel."""

    address: str
    channel: str


def stop_url_of(
    reach: Reach, address: str, channel: str, environment: Mapping[str, str] | None = None
) -> str | None:
    """Where *address* asks for no more over *channel*, for ever; None where links cannot be made."""
    keys = usable(reach, environment)
    if keys is None:
        return None
    return _url(reach, "stop", keys.sign(STOP, (address, channel)))


def read_stop(keys: Keys, text: str) -> Stop:
    """What :func:`stop_url_of` was given. Raises ``LinkBroken``."""
    address, channel = keys.read(STOP, text)
    return Stop(address, channel)


def act_url(reach: Reach, keys: Keys, link: Link) -> str:
    """The whole address by which somebody acts."""
    return _url(reach, "act", sign(keys, link))


def _url(reach: Reach, page: str, token: str) -> str:
    assert reach.public_url is not None
    return f"{reach.public_url.rstrip('/')}/{page}/{token}"


def buttons_of(
    app: Context, conn: Connection, message: MessageTold, reader: Reader, reach: Reach, now: datetime,
    environment: Mapping[str, str] | None = None,
) -> tuple[Button, ...]:  # fmt: skip
    """What *reader* can do about the lead by a click: what keeps the message's own promise first.

    None of them where links cannot be made, or for anybody but a person who owns the lead as of *now*.
    """
    keys = usable(reach, environment)
    if keys is None or message.lead is None or not reader.is_person:
        return ()
    stood = _stood(app, conn, message.lead.id, reader.address, now)
    if stood is None:
        return ()
    workflow, lead, person = stood
    rows = clickable(workflow, lead, person, people_store.directory(conn), now)
    target = None if message.clock is None else message.clock.target
    place = Expected(lead.state, lead.entered_at)
    return tuple(
        Button(label_of(row), act_url(reach, keys, Link(
            message.id, person.email, lead.id, row.trigger, place, now + reach.links.for_
        )), row.trigger)
        for row in sorted(rows, key=lambda row: not _keeps(workflow, target, row.trigger))
    )  # fmt: skip


def _stood(
    app: Context, conn: Connection, lead_id: int, address: str, now: datetime
) -> tuple[Workflow, Lead, Person] | None:
    """The lead as of *now* and its owner, where that is *address*; None where nobody is to act."""
    stored = lead_store.read(conn, [lead_id]).get(lead_id)
    if stored is None or stored.erased_at is not None:
        return None
    workflow = app.workflow(stored.digest)
    if not any(row.click for row in workflow.transitions):
        return None
    directory = people_store.directory(conn)
    clocks = clock_store.open_of(conn, [lead_id]).get(lead_id, [])
    lead = settled(workflow, directory, stored, clocks, max(now, stored.as_of)).lead
    person = directory.current(address)
    if person is None or lead.owner is None or folded(lead.owner) != folded(person.email):
        return None
    return workflow, lead, person


def clickable(
    workflow: Workflow, lead: Lead, person: Person, people: Directory, now: datetime
) -> list[Transition]:
    """What *person* may do with the lead by a link, a row for each trigger, in the order of the file."""
    asker = permits.asker(people, Actor(person.email, person.party), now)
    # Whose link it is, that one has the lead: it is theirs, however a site divides what a party holds.
    if person.party != lead.held_by or not permits.may(asker, "fire", ["theirs"]):
        return []
    right = right_of(person.party, person.role)
    found: dict[str, Transition] = {}
    for row in workflow.transitions:
        if row.click and lead.state in row.from_states and names(row.by, row.roles, person.party, right):
            found.setdefault(row.trigger, row)
    return list(found.values())


def label_of(row: Transition) -> str:
    """What a button says; dots where the page asks for more first."""
    words = row.title or row.trigger.replace("_", " ")
    return f"{words[:1].upper()}{words[1:]}{'…' if row.requires else ''}"


def _keeps(workflow: Workflow, target: str | None, trigger: str) -> bool:
    """Whether doing it may keep the promise that the message is about."""
    if target is None or not workflow.has_target(target):
        return False
    return any(each.kind == "trigger" and trigger in each.names for each in workflow.target(target).meet)
