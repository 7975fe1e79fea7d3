"""What is wrong with a migration before any lead is moved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from slaflow.errors import USAGE, SlaflowError, did_you_mean, nearest


class StatesUnmapped(SlaflowError):
    """Leads are in states that the version in force does not have, and nobody says which they are now."""

    code = "states_unmapped"

    def __init__(self, leads: Mapping[str, int], known: Iterable[str]) -> None:
        self.states = dict(leads)
        names = list(known)
        told = ", ".join(f"{state} ({number} lead{'s'[: number != 1]})" for state, number in leads.items())
        advice = " ".join(f"--map {state}={nearest(state, names) or '...'}" for state in leads)
        super().__init__(
            f"the version in force has no state {told}; say which state it is now, as in {advice}"
        )


class MapWrong(SlaflowError):
    """A ``--map`` or ``--target`` that names what is not there."""

    code = "map_wrong"

    def __init__(self, option: str, old: str, new: str, why: str, name: str = "", known: Iterable[str] = ()):
        self.option = option
        super().__init__(f"{option} {old}={new}: {why}{did_you_mean(name, known) if name else ''}")


class PlanUnusable(SlaflowError):
    """A plan that is none, or that no longer says what would be done."""

    code = "plan_unusable"

    def __init__(self, file: Path, why: str) -> None:
        self.file = file
        super().__init__(f"{file}: {why}")


class PlanGiven(SlaflowError):
    """A plan and terms beside it: it holds them already."""

    code = "plan_given"
    exit_code = USAGE

    def __init__(self) -> None:
        super().__init__(
            "a plan holds its own maps, grace and instant; leave --map, --target, --from, --grace "
            "and --at out, or make another plan with --dry-run --plan FILE"
        )
