"""Parties' signatures under the very text of an agreement: given, taken back, and asked for.

A signature is under the SHA-256 of the file's bytes, so a changed comment is another text. What stands is
read from the agreement's stream. Source: rules.md, 35.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from slaflow.engine import permits, streams
from slaflow.engine.caller import Who, written_once
from slaflow.engine.context import Context
from slaflow.engine.setup import people, signatures
from slaflow.engine.setup.signatures import (
    AGREEMENT,
    SIGNED,
    WITHDRAWN,
    Given,
    NotAParty,
    Signatures,
    required,
)
from slaflow.engine.transaction import written
from slaflow.errors import SlaflowError
from slaflow.language import _
from slaflow.lifecycle.decision import Draft, instant_text
from slaflow.lifecycle.lead import Actor
from slaflow.lifecycle.rights.permits import denied
from slaflow.log.entry import Entry
from slaflow.store.database import Connection
from slaflow.store.log import entries as log_store
from slaflow.store.log import history
from slaflow.store.rows import people as people_store
from slaflow.store.rows import workflows as store
from slaflow.workflow.model.workflow import Workflow

if TYPE_CHECKING:
    from slaflow.workflow.load import Checked

NAMED = 3
"""People who may sign, as many as a refusal names."""


class TextAlreadySigned(SlaflowError):
    """A second signature of the same party under the same text."""

    code = "already_signed"

    def __init__(self, workflow: str, before: Given) -> None:
        self.before = before
        words = _("{party} has signed version {digest} of {workflow} already at {at}")
        if before.actor != before.party:
            words = _("{party} has signed version {digest} of {workflow} already, by {actor} at {at}")
        super().__init__(
            words.format(
                party=before.party, digest=before.digest[:12], workflow=workflow, actor=before.actor,
                at=instant_text(before.at),
            )
        )  # fmt: skip


class NothingToWithdraw(SlaflowError):
    """A signature taken back that does not stand, or on which an agreement in force rests."""

    code = "nothing_to_withdraw"


class Unsigned(SlaflowError):
    """An agreement that not all have signed who must before it is in force."""

    code = "unsigned"
    asked = "activate"

    def __init__(self, workflow: Workflow, because: Sequence[str]) -> None:
        self.what = workflow.name
        self.because = tuple(because)
        super().__init__(
            f"{workflow.name}, version {workflow.digest[:12]}, is not put in force: {'; '.join(because)}; "
            "sign it with 'slaflow workflow sign FILE --as WHO'"
        )


def read(conn: Connection, workflow: str) -> Signatures:
    """What was signed and withdrawn so far of the agreement of that name."""
    return Signatures(history.of_stream(conn, f"workflow:{workflow}", (SIGNED, WITHDRAWN)))


def required_now(app: Context, conn: Connection, workflow: Workflow) -> tuple[str, ...]:
    """The same beside what is in force now."""
    version = store.active(conn, workflow.name)
    return required(workflow, None if version is None else app.remember(version))


def check_signed(app: Context, conn: Connection, workflow: Workflow) -> list[Given]:
    """The signatures by which *workflow* may be put in force; holds the stream, so that none goes meanwhile.

    Raises:
        Unsigned: somebody's is missing.
    """
    log_store.stream_head(conn, f"workflow:{workflow.name}")
    needed = required_now(app, conn, workflow)
    if not needed:
        return []
    given = read(conn, workflow.name)
    because = given.because(workflow.digest, needed)
    if because:
        raise Unsigned(workflow, because)
    return [each for each in given.of(workflow.digest) if each.party in needed]


def unsigned(
    conn: Connection, activations: Sequence[Entry], version: Callable[[str, int | None], Workflow]
) -> Iterator[tuple[Entry, list[str]]]:
    """Those of *activations* whose signatures were missing, by the log alone, each with whose."""
    return signatures.unsigned(history.of_kinds(conn, (SIGNED, WITHDRAWN)), activations, version)


def standing(conn: Connection, workflow: Workflow) -> dict[str, Any]:
    """``signatures`` under that text, and of whom it asks for one the ``missing``."""
    given = read(conn, workflow.name)
    return {
        "signatures": [each.as_json() for each in given.of(workflow.digest)],
        "missing": given.missing(workflow.digest, workflow.signatures),
    }


def sign(app: Context, checked: Checked, actor: Who, at: datetime | None) -> dict[str, Any]:
    """A party's signature under the text as it is, logged with the text.

    Raises:
        WorkflowError: the text is not sound.
        UnknownName, NotAParty, NotPermitted: it is not *actor*'s to sign.
        TextAlreadySigned: their party has.
    """
    workflow = checked.require()

    def check(who: Actor, last: Given | None) -> None:
        if last is not None and last.withdrawn is None:
            raise TextAlreadySigned(workflow.name, last)

    data = {"of": AGREEMENT, "source": workflow.source}
    return _appended(app, workflow, actor, at, SIGNED, data, check)


def withdraw(app: Context, checked: Checked, actor: Who, reason: str, at: datetime | None) -> dict[str, Any]:
    """Takes the signature of *actor*'s party under the text back.

    Raises:
        as :func:`sign`, and NothingToWithdraw: it does not stand, or the text is in force.
    """
    workflow = checked.require()

    def check(who: Actor, last: Given | None) -> None:
        if last is None or last.withdrawn is not None:
            words = _("no signature of {party} stands under version {digest} of {workflow}")
            raise NothingToWithdraw(
                words.format(party=who.party, digest=workflow.digest[:12], workflow=workflow.name)
            )

    return _appended(app, workflow, actor, at, WITHDRAWN, {"of": AGREEMENT}, check, reason)


def _appended(
    app: Context, workflow: Workflow, actor: Who, at: datetime | None, kind: str, data: Mapping[str, Any],
    check: Callable[[Actor, Given | None], None], reason: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    stream = f"workflow:{workflow.name}"

    def append(conn: Connection) -> dict[str, Any]:
        # Held first, so that of two signatures of one party the second sees the first.
        log_store.stream_head(conn, stream)
        now = app.present(at)
        who = _signer(app, conn, workflow, actor, now)
        given = read(conn, workflow.name)
        check(who, given.last(workflow.digest, who.party))
        if kind == WITHDRAWN:
            _check_not_in_force(conn, workflow)
        draft = Draft(
            0, kind, "input", now, who.name, who.party, arrived_at=now, occurred_at=now,
            data=data, reason=reason,
        )  # fmt: skip
        streams.append(conn, stream, draft, now, workflow.digest, by=actor)
        why = reason if kind == WITHDRAWN else None
        given.note(Given(who.party, who.name, now, workflow.digest, why))
        missing = given.missing(workflow.digest, required_now(app, conn, workflow))
        return {
            "workflow": workflow.name, "digest": workflow.digest, "party": who.party, "actor": who.name,
            "at": instant_text(now), "missing": missing,
        }  # fmt: skip

    return written(app, lambda conn: written_once(conn, actor, app.present(at), lambda: append(conn)))


def _check_not_in_force(conn: Connection, workflow: Workflow) -> None:
    version = store.active(conn, workflow.name)
    if version is not None and version.digest == workflow.digest:
        words = _("version {digest} of {workflow} is in force since {at}; put another in force first")
        at = instant_text(version.activated_at)
        raise NothingToWithdraw(words.format(digest=workflow.digest[:12], workflow=workflow.name, at=at))


def _signer(app: Context, conn: Connection, workflow: Workflow, name: Who, now: datetime) -> Actor:
    """Who signs, and may: a manager or admin, or a party's bare name where it has neither."""
    who = (
        Actor(name, name)
        if isinstance(name, str) and name in workflow.parties
        else people.actor(app, name, conn)
    )
    if who.party not in workflow.parties:
        rule = _("a manager or admin of {parties} signs it").format(parties=_(" or ").join(workflow.parties))
        raise NotAParty(who, workflow.name, rule)
    directory = people_store.directory(conn)
    asks = permits.asker(directory, who, now)
    is_bare = asks.role is None
    if is_bare and not (asks.stands_as("manager") and asks.stands_as("admin")):
        everybody = (directory.person(email, now) for email in directory.known_emails())
        may = sorted(
            p.email for p in everybody if p and p.party == who.party and p.role in ("manager", "admin")
        )
        rule = _("a manager or admin signs for {party} ({people})").format(
            party=who.party, people=", ".join(may[:NAMED])
        )
        raise permits.NotPermitted(denied(asks, rule))
    permits.check(directory, who, "sign", ("own_party",), now)
    return who
