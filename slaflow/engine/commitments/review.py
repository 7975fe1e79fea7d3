"""The joint review of a period: both parties' record, and a signature of each under it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from slaflow.engine import permits, streams
from slaflow.engine.caller import Who, written_once
from slaflow.engine.commitments import schedule
from slaflow.engine.commitments.closing import versions_of
from slaflow.engine.commitments.schedule import Versions
from slaflow.engine.commitments.signatures import Signature, signatures
from slaflow.engine.commitments.status import rows_at, standing
from slaflow.engine.context import Context
from slaflow.engine.setup import people
from slaflow.engine.setup.signatures import NotAParty
from slaflow.engine.setup.versions import known_version
from slaflow.engine.transaction import written
from slaflow.errors import SlaflowError
from slaflow.language import _
from slaflow.lifecycle.commitments.terms import Terms
from slaflow.lifecycle.decision import Draft, instant_text
from slaflow.lifecycle.lead import Actor
from slaflow.log.entry import canonical
from slaflow.store.commitments import periods as store
from slaflow.store.database import Connection
from slaflow.store.log import entries as log_store
from slaflow.store.rows import people as people_store
from slaflow.workflow.model.commitment import Signed
from slaflow.workflow.model.periods import parse_period
from slaflow.workflow.model.workflow import Workflow


class NothingPromised(SlaflowError):
    """A period of which the agreement promises nothing."""

    code = "nothing_promised"

    def __init__(self, workflow: str, period: str, every: Sequence[str]) -> None:
        words = _("{workflow} promises nothing for {period}; it has no commitments")
        if every:
            words = _("{workflow} promises nothing for {period}; it promises per {every}")
        named = _(" and ").join(map(_, every))
        super().__init__(words.format(workflow=workflow, period=period, every=named))


class PeriodNotOver(SlaflowError):
    """A signature under a record that is not complete yet."""

    code = "period_not_over"

    def __init__(self, workflow: str, period: str, end: datetime) -> None:
        super().__init__(
            _("{workflow} {period} runs until {end}; sign its review once it is over").format(
                workflow=workflow, period=period, end=instant_text(end)
            )
        )


class AlreadySigned(SlaflowError):
    """A second signature of the same party."""

    code = "already_signed"

    def __init__(self, party: str, workflow: str, period: str, before: Signature) -> None:
        self.before = before
        words = _("{party} has signed the review of {workflow} {period} already, by {actor} at {at}")
        super().__init__(
            words.format(
                party=party, workflow=workflow, period=period, actor=before.actor, at=instant_text(before.at)
            )
        )


class RecordChanged(SlaflowError):
    """A signature under a record that is not any more what was shown to who signs."""

    code = "record_changed"

    def __init__(self, workflow: str, period: str) -> None:
        super().__init__(
            _(
                "the record of {workflow} {period} is not as it was shown any more; "
                "look at it again, then sign"
            ).format(workflow=workflow, period=period)
        )


UNSIGNED = ("pace", "min_sample")
"""What is told of a commitment and no part of what is signed."""


@dataclass(frozen=True, slots=True)
class Review:
    """The record of one period as it stands at an instant, and who has signed what of it."""

    terms: Terms
    commitments: list[dict[str, Any]]
    signed: list[Signature]
    unsettled: int

    @property
    def parties(self) -> tuple[str, ...]:
        """Who is to sign: those who promised to, else every party of the agreement."""
        owing = [c for c in self.terms.commitments() if isinstance(c.measure, Signed)]
        return tuple(dict.fromkeys(p for c in owing for p in c.owed_by)) or tuple(self.terms.workflow.parties)

    def content(self) -> dict[str, Any]:
        """What is signed: every figure, promise and verdict, but not who has signed yet, nor the pace."""
        start, end = self.terms.bounds
        promised = [c.name for c in self.terms.commitments() if not isinstance(c.measure, Signed)]
        record = [{k: v for k, v in c.items() if k not in UNSIGNED} for c in self.commitments]
        return {
            "workflow": self.terms.workflow.name, "period": self.terms.period.label,
            "digest": self.terms.workflow.digest, "from": instant_text(start), "to": instant_text(end),
            "commitments": [c for c in record if c["commitment"] in promised],
        }  # fmt: skip

    def digest(self) -> str:
        """SHA-256, in hex, over the canonical JSON of :meth:`content`."""
        return sha256(canonical(self.content())).hexdigest()

    def as_json(self, at: datetime) -> dict[str, Any]:
        have = {each.party for each in self.signed}
        content, digest = self.content(), self.digest()
        return {
            **content, "settled_to": instant_text(at), "record_digest": digest,
            "commitments": self.commitments, "parties": list(self.parties),
            "signatures": [
                {
                    "party": s.party, "actor": s.actor, "at": instant_text(s.at), "record_digest": s.digest,
                    "changed_since": [] if s.digest == digest else [*s.changed_since(content["commitments"])],
                }
                for s in self.signed
            ],
            "signed_alike": len({s.digest for s in self.signed}) == 1 if self.signed else None,
            "missing": [party for party in self.parties if party not in have], "unsettled": self.unsettled,
        }  # fmt: skip


def show(app: Context, workflow: str, period: str, at: datetime | None) -> dict[str, Any]:
    """The period's record of both parties as of *at*.

    Raises:
        UnknownName: no workflow of that name was activated.
        InvalidPeriod, NothingPromised: nothing is promised for such a period.
    """
    now = app.present(at)
    with app.database.read() as conn:
        return _review(app, conn, workflow, period, now).as_json(now)


@dataclass(frozen=True, slots=True)
class Look:
    """What a page needs of a review to be about it: nothing of it is counted."""

    agreement: Workflow
    period: str
    is_over: bool
    signed: tuple[Signature, ...]
    missing: tuple[str, ...]


def look(app: Context, workflow: str, period: str) -> Look:
    """Who has signed that period's review and who is missing, now. Raises as :func:`show`."""
    now = app.present()
    with app.database.read() as conn:
        _versions, terms = _terms(app, conn, workflow, period, now)
        signed = signatures(conn, workflow, terms.period.label)
    have = {each.party for each in signed}
    missing = tuple(party for party in Review(terms, [], signed, 0).parties if party not in have)
    return Look(terms.workflow, terms.period.label, terms.bounds[1] <= now, tuple(signed), missing)


def sign(
    app: Context, workflow: str, period: str, actor: Who, at: datetime | None, *, shown: str | None = None
) -> dict[str, Any]:
    """One party's signature under the record as it stands, logged with what was signed.

    Args:
        shown: the digest of the record that was shown to *actor*: nothing else is signed.

    Raises:
        as :func:`show`, and PeriodNotOver, AlreadySigned, NotAParty, NotPermitted, RecordChanged.
    """

    def signed(conn: Connection) -> dict[str, Any]:
        now = app.present(at)
        who = people.actor(app, actor, conn)
        # Holds the stream, so that of two signatures of one party the second sees the first.
        log_store.stream_head(conn, f"workflow:{workflow}")
        review = _review(app, conn, workflow, period, now)
        _check_may_sign(review, who, now)
        permits.check(people_store.directory(conn), who, "sign", ("own_party",), now)
        label = review.terms.period.label
        if shown is not None and shown != review.digest():
            raise RecordChanged(workflow, label)
        data = {"period": label, "record_digest": review.digest(), "record": review.content()}
        draft = Draft(
            0, "signed", "input", now, who.name, who.party, arrived_at=now, occurred_at=now, data=data
        )
        streams.append(conn, f"workflow:{workflow}", draft, now, review.terms.workflow.digest, by=actor)
        record = {"workflow": workflow, "period": label, "party": who.party, "actor": who.name}
        return {**record, "at": instant_text(now), "record_digest": data["record_digest"]}

    return written(app, lambda conn: written_once(conn, actor, app.present(at), lambda: signed(conn)))


def _check_may_sign(review: Review, who: Actor, now: datetime) -> None:
    workflow, label = review.terms.workflow, review.terms.period.label
    if who.party not in workflow.parties:
        rule = _("a review is signed by {parties}").format(parties=_(" and ").join(workflow.parties))
        raise NotAParty(who, workflow.name, rule)
    end = review.terms.bounds[1]
    if now < end:
        raise PeriodNotOver(workflow.name, label, end)
    for before in review.signed:
        if before.party == who.party:
            raise AlreadySigned(who.party, workflow.name, label, before)


def _review(app: Context, conn: Connection, name: str, text: str, at: datetime) -> Review:
    versions, terms = _terms(app, conn, name, text, at)
    signed = [each for each in signatures(conn, name, terms.period.label) if each.at <= at]
    return Review(
        terms, _standings(app, conn, versions, terms, at, signed), signed, _unsettled(conn, name, at)
    )


def _terms(app: Context, conn: Connection, name: str, text: str, at: datetime) -> tuple[Versions, Terms]:
    period = parse_period(text)
    known_version(conn, name)
    versions = versions_of(app, conn, name)
    terms = schedule.terms_of(versions, period)
    if terms is None or not terms.commitments() or terms.bounds[0] > at:
        every = dict.fromkeys(c.every for _, w in versions[-1:] for c in w.commitments.values())
        raise NothingPromised(name, period.label, list(every))
    return versions, terms


def _standings(
    app: Context, conn: Connection, versions: Versions, terms: Terms, at: datetime, signed: list[Signature]
) -> list[dict[str, Any]]:
    label = terms.period.label
    rows = rows_at(conn, terms.workflow.name, at, [label])
    return [
        standing(app, conn, versions, terms, each, at, rows.get((each.name, label)), signed)
        for each in terms.commitments()
    ]


def _unsettled(conn: Connection, name: str, at: datetime) -> int:
    """How many leads have a step before *at* that no tick has carried out."""
    return sum(map(len, store.unsettled(conn, name, at)))
