"""What was delivered of one lead, put in order: what of it is newer than what was told before."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from slaflow.exchange.imports.row import LEAD_PLACE, digest_of
from slaflow.exchange.imports.spool import Item
from slaflow.hours.zones import instant_at, micros_at
from slaflow.lifecycle.lead import SYSTEM_ACTOR, Lead
from slaflow.link.echo import (
    is_ours,
    is_told_whole_by_another,
    is_written_last_by_us,
    says_who,
    tells_just,
)
from slaflow.link.heard import Heard, Listener, News
from slaflow.link.told import NEVER, Told, field_of
from slaflow.settings.hooks import AnyHook
from slaflow.workflow.identity import identity_key


@dataclass(slots=True)
class Course:
    """One lead by its key. ``told`` is what was told of it before, ``lead`` None: it is not known yet."""

    key: str
    told: Told
    lead: Lead | None = None
    heard: list[Heard] = field(default_factory=list)


class Sorter:
    """Makes of courses what is to be applied; *now* is the clock, *name* the hook's.

    Of *ours* the lead's value stays where it was changed at the very instant.
    """

    def __init__(
        self, name: str, hook: AnyHook, listener: Listener, now: datetime, ours: Collection[str] = ()
    ) -> None:
        self.name = name
        self.hook = hook
        self.ours = ours
        self.listener = listener
        self.workflow = listener.map.workflow
        self.now = micros_at(now)

    def items(self, course: Course, after: int) -> list[Item]:
        """Everything new, in the order in which it happened, numbered from *after* on."""
        order = sorted(course.heard, key=lambda heard: heard.stamp)
        begins, opener = self._beginning(course, order)
        if opener is not None:
            order = [opener, *(heard for heard in order if heard is not opener)]
        # What this delivers is told at once, so that later things of it are held against it.
        told, fields = deepcopy(course.told), dict(course.lead.fields if course.lead else {})
        found: list[tuple[bool, int, int, Item]] = []
        for place, heard in enumerate(order):
            inputs = self._news(course, heard, told, fields, begins)
            if heard is opener or inputs:
                at = begins if heard is opener else min(max(heard.stamp.micros, begins), self.now)
                known_by = digest_of(course.key, "lead", self.name, at, heard.row.key, inputs)
                item = Item(0, heard.number, LEAD_PLACE, course.key, at, False, "lead", "", inputs,
                            SYSTEM_ACTOR, known_by, False, None)  # fmt: skip
                found.append((heard is not opener, at, place, item))
            found += [(True, each.at, place, each) for each in self._events(course, heard)]
        found.sort(key=lambda each: (*each[:3], each[3].place))
        return [item._replace(position=after + n) for n, (*_, item) in enumerate(found, 1)]

    def _beginning(self, course: Course, order: list[Heard]) -> tuple[int, Heard | None]:
        """When the lead began, and which of them opens it where it is not known."""
        if course.lead is not None:
            return micros_at(course.lead.created_at), None
        given = [each.reading.created_at for each in order if each.reading.created_at is not None]
        begins = min(given) if given else min(each.first_micros for each in order)
        named = [each for each in order if identity_key(self.workflow, each.values) is not None]
        return min(begins, self.now), named[0]

    def _news(
        self, course: Course, heard: Heard, told: Told, fields: dict[str, Any], begins: int
    ) -> dict[str, Any]:
        """The values that were told later than any before, and that are not our own."""
        news: dict[str, Any] = {}
        for name, value, column, text in self.listener.told_values(heard):
            if told.last(name) >= heard.stamp:
                continue
            if told.is_told_again(name, heard.stamp, text):
                # It is no news, but the later of all that was told of that instant.
                self._hear(heard, told, name, column, text)
                continue
            is_anothers = self._is_anothers(heard, column)
            if not is_anothers and self._is_ours(heard, told, News(name, column, text)):
                heard.is_echo = True
                continue
            was_there = not is_anothers and (
                told.stands_there(column, text) or told.stood_there(name, column, text, heard.at)
            )
            # From before the lead's creation it says only what nobody else has said since.
            is_open = heard.stamp.micros >= begins or told.last(name) != NEVER or self._is_open(name, fields)
            stays = self._stays(course, heard, told, name)
            said = self._hear(heard, told, name, column, text)
            if value is None and (self._is_empty(course, fields, name) or not said.is_sure):
                continue
            if was_there and course.lead is not None and fields.get(name) != value:
                # It stood there before: the lead was changed since, and that is on its way.
                heard.is_echo = True
            elif is_open and not stays:
                news[name] = fields[name] = value
        heard.inputs = news
        return news

    @staticmethod
    def _is_empty(course: Course, fields: Mapping[str, Any], name: str) -> bool:
        """Whether nothing stands in the lead's field, and nothing that is told before this is put there.

        What is told to be emptied before may stay, as somebody here has changed it since.
        """
        stands = None if course.lead is None else course.lead.fields.get(name)
        return stands is None and fields.get(name) is None

    def _hear(self, heard: Heard, told: Told, name: str, column: str | None, text: str) -> News:
        """Notes that it was told."""
        said = News(name, column, text, bool(text) or self._is_sure(heard, told, name, column))
        heard.told.append(said)
        _note(told, heard, said)
        return said

    def _is_sure(self, heard: Heard, told: Told, name: str, column: str | None) -> bool:
        """Whether that a field is empty there says that it was emptied.

        Of a record that was never looked at it may always have been so, and what stands here goes there.
        """
        is_said = name not in self.listener.both or tells_just(self.hook, heard.row.row, column)
        return is_said or told.is_known(name, column, heard.at)

    def _stays(self, course: Course, heard: Heard, told: Told, name: str) -> bool:
        """Whether somebody here changed the field at the very instant, and that counts."""
        if name not in self.ours or course.lead is None:
            return False
        is_from_there = told.last(name).micros == heard.stamp.micros
        return course.lead.field_at.get(name) == heard.at and not is_from_there

    def _is_anothers(self, heard: Heard, column: str | None) -> bool:
        """Whether somebody else is known to have changed just this, just then.

        It may say again what slaflow wrote: something in between is still to be heard of.
        """
        row = heard.row
        return column in row.row and heard.at == row.occurred_at and says_who(self.hook, row.row)

    def _is_ours(self, heard: Heard, told: Told, said: News) -> bool:
        """Whether slaflow wrote that, or may have, and has written something else since."""
        if told.is_ours(said.field, said.column, said.text):
            return True
        is_last_ours = is_written_last_by_us(self.hook, heard.cells)
        return is_last_ours and (told.theirs is None or told.is_written_since(said.column, heard.at))

    def _is_open(self, name: str, fields: dict[str, Any]) -> bool:
        """Whether the field is as it is where nobody says it."""
        return fields.get(name) in (None, self.workflow.fields[name].default)

    def _events(self, course: Course, heard: Heard) -> Iterator[Item]:
        for said in heard.events:
            assert said.at is not None
            at = min(said.at, self.now)
            # Told by two deliveries, it happened once; as in a file that has it once.
            yield Item(0, heard.number, said.place, course.key, at, False, said.kind, said.name, said.inputs,
                       said.actor, f"{said.digest}-0", False, None)  # fmt: skip


def note(course: Course, hook: AnyHook, columns: Collection[str]) -> None:
    """Notes what was told by all that was taken; and what somebody changed that only slaflow writes: no field
    of *columns*, which say something of the lead's own.
    """
    shared = {field_of(column) for column in columns}
    for heard in sorted(course.heard, key=lambda heard: heard.stamp):
        course.told.note_record(heard.remote)
        if any(place == LEAD_PLACE for place, _ in heard.refusals):
            continue
        for said in heard.told:
            if course.told.last(said.field) < heard.stamp:
                _note(course.told, heard, said)
        _note_changed_there(course.told, heard, hook, shared)


def _note_changed_there(told: Told, heard: Heard, hook: AnyHook, shared: Collection[str]) -> None:
    """Where the lead did not take it, it differs from what is to be shown, and is written again."""
    row = heard.row
    is_theirs = says_who(hook, row.row) and not is_ours(hook, row.row)
    if told.theirs is None or not (is_theirs or is_told_whole_by_another(hook, row.row)):
        return
    for column, text in row.row.items():
        if field_of(column) in told.theirs.sent and field_of(column) not in shared:
            told.note_undone(column, row.occurred_at, text)


def _note(told: Told, heard: Heard, said: News) -> None:
    told.note(said.field, heard.stamp, said.text)
    if said.is_sure:
        told.note_there(said.column, instant_at(heard.stamp.micros), said.text)
