"""A CRM in memory: records with the instants of their changes, and whatever goes wrong with one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from slaflow.link.crm.shapes import CrmClosed, FieldOf, Outcome, Page, Record, Write, Written

Answer = tuple[Outcome, str | None]


@dataclass
class Crm:
    """``calls`` are the names of the methods called, ``writes`` what each call wrote.

    Args:
        now: its clock.
        forward: fields that move forward only, each with its values in order; a step back is passed over.
        trouble: asked before each write what comes of it; None: it is done.
        shut: asked before each call whether it is refused altogether.
    """

    now: Callable[[], datetime]
    records: dict[str, dict[str, str | None]] = field(default_factory=dict)
    changed_at: dict[str, datetime] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)
    forward: dict[str, list[str]] = field(default_factory=dict)
    trouble: Callable[[Write], Answer | None] = lambda _: None
    shut: Callable[[], CrmClosed | None] = lambda: None
    known: dict[str, FieldOf] = field(default_factory=dict)
    is_ahead: timedelta | None = None
    most: int = 100
    calls: list[str] = field(default_factory=list)
    writes: list[Sequence[Write]] = field(default_factory=list)

    def add(self, remote: str, **fields: str) -> None:
        """Somebody there makes a record, or changes one."""
        self.records[remote] = {**self.records.get(remote, {}), **fields}
        self.changed_at[remote] = self.now()

    def _called(self, name: str) -> None:
        self.calls.append(name)
        if (closed := self.shut()) is not None:
            raise closed

    def fields(self, object: str) -> Mapping[str, FieldOf]:
        self._called("fields")
        return self.known

    def find(self, object: str, by: str, values: Collection[str]) -> Mapping[str, str | None]:
        self._called("find")
        held = {remote: record.get(by) for remote, record in self.records.items()}
        return {value: remote for remote, value in held.items() if value is not None and value in values}

    def read(self, object: str, remotes: Collection[str], fields: Collection[str]) -> Sequence[Record]:
        self._called("read")
        return [
            Record(remote, {name: self.records[remote].get(name) for name in fields}, self.changed_at[remote])
            for remote in remotes
            if remote in self.records
        ]

    def write(self, object: str, writes: Sequence[Write]) -> Sequence[Written]:
        self._called("write")
        assert len(writes) <= self.most
        remotes = [each.remote for each in writes if each.remote is not None]
        assert len(set(remotes)) == len(remotes), "a record stands in a call twice"
        self.writes.append(writes)
        return [self._written(each) for each in writes]

    def _written(self, write: Write) -> Written:
        if (answer := self.trouble(write)) is not None:
            return Written(write.lead, write.remote, answer[0], {}, answer[1])
        remote = write.remote or f"new{len(self.records) + 1}"
        record = self.records.setdefault(remote, {})
        for name, text in write.fields.items():
            if not self._steps_back(name, record.get(name), text):
                record[name] = text
        self.changed_at[remote] = self.now()
        return Written(write.lead, remote, "written", {name: record.get(name) for name in write.fields})

    def _steps_back(self, name: str, before: str | None, after: str | None) -> bool:
        order = self.forward.get(name, [])
        return bool(before and after and order) and order.index(after or "") < order.index(before or "")

    def changed(
        self, object: str, since: datetime, fields: Collection[str], after: str | None = None
    ) -> Page:
        self._called("changed")
        remotes = [remote for remote, at in self.changed_at.items() if at >= since]
        return Page(self.read(object, remotes, fields), None)

    def owners(self) -> Mapping[str, str]:
        self._called("owners")
        return self.people

    def ahead(self) -> timedelta | None:
        return self.is_ahead

    def close(self) -> None:
        pass
