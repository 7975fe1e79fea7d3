"""Parties' signatures under the very text of an agreement: given, taken back, and asked for.

A signature is under the SHA-256 of the file's bytes, so a changed comment is another text. What stands is
read from the agreement's stream. Source: rules.md, 35.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from slaflow.engine import permits, streams
from slaflow.engine.context import Context
from slaflow.engine.setup import people
from slaflow.engine.transaction import written
from slaflow.errors import SlaflowError
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

SIGNED, WITHDRAWN, ACTIVATED = "signed", "signature_withdrawn", "activated"
AGREEMENT = "agreement"
NAMED = 3
"""People who may sign, as many as a refusal names."""


@dataclass(frozen=True, slots=True)
class Given:
    """One party's signature under the text with *digest*; once withdrawn, why."""

    party: str
    actor: str
    at: datetime
    digest: str
    withdrawn: str | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "party": self.party, "actor": self.actor, "at": instant_text(self.at), "digest": self.digest,
        }  # fmt: skip


class TextAlreadySigned(SlaflowError):
    """A second signature of the same party under the same text."""

    code = "already_signed"

    def __init__(self, workflow: str, before: Given) -> None:
        self.before = before
        by = "" if before.actor == before.party else f", by {before.actor}"
        super().__init__(
            f"{before.party} has signed version {before.digest[:12]} of {workflow} already{by} "
            f"at {instant_text(before.at)}"
        )


class NothingToWithdraw(SlaflowError):
    """A signature taken back that does not stand, or on which an agreement in force rests."""

    code = "nothing_to_withdraw"


class NoSideOfIt(SlaflowError):
    """Somebody who speaks for no party of the agreement."""

    code = "not_a_party"

    def __init__(self, who: Actor, workflow: Workflow) -> None:
        name = who.name if who.name == who.party else f"{who.name} ({who.party})"
        sides = " or ".join(workflow.parties)
        super().__init__(f"{name} is no party to {workflow.name}; a manager or admin of {sides} signs it")


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


class Signatures:
    """All that was signed and withdrawn in one agreement's stream, as far as it was read."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._last: dict[tuple[str, str], Given] = {}
        for entry in entries:
            self.add(entry)

    def add(self, entry: Entry) -> None:
        """Takes in one entry of the stream, in its order; those of reviews are passed over."""
        if (entry.data or {}).get("of") != AGREEMENT:
            return
        why = (entry.reason or "") if entry.kind == WITHDRAWN else None
        given = Given(entry.party or "", entry.actor, entry.at, entry.digest or "", why)
        self._last[given.digest, given.party] = given

    def of(self, digest: str) -> list[Given]:
        """The signatures that stand under that text, oldest first."""
        found = [g for (text, _), g in self._last.items() if text == digest and g.withdrawn is None]
        return sorted(found, key=lambda given: given.at)

    def last(self, digest: str, party: str) -> Given | None:
        """What *party* did last with that text: signed it, or took that back."""
        return self._last.get((digest, party))

    def missing(self, digest: str, required: Iterable[str]) -> list[str]:
        """Those of *required* whose signature under that text does not stand."""
        have = {given.party for given in self.of(digest)}
        return [party for party in required if party not in have]

    def because(self, digest: str, required: Iterable[str]) -> list[str]:
        """A line for each that is missing."""
        return [self._why(digest, party) for party in self.missing(digest, required)]

    def _why(self, digest: str, party: str) -> str:
        last = self.last(digest, party)
        if last is None:
            return f"{party} has not signed this very text"
        return f"{party} took its signature back at {instant_text(last.at)}: {last.withdrawn}"


def read(conn: Connection, workflow: str) -> Signatures:
    """What was signed and withdrawn so far of the agreement of that name."""
    return Signatures(history.of_stream(conn, f"workflow:{workflow}", (SIGNED, WITHDRAWN)))


def required(workflow: Workflow, in_force: Workflow | None) -> tuple[str, ...]:
    """Who must have signed *workflow* before it replaces *in_force*: whom either names."""
    before = () if in_force is None else in_force.signatures
    return tuple(dict.fromkeys((*workflow.signatures, *before)))


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
    signatures = read(conn, workflow.name)
    because = signatures.because(workflow.digest, needed)
    if because:
        raise Unsigned(workflow, because)
    return [given for given in signatures.of(workflow.digest) if given.party in needed]


def unsigned(
    conn: Connection, activations: Sequence[Entry], version: Callable[[str, int | None], Workflow]
) -> Iterator[tuple[Entry, list[str]]]:
    """Activations whose signatures were missing, by the log alone, each with whose.

    Asked from the first entry on that tells of signatures: before, nobody asked for them.
    """
    given: dict[str, Signatures] = {}
    in_force: dict[str, Entry] = {}
    is_asked = False
    signing = [
        e for e in history.of_kinds(conn, (SIGNED, WITHDRAWN)) if (e.data or {}).get("of") == AGREEMENT
    ]
    for entry in sorted([*signing, *activations], key=lambda each: each.id or 0):
        signatures = given.setdefault(entry.stream, Signatures())
        is_asked = is_asked or entry.kind != ACTIVATED or "signatures" in (entry.data or {})
        if entry.kind != ACTIVATED:
            signatures.add(entry)
            continue
        before = in_force.get(entry.stream)
        if is_asked:
            old = None if before is None else version(before.digest or "", before.id)
            needed = required(version(entry.digest or "", entry.id), old)
            if because := signatures.because(entry.digest or "", needed):
                yield entry, because
        if before is None or entry.at >= before.at:
            in_force[entry.stream] = entry


def standing(conn: Connection, workflow: Workflow) -> dict[str, Any]:
    """``signatures`` under that text, and of whom it asks for one the ``missing``."""
    signatures = read(conn, workflow.name)
    return {
        "signatures": [given.as_json() for given in signatures.of(workflow.digest)],
        "missing": signatures.missing(workflow.digest, workflow.signatures),
    }


def sign(app: Context, checked: Checked, actor: str, at: datetime | None) -> dict[str, Any]:
    """A party's signature under the text as it is, logged with the text.

    Raises:
        WorkflowError: the text is not sound.
        UnknownName, NoSideOfIt, NotPermitted: it is not *actor*'s to sign.
        TextAlreadySigned: their party has.
    """
    workflow = checked.require()

    def check(who: Actor, last: Given | None) -> None:
        if last is not None and last.withdrawn is None:
            raise TextAlreadySigned(workflow.name, last)

    data = {"of": AGREEMENT, "source": workflow.source}
    return _appended(app, workflow, actor, at, SIGNED, data, check)


def withdraw(app: Context, checked: Checked, actor: str, reason: str, at: datetime | None) -> dict[str, Any]:
    """Takes the signature of *actor*'s party under the text back.

    Raises:
        as :func:`sign`, and NothingToWithdraw: it does not stand, or the text is in force.
    """
    workflow = checked.require()

    def check(who: Actor, last: Given | None) -> None:
        if last is None or last.withdrawn is not None:
            text = f"version {workflow.digest[:12]} of {workflow.name}"
            raise NothingToWithdraw(f"no signature of {who.party} stands under {text}")

    return _appended(app, workflow, actor, at, WITHDRAWN, {"of": AGREEMENT}, check, reason)


def _appended(
    app: Context, workflow: Workflow, actor: str, at: datetime | None, kind: str, data: Mapping[str, Any],
    check: Callable[[Actor, Given | None], None], reason: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    stream = f"workflow:{workflow.name}"

    def append(conn: Connection) -> dict[str, Any]:
        # Held first, so that of two signatures of one party the second sees the first.
        log_store.stream_head(conn, stream)
        now = app.present(at)
        who = _signer(app, conn, workflow, actor, now)
        check(who, read(conn, workflow.name).last(workflow.digest, who.party))
        if kind == WITHDRAWN:
            _check_not_in_force(conn, workflow)
        draft = Draft(
            0, kind, "input", now, who.name, who.party, arrived_at=now, occurred_at=now,
            data=data, reason=reason,
        )  # fmt: skip
        streams.append(conn, stream, draft, now, workflow.digest)
        missing = read(conn, workflow.name).missing(workflow.digest, required_now(app, conn, workflow))
        return {
            "workflow": workflow.name, "digest": workflow.digest, "party": who.party, "actor": who.name,
            "at": instant_text(now), "missing": missing,
        }  # fmt: skip

    return written(app, append)


def _check_not_in_force(conn: Connection, workflow: Workflow) -> None:
    version = store.active(conn, workflow.name)
    if version is not None and version.digest == workflow.digest:
        raise NothingToWithdraw(
            f"version {workflow.digest[:12]} of {workflow.name} is in force since "
            f"{instant_text(version.activated_at)}; put another in force first"
        )


def _signer(app: Context, conn: Connection, workflow: Workflow, name: str, now: datetime) -> Actor:
    """Who signs, and may: a manager or admin, or a party's bare name where it has neither."""
    who = Actor(name, name) if name in workflow.parties else people.actor(app, name, conn)
    if who.party not in workflow.parties:
        raise NoSideOfIt(who, workflow)
    directory = people_store.directory(conn)
    asks = permits.asker(directory, who, now)
    is_bare = asks.role is None
    if is_bare and not (asks.stands_as("manager") and asks.stands_as("admin")):
        everybody = (directory.person(email, now) for email in directory.known_emails())
        may = sorted(
            p.email for p in everybody if p and p.party == who.party and p.role in ("manager", "admin")
        )
        rule = f"a manager or admin signs for {who.party} ({', '.join(may[:NAMED])})"
        raise permits.NotPermitted(denied(asks, rule))
    permits.check(directory, who, "sign", ("own_party",), now)
    return who
