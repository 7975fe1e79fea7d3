"""Identities of erased leads that come back, from a file or by hand: told, and taken only if asked for."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from slaflow.engine.ask import Ask, Outcome
from slaflow.engine.context import Context
from slaflow.engine.held import Held
from slaflow.errors import SlaflowError
from slaflow.lifecycle.events import Changed, Created
from slaflow.log.entry import Entry
from slaflow.store.database import Connection
from slaflow.store.log import entries as log_store
from slaflow.store.log.filter import LogFilter
from slaflow.store.rows import identities as store
from slaflow.store.rows import leads as lead_store
from slaflow.store.rows.secrets import KEY_BYTES
from slaflow.workflow.identity import identity_key
from slaflow.workflow.model.lead import Value
from slaflow.workflow.model.workflow import Workflow

SET_BY = frozenset(("created", "changed", "transition", "checked"))
"""Kinds of entries of which the data may set fields of the lead."""


class IdentityErased(SlaflowError):
    """A lead that was erased would come back under an identity it had."""

    code = "identity_erased"

    def __init__(self, erased_on: date) -> None:
        self.erased_on = erased_on
        super().__init__(
            f"a lead of this identity was erased on {erased_on}; with --resurrect it is recorded anew"
        )


@dataclass(frozen=True, slots=True)
class Return:
    """An identity that an ask gives to its lead, and when a lead of it was erased."""

    identity: str
    erased_on: date

    def check(self, ask: Ask) -> None:
        """Raises ``IdentityErased`` unless *ask* says that it is meant."""
        if not ask.resurrect:
            raise IdentityErased(self.erased_on)


def returns(
    app: Context, conn: Connection, held: Mapping[int, Held], asks: Sequence[Ask]
) -> list[Return | None]:
    """For each ask the erased identity that it would take; no statement where none takes any."""
    taken = [_identity_taken(app, held.get(ask.lead_id), ask) for ask in asks]
    known = store.erased_on(conn, {identity for identity in taken if identity is not None})
    return [Return(name, known[name]) if name is not None and name in known else None for name in taken]


def turned_away(conn: Connection, identities: Collection[str]) -> dict[str, IdentityErased]:
    """Those of *identities* that were erased, with what a lead of them is refused with."""
    return {name: IdentityErased(day) for name, day in store.erased_on(conn, identities).items()}


def _identity_taken(app: Context, held: Held | None, ask: Ask) -> str | None:
    """The identity that *ask* gives to its lead; None where it leaves it as it is."""
    happening = ask.happening
    if isinstance(happening, Created):
        return happening.key
    if not isinstance(happening, Changed) or held is None or held.lead is None:
        return None
    workflow = app.workflow(held.lead.digest)
    if happening.fields.keys().isdisjoint(workflow.identity):
        return None
    identity = identity_key(workflow, {**held.lead.fields, **happening.fields})
    return None if identity == held.lead.key else identity


def forget(conn: Connection, returned: Sequence[Return | None], outcomes: Sequence[Outcome]) -> None:
    """Lets go of the digests of those that are on record again, and says so in their outcome."""
    back = [
        (each.identity, outcome)
        for each, outcome in zip(returned, outcomes, strict=True)
        if each is not None and outcome.is_done
    ]
    for _, outcome in back:
        outcome.resurrected = True
    if back:
        store.forget(conn, [identity for identity, _ in back])


def remember(conn: Connection, workflow: Workflow, lead_id: int, known_as: str, at: datetime) -> None:
    """Keeps every identity that the lead had as a digest, *known_as* last, before its log forgets them.

    One that belongs to another lead by now, as after a slip of the pen, is theirs.
    """
    entries = log_store.entries(conn, LogFilter(lead=lead_id))
    had = {known_as, *_identities(workflow, entries)}
    others = lead_store.ids_by_key(conn, had)
    store.remember(conn, had - others.keys(), at.astimezone(UTC).date(), secrets.token_bytes(KEY_BYTES))


def _identities(workflow: Workflow, entries: Iterable[Entry]) -> Iterable[str]:
    """Every identity that the entries of one lead give it, in order."""
    fields: dict[str, Value] = {}
    for entry in entries:
        if entry.kind not in SET_BY or entry.data is None:
            continue
        for given in entry.data.values():
            if isinstance(given, dict):
                fields |= {name: given[name] for name in workflow.identity if name in given}
        if (key := identity_key(workflow, fields)) is not None:
            yield key
