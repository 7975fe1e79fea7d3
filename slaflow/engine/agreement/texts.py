"""Every text of an agreement that the log knows: what was in force, and drafts that somebody signed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import TypeVar

from slaflow.agreement.document.blocks import Page
from slaflow.agreement.document.page import page
from slaflow.engine.agreement.draft import moving_to
from slaflow.engine.context import Context
from slaflow.engine.setup import agreement_signatures
from slaflow.engine.setup.signatures import ACTIVATED, AGREEMENT, SIGNED, Given, required
from slaflow.language import speaking, spoken
from slaflow.log.entry import Entry
from slaflow.store.database import Connection
from slaflow.store.log import history
from slaflow.store.rows import workflows as store
from slaflow.workflow.load import load_workflow
from slaflow.workflow.model.workflow import Workflow

LEAST_DIGITS = 8
SIGNATURES = 3
"""Blocks at the end of a page that are about its signatures."""
T = TypeVar("T", store.Version, "_Signed")
_DIGEST = re.compile(rf"[0-9a-f]{{{LEAST_DIGITS},64}}")


@dataclass(frozen=True, slots=True)
class PutInForce:
    """One activation, ``until`` the next of the same agreement; by whom, as the log has it."""

    digest: str
    at: datetime
    by: str
    party: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Signing:
    """Where one party stands with a text: what they did last, None: nothing; whether it is ``asked`` of them
    before the text is in force."""

    party: str
    given: Given | None
    is_asked: bool

    @property
    def is_signed(self) -> bool:
        return self.given is not None and self.given.withdrawn is None


@dataclass(frozen=True, slots=True)
class Text:
    """One text; ``since`` None: it was never in force. ``is_in_force`` now."""

    workflow: Workflow
    signings: tuple[Signing, ...]
    since: PutInForce | None = None
    is_in_force: bool = False

    @property
    def digest(self) -> str:
        return self.workflow.digest

    @property
    def missing(self) -> tuple[str, ...]:
        """Whose signature has to come before it can be in force."""
        return tuple(each.party for each in self.signings if each.is_asked and not each.is_signed)


@dataclass(frozen=True, slots=True)
class Course:
    """All of one agreement: what was in force, newest first; drafts that are signed. ``in_force`` None: only
    those."""

    name: str
    in_force: Workflow | None
    activations: tuple[PutInForce, ...]
    drafts: tuple[Text, ...]
    moving: Mapping[str, int]
    """Leads of earlier versions that could move to the one in force, by state; none if nobody asked."""


def in_force(app: Context) -> list[Text]:
    """The agreements in force, by name."""
    with app.database.read() as conn:
        return [_version(app, conn, each, each) for each in store.all_active(conn).values()]


def found(app: Context, digest: str) -> Text | None:
    """The text whose digest begins so, whether it was in force or somebody signed it; None: there is none."""
    if not _DIGEST.fullmatch(digest):
        return None
    with app.database.read() as conn:
        active = store.all_active(conn)
        version = _the_only(store.versions(conn), digest)
        if version is not None:
            return _version(app, conn, version, active.get(version.name))
        signed = _the_only(_drafts(conn), digest)
        if signed is None:
            return None
        workflow = _compiled(signed.source)
        return _text(app, conn, workflow, None, active.get(workflow.name))


def standing(app: Context, workflow: Workflow) -> Text:
    """Where *workflow* stands, which may be known to nobody yet."""
    with app.database.read() as conn:
        active = store.active(conn, workflow.name)
        since = _put_in_force(conn, workflow.name, workflow.digest)
        return _text(app, conn, workflow, since, active)


def course(app: Context, name: str, *, with_leads: bool) -> Course:
    """All that became of the agreement *name*. *with_leads* costs a look at each of its leads."""
    with app.database.read() as conn:
        active = store.active(conn, name)
        activations = _activations(conn, name)
        were = {each.digest for each in activations}
        drafts = (_compiled(each.source) for each in _drafts(conn, name) if each.digest not in were)
        texts = tuple(_text(app, conn, each, None, active) for each in drafts)
        now = None if active is None else app.remember(active)
        moving = {} if now is None or not with_leads else moving_to(app, conn, now)
    return Course(name, now, tuple(activations), tuple(each for each in texts if _is_signed(each)), moving)


def moving(app: Context, workflow: Workflow) -> Mapping[str, int]:
    """How many open leads of other versions could move to *workflow*, by the state they are in."""
    with app.database.read() as conn:
        return moving_to(app, conn, workflow)


def document(workflow: Workflow, day: date) -> Page:
    """It in words, with the holidays of the twelve months from *day* on; its signatures are left out."""
    return _document(workflow, day, spoken())


@lru_cache(maxsize=16)
def _document(workflow: Workflow, day: date, language: str) -> Page:
    with speaking(language):
        made = page(workflow, day)
    return Page(made.title, made.blocks[:-SIGNATURES])


@dataclass(frozen=True, slots=True)
class _Signed:
    digest: str
    source: str


def _drafts(conn: Connection, name: str | None = None) -> list[_Signed]:
    """Texts that were signed at some time, each once."""
    entries = (
        history.of_kinds(conn, (SIGNED,)) if name is None
        else history.of_stream(conn, f"workflow:{name}", (SIGNED,))
    )  # fmt: skip
    data = ((each.digest or "", each.data or {}) for each in entries)
    texts = {digest: told["source"] for digest, told in data if told.get("of") == AGREEMENT}
    return [_Signed(*each) for each in texts.items()]


def _the_only(known: Iterable[T], digest: str) -> T | None:
    """Of those whose digest begins so the first, if they are one text."""
    found = [each for each in known if each.digest.startswith(digest)]
    return found[0] if len({each.digest for each in found}) == 1 else None


@lru_cache(maxsize=32)
def _compiled(source: str) -> Workflow:
    """A text that was sound when it was signed."""
    return load_workflow(source).require()


def _version(app: Context, conn: Connection, version: store.Version, active: store.Version | None) -> Text:
    since = _put_in_force(conn, version.name, version.digest)
    return _text(app, conn, app.remember(version), since, active)


def _text(
    app: Context, conn: Connection, workflow: Workflow, since: PutInForce | None,
    active: store.Version | None,
) -> Text:  # fmt: skip
    asked = required(workflow, None if active is None else app.remember(active))
    given = agreement_signatures.read(conn, workflow.name)
    signings = tuple(
        Signing(party, given.last(workflow.digest, party), party in asked)
        for party in dict.fromkeys((*workflow.parties, *asked))
    )
    return Text(workflow, signings, since, active is not None and active.digest == workflow.digest)


def _is_signed(text: Text) -> bool:
    return any(each.is_signed for each in text.signings)


def _put_in_force(conn: Connection, name: str, digest: str) -> PutInForce | None:
    """Its latest activation."""
    return next((each for each in _activations(conn, name) if each.digest == digest), None)


def _activations(conn: Connection, name: str) -> list[PutInForce]:
    """Newest first; one told for the past stands where it counts."""
    entries = history.of_stream(conn, f"workflow:{name}", (ACTIVATED,))
    newest: Sequence[Entry] = sorted(entries, key=lambda each: (each.at, each.id or 0), reverse=True)
    ends = (None, *(each.at for each in newest))
    return [
        PutInForce(each.digest or "", each.at, each.actor, each.party or "", until)
        for each, until in zip(newest, ends, strict=False)
    ]
