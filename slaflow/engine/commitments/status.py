"""Where a commitment stands at an instant: closed and stated, still maturing, or running with its pace."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from slaflow.engine.commitments.closing import about
from slaflow.engine.commitments.measure import measure
from slaflow.engine.commitments.pace import pace_of
from slaflow.engine.commitments.schedule import Versions
from slaflow.engine.commitments.signatures import Signature, signed_data
from slaflow.engine.context import Context
from slaflow.lifecycle.commitments.figures import as_data
from slaflow.lifecycle.commitments.terms import Terms
from slaflow.lifecycle.commitments.verdicts import owed
from slaflow.lifecycle.decision import instant_text
from slaflow.store.commitments import periods as store
from slaflow.store.commitments.periods import Closed
from slaflow.store.database import Connection
from slaflow.workflow.model.commitment import Commitment, Signed

ABOUT = ("commitment", "title", "period", "every", "from", "to", "owed_by")
Rows = Mapping[tuple[str, str], Closed]
"""What was stated, by commitment and period."""


def rows_at(connection: Connection, workflow: str, at: datetime, labels: list[str] | None = None) -> Rows:
    """What had been stated by *at*, each closing with its restatements."""
    found = {}
    for row in store.closed(connection, workflow, labels=labels):
        if row.closed_at < at:
            row.statements[:] = [s for s in row.statements if datetime.fromisoformat(s["at"]) < at]
            found[row.commitment, row.period] = row
    return found


def standing(
    app: Context,
    connection: Connection,
    versions: Versions,
    terms: Terms,
    commitment: Commitment,
    at: datetime,
    row: Closed | None,
    given: list[Signature],
) -> dict[str, Any]:
    """The commitment's figure, promise and verdict for the period as of *at*.

    ``status`` is ``running``, with ``pace``; ``maturing`` once the period is over; ``due`` where the next
    tick is to close it; ``closed``. A verdict is given at the closing and not before; ``restated`` is what
    came to light after it, oldest first. Of a share ``min_sample`` is what it takes to be judged.
    """
    named = {**about(terms, commitment), "closes_at": instant_text(terms.closes_at(commitment))}
    if commitment.has_sample:
        named["min_sample"] = commitment.min_sample
    if row is not None:
        stated = {key: value for key, value in row.statements[0]["data"].items() if key not in ABOUT}
        return {**named, "status": "closed", **stated, "restated": [*_restated(row)], "pace": None}
    figures, pace = _so_far(app, connection, versions, terms, commitment, at, given)
    status = "running" if at < terms.bounds[1] else "maturing" if at <= terms.closes_at(commitment) else "due"
    pace = pace if status == "running" else None
    return {**named, "status": status, **figures, "verdict": None, "restated": [], "pace": pace}


def _restated(row: Closed) -> Iterator[dict[str, Any]]:
    for statement in row.statements[1:]:
        figures = {key: value for key, value in statement["data"].items() if key not in (*ABOUT, "promise")}
        yield {"at": statement["at"], **figures}


def _so_far(
    app: Context,
    connection: Connection,
    versions: Versions,
    terms: Terms,
    commitment: Commitment,
    at: datetime,
    given: list[Signature],
) -> tuple[dict[str, Any], dict[str, Any] | None]:
    due = terms.closes_at(commitment)
    if isinstance(commitment.measure, Signed):
        return signed_data(commitment, due, [each for each in given if each.at <= at]), None
    known_by = min(at, due)
    measured = measure(app, connection, versions, terms, commitment, known_by, known_by)
    pace = pace_of(terms, commitment, measured, at)
    figures = as_data(commitment, owed(terms, commitment), measured)
    return figures, None if pace is None else pace.standing()
