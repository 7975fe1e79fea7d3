"""Which transitions may be taken and which certainly are, so far as that is decided of their guards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from slaflow.workflow.expressions.value import Expression, Guard
from slaflow.workflow.model.flow import Fire, Transition
from slaflow.workflow.model.lead import Field


class Decided(Protocol):
    """Who decides guards (`slaflow.workflow.proof.truths`)."""

    def may_pass(self, guard: Guard) -> bool: ...

    def must_pass(self, guard: Guard) -> bool: ...


class Free:
    """Decides nothing but the empty guard."""

    def may_pass(self, guard: Guard) -> bool:
        return True

    def must_pass(self, guard: Guard) -> bool:
        return not guard


class Guards:
    """The transitions of one agreement, judged once each. ``left_free`` are the clauses not decided."""

    def __init__(self, decided: Decided) -> None:
        self._decided = decided
        self._may: dict[int, bool] = {}
        self._must: dict[int, bool] = {}
        self.left_free: dict[str, None] = {}

    def may_pass(self, row: Transition) -> bool:
        """Whether some lead passes the guard of *row*."""
        if row.index not in self._may:
            self._may[row.index] = self._decided.may_pass(row.guard) or bool(row.override)
        return self._may[row.index]

    def must_pass(self, row: Transition) -> bool:
        """Whether each does, whatever the inputs, and what it sets and whom it names can be had."""
        if row.index not in self._must:
            sure = self._decided.must_pass(row.guard)
            if not sure and self.may_pass(row):
                self.left_free |= dict.fromkeys(clause.that.text for clause in row.guard)
            self._must[row.index] = sure and not row.names_owner and _constant(row.sets)
        return self._must[row.index]

    def may_fire_itself(self, row: Transition) -> bool:
        """Whether an auto can pass without inputs."""
        return self.may_pass(row) and not _needs(row.requires)

    def must_fire_itself(self, row: Transition) -> bool:
        """Whether an auto passes as soon as it is looked at."""
        return self.must_pass(row) and not _needs(row.requires)

    def must_fire_by_step(self, row: Transition, action: Fire) -> bool:
        """Whether a step that fires it is never refused."""
        return self.must_pass(row) and not action.inputs and not _needs(row.requires)


def _needs(fields: Mapping[str, Field]) -> bool:
    return any(each.required and each.default is None for each in fields.values())


def _constant(sets: Mapping[str, Expression]) -> bool:
    return all(not each.names for each in _each(sets))


def _each(sets: Mapping[str, Expression]) -> Iterable[Expression]:
    return sets.values()
