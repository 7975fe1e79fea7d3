"""A way into a limbo in words, and as the text of a scenario file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from slaflow.trial.limbo.story import Row, Story
from slaflow.workflow.limbo.configuration import Configuration, Terms
from slaflow.workflow.limbo.moves import Move

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_RESERVED = frozenset("y n yes no on off true false null".split())


def told(story: Story) -> tuple[str, ...]:
    """What happened in *story*, a line a step."""
    states = [*story.states, story.play.lead.state]
    others = story.stage.others
    full = ", while everybody has as many as they take" if others.open or others.dealt else ""
    lines = [f"a lead comes in, in {states[0]}{full}"]
    for row, before, after in zip(story.rows, states, states[1:], strict=False):
        moved = "" if before == after else f": {before} to {after}"
        lines.append(f"{_deed(row)}{moved}")
    return tuple(lines)


def _deed(row: Row) -> str:
    match row:
        case {"activity": kind, **rest}:
            return f"{kind} is recorded{_told_late(rest)}"
        case {"refuse": {"fire": trigger, **rest}}:
            return f"{trigger} is refused{_told_late(rest)}"
        case {"fire": trigger, **rest}:
            return f"{trigger} is fired{' by override' if 'override' in rest else ''}"
        case {"check": name}:
            return f"{name} is answered"
        case {"set": fields}:
            return f"{', '.join(fields) or 'nothing'} is set"
        case {"assign": owner}:
            return "nobody owns it any more" if owner is None else f"it is assigned to {owner}"
        case {"wait": span}:
            return f"{span} pass"
        case {"until": instant}:
            return f"time passes until {instant}"
    verb, terms = next(iter(row.items()))
    return f"{verb} of {terms.get('target') or terms.get('about')}"


def _told_late(rest: Mapping[Any, object]) -> str:
    return ", told late" if "occurred_at" in rest else ""


def found(terms: Terms, way: Sequence[tuple[Move, Configuration]]) -> tuple[str, ...]:
    """The way that the search found, a line a move."""
    lines: list[str] = []
    before: str | None = None
    for move, now in way:
        moved = f": {before} to {now.state}" if before not in (None, now.state) else ""
        if move.kind == "create":
            lines.append(f"a lead comes in, in {now.state}")
        elif move.kind != "causes" or moved:
            lines.append(f"{_move(move)}{moved}")
        before = now.state
    return tuple(lines)


def _move(move: Move) -> str:
    late = ", told late" if move.late else ""
    name = move.names[0] if move.names else ""
    match move.kind:
        case "fire":
            return f"{name} is fired"
        case "refused":
            return f"{name} is refused{late}"
        case "touch":
            return f"{name or 'something'} is recorded{late}"
        case "set":
            return "fields are set"
        case "assign":
            return "it is given to another owner, or to nobody"
        case "dispute":
            return f"{name} is disputed"
        case "ruling":
            return f"the dispute of {name} is ruled on"
    return f"{' '.join(move.names)} falls"


def scenario(story: Story, filename: str, state: str) -> str:
    """The file for ``workflow test`` that tells *story* and says where it ends."""
    return "\n".join(_scenario(story, filename, state)) + "\n"


def _scenario(story: Story, filename: str, state: str) -> Iterator[str]:
    yield f"workflow: {flow(filename)}"
    people = story.stage.cast.people
    if people:
        yield "people:"
    for person in people:
        team = {"team": person.team} if person.team else {}
        yield f"  - {flow({'email': person.email, 'party': person.party, **team})}"
    yield "scenarios:"
    yield f"  - name: {flow(f'a lead in {state} of which nobody owes anything')}"
    yield f"    start: {flow(story.text(story.start))}"
    yield f"    lead: {flow(story.fields)}"
    for key in ("open", "dealt"):
        if numbers := getattr(story.stage.others, key):
            yield f"    {key}: {flow(numbers)}"
    yield "    steps:"
    for row in story.rows:
        yield f"      - {flow(row)}"
    clocks = {name: _status(story, name) for name in story.play.lead.clock_numbers}
    yield f"      - expect: {flow({'state': state, 'clocks': clocks})}"


def _status(story: Story, target: str) -> str:
    clock = story.play.latest(target)
    assert clock is not None
    return clock.status


def flow(value: object) -> str:
    """*value* as YAML on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{flow(str(key))}: {flow(each)}" for key, each in value.items()) + "}"
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _RESERVED:
        return value
    return json.dumps(value, ensure_ascii=False)
