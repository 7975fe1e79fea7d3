"""What a backtest asks, in a form that travels to other processes, and what makes it impossible to ask."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from slaflow.engine.context import Context
from slaflow.engine.setup.activation import holidays_around
from slaflow.engine.setup.versions import as_dates
from slaflow.errors import ENVIRONMENT, InvalidValue, SlaflowError, UnknownName
from slaflow.lifecycle.decision import instant_text
from slaflow.lifecycle.events import Fired
from slaflow.lifecycle.guards import validated
from slaflow.lifecycle.input_values import typed
from slaflow.log.entry import Entry
from slaflow.store.database import Connection
from slaflow.store.log import history
from slaflow.workflow.model.workflow import Workflow


class NothingRecorded(SlaflowError):
    """There is no history to try a draft on."""

    code = "nothing_recorded"


class OtherDatabase(SlaflowError):
    """A process that was to help reads another database."""

    code = "other_database"
    exit_code = ENVIRONMENT


@dataclass(frozen=True)
class Question:
    """A draft and what is asked of it. ``name`` is the agreement whose leads are told, ``given`` inputs by
    trigger and name, ``holidays`` the dates of every code that the draft's calendars name."""

    name: str
    source: str
    filename: str
    at: datetime
    first: datetime
    """When the agreement was in force first: the draft is taken to be in force since then."""
    start: datetime | None = None
    end: datetime | None = None
    given: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    holidays: Mapping[str, Sequence[str]] = field(default_factory=dict)
    mark: str = ""
    """The hash under which the agreement was in force first, by which another process knows its database."""
    reads_archive: bool = False
    """Whether archived leads are told from their files, and so left to who has these."""

    def draft(self) -> Workflow:
        """The draft, compiled with those dates."""
        # Imported here: the readers of YAML, documents and expressions take longer than most commands.
        from slaflow.workflow.load import load_workflow

        return load_workflow(self.source, self.filename, as_dates(self.holidays)).require()

    def inputs(self, draft: Workflow) -> dict[str, dict[str, object]]:
        """What is given, as decisions take it.

        Raises:
            UnknownName: the draft has no such trigger, or nowhere asks for such an input of it.
            InvalidValue: no place where it asks for it takes the value.
        """
        return {trigger: _inputs(draft, trigger, values) for trigger, values in self.given.items()}


def _inputs(draft: Workflow, trigger: str, values: Mapping[str, str]) -> dict[str, object]:
    if trigger not in draft.triggers:
        raise UnknownName("trigger", trigger, draft.triggers)
    rows = [row for row in draft.transitions if row.trigger == trigger]
    known = {name for row in rows for name in row.requires}
    found: dict[str, object] = {}
    for name, value in values.items():
        if name not in known:
            asked = f"{trigger}.{name}"
            raise UnknownName("input", asked, [f"{trigger}.{each}" for each in known])
        told = typed(draft, Fired(trigger, {name: value}))
        assert isinstance(told, Fired)
        refused = [_refusal(draft, row.requires, name, told.inputs) for row in rows if name in row.requires]
        if all(refused):
            raise InvalidValue(f"{trigger}.{name}: {refused[0]}")
        found[name] = told.inputs[name]
    return found


def _refusal(
    draft: Workflow, requires: Mapping[str, Any], name: str, given: Mapping[str, object]
) -> str | None:
    because: list[str] = []
    validated({name: requires[name]}, given, draft, because)
    return because[0] if because else None


def asked_of(
    app: Context, conn: Connection, draft: Workflow, filename: str, name: str | None, at: datetime | None,
    period: tuple[datetime | None, datetime | None], given: Mapping[str, Mapping[str, str]],
) -> Question:  # fmt: skip
    """The question about *draft*, whose calendars take the dates that recorded versions resolved.

    Raises:
        NothingRecorded: no lead was recorded under that name by *at*.
        UnknownName: no agreement of that name was ever in force, or as :meth:`Question.inputs`.
        InvalidValue: as :meth:`Question.inputs`.
    """
    now, name = app.present(at), name or draft.name
    activations = history.activations(conn)
    own = [entry for entry in activations if entry.stream == f"workflow:{name}"]
    if not activations:
        raise NothingRecorded("no agreement was ever in force here; there is no history to try it on")
    if not own:
        raise UnknownName("workflow", name, _names(activations))
    first = history.first_of(conn, name)
    if first is None:
        raise NothingRecorded(f"no lead was recorded under {name}; there is no history to try it on")
    if now < first:
        raise NothingRecorded(
            f"nothing was recorded under {name} by {instant_text(now)}: its first lead is of "
            f"{instant_text(first)}; ask for an instant from then on"
        )
    question = Question(
        name, draft.source, filename, now, own[0].at, *period, given, _holidays(draft, own, now), own[0].hash
    )
    question.inputs(draft)
    return question


def _names(activations: Iterable[Entry]) -> list[str]:
    return sorted({entry.stream.removeprefix("workflow:") for entry in activations})


def _holidays(draft: Workflow, activations: Iterable[Entry], now: datetime) -> dict[str, list[str]]:
    """Of each code the dates that the record goes by; of one it lacks those of the installed library."""
    found = holidays_around(draft, now)
    for entry in activations:
        recorded = json.loads(entry.data_text or "{}").get("holidays", {})
        found.update({code: days for code, days in recorded.items() if code in found})
    return found
