"""Writes to HubSpot, a record once a call, and what came of each.

Some fields go forward only: a step back is taken, and left undone without a word. What the answer says stands
there tells. Source: integrate.hubspot.com/t/update-lifecycle-stage-using-api/1333
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from slaflow.link.crm.hubspot_answer import closing, fault, inner, listed, outcome, text
from slaflow.link.crm.hubspot_session import Session
from slaflow.link.crm.shapes import CrmClosed, Record, Write, Written

MOST = 100
TRACE = "objectWriteTraceId"

Asked = Mapping[int, Write]
"""Writes by their place."""
Read = Callable[[str, Collection[str], Collection[str]], Sequence[Record]]


class Writing:
    """One round of writes to *object*.

    Args:
        watched: fields that stand there as they were sent, or were not written; what others hold may be
            worded anew there, as numbers and instants are, and tells nothing.
        known: all fields that there are.
        read: reads records.
    """

    def __init__(
        self, session: Session, object: str, watched: Collection[str], known: Collection[str], read: Read
    ) -> None:
        self._session, self._object, self._known = session, object, known
        self._watched, self._read = watched, read
        self._closing: CrmClosed | None = None

    def done(self, writes: Sequence[Write]) -> list[Written]:
        """What came of *writes*, in their order. Raises ``CrmClosed``."""
        found: dict[int, Written] = {}
        for asked in _rounds(writes):
            found |= {place: self._seen(asked[place], each) for place, each in self._sent(asked).items()}
        if self._closing is not None:
            self._session.close_after(self._closing)
        return [found[place] for place in range(len(writes))]

    def _seen(self, write: Write, written: Written) -> Written:
        there = written.fields
        left = [name for name in there if not _is_same(write.fields[name], there[name])]
        if written.outcome != "written" or not left:
            return written
        return written._replace(outcome="ignored", reason=f"it left {', '.join(sorted(left))} as it was")

    def _sent(self, asked: Asked) -> dict[int, Written]:
        """One call; where it is refused as a whole, halves of it, down to whose fault it is."""
        verb = "create" if all(write.remote is None for write in asked.values()) else "update"
        path = self._session.path("objects", self._object, f"batch/{verb}")
        inputs = [_input(place, write) for place, write in asked.items()]
        answer = self._session.post(path, {"inputs": inputs})
        if answer.is_taken:
            return self._told(asked, answer.said)
        names = {name for write in asked.values() for name in write.fields}
        refused = fault(answer.said, names, self._known)
        if refused.is_of_a_field:
            raise closing(refused)
        if len(asked) == 1:
            ((place, write),) = asked.items()
            refused = refused._replace(is_final=True)
            return {place: outcome(write, refused)}
        places = list(asked)
        halves = places[: len(places) // 2], places[len(places) // 2 :]
        first, second = ({place: asked[place] for place in half} for half in halves)
        return {**self._sent(first), **self._sent(second)}

    def _told(self, asked: Asked, said: Mapping[str, Any]) -> dict[int, Written]:
        by_remote = {write.remote: place for place, write in asked.items() if write.remote is not None}
        found: dict[int, Written] = {}
        for result in listed(said, "results"):
            place = _place(asked, by_remote, result.get(TRACE), result.get("id"))
            if place is not None and result.get("id"):
                found[place] = self._written(asked[place], result)
        for error in listed(said, "errors"):
            for at in _places(asked, by_remote, error):
                met = fault(error, asked[at].fields, self._known)
                if met.is_of_a_field:
                    self._closing = closing(met)
                    met = met._replace(is_final=False)
                found.setdefault(at, outcome(asked[at], met))
        return self._read_back(asked, {**self._unsaid(asked, found), **found})

    def _written(self, write: Write, result: Mapping[str, Any]) -> Written:
        stands = inner(result, "properties")
        names = [name for name in write.fields if name in self._watched and name in stands]
        there = {name: text(stands, name) for name in names}
        return Written(write.lead, str(result["id"]), "written", there)

    def _unsaid(self, asked: Asked, found: Collection[int]) -> dict[int, Written]:
        """Those of whom the answer says nothing: a record that became one with another is such a one."""
        left = {place: write for place, write in asked.items() if place not in found}
        remotes = [write.remote for write in left.values() if write.remote is not None]
        there = {each.remote for each in self._read(self._object, remotes, ())} if remotes else set()
        return {
            place: Written(write.lead, None, "again", {}, "it does not say what came of it")
            if write.remote is None or write.remote in there
            else Written(write.lead, write.remote, "gone", {}, "its record is no more, or part of another")
            for place, write in left.items()
        }

    def _read_back(self, asked: Asked, found: dict[int, Written]) -> dict[int, Written]:
        """What the answer leaves out of the fields that are watched is read."""
        lacking: dict[str, int] = {}
        for place, each in found.items():
            watched = [name for name in asked[place].fields if name in self._watched]
            if each.outcome == "written" and each.remote and not set(watched) <= set(each.fields):
                lacking[each.remote] = place
        if not lacking:
            return found
        for record in self._read(self._object, list(lacking), self._watched):
            at = lacking.get(record.remote)
            if at is not None:
                sent = {name: record.fields[name] for name in self._watched if name in asked[at].fields}
                found[at] = found[at]._replace(fields={**found[at].fields, **sent})
        return found


def _rounds(writes: Sequence[Write]) -> Iterable[Asked]:
    """Writes by call: a record once in each, new records by themselves."""
    rounds: list[dict[int, Write]] = []
    held: list[set[str | None]] = []
    for place, write in enumerate(writes):
        is_new = write.remote is None
        for asked, remotes in zip(rounds, held, strict=True):
            fits = remotes == {None} if is_new else None not in remotes and write.remote not in remotes
            if fits and len(asked) < MOST:
                asked[place] = write
                remotes.add(write.remote)
                break
        else:
            rounds.append({place: write})
            held.append({write.remote})
    return rounds


def _input(place: int, write: Write) -> dict[str, Any]:
    given = {TRACE: str(place), "properties": {name: value or "" for name, value in write.fields.items()}}
    return {**given, "associations": []} if write.remote is None else {"id": write.remote, **given}


def _places(asked: Asked, by_remote: Mapping[str, int], error: Mapping[str, Any]) -> list[int]:
    """Which writes an error is about."""
    context = inner(error, "context")
    traces, ids = ([*told] if isinstance(told := context.get(key), list) else [] for key in (TRACE, "ids"))
    pairs = [(trace, None) for trace in traces] or [(None, id) for id in ids]
    found = (_place(asked, by_remote, *pair) for pair in pairs)
    return [place for place in found if place is not None]


def _place(asked: Asked, by_remote: Mapping[str, int], trace: object, remote: object) -> int | None:
    """Which write is meant, by what it was to be traced by, else by its record."""
    if isinstance(trace, str) and re.fullmatch("[0-9]{1,4}", trace) and int(trace) in asked:
        return int(trace)
    return by_remote.get(remote) if isinstance(remote, str) else None


def _is_same(sent: str | None, stands: str | None) -> bool:
    """Choices count, not the order in which several of them are written."""
    return {*(sent or "").casefold().split(";")} == {*(stands or "").casefold().split(";")}
