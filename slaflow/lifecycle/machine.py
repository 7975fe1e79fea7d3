"""The lifecycle as a state machine: one per workflow version, run by the ``transitions`` library.

The library owns which trigger leads from where to where; the guards are judged by us first, so that a
refusal can name its clauses, and the machine then confirms the row that was chosen. Leads are never
registered with it (registering is quadratic): a light model carries one lead's state through one call.
"""

from __future__ import annotations

from functools import lru_cache

from transitions import EventData, Machine

from slaflow.workflow.model.flow import Transition
from slaflow.workflow.model.workflow import Workflow


class Move:
    """The light model: a state, and the row whose guard passed."""

    __slots__ = ("chosen", "state")

    def __init__(self, state: str, chosen: Transition) -> None:
        self.state = state
        self.chosen = chosen


class Lifecycle:
    """The state machine of one workflow version."""

    def __init__(self, workflow: Workflow) -> None:
        self._rows: dict[tuple[str, str], tuple[Transition, ...]] = {}
        self._autos: dict[str, tuple[Transition, ...]] = {}
        self._confirmed: dict[tuple[str, int], str] = {}
        self._machine = Machine(
            model=None,
            states=list(workflow.states),
            initial=workflow.initial,
            auto_transitions=False,
            send_event=True,
        )
        for row in workflow.transitions:
            self._add(row)

    def _add(self, row: Transition) -> None:
        def is_chosen(event: EventData) -> bool:
            move = event.model
            return isinstance(move, Move) and move.chosen is row

        for state in row.from_states:
            stays = row.to is None or row.to == state
            self._machine.add_transition(row.trigger, state, None if stays else row.to, conditions=is_chosen)
            key = (state, row.trigger)
            self._rows[key] = (*self._rows.get(key, ()), row)
            if row.auto:
                self._autos[state] = (*self._autos.get(state, ()), row)

    def rows(self, state: str, trigger: str) -> tuple[Transition, ...]:
        """The rows of *trigger* that lead from *state*, in file order."""
        return self._rows.get((state, trigger), ())

    def rows_from(self, state: str) -> tuple[Transition, ...]:
        """Every row that leads from *state*, trigger by trigger."""
        return tuple(row for (at, _), rows in self._rows.items() if at == state for row in rows)

    def autos(self, state: str) -> tuple[Transition, ...]:
        """The rows that fire by themselves from *state*, in file order."""
        return self._autos.get(state, ())

    def confirm(self, state: str, chosen: Transition) -> str:
        """The state in which a lead rests that takes the *chosen* row from *state*."""
        key = state, chosen.index
        if key not in self._confirmed:
            move = Move(state, chosen)
            self._machine.events[chosen.trigger].trigger(move)
            self._confirmed[key] = move.state
        return self._confirmed[key]


@lru_cache(maxsize=64)
def lifecycle_of(workflow: Workflow) -> Lifecycle:
    """The machine of *workflow*, built once per compiled workflow."""
    return Lifecycle(workflow)
