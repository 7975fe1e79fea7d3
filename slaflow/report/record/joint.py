"""A period's joint review as its page shows it: the record that is signed, and what the reports say of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from slaflow.engine.app import Engine
from slaflow.report.candour import candour
from slaflow.report.handoffs import handoffs
from slaflow.report.question import ask
from slaflow.report.record.behind import behind
from slaflow.report.returns import returns
from slaflow.report.sla import gross_rates, sla

QUOTES = 4


def joint(app: Engine, workflow: str, period: str) -> dict[str, Any]:
    """``review`` as ``review show`` gives it, and of the same period the reports ``sla`` (with ``gross``:
    rates before lifts), ``candour``, ``handoffs`` and ``returns``.

    Raises:
        UnknownName, InvalidPeriod, NothingPromised: as ``review show``.
    """
    now = app.present()
    review = app.review(workflow, period, at=now)
    start, end = (datetime.fromisoformat(review[key]) for key in ("from", "to"))
    promised = sla(app, start, end, at=now)
    with app.database.read() as conn:
        leads = behind(conn, ask(app, conn, start, end, None, now), "sla")
    return {
        "review": review, "sla": promised,
        "gross": gross_rates(promised), "candour": candour(app, start, end, at=now),
        "handoffs": handoffs(app, start, end, at=now),
        "returns": returns(app, start, end, at=now, quoted=QUOTES), "behind": leads,
    }  # fmt: skip
