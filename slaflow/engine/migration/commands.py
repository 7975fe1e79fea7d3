"""Open leads moved, the same previewed, and a plan of it carried out."""

from __future__ import annotations

from datetime import datetime
from itertools import islice
from pathlib import Path

from slaflow.engine.context import Context
from slaflow.engine.migration import plan, run
from slaflow.engine.migration.report import LeadMove, MigrationReport
from slaflow.engine.migration.terms import Asked, Terms, terms

__all__ = ["Asked", "carry_out", "migrate", "preview"]


def migrate(app: Context, name: str, asked: Asked, at: datetime | None) -> MigrationReport:
    """Moves every lead that is on an older version of *name* and not closed to the version in force.

    Raises:
        UnknownName, NotPermitted: no such agreement or version, or who does it may not.
        DurationInvalid: the grace is no duration.
        MapWrong, StatesUnmapped: the maps, or what they leave out; nothing is moved.
    """
    found = _terms(app, name, asked, at)
    return run.carried_out(app, found, islice(run.candidates(app, found), asked.most))


def preview(
    app: Context, name: str, asked: Asked, at: datetime | None, file: Path | None
) -> tuple[MigrationReport, list[LeadMove]]:
    """What :func:`migrate` would do, and the leads that would change; kept in *file*. Raises the same."""
    return plan.planned(app, _terms(app, name, asked, at), file, asked.most)


def carry_out(app: Context, name: str, file: Path, content: bytes, by: str | None = None) -> MigrationReport:
    """Does what the plan says that was read from *file*; leads logged for since are skipped.

    Raises:
        UnknownName, NotPermitted: as :func:`migrate`'s.
        PlanUnusable: it is no plan, or not one for the version in force.
    """
    found = plan.read(app, name, file, content, by)
    return run.carried_out(app, found.terms, sorted(found.seqs), found.seqs)


def _terms(app: Context, name: str, asked: Asked, at: datetime | None) -> Terms:
    with app.database.read() as conn:
        return terms(app, conn, name, asked, at)
