"""Tokens by which other systems ask: a party's own, or a person's, each cut by what it is for.

A token is ``slf_``, 32 random bytes and a checksum; what is stored is its SHA-256. Source: rules.md, 39.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

from slaflow.engine import permits, streams
from slaflow.engine.access import secrets
from slaflow.engine.caller import Who, written_once
from slaflow.engine.context import Context
from slaflow.engine.permits import FOR_THE_LOG, Asker
from slaflow.engine.setup import people
from slaflow.engine.setup.person_names import TOKENS
from slaflow.engine.transaction import written
from slaflow.errors import USAGE, InvalidValue, SlaflowError, UnknownName
from slaflow.hours.zones import supported
from slaflow.language import _
from slaflow.lifecycle.decision import Draft, instant_text
from slaflow.lifecycle.lead import SYSTEM_ACTOR, Actor
from slaflow.store.access import tokens as store
from slaflow.store.access.tokens import Token
from slaflow.store.database import Connection
from slaflow.store.rows import people as people_store
from slaflow.workflow.identity import folded
from slaflow.workflow.model.parties import LEAD, SYSTEM

__all__ = ["SCOPES", "Bearer", "Scope", "Token", "TokenInvalid", "add", "listed", "revoke", "shown"]

Scope = Literal["read", "ingest", "write", "log", "manage"]
MANAGE: Scope = "manage"
"""What only a person's token is for: what managers, admins and auditors do."""
SCOPES: tuple[Scope, ...] = get_args(Scope)
PREFIX = "slf_"
CHECKSUM = 8
HINT = len(PREFIX) + 4
GOOD_FOR = timedelta(days=365)
NOTED_EVERY = timedelta(minutes=5)
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")


class TokenInvalid(SlaflowError):
    """What is shown lets nobody in; the line says whether it was never good or is not any more."""

    code = "token_invalid"


class TokenExists(SlaflowError):
    """A name that stands in the log for another token already, whether that is good or not."""

    code = "token_exists"
    exit_code = USAGE

    def __init__(self, name: str) -> None:
        super().__init__(
            _('there is, or was, a token "{name}"; its name stays in the log, so take another').format(
                name=name
            )
        )


class TokenUnusable(InvalidValue):
    """A token that would be of no use, or for nobody."""

    code = "token_unusable"
    exit_code = USAGE


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who shows a token: whom the log names, what the table of rights is asked for, and what it is for."""

    token: str
    actor: Actor
    asker: Asker
    scopes: tuple[str, ...]


def is_well_formed(secret: str) -> bool:
    """Whether it is a token of ours by its looks; one that was cut or mistyped is not."""
    body, checksum = secret[:-CHECKSUM], secret[-CHECKSUM:]
    return secret.startswith(PREFIX) and secret.isascii() and checksum == _checksum(body)


def _checksum(body: str) -> str:
    return f"{zlib.crc32(body.encode()):08x}"


def add(
    app: Context, name: str, scopes: Sequence[str], *, party: str | None = None, person: str | None = None,
    expires_at: datetime | None = None, at: datetime | None = None, by: Who | None = None,
) -> tuple[Token, str]:  # fmt: skip
    """Makes a token of *party* or of *person*; gives it with its secret, which is shown this once.

    Without *expires_at* it is good for a year. *by* None is an operator.

    Raises:
        NotPermitted: it is not *by*'s to do.
        TokenUnusable: no scope, a party's to manage with, both or neither of party and person, over before it
            begins, no name.
        UnknownName, PersonRemoved: there is no such scope, party or person.
        TokenExists.
    """
    now = app.present(at)
    ends = now + GOOD_FOR if expires_at is None else supported(expires_at)
    _check(name, scopes, party, person, ends, now)
    body = PREFIX + secrets.new()
    secret = body + _checksum(body)

    def attempt(conn: Connection) -> Token:
        who = _maker(app, conn, by, now)
        if store.named(conn, name) is not None:
            raise TokenExists(name)
        side, key = _whose(app, conn, party, person)
        # In the order in which they are told, so that two tokens for the same read the same.
        kept = tuple(each for each in SCOPES if each in scopes)
        store.add(
            conn, name, side, kept, secrets.kept(secret), hint=secret[:HINT], at=now, expires_at=ends,
            person_key=key,
        )  # fmt: skip
        made = store.named(conn, name)
        assert made is not None
        _log(conn, "token_made", made, now, who, by)
        return made

    return written(app, lambda conn: written_once(conn, by, now, lambda: attempt(conn))), secret


def _maker(app: Context, conn: Connection, by: Who | None, now: datetime) -> Actor:
    """Who makes or revokes tokens. Raises ``NotPermitted``."""
    if by is None:
        return SYSTEM_ACTOR
    who = people.actor(app, by, conn)
    permits.check(people_store.directory(conn), who, "tokens", (), now)
    return who


def _check(
    name: str, scopes: Sequence[str], party: str | None, person: str | None, ends: datetime, now: datetime
) -> None:
    if not _NAME.fullmatch(name):
        raise TokenUnusable(
            _('"{name}" is no name for a token: letters a-z, digits, ".", "_", "-", up to 63').format(
                name=name
            )
        )
    if not scopes:
        raise TokenUnusable(
            _("a token is for something; give --scope: {what}").format(what=", ".join(SCOPES))
        )
    for scope in scopes:
        if scope not in SCOPES:
            raise UnknownName("scope", scope, SCOPES)
    if (party is None) == (person is None):
        raise TokenUnusable(_("a token is a party's or a person's; give one of --party and --for"))
    if MANAGE in scopes and person is None:
        raise TokenUnusable(
            _("only a person's token is to manage with; give --for EMAIL, or leave manage out")
        )
    if ends <= now:
        raise TokenUnusable(_("a token that is over before it begins lets nobody in; give a later --expires"))


def _whose(app: Context, conn: Connection, party: str | None, person: str | None) -> tuple[str, str | None]:
    """The party, and whose token it is, by their address as it is compared."""
    if person is not None:
        known = people.check_known(app, conn, person)
        return known.party, folded(known.email)
    sides = people.parties(app, conn) - {LEAD, SYSTEM}
    if party not in sides:
        raise UnknownName("party", str(party), sides)
    return str(party), None


def _log(conn: Connection, change: str, token: Token, now: datetime, who: Actor, by: Who | None) -> None:
    """Tells that it was made or revoked; nothing of its secret."""
    whose = {"party": token.party} if token.person is None else {"email": token.now_email or token.person}
    data = {"change": change, "token": token.name, "scopes": list(token.scopes), **whose}
    draft = Draft(0, "access", "input", now, who.name, who.party, arrived_at=now, occurred_at=now, data=data)
    streams.append(conn, "access", draft, now, by=by)


def listed(app: Context) -> list[Token]:
    """Every token there ever was, in the order in which they were made."""
    with app.database.read() as conn:
        return store.listed(conn)


def revoke(app: Context, name: str, at: datetime | None = None, by: Who | None = None) -> bool:
    """Ends a token from now on; False where it was over already. *by* None is an operator.

    Raises:
        NotPermitted: it is not *by*'s to do.
        UnknownName: there is none of that name.
    """
    now = app.present(at)

    def attempt(conn: Connection) -> bool:
        who = _maker(app, conn, by, now)
        known = store.named(conn, name)
        if known is None:
            raise UnknownName("token", name, [each.name for each in store.listed(conn)])
        was_good = store.revoke(conn, name, now)
        if was_good:
            _log(conn, "token_revoked", known, now, who, by)
        return was_good

    return written(app, lambda conn: written_once(conn, by, now, lambda: attempt(conn)))


def as_json(token: Token) -> dict[str, Any]:
    """A token as scripts see it; nothing of its secret but how that begins."""
    instants = ("created_at", "expires_at", "revoked_at", "used_at")
    said = {name: getattr(token, name) for name in instants}
    return {
        "name": token.name,
        "party": token.party if token.person is None else None,
        "person": token.person if token.now_email is None else token.now_email,
        "scopes": list(token.scopes),
        "begins": token.hint,
        **{name: None if at is None else instant_text(at) for name, at in said.items()},
    }


def shown(app: Context, secret: str) -> Bearer:
    """Who shows *secret*, as they stand now.

    Raises:
        TokenInvalid: it is no token, has run out, was revoked, or whose it is is not known any more.
    """
    if len(secret) > secrets.LONGEST or not is_well_formed(secret):
        raise TokenInvalid(_("that is no token of slaflow's; it may have been cut or mistyped"))
    now = app.now()
    with app.database.read() as conn:
        found = store.find(conn, secrets.kept(secret))
    bearer = _bearer(found, now)
    assert found is not None
    if found.used_at is None or now - found.used_at >= NOTED_EVERY:
        # What can be read is told although nothing can be written at the moment.
        with suppress(SlaflowError):
            written(app, lambda conn: store.use(conn, found.name, now))
    return bearer


def _bearer(found: Token | None, now: datetime) -> Bearer:
    if found is None:
        raise TokenInvalid(_("no such token was ever made here"))
    if found.revoked_at is not None and found.revoked_at <= now:
        raise TokenInvalid(_("that token was revoked; ask whoever runs slaflow for another"))
    if found.expires_at is not None and found.expires_at <= now:
        raise TokenInvalid(_("that token has expired; ask whoever runs slaflow for another"))
    if found.person is None:
        actor = Actor(TOKENS + found.name, found.party)
        beside = FOR_THE_LOG if FOR_THE_LOG in found.scopes else None
        asker = Asker(actor.name, actor.party, "member", beside=beside)
        return Bearer(found.name, actor, asker, found.scopes)
    if found.now_email is None or found.now_party is None:
        raise TokenInvalid(_("whom that token was made for is not recorded any more"))
    who = Actor(found.now_email, found.now_party)
    return Bearer(found.name, who, Asker(who.name, who.party, found.now_role), found.scopes)
