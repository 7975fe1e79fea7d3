"""Records that are saved in Salesforce, many at once: what came of each is told, whatever came of others.

Source: REST API Developer Guide, "Update Records Using sObject Collections", "Create Records Using sObject
Collections".
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from slaflow.link.crm.salesforce_answer import (
    NOT_ITS_ANSWER,
    OUTAGE,
    Fault,
    Unread,
    closing,
    faults_in,
    outcome,
)
from slaflow.link.crm.salesforce_id import long_id
from slaflow.link.crm.salesforce_session import Session
from slaflow.link.crm.salesforce_value import NotTaken, to_json
from slaflow.link.crm.shapes import CrmClosed, Write, Written
from slaflow.link.crm.soql import is_name

MOST = 200
"""Records of a call: "The list can contain up to 200 objects"."""

Came = Written | Fault | CrmClosed
"""What came of a write; a fault is none of its own only, and closed is what all is."""


class Known(NamedTuple):
    """What counts of a field here: its kind, and whether it always holds something, as an owner does."""

    kind: str = "string"
    is_never_empty: bool = False
    name: str = ""


class _Ready(NamedTuple):
    """A write that may be sent; ``place`` is where it stands among all, ``left`` what of it is not sent."""

    place: int
    write: Write
    record: Mapping[str, Any]
    left: frozenset[str]

    @property
    def reason(self) -> str | None:
        """What is to be said of it though it was written."""
        return f"{', '.join(sorted(self.left))} can't be empty there, and stays" if self.left else None


class Saving:
    """Saves records of one *object* at *path*."""

    def __init__(self, session: Session, path: str, object: str) -> None:
        self._session, self._path, self._object = session, path, object

    def saved(self, writes: Sequence[Write], known: Mapping[str, Known]) -> list[Written]:
        """What came of each of *writes*, in order; *known* are the fields by their folded names.

        Raises:
            CrmClosed: nothing was written. Where something was, the session's next call raises it.
        """
        came: dict[int, Came] = {}
        there = {each.name for each in known.values()}
        ready = list(self._ready(writes, known, came))
        for verb in ("PATCH", "POST"):
            part = [each for each in ready if (each.write.remote is None) is (verb == "POST")]
            if part:
                came |= zip((each.place for each in part), self._sent(part, verb, there), strict=True)
        closed = self._closed(list(came.values()))
        return [_written(write, came[place], closed) for place, write in enumerate(writes)]

    def _ready(
        self, writes: Sequence[Write], known: Mapping[str, Known], came: dict[int, Came]
    ) -> Iterator[_Ready]:
        """Those that can be sent; of others it is entered why they can't."""
        taken: set[str] = set()
        for place, write in enumerate(writes):
            remote = None if write.remote is None else long_id(write.remote)
            try:
                fields = dict(_typed(write.fields, known))
            except _NoSuchValue as problem:
                came[place] = Written(write.lead, write.remote, "refused", {}, problem.reason)
                continue
            ready = _Ready(place, write, fields, frozenset(write.fields) - frozenset(fields))
            if write.remote is not None and remote is None:
                came[place] = Written(
                    write.lead, write.remote, "refused", {}, "its id is none of salesforce's"
                )
            elif remote in taken:
                came[place] = Written(write.lead, remote, "again", {}, "another lead has the same record")
            elif not fields:
                came[place] = Written(write.lead, remote, "ignored", {}, ready.reason)
            else:
                id = {} if remote is None else {"id": remote}
                taken |= set(id.values())
                yield ready._replace(record={"attributes": {"type": self._object}, **id, **fields})

    def _sent(
        self, part: Sequence[_Ready], verb: Literal["PATCH", "POST"], there: Collection[str]
    ) -> list[Came]:
        """What came of each; who spoils the request for all others is looked for by halves. *there* are the
        fields that there are."""
        names = {name for each in part for name in each.write.fields}
        content = {"allOrNone": False, "records": [each.record for each in part]}
        try:
            said = self._session.ask(verb, self._path, content, names)
        except CrmClosed as closed:
            return [closed] * len(part)
        except Unread as unread:
            if len(part) == 1:
                return [outcome(part[0].write, part[0].record.get("id"), [unread.fault])]
            half = len(part) // 2
            first = self._sent(part[:half], verb, there)
            closed_by = next((came for came in first if isinstance(came, CrmClosed)), None)
            if closed_by is not None:
                return first + [closed_by] * (len(part) - half)
            return first + self._sent(part[half:], verb, there)
        if not isinstance(said, list) or len(said) != len(part):
            return [CrmClosed(NOT_ITS_ANSWER, OUTAGE)] * len(part)
        return [_came(each, told, there) for each, told in zip(part, said, strict=True)]

    def _closed(self, came: Sequence[Came]) -> CrmClosed | None:
        """Why nothing more is to be asked. Raised where nothing was written, else it is the next call's."""
        any_written = any(isinstance(each, Written) and each.outcome == "written" for each in came)
        causes = [each for each in came if not isinstance(each, Written) and not _is_own(each, any_written)]
        if not causes:
            return None
        closed = causes[0] if isinstance(causes[0], CrmClosed) else closing(causes[0])
        if not any_written:
            raise closed
        self._session.close_after(closed)
        return closed


class _NoSuchValue(Exception):
    """A field takes no such value; ``reason`` does not say which."""

    def __init__(self, name: str, kind: str) -> None:
        self.reason = f"{name} takes no such value: it is of the kind {kind}"
        super().__init__(self.reason)


def _typed(fields: Mapping[str, str | None], known: Mapping[str, Known]) -> Iterator[tuple[str, Any]]:
    """What is sent, as JSON: a field that is never empty is not emptied."""
    for name, text in fields.items():
        if not is_name(name):
            raise CrmClosed(f"{name!r} can be no name there; mend the map")
        field = known.get(name.casefold(), Known())
        try:
            value = to_json(field.kind, text)
        except NotTaken:
            raise _NoSuchValue(name, field.kind) from None
        if value is not None or not field.is_never_empty:
            yield name, value


def _came(each: _Ready, told: object, there: Collection[str]) -> Came:
    said = told if isinstance(told, dict) else {}
    id = said.get("id")
    remote = each.record.get("id") or (long_id(id) if isinstance(id, str) else None)
    if said.get("success") is True and remote is not None:
        fields = {name: text for name, text in each.write.fields.items() if name not in each.left}
        return Written(each.write.lead, remote, "written", fields, each.reason)
    return outcome(
        each.write, each.record.get("id"), faults_in(said.get("errors"), {*there, *each.write.fields})
    )


def _is_own(came: Fault | CrmClosed, any_written: bool) -> bool:
    """Whether it is of that record alone: we may not write to this one, and do write to others."""
    is_of_it = isinstance(came, Fault) and came.is_of_access and (not came.fields or came.is_of_another)
    return any_written and is_of_it


def _written(write: Write, came: Came, closed: CrmClosed | None) -> Written:
    if isinstance(came, Written):
        return came
    if isinstance(came, Fault) and _is_own(came, any_written=True):
        return Written(write.lead, write.remote, "refused", {}, str(came))
    return Written(write.lead, write.remote, "again", {}, str(came) if closed is None else closed.reason)
