"""Two versions of an agreement side by side: which promise is which, and whether its terms are the same.

Worked out once for all leads that move from the one to the other. Source: rules.md, 23.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from slaflow.lifecycle.events import Migrated
from slaflow.lifecycle.migration.calendars import are_alike
from slaflow.workflow.encoding import encoded
from slaflow.workflow.model.clocks import Pattern, Target
from slaflow.workflow.model.workflow import Workflow

Names = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Terms:
    """A promise or timer of the old text and the one that it is in the new one, or why it is none there."""

    old: Target
    new: Target | None
    gone: str = ""
    are_equal: bool = False
    """All but the calendars, which each clock has of its own."""
    same_cases: bool = False
    places: Mapping[int, int] = field(default_factory=dict)
    """For places in ``meet`` of the old text those of what is looked for alike in the new one."""


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """From one version to another, under the maps of one command."""

    old: Workflow
    new: Workflow
    states: Mapping[str, str]
    targets: Mapping[str, str]
    _terms: dict[str, Terms] = field(default_factory=dict)
    _alike: dict[tuple[str, str], bool] = field(default_factory=dict)
    _lacking: list[tuple[Target, ...]] = field(default_factory=list)

    def state(self, name: str) -> str:
        """What the state called *name* is called in the new text."""
        return self.states.get(name, name)

    def terms(self, name: str) -> Terms:
        """What becomes of the old text's target or timer *name*."""
        if name not in self._terms:
            self._terms[name] = self._compared(self.old.target(name))
        return self._terms[name]

    def are_alike(self, old: str, new: str) -> bool:
        """Whether a calendar of the old text and one of the new are open at the same times."""
        if (old, new) not in self._alike:
            self._alike[old, new] = are_alike(self.old.calendars[old], self.new.calendars[new])
        return self._alike[old, new]

    @property
    def lacking(self) -> tuple[Target, ...]:
        """Targets and timers of the new text that are none of the old one's, in file order."""
        if not self._lacking:
            known = {terms.new.name for target in self.old.targets if (terms := self.terms(target.name)).new}
            self._lacking.append(tuple(target for target in self.new.targets if target.name not in known))
        return self._lacking[0]

    def _compared(self, old: Target) -> Terms:
        name = self.targets.get(old.name, old.name)
        new = next((target for target in self.new.targets if target.name == name), None)
        if new is None:
            return Terms(old, None, f"the agreement has no {name} any more")
        if new.owed_by != old.owed_by:
            return Terms(old, None, f"{name} is owed by {new.owed_by or 'nobody'} now")
        return Terms(
            old, new,
            are_equal=self._said(new, old) == self._said(old, old),
            same_cases=old.cases == new.cases,
            places=self._places(old, new),
        )  # fmt: skip

    def _said(self, target: Target, old: Target) -> tuple[object, ...]:
        """The terms of *target*; those of the *old* text in the names of the new one."""
        is_old = target is old
        lives_in = target.lives_in
        if is_old and lives_in is not None:
            lives_in = frozenset(map(self.state, lives_in))
        meet, restart = (
            tuple(map(self._renamed, part)) if is_old else part for part in (target.meet, target.restart)
        )
        within = tuple((case.when, case.allowance) for case in target.cases)
        return (
            within, lives_in, meet, target.pause, restart, target.repeat, target.per_owner, target.steps
        )  # fmt: skip

    def _renamed(self, pattern: Pattern) -> Pattern:
        if pattern.kind == "enter":
            return replace(pattern, names=frozenset(map(self.state, pattern.names)))
        if pattern.kind in ("dispute", "ruling"):
            return replace(pattern, names=frozenset(self.targets.get(n, n) for n in pattern.names))
        return pattern

    def _places(self, old: Target, new: Target) -> dict[int, int]:
        """How often it was seen goes with what is looked for, however often that is asked for now."""
        wanted = {_looked_for(pattern): place for place, pattern in reversed(list(enumerate(new.meet)))}
        renamed = ((place, _looked_for(self._renamed(each))) for place, each in enumerate(old.meet))
        return {place: wanted[each] for place, each in renamed if each in wanted}


def _looked_for(pattern: Pattern) -> tuple[object, ...]:
    when = None if pattern.when is None else pattern.when.text
    return pattern.kind, pattern.names, when


def change_to(old: Workflow, new: Workflow, migrated: Migrated) -> Change:
    """From *old* to *new*, as *migrated* names what is renamed."""
    return _change(old, new, tuple(migrated.states.items()), tuple(migrated.targets.items()))


@lru_cache(maxsize=64)
def _change(old: Workflow, new: Workflow, states: Names, targets: Names) -> Change:
    return Change(old, new, dict(states), dict(targets))


def is_change(change: Change) -> bool:
    """Whether anything that decides is another, or has another name."""
    return bool(change.states or change.targets) or _decides(change.old) != _decides(change.new)


@lru_cache(maxsize=64)
def _decides(workflow: Workflow) -> bytes:
    """Everything in *workflow* but what it is called, where in the file it stands, and what a team takes.

    Limits bear on who gets a lead from then on; capacity was read before it counted, and moves between
    versions that differ in it alone were decided as such between the same terms.
    """
    teams = {
        name: replace(team, capacity=None, per_day=None, only_open=False)
        for name, team in workflow.teams.items()
    }
    return encoded(replace(workflow, digest="", title=None, warnings=(), kept_aside=(), teams=teams))
