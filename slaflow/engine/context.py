"""What every operation works with: database, clock and agreements. The only place that reads the clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from slaflow.engine.setup import versions
from slaflow.engine.setup.kept_agreements import KeptAgreements
from slaflow.engine.standings import Standings
from slaflow.hours.zones import supported
from slaflow.store.database import Database
from slaflow.store.rows.workflows import Version
from slaflow.workflow.model.parties import ActOn
from slaflow.workflow.model.workflow import Workflow


def wall_clock() -> datetime:
    """The present, aware, UTC."""
    return datetime.now(UTC)


class Context:
    """A database, where the present comes from, and the agreements that were activated there.

    Args:
        database: ``sqlite:///FILE``, ``postgresql+psycopg://...``, or an opened :class:`Database`.
        now: the clock that is read where a call names no instant.
        keep: where compiled agreements are kept between processes; None: each process compiles them.
        acts_on: which of the leads that their party holds members act on.
    """

    def __init__(
        self,
        database: str | Database,
        *,
        now: Callable[[], datetime] = wall_clock,
        keep: KeptAgreements | None = None,
        acts_on: ActOn = "party",
    ) -> None:
        self.database = Database(database) if isinstance(database, str) else database
        self.now = now
        self.keep = keep
        self.acts_on = acts_on
        self.standings = Standings()
        self._compiled: dict[str, tuple[str, Workflow]] = {}

    def present(self, at: datetime | None = None) -> datetime:
        """*at* in UTC, or what the clock says. Raises ``NaiveInstant``, ``InstantUnsupported``."""
        return self.now() if at is None else supported(at)

    def workflow(self, digest: str) -> Workflow:
        """The compiled version with this digest, as it was activated."""
        if digest not in self._compiled:
            with self.database.read() as conn:
                self.remember(versions.version_of(conn, digest))
        return self._compiled[digest][1]

    def remember(self, version: Version) -> Workflow:
        """The compiled workflow of a stored version; compiled anew only where its holidays are others.

        The same text may be activated again to take in later holidays.
        """
        known = self._compiled.get(version.digest)
        if known is None or known[0] != version.holidays:
            known = self._compiled[version.digest] = (version.holidays, versions.compiled(version, self.keep))
        return known[1]

    def active(self, name: str | None = None) -> Workflow:
        """The version new leads take."""
        with self.database.read() as conn:
            return self.remember(versions.active_version(conn, name))
