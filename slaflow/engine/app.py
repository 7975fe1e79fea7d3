"""The engine: one object with every operation, on one database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from slaflow.engine.batch import BATCH
from slaflow.engine.caller import Who
from slaflow.engine.context import Context
from slaflow.engine.leads import commands as leads
from slaflow.engine.setup import absences, people, recording, versions
from slaflow.hours.zones import supported
from slaflow.lifecycle.events import Answered, Contested, Disputed, Recorded, Upheld, Verb
from slaflow.lifecycle.lead import Actor
from slaflow.lifecycle.people import Person
from slaflow.log.entry import Entry
from slaflow.store.log.filter import LogFilter
from slaflow.store.rows.workflows import Version

if TYPE_CHECKING:
    from pathlib import Path

    from slaflow.engine.dealing.waiting import Dealing
    from slaflow.engine.leads import lift as lifting
    from slaflow.engine.leads.charge import Charge
    from slaflow.engine.leads.queue import QueuePage
    from slaflow.engine.log import checkpoints, replay
    from slaflow.engine.log.archives import ArchivedEntries
    from slaflow.engine.migration.report import LeadMove, MigrationReport
    from slaflow.engine.setup import activation
    from slaflow.engine.setup import completions as names
    from slaflow.engine.tick import run as tick
    from slaflow.log.keys import PrivateKey
    from slaflow.log.proof import Proof
    from slaflow.log.verify import Verification
    from slaflow.workflow.model.workflow import Workflow


class Engine(Context):
    """slaflow on one database; every method hands on to the module that does it.

    What showing a lead and telling of it do not need is imported where it is called: those commands are typed
    all day, and most of the time that they take is that of importing.

    Every ``at`` is an aware instant that sets the clock of the call; a ``lead`` is an id or an
    identity value; an ``actor`` is a person's e-mail or a party.
    """

    def upgrade(self) -> None:
        """Makes or updates the tables, and the file where SQLite's is absent. Raises ``StoreError``."""
        from slaflow.engine.setup import schema

        schema.upgrade(self)

    def activate(
        self, text: str | bytes, filename: str = "workflow.yaml", at: datetime | None = None,
        by: Who | None = None,
    ) -> activation.Activation:  # fmt: skip
        """Puts an agreement in force for new leads; *by* does it, None is an operator.

        Raises ``WorkflowError`` with every finding, and ``NotPermitted``.
        """
        from slaflow.engine.setup import activation
        from slaflow.workflow.load import load_workflow

        return activation.activate(self, load_workflow(text, filename), at, by)

    def may_activate(
        self, text: str | bytes, filename: str = "workflow.yaml", at: datetime | None = None,
        by: Who | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        """Whose signatures that text lacks to be put in force; stores nothing. Raises as ``activate``."""
        from slaflow.engine.setup import activation
        from slaflow.workflow.load import load_workflow

        return activation.missing(self, load_workflow(text, filename), at, by)

    def sign_agreement(
        self, text: str | bytes, actor: Who, filename: str = "workflow.yaml", *, at: datetime | None = None
    ) -> dict[str, Any]:
        """The signature of *actor*'s party under that very text. Raises ``TextAlreadySigned``."""
        from slaflow.engine.setup import agreement_signatures
        from slaflow.workflow.load import load_workflow

        return agreement_signatures.sign(self, load_workflow(text, filename), actor, at)

    def withdraw_signature(
        self, text: str | bytes, actor: Who, reason: str, filename: str = "workflow.yaml", *,
        at: datetime | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        """Takes that signature back. Raises ``NothingToWithdraw``, also where the text is in force."""
        from slaflow.engine.setup import agreement_signatures
        from slaflow.workflow.load import load_workflow

        return agreement_signatures.withdraw(self, load_workflow(text, filename), actor, reason, at)

    def agreement_signatures(self, digest: str) -> dict[str, Any]:
        """The ``signatures`` under the text of a version, and who of those it asks is ``missing``."""
        return self.signatures_under(self.workflow(digest))

    def signatures_under(self, workflow: Workflow) -> dict[str, Any]:
        """The same for a text that may never have been in force."""
        from slaflow.engine.setup import agreement_signatures

        with self.database.read() as conn:
            return agreement_signatures.standing(conn, workflow)

    def migrate(
        self, name: str, states: Mapping[str, str] | None = None, targets: Mapping[str, str] | None = None,
        *, since: str | None = None, grace: str | None = None, by: Who | None = None,
        at: datetime | None = None,
    ) -> MigrationReport:  # fmt: skip
        """Moves every lead that is on an older version of *name* and not closed to the version in force.

        Raises as ``migration.commands.migrate``; nothing is moved then.
        """
        from slaflow.engine.migration import commands

        asked = commands.Asked(states or {}, targets or {}, since, grace, by)
        return commands.migrate(self, name, asked, at)

    def preview_migration(
        self, name: str, states: Mapping[str, str] | None = None, targets: Mapping[str, str] | None = None,
        *, since: str | None = None, grace: str | None = None, by: Who | None = None,
        at: datetime | None = None, plan: Path | None = None,
    ) -> tuple[MigrationReport, list[LeadMove]]:  # fmt: skip
        """What :meth:`migrate` would do, and which leads would change; kept in the file *plan*, if named."""
        from slaflow.engine.migration import commands

        asked = commands.Asked(states or {}, targets or {}, since, grace, by)
        return commands.preview(self, name, asked, at, plan)

    def versions(self, name: str | None = None) -> list[Version]:
        """Every version that was activated, oldest first."""
        with self.database.read() as conn:
            return versions.versions(conn, name)

    def add(self, fields: Mapping[str, object], actor: Who, *, at: datetime | None = None,
            workflow: str | None = None, resurrect: bool = False) -> dict[str, Any]:  # fmt: skip
        """Adds one lead; gives it as LEAD. One of the identity of an erased lead only to *resurrect* it."""
        return leads.add(self, fields, actor, at, workflow, resurrect)

    def fire(self, lead: int | str, trigger: str, actor: Who, inputs: Mapping[str, object] | None = None, *,
             override: str | None = None, at: datetime | None = None,
             occurred_at: datetime | None = None) -> dict[str, Any]:  # fmt: skip
        """Fires a transition. Raises ``Refused`` with every failing clause.

        *override* is why it is to happen although its guard does not pass, by who may say so.
        """
        return leads.fire(self, lead, trigger, inputs or {}, actor, at, occurred_at, override)

    def record(self, lead: int | str, kind: str, actor: Who, fields: Mapping[str, object] | None = None, *,
               automated: bool | None = None, at: datetime | None = None,
               occurred_at: datetime | None = None) -> dict[str, Any]:  # fmt: skip
        """Records one touchpoint."""
        return leads.ask(self, lead, Recorded(kind, fields or {}, automated), actor, at, occurred_at)

    def answer(self, lead: int | str, check: str, actor: Who, values: Mapping[str, object], *,
               at: datetime | None = None,
               occurred_at: datetime | None = None) -> dict[str, Any]:  # fmt: skip
        """Answers a qualification check with evidence."""
        return leads.ask(self, lead, Answered(check, values), actor, at, occurred_at)

    def change(self, lead: int | str, fields: Mapping[str, object], actor: Who, *,
               at: datetime | None = None, occurred_at: datetime | None = None,
               resurrect: bool = False) -> dict[str, Any]:  # fmt: skip
        """Sets fields by hand; None or an empty text empties one. *resurrect*: as with :meth:`add`."""
        return leads.change(self, lead, fields, actor, at, occurred_at, resurrect)

    def assign(self, lead: int | str, owner: str, actor: Who, *,
               at: datetime | None = None) -> dict[str, Any]:  # fmt: skip
        """Gives the lead to a person of the party that holds it.

        LEAD comes with ``assignment``: ``to``, ``applied`` (false where told late: it is only logged) and
        ``away_until``, of somebody who is away.
        """
        from slaflow.engine.leads.assignment import assign

        return assign(self, lead, owner, actor, at)

    def lift(self, lead: int | str, target: str, reason: str, actor: Who, *,
             clock: int | None = None, at: datetime | None = None) -> dict[str, Any]:  # fmt: skip
        """Excuses a breach on the record: the latest of *target*, or that of its clock with this number."""
        from slaflow.engine.leads import lift as lifting

        return lifting.lift(self, lead, target, reason, actor, clock, at)

    def dispute(self, lead: int | str, target: str, reason: str, actor: Who, *,
                clock: int | None = None, at: datetime | None = None) -> dict[str, Any]:  # fmt: skip
        """Says, for the party that owes it, that a breach should not count: as :meth:`lift` names it."""
        from slaflow.engine.leads import lift as lifting

        return lifting.say(self, lead, Disputed(target, reason.strip(), clock), actor, at)

    def uphold(self, lead: int | str, target: str, reason: str, actor: Who, *,
               clock: int | None = None, at: datetime | None = None) -> dict[str, Any]:  # fmt: skip
        """Turns the dispute of a breach down: as :meth:`lift` names it."""
        from slaflow.engine.leads import lift as lifting

        return lifting.say(self, lead, Upheld(target, reason.strip(), clock), actor, at)

    def contest(self, lead: int | str, verb: Verb, about: str, reason: str, actor: Who, *,
                at: datetime | None = None) -> dict[str, Any]:  # fmt: skip
        """Of the latest return of a lead for which the input *about* said why: whom it went back to disputes
        it, others grant (``lift``) or ``uphold`` that."""
        from slaflow.engine.leads import lift as lifting

        return lifting.say(self, lead, Contested(verb, about, reason.strip()), actor, at)

    def lift_all(self, start: datetime, end: datetime, reason: str, actor: Who, *,
                 target: str | None = None, party: str | None = None,
                 at: datetime | None = None) -> lifting.LiftReport:  # fmt: skip
        """Excuses every breach whose instant lies from *start* until before *end*."""
        from slaflow.engine.leads import lift as lifting

        return lifting.lift_all(self, supported(start), supported(end), reason, actor, target, party, at)

    def erase(self, lead: int | str, reason: str, actor: Who, *,
              at: datetime | None = None) -> dict[str, Any]:  # fmt: skip
        """Blanks everything known of the person, for ever; :meth:`scrub` then rewrites the files."""
        from slaflow.engine.leads import erase

        return erase.erase(self, lead, reason, actor, at)

    def scrub(self) -> int:
        """Rewrites the database's files if erased values may stand in them; gives for how many leads.

        Raises ``TracesRemain`` while others keep the files as they were.
        """
        from slaflow.engine.leads import erase

        return erase.scrub(self)

    def show(self, lead: int | str, *, at: datetime | None = None) -> dict[str, Any]:
        """LEAD as of *at* (None: now), by what had been told by then; saves nothing.

        Raises ``NotYetThere`` before its creation, ``PastUnknown`` where it was erased since.
        """
        return leads.show(self, lead, at)

    def told(self, lead: int | str, *, at: datetime | None = None, timeline: int = 10) -> dict[str, Any]:
        """As :meth:`show`, with ``timeline``, so many touches and moves, newest first, and ``handoff``."""
        return leads.told(self, lead, at, timeline)

    def latest(self, lead: int | str, *, at: datetime | None = None) -> dict[str, Any]:
        """LEAD at *at*, or where its log ends if that is later: what an input told at *at* would find."""
        return leads.latest(self, lead, at)

    def leads(self, *, state: str | None = None, owner: str | None = None, where: str | None = None,
              waits_for: str | Literal[True] | None = None, limit: int | None = None,
              after: int | None = None, at: datetime | None = None) -> Iterator[dict[str, Any]]:  # fmt: skip
        """LEADs without ``available``, by id, as of *at* (None: now). Raises ``UnknownFilter`` for a slip."""
        from slaflow.engine.leads import listing

        return listing.listed(self, listing.Wanted(state, owner, where, waits_for), limit, after, at)

    def explain(self, lead: int | str, name: str | None = None, *,
                at: datetime | None = None) -> dict[str, Any]:  # fmt: skip
        """Why a clock is due when it is, a trigger is refused, or by the name ``owner`` it is whose it is."""
        return leads.explain(self, lead, name, at)

    def queue(self, *, owner: str | None = None, team: str | None = None, party: str | None = None,
              limit: int | None = None, at: datetime | None = None) -> list[dict[str, Any]]:  # fmt: skip
        """What is owed next as of *at* (None: now), least time left first."""
        from slaflow.engine.leads import queue

        return queue.queue(self, owner, team, party, limit, at)

    def queue_page(self, *, owner: str | None = None, team: str | None = None, party: str | None = None,
                   limit: int = 50) -> QueuePage:  # fmt: skip
        """The first rows of the queue now, quick also where no tick has run for long."""
        from slaflow.engine.leads import queue

        return queue.page(self, owner, team, party, limit)

    def tick(self, at: datetime | None = None, *, batch: int = BATCH, dry_run: bool = False,
             progress: Callable[[int, int], None] | None = None) -> tick.TickReport:  # fmt: skip
        """Carries out every step that fell before *at*."""
        from slaflow.engine.tick import run as tick

        return tick.run(self, at, batch, dry_run, progress)

    def deal(self, team: str | None = None, *, at: datetime | None = None, dry_run: bool = False) -> Dealing:
        """Deals what waits for a team, with *team* for that one, as far as anybody can take it."""
        from slaflow.engine.dealing import waiting

        return waiting.by_hand(self, at, team, dry_run)

    def review(self, workflow: str, period: str, *, at: datetime | None = None) -> dict[str, Any]:
        """The period's record of both parties: every commitment, and who has signed."""
        from slaflow.engine.commitments import review as reviews

        return reviews.show(self, workflow, period, at)

    def sign_review(self, workflow: str, period: str, actor: Who, *,
                    at: datetime | None = None) -> dict[str, Any]:  # fmt: skip
        """One party's signature under that record. Raises ``AlreadySigned``, ``PeriodNotOver``."""
        from slaflow.engine.commitments import review as reviews

        return reviews.sign(self, workflow, period, actor, at)

    def log(self, filters: LogFilter | None = None) -> Iterator[Entry]:
        """The log, oldest first."""
        from slaflow.engine.log import read

        return read.entries(self, filters or LogFilter())

    def verify(
        self, progress: Callable[[int], None] | None = None, signed: checkpoints.Trusted | None = None,
        archived: ArchivedEntries | None = None, *, jobs: int | None = 1,
    ) -> Verification:  # fmt: skip
        """Recomputes every hash; names the first bad entry, and whether the log extends *signed*.

        *jobs* processes do it, None as many as pay. A script of yours that asks for several must begin with
        ``if __name__ == "__main__":``, as each of them imports it.
        """
        from slaflow.engine.log import read

        return read.verify(self, progress, signed, archived, jobs)

    def replay(self, progress: Callable[[int], None] | None = None, *,
               jobs: int | None = 1) -> replay.ReplayReport:  # fmt: skip
        """Decides every lead again from the log alone and names what differs, in entries and in rows.

        *jobs* as for :meth:`verify`.
        """
        from slaflow.engine.log import replay

        # What decides again compiles the texts anew, and takes none that somebody kept.
        return replay.replayed(Context(self.database, now=self.now), progress, jobs)

    def checkpoint(self, key: PrivateKey, *, at: datetime | None = None,
                   progress: Callable[[int], None] | None = None) -> checkpoints.KeptCheckpoint:  # fmt: skip
        """Signs the head of the whole log and keeps it; its ``note`` is to be kept elsewhere too."""
        from slaflow.engine.log import checkpoints

        return checkpoints.take(self, key, at, progress)

    def prove(self, entry_id: int, signed: checkpoints.Trusted, *, with_data: bool = False,
              archived: ArchivedEntries | None = None) -> Proof:  # fmt: skip
        """Proof that an entry is in the log whose head was signed; needs no database to be checked."""
        from slaflow.engine.log import proofs

        return proofs.prove(self, entry_id, signed, with_data=with_data, archived=archived)

    def add_person(self, email: str, party: str | recording.Kept = recording.KEPT, *,
                   name: recording.Given = recording.KEPT, team: recording.Given = recording.KEPT,
                   manager: recording.Given = recording.KEPT, role: str | recording.Kept = recording.KEPT,
                   calendar: recording.Given = recording.KEPT, weight: recording.Given = recording.KEPT,
                   capacity: recording.Given = recording.KEPT, per_day: recording.Given = recording.KEPT,
                   at: datetime | None = None) -> Person:  # fmt: skip
        """Records a person, or changes from now on what is given of one who is known; None is none.

        *email* may be what another system calls them. Somebody new needs a *party*.
        """
        given: dict[str, recording.Given] = {"party": party, "name": name, "team": team, "manager": manager}
        given |= {"role": role, "calendar": calendar, "weight": weight}
        given |= {"capacity": capacity, "per_day": per_day}
        return recording.add(self, email, given, at, by_address=False).person

    def record_person(
        self, email: str, given: Mapping[str, recording.Given], *, at: datetime | None = None,
        by: Who | None = None,
    ) -> recording.Recorded:  # fmt: skip
        """As :meth:`add_person`, but somebody new is called by an e-mail address; tells what changed."""
        return recording.add(self, email, given, at, by_address=True, by=by)

    def send_away(
        self, email: str, starts_at: datetime, ends_at: datetime, *, at: datetime | None = None,
        by: Who | None = None, stand_in: str | None = None,
    ) -> Person:  # fmt: skip
        """Records an absence, gives whose it is; *by* None is an operator, *stand_in* hears meanwhile."""
        return absences.away(self, email, starts_at, ends_at, at, by, stand_in)

    def remove_person(self, email: str, *, at: datetime | None = None, by: Who | None = None) -> Person:
        """Ends a person's membership from now on, gives what it was; the log keeps the name."""
        return people.remove(self, email, at, by)

    def charge_of(self, email: str, *, at: datetime | None = None) -> Charge:
        """The open leads that are *email*'s, and the people they manage, as of *at*."""
        from slaflow.engine.leads.charge import charge_of

        return charge_of(self, email, at)

    def people(self, at: datetime | None = None) -> Sequence[Person]:
        """Everybody as of *at*."""
        return people.listed(self, at)

    def names(self, what: str, start: str, lead: str | None = None) -> list[names.Name]:
        """The names of that sort that begin with *start*; see :mod:`slaflow.engine.setup.completions`."""
        from slaflow.engine.setup import completions as names

        return names.beginning(self, what, start, lead)

    def actor(self, name: str) -> Actor:
        """Who *name* is: a party, or a person known now. Raises ``UnknownName`` with the nearest."""
        with self.database.read() as conn:
            return people.actor(self, name, conn)
