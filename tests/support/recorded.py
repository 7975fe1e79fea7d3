"""Weeks of leads under an agreement with promises of every kind, and both sides' managers."""

from __future__ import annotations

from datetime import timedelta

from support.office import Present, a_history, staffed, together
from support.promising import COMMITMENTS, owing
from support.weeks import END, START

from slaflow.engine.app import Engine
from slaflow.engine.figures.counting import Counter
from slaflow.engine.figures.kept import Place
from slaflow.report.record.reports import COUNTS
from slaflow.store.database import Database

HEAD = "head@example.com"
"""Marketing's manager; of sales it is MIA."""
SIGNED = "  review: {owed_by: [marketing, sales], every: month, signed_within: 5d}\n"
LATER = END + timedelta(hours=2)


def weeks_owed(database: Database) -> None:
    """The weeks; ticked once, at their end."""
    app = staffed(Engine(database, now=Present()), owing(COMMITMENTS + SIGNED), START - timedelta(days=1))
    app.add_person(HEAD, "marketing", role="manager", at=START - timedelta(days=1))
    together(app, a_history(app.active(), 7, leads=10, events=120, start=START), END, lenient=True)
    app.tick(END)


def counted(app: Engine) -> list[Place]:
    """Counts what is asked for; gives what was counted."""
    return list(Counter(app, COUNTS).round())
