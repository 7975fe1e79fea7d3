"""Names that lists are filtered by, looked over first: a slip would find nothing, and look like good news.

What any version of an agreement ever declared may be asked for, and whoever was ever recorded: leads and
entries bear these names still.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from slaflow.engine.context import Context
from slaflow.errors import USAGE, UnknownName
from slaflow.lifecycle.people import Directory
from slaflow.store.database import Connection
from slaflow.store.rows import workflows as workflow_store
from slaflow.store.rows.spellings import spellings
from slaflow.workflow.model.parties import LEAD, SYSTEM
from slaflow.workflow.model.workflow import Workflow


class UnknownFilter(UnknownName):
    """A name that nothing bears and nobody declared."""

    code = "unknown_filter"
    exit_code = USAGE

    def __init__(self, what: str, name: str, known: Iterable[str]) -> None:
        names = sorted(known)
        super().__init__(what, name, names)
        if self.nearest is None and names:
            self.args = (f"{self}; known: {', '.join(names)}",)


DECLARED: dict[str, Callable[[Workflow], Iterable[str]]] = {
    "state": lambda workflow: workflow.states,
    "target": lambda workflow: (target.name for target in workflow.targets),
    "trigger": lambda workflow: workflow.triggers,
    "team": lambda workflow: workflow.teams,
    "party": lambda workflow: workflow.parties,
}
"""What agreements name, by what it is called in a filter."""

ALWAYS = {"party": (LEAD, SYSTEM)}


def every_version(app: Context, conn: Connection) -> Iterator[Workflow]:
    """Every text that was ever in force, those that are first, each compiled when its turn comes."""
    seen: set[str] = set()
    for read in (lambda: workflow_store.all_active(conn).values(), lambda: workflow_store.versions(conn)):
        for version in read():
            if version.digest not in seen:
                seen.add(version.digest)
                yield app.remember(version)


def undeclared(
    app: Context, conn: Connection, what: str, name: str, others: Iterable[str] = ()
) -> set[str] | None:
    """Every name there is of that sort, *others* too, where *name* is none of them; else None.

    Cost: versions that were replaced are compiled only for a name that those in force do not know.
    """
    known = {*others, *ALWAYS.get(what, ())}
    if name in known:
        return None
    for workflow in every_version(app, conn):
        names = set(DECLARED[what](workflow))
        if name in names:
            return None
        known |= names
    return known


def check_declared(
    app: Context, conn: Connection, what: str, name: str | None, others: Iterable[str] = ()
) -> None:
    """Raises :class:`UnknownFilter` where no agreement ever named *name*, and it is none of *others*."""
    if name is not None and (known := undeclared(app, conn, what, name, others)) is not None:
        raise UnknownFilter(what, name, known)


def owner_as_known(conn: Connection, directory: Directory, owner: str) -> str:
    """*owner* as recorded, past people too: their leads wait for somebody to assign them.

    Raises:
        UnknownFilter: nobody was ever called that, and no lead is theirs.
    """
    # A step may have given leads to an address that is nobody's.
    if not directory.rows(owner) and not spellings(conn, "lead.owner", [owner]):
        raise UnknownFilter("user", owner, directory.known_emails())
    return directory.spelt(owner)
