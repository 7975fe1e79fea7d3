"""Why a lead of a story has the owner that it has, or none: in a few words, with the figures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from slaflow.lifecycle.dealing import choice
from slaflow.trial.play import Play
from slaflow.trial.stage import Stage

_WHY = {
    choice.NO_WEIGHT: "weight 0",
    choice.FULL: "full",
    choice.ENOUGH: "enough today",
    choice.CLOSED: "closed",
}


def why(stage: Stage, play: Play) -> str:
    """Who of a team can have it or could, or by what other rule it was picked; empty without a choice."""
    team = play.lead.waits_for
    return _of_entry(stage, play) if team is None else f"waits for {team}: {_now(stage, team)}"


def _now(stage: Stage, team: str) -> str:
    """Why none of *team* can take a lead as things stand."""
    table = choice.table(stage.workflow, stage.people, team, stage.now)
    loads = stage.people.loads
    reading = None if loads is None else loads.reading(table.asked)
    figures = () if reading is None else table.figures(reading)
    return _members(stage, team, [each.as_data() for each in figures], stage.now)


def _members(stage: Stage, team: str, figures: Iterable[Mapping[str, Any]], at: datetime) -> str:
    """Everybody of *team* at *at*: those who were there by their *figures*, then those who were away."""
    told = {each["email"]: f"{each['email']} {', '.join(_counts(each))}".rstrip() for each in figures}
    away = (_away(stage, each, at) for each in stage.people.members(team, at) if each not in told)
    return "; ".join([*told.values(), *away]) or "it has no members"


def _away(stage: Stage, email: str, at: datetime) -> str:
    until = stage.people.away_until(email, at)
    zone = ZoneInfo(stage.workflow.timezone)
    return f"{email} away" + ("" if until is None else f" until {until.astimezone(zone).isoformat()}")


def _counts(figure: Mapping[str, Any]) -> Iterator[str]:
    why = figure.get("why")
    if "weight" in figure and why != choice.NO_WEIGHT:
        yield f"weight {figure['weight']}"
    if why is not None:
        yield _WHY.get(why, why)
    for name, most in (("open", "capacity"), ("today", "per_day")):
        if name in figure:
            of = f" of {figure[most]}" if most in figure else ""
            yield f"{figure[name]}{of} {name}"


def _of_entry(stage: Stage, play: Play) -> str:
    """How the owner was picked last, as the log has it."""
    entry = next((each for each in reversed(play.entries) if each.kind == "assigned"), None)
    if entry is None or not _had_choice(stage, entry.data, entry.at):
        return ""
    words = _pick(stage, entry.data, entry.at)
    passed = [_pick(stage, each, entry.at) for each in entry.data.get("passed", ())]
    return f"{words}; passed over {'; '.join(passed)}" if passed else words


def _had_choice(stage: Stage, data: Mapping[str, Any], at: datetime) -> bool:
    """Whether it might have been somebody else: another of a team, or by another rule."""
    team = data.get("team")
    if team is None:
        return data.get("rule") is not None
    return bool(data.get("passed")) or len(stage.people.members(team, at)) > 1


def _pick(stage: Stage, data: Mapping[str, Any], at: datetime) -> str:
    team = data.get("team")
    called = ", ".join(each for each in (team, data.get("method")) if each)
    if data.get("after"):
        called += f" after {data['after']} in round {data['round']}"
    candidates = data.get("candidates", ())
    if team is None:
        return f"{called}: {', '.join(candidates)}"
    figures = data.get("figures") or [{"email": each} for each in candidates]
    return f"{called}: {_members(stage, team, figures, at)}"
