"""Whether requests can be answered now, for who balances load: asked often, so it asks little."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from slaflow.engine.context import Context
from slaflow.errors import SlaflowError
from slaflow.language import marked
from slaflow.store.errors import DatabaseNewer, NotMigrated
from slaflow.store.rows import backlog
from slaflow.store.tables.all import REVISIONS


@dataclass(frozen=True, slots=True)
class Readiness:
    """``because`` says why not, and names neither the database nor where it is."""

    ok: bool
    because: str | None = None
    revision: str | None = None
    tick_lag_seconds: int | None = None

    def as_json(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value is not None}


def readiness(app: Context) -> Readiness:
    """Whether the database answers with this slaflow's tables, and how long the oldest step has waited."""
    now = app.now()
    # Another slaflow may have upgraded the tables beneath this one; whoever reads next looks too.
    app.database.check_again()
    try:
        with app.database.read() as conn:
            oldest = backlog.oldest_step(conn, now)
    except (NotMigrated, DatabaseNewer):
        return Readiness(False, marked("the database's tables are not those of this slaflow"))
    except SlaflowError:
        return Readiness(False, marked("the database does not answer"))
    lag = 0 if oldest is None else int((now - oldest.wake_at).total_seconds())
    return Readiness(True, revision=REVISIONS[-1], tick_lag_seconds=lag)
