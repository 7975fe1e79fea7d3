"""A batch of an import down the one write path, in one transaction.

Decided by the same code as a command; here stands only what an import knows: which lead is new, what was
imported before, and which lead values say anything new.
"""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from slaflow.engine.apply import in_transaction
from slaflow.engine.ask import Ask, Outcome
from slaflow.engine.leads.commands import declared_values
from slaflow.engine.leads.resurrection import IdentityErased, turned_away
from slaflow.errors import InvalidValue
from slaflow.exchange.errors import RowRefused
from slaflow.exchange.imports.spool import Item
from slaflow.hours.zones import instant_at
from slaflow.lifecycle.decision import instant_text
from slaflow.lifecycle.events import Changed, Created, Fired, Happening, Recorded
from slaflow.lifecycle.lead import Lead
from slaflow.store.database import Connection
from slaflow.store.errors import ConflictingChange
from slaflow.store.rows import imported as import_store
from slaflow.store.rows import leads as lead_store
from slaflow.workflow.identity import identity_key
from slaflow.workflow.model.flow import SetFields
from slaflow.workflow.model.lead import Value
from slaflow.workflow.model.workflow import Workflow

if TYPE_CHECKING:
    from slaflow.engine.app import Engine


@dataclass(slots=True)
class Applied:
    """What became of a batch: counts, the rows of which something was applied, and refusals.

    ``remembered`` are import keys with why they were refused, None where applied or nothing new.
    """

    leads_added: int = 0
    resurrected: int = 0
    changed: set[str] = field(default_factory=set)
    """Keys of leads that were there before and had fields changed."""
    events: int = 0
    rows: set[int] = field(default_factory=set)
    refusals: list[tuple[int, int, str]] = field(default_factory=list)
    remembered: dict[str, str | None] = field(default_factory=dict)
    leads: dict[str, int | None] = field(default_factory=dict)
    """Numbers by key; None: there is no such lead."""

    def refuse(self, item: Item, reason: str, *, remember: bool) -> None:
        self.refusals.append((item.row, item.place, reason))
        if remember:
            self.remembered[item.import_key] = reason


@dataclass(slots=True)
class Course:
    """One lead of the batch: what is known of it, and what is still to be applied.

    ``fields`` are as the asks of this round will leave them, as far as that can be told; ``guessing``
    says that it cannot be told for all of them before they are decided.
    """

    key: str
    items: deque[Item]
    lead_id: int | None = None
    fields: Mapping[str, Value] = field(default_factory=dict)
    created_at: datetime | None = None
    workflow: Workflow | None = None
    asked: int = 0
    guessing: bool = False
    erased: IdentityErased | None = None
    """Why this lead is not to come back."""

    def follow(self, lead: Lead) -> None:
        """Takes over what the lead is now that its asks were decided."""
        self.fields = lead.fields
        self.asked = 0
        self.guessing = False


class Batch:
    """Applies items in order. *now* is the command's clock; *retry* tries again what was refused before.

    *resurrect* makes leads of identities that were erased. *renames* has a lead that is known by something
    else take another identity; otherwise what identifies one is the same by definition.
    """

    def __init__(
        self, app: Engine, conn: Connection, workflow: Workflow, *, now: datetime, retry: bool,
        resurrect: bool, renames: bool = False,
    ) -> None:  # fmt: skip
        self.app = app
        self.conn = conn
        self.workflow = workflow
        self.now = now
        self.retry = retry
        self.resurrect = resurrect
        self.renames = renames
        self.applied = Applied()
        self.known: Mapping[str, str | None] = {}
        self.fresh: deque[int] = deque()
        self.settable: dict[str, frozenset[str]] = {}

    def apply(self, items: Sequence[Item], *, rehearsed: bool) -> Applied:
        """Decides and writes *items*, which stand in order, lead by lead.

        *rehearsed* leads take numbers below zero, so that none of the real ones is used up.
        """
        courses = self._courses(items)
        new = sum(course.lead_id is None and course.erased is None for course in courses)
        lowest = min(0, -items[0].position)
        self.fresh.extend(range(lowest - new, lowest) if rehearsed else lead_store.next_ids(self.conn, new))
        keys = (key for item in items for key in (item.import_key, item.former_key) if key is not None)
        self.known = import_store.known(self.conn, list(keys))
        while any(course.items for course in courses):
            self._round(courses)
        self.applied.leads = numbers = {course.key: course.lead_id for course in courses}
        leads = {item.import_key: numbers[item.key] for item in items}
        import_store.remember(self.conn, self.applied.remembered, leads)
        return self.applied

    def _courses(self, items: Iterable[Item]) -> list[Course]:
        by_key: dict[str, Course] = {}
        for item in items:
            by_key.setdefault(item.key, Course(item.key, deque())).items.append(item)
        ids = lead_store.ids_by_key(self.conn, list(by_key))
        leads = lead_store.lock(self.conn, sorted(ids.values())) if ids else {}
        for key, lead_id in ids.items():
            course, lead = by_key[key], leads[lead_id]
            course.lead_id, course.created_at, course.fields = lead_id, lead.created_at, lead.fields
            course.workflow = self.app.workflow(lead.digest)
        if not self.resurrect:
            for key, error in turned_away(self.conn, by_key.keys() - ids.keys()).items():
                by_key[key].erased = error
        return list(by_key.values())

    def _round(self, courses: Iterable[Course]) -> None:
        """Asks for everything whose sense does not hang on what is decided in this round."""
        asked = [(course, item, ask) for course in courses for item, ask in self._asks(course)]
        asks = [ask for _, _, ask in asked]
        outcomes = in_transaction(self.app, self.conn, asks, now=self.now, lenient=True) if asks else []
        again: list[tuple[Course, Item]] = []
        for (course, item, ask), outcome in zip(asked, outcomes, strict=True):
            if outcome.lead is not None:
                course.follow(outcome.lead)
            else:
                course.asked = 0
            if outcome.more:
                again.append((course, item))
            else:
                self._note(course, item, ask, outcome)
        for course, item in reversed(again):
            course.items.appendleft(item)

    def _asks(self, course: Course) -> Iterable[tuple[Item, Ask]]:
        while course.items and not self._must_wait(course, course.items[0]):
            item = course.items.popleft()
            happening = None if self._is_done(item) else self._happening(course, item)
            if happening is not None and course.lead_id is not None:
                course.asked += 1
                at = None if item.by_clock else instant_at(item.at)
                agreement = course.workflow if isinstance(happening, Created) else None
                yield item, Ask(
                    course.lead_id, happening, item.actor, at, None, agreement,
                    imported=True, resurrect=self.resurrect,
                )  # fmt: skip

    def _must_wait(self, course: Course, item: Item) -> bool:
        """Whether lead values can be compared only once the asks before them are decided."""
        if item.kind != "lead" or not course.asked or course.workflow is None:
            return False
        return course.guessing or not self._settable(course.workflow).isdisjoint(item.inputs)

    def _settable(self, workflow: Workflow) -> frozenset[str]:
        if workflow.digest not in self.settable:
            self.settable[workflow.digest] = fields_set_otherwise(workflow)
        return self.settable[workflow.digest]

    def _is_done(self, item: Item) -> bool:
        """Whether *item* was imported before; what was refused then is reported again."""
        known_by = next((k for k in (item.import_key, item.former_key) if k and k in self.known), None)
        if known_by is None:
            return False
        reason = self.known[known_by]
        if known_by != item.import_key:
            self.applied.remembered[item.import_key] = reason
        if reason is None:
            return True
        if not self.retry:
            self.applied.refuse(item, reason, remember=False)
        return not self.retry

    def _happening(self, course: Course, item: Item) -> Happening | None:
        """What *item* comes to for this lead; None where it says nothing new or is refused here."""
        try:
            return self._decided_here(course, item)
        except (RowRefused, InvalidValue) as refused:
            self.applied.refuse(item, str(refused), remember=False)
            return None

    def _decided_here(self, course: Course, item: Item) -> Happening | None:
        if course.erased is not None:
            # Nor is it remembered: a digest of the identity that anybody can make would be kept.
            raise RowRefused(str(course.erased))
        if course.lead_id is None and item.kind == "lead":
            return self._created(course, item)
        if course.lead_id is None:
            raise RowRefused("the lead is not there: its row was refused, or it is known otherwise by now")
        assert course.workflow is not None
        assert course.created_at is not None
        if problem := self._foreign(course.workflow, item):
            raise RowRefused(problem)
        if item.kind == "lead":
            return self._changed(course, course.workflow, item)
        if instant_at(item.at) < course.created_at:
            since = instant_text(course.created_at)
            raise RowRefused(f"{item.name} lies before the lead's creation ({since})")
        return Fired(item.name, item.inputs) if item.kind == "trigger" else Recorded(item.name, item.inputs)

    def _created(self, course: Course, item: Item) -> Created:
        fields = declared_values(self.workflow, item.inputs, with_defaults=True)
        course.lead_id, course.workflow = self.fresh.popleft(), self.workflow
        course.fields = fields
        course.created_at = self.now if item.by_clock else instant_at(item.at)
        return Created(course.lead_id, course.key, fields, secrets.token_bytes(16))

    def _changed(self, course: Course, workflow: Workflow, item: Item) -> Changed | None:
        """The values that differ."""
        same: Collection[str] = () if self._is_renamed(course, workflow, item) else workflow.identity
        differing = {
            name: value
            for name, value in item.inputs.items()
            if name not in same and course.fields.get(name) != value
        }
        if same is not workflow.identity:
            self._check_free(course, {**course.fields, **differing}, workflow)
        if not differing:
            self.applied.remembered[item.import_key] = None
            return None
        course.fields = {**course.fields, **differing}
        # A change that comes late may not apply; on a lead of this import nothing is late.
        course.guessing = course.guessing or not item.of_new_lead
        return Changed(differing)

    def _is_renamed(self, course: Course, workflow: Workflow, item: Item) -> bool:
        """Whether the lead is to be known as somebody else; not where the same is only spelt otherwise."""
        if not self.renames:
            return False
        before = identity_key(workflow, course.fields)
        return before != identity_key(workflow, {**course.fields, **item.inputs})

    def _check_free(self, course: Course, fields: Mapping[str, Value], workflow: Workflow) -> None:
        key = identity_key(workflow, fields)
        holder = None if key is None else lead_store.ids_by_key(self.conn, [key]).get(key)
        if holder not in (None, course.lead_id):
            raise RowRefused(f"lead {holder} has that identity already; merge the two records, or erase one")

    def _foreign(self, workflow: Workflow, item: Item) -> str | None:
        """Why a lead of *workflow* cannot take *item*; None if it can."""
        if workflow.name != self.workflow.name:
            return f"the lead belongs to the workflow {workflow.name}, this import to {self.workflow.name}"
        missing = [name for name in item.inputs if item.kind == "lead" and name not in workflow.fields]
        if missing:
            return (
                f"the lead's version of {workflow.name} has no field {', '.join(missing)}; "
                f"run 'slaflow workflow migrate {workflow.name}'"
            )
        return None

    def _note(self, course: Course, item: Item, ask: Ask, outcome: Outcome) -> None:
        if isinstance(outcome.error, IdentityErased):
            raise ConflictingChange("a lead was erased")
        if outcome.error is not None:
            self.applied.refuse(item, str(outcome.error), remember=True)
        elif outcome.refusal is not None:
            self.applied.refuse(item, "; ".join(outcome.refusal.because), remember=True)
        else:
            self.applied.remembered[item.import_key] = None
            self.applied.rows.add(item.row)
            self.applied.leads_added += isinstance(ask.happening, Created)
            self.applied.resurrected += outcome.resurrected
            self.applied.events += item.kind != "lead"
            if isinstance(ask.happening, Changed) and not item.of_new_lead:
                self.applied.changed.add(course.key)


def fields_set_otherwise(workflow: Workflow) -> frozenset[str]:
    """The lead's fields that transitions, checks or steps may set, and not only a change."""
    names: set[str] = set()
    for row in workflow.transitions:
        names |= {*row.requires, *row.sets}
    for check in workflow.checks.values():
        names |= set(check.fields)
    actions = [a for target in workflow.targets for step in target.steps for a in step.actions]
    for action in actions:
        if isinstance(action, SetFields):
            names |= set(action.values)
    return frozenset(names & workflow.fields.keys())
