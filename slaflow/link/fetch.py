"""Records read from their CRM, where a delivery names one and does not say of it what the map needs."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from slaflow.link import told as told_store
from slaflow.link.crm.shapes import Crm
from slaflow.link.echo import is_ours
from slaflow.link.heard import Read
from slaflow.link.hook_map import HookMap, condition_of, is_for
from slaflow.settings.hooks import AnyHook
from slaflow.store.database import Connection
from slaflow.store.linking.inbox import Delivered

AT_ONCE = 100
"""Records that one call reads."""
PROPERTIES = "properties."
"""Before the name of a record's field, where a delivery or a record is laid flat."""


class Library(NamedTuple):
    """Where records are read: the CRM, and which of its objects they are."""

    crm: Crm
    object: str


def read(library: Library, map: HookMap, rows: Sequence[Delivered]) -> dict[int, Read | None]:
    """What stands in the record that each of *rows* names, by its id; None: it is no more.

    Raises :class:`~slaflow.link.crm.shapes.CrmClosed`. No transaction is open meanwhile.
    """
    fields = [column.removeprefix(PROPERTIES) for column in map.columns if column.startswith(PROPERTIES)]
    remotes = sorted({row.remote for row in rows if row.remote is not None})
    found: dict[str, Read] = {}
    for some in _parts(remotes, min(library.crm.most, AT_ONCE)):
        for record in library.crm.read(library.object, some, fields):
            cells = {f"{PROPERTIES}{name}": text or "" for name, text in record.fields.items()}
            found[record.remote] = Read(cells, record.changed_at)
    return {row.id: found.get(row.remote or "") for row in rows}


def _parts(remotes: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (remotes[at : at + size] for at in range(0, len(remotes), size))


def lacking(
    conn: Connection, name: str, crm: str | None, hook: AnyHook, map: HookMap, rows: Collection[Delivered]
) -> list[Delivered]:
    """Those of *rows* whose record is to be read.

    That is: where it says nothing of the record; where it says too little of one that is not known; and
    where it says of one instant what another says otherwise, so that nobody can tell which came last.
    """
    when = condition_of(map)
    meant = [row for row in rows if is_for(map, when, row.row)]
    named = [row for row in meant if row.remote is not None and not is_ours(hook, row.row)]
    known = told_store.leads_of(conn, name, crm, {row.remote for row in named if row.remote is not None})
    at_odds = _at_odds(named, map)
    return [
        row for row in named
        if _says_nothing(row) or row.id in at_odds
        or (row.remote not in known and not _names_a_lead(row.row, map))
    ]  # fmt: skip


def _says_nothing(row: Delivered) -> bool:
    return not any(column.startswith(PROPERTIES) for column in row.row)


def _names_a_lead(row: Mapping[str, str], map: HookMap) -> bool:
    fields = [name for name in map.workflow.identity if name in map.document.lead]
    columns = [map.document.column_of(name) for name in fields]
    return bool(fields) and all(column is None or row.get(column) for column in columns)


def _at_odds(rows: Collection[Delivered], map: HookMap) -> set[int]:
    """Things that tell one column of one record at one instant in two ways."""
    texts: dict[tuple[object, ...], dict[str, list[int]]] = {}
    columns = [column for name in map.document.lead if (column := map.document.column_of(name)) is not None]
    for row in rows:
        for column in columns:
            if (text := row.row.get(column)) is not None:
                place = (row.remote, row.occurred_at, column)
                texts.setdefault(place, {}).setdefault(text, []).append(row.id)
    odd = (ids for told in texts.values() if len(told) > 1 for ids in told.values())
    return {id for ids in odd for id in ids}
