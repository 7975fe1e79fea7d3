"""The lifecycle as a picture: Mermaid or Graphviz text, promises and timers on the states.

Both formats show the same facts, read once from the workflow; the same workflow gives
the same text, so that a diagram can be kept under version control.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from slaflow.workflow.model.clocks import Case, Target, UntilField
from slaflow.workflow.model.flow import Fire, State, Transition
from slaflow.workflow.model.workflow import Workflow

_FILLS = ("#dbeafe", "#dcfce7", "#fef3c7", "#fae8ff", "#ffe4e6", "#e0e7ff", "#ccfbf1", "#f5f5f4")
"""One light colour per party, in file order, used again from the first when they run out."""


@dataclass(frozen=True, slots=True)
class _Edge:
    start: str
    end: str
    label: str


def mermaid(workflow: Workflow) -> str:
    """The state diagram as Mermaid ``stateDiagram-v2`` text, ending in a line feed."""
    return "".join(f"{line}\n" for line in _mermaid_lines(workflow))


def dot(workflow: Workflow) -> str:
    """The state diagram as a Graphviz ``digraph``, ending in a line feed."""
    return "".join(f"{line}\n" for line in _dot_lines(workflow))


def title_of(state: State) -> str:
    """What a state is called."""
    return state.title or state.name


def party_title(workflow: Workflow, name: str) -> str:
    """What a party is called."""
    party = workflow.parties.get(name)
    return (party.title if party else None) or name


def _holders(workflow: Workflow) -> dict[str | None, list[State]]:
    """States by the party that holds them, parties in file order, then those of none."""
    held: dict[str | None, list[State]] = {name: [] for name in workflow.parties}
    for state in workflow.states.values():
        held.setdefault(state.held_by, []).append(state)
    unheld = held.pop(None, [])
    return {
        **{party: states for party, states in held.items() if states},
        **({None: unheld} if unheld else {}),
    }


def fill_of(workflow: Workflow, party: str) -> str:
    """The colour of what that party holds."""
    return _FILLS[[*workflow.parties].index(party) % len(_FILLS)]


def _edges(workflow: Workflow) -> list[_Edge]:
    """Transitions in file order; of equal ones (two guards of one trigger) the first."""
    edges = (
        _Edge(start, transition.to or start, transition_label(transition))
        for transition in workflow.transitions
        for start in transition.from_states
    )
    return list(dict.fromkeys(edges))


def transition_label(transition: Transition) -> str:
    """``promote (auto; marketing, system)``."""
    auto = "auto; " if transition.auto else ""
    return f"{transition.trigger} ({auto}{', '.join(transition.by)})"


def clocks_at(workflow: Workflow) -> dict[str, list[str]]:
    """Lines about the clocks that start in each state, in order of states and clocks.

    One that starts wherever the lead is stands once, at the initial state.
    """
    notes: dict[str, list[str]] = {name: [] for name in workflow.states}
    for target in workflow.targets:
        starts = _start_states(workflow, target)
        if len(starts) == len(workflow.states) > 1:
            notes[workflow.initial].append(f"anywhere, {_clock_line(target)}")
            continue
        for name in workflow.states:
            if name in starts:
                notes[name].append(_clock_line(target))
    return {name: lines for name, lines in notes.items() if lines}


def _start_states(workflow: Workflow, target: Target) -> frozenset[str]:
    """Where a clock may start: a state entered, or any it lives in for what happens anywhere."""
    alive = frozenset(name for name, state in workflow.states.items() if not state.final)
    lives_in = alive if target.lives_in is None else target.lives_in
    found: set[str] = set()
    for pattern in target.start:
        if pattern.kind == "enter":
            found |= pattern.names if target.lives_in is None else pattern.names & lives_in
        elif pattern.kind == "trigger":
            found |= _reached_by(workflow, pattern.names) & lives_in
        else:
            found |= lives_in
    return frozenset(found)


def _reached_by(workflow: Workflow, triggers: frozenset[str]) -> frozenset[str]:
    moves = (transition for transition in workflow.transitions if transition.trigger in triggers)
    return frozenset(end for move in moves for end in ((move.to,) if move.to else move.from_states))


def _clock_line(target: Target) -> str:
    allowance = ", else ".join(_case(case) for case in target.cases)
    calendar = "" if target.calendar == "always" else f" ({target.calendar})"
    if not target.is_timer:
        return f"{target.name}: {target.owed_by} within {allowance}{calendar}"
    fired = [action.trigger for step in target.steps for action in step.actions if isinstance(action, Fire)]
    then = f", then {', '.join(fired)}" if fired else ""
    return f"{target.name}: timer, after {allowance}{calendar}{then}"


def _case(case: Case) -> str:
    allowance = case.allowance
    words = allowance.text
    if isinstance(allowance, UntilField):
        before = f"{allowance.before.text} before " if allowance.before else ""
        words = f"{before}{allowance.field}"
    words += f" ({case.calendar})" if case.calendar else ""
    return f"{words} if {case.when.text}" if case.when else words


_MERMAID_WORDS = frozenset(
    "accdescr acctitle as class classdef click default direction end fork hide href join left note of over"
    " right scale state statediagram style".split()
)
_MERMAID_SAFE = frozenset(" -_.,'()/+=*!?")


def _mermaid_text(text: str) -> str:
    """*text* on one line, with everything Mermaid could read as syntax as an entity."""
    plain = " ".join(text.split())
    escaped = "".join(c if c.isalnum() or c in _MERMAID_SAFE else f"#{ord(c)};" for c in plain)
    # Would close a note wherever it stands.
    return re.sub(r"end(?= note)", "#101;nd", escaped, flags=re.IGNORECASE)


def _mermaid_ids(names: Iterable[str]) -> Mapping[str, str]:
    """Each state's name, made different from Mermaid's own words and from the others."""
    taken = set(names)
    ids: dict[str, str] = {}
    for name in names:
        chosen = name
        while chosen in _MERMAID_WORDS or (chosen != name and chosen in taken):
            chosen += "_"
        taken.add(chosen)
        ids[name] = chosen
    return ids


def _mermaid_lines(workflow: Workflow) -> Iterator[str]:
    ids = _mermaid_ids(workflow.states)
    yield "stateDiagram-v2"
    for state in workflow.states.values():
        yield f'    state "{_mermaid_text(title_of(state))}" as {ids[state.name]}'
        if state.held_by:
            yield f"    {ids[state.name]}: {_mermaid_text(party_title(workflow, state.held_by))}"
    yield f"    [*] --> {ids[workflow.initial]}"
    for edge in _edges(workflow):
        yield f"    {ids[edge.start]} --> {ids[edge.end]}: {_mermaid_text(edge.label)}"
    yield from (f"    {ids[name]} --> [*]" for name, state in workflow.states.items() if state.final)
    for name, lines in clocks_at(workflow).items():
        yield f"    note right of {ids[name]}"
        yield from (f"        {_mermaid_text(line)}" for line in lines)
        yield "    end note"
    yield from _mermaid_colours(workflow, ids)


def _mermaid_colours(workflow: Workflow, ids: Mapping[str, str]) -> Iterator[str]:
    for party, states in _holders(workflow).items():
        if party in workflow.parties and party is not None:
            yield f"    classDef party_{party} fill:{fill_of(workflow, party)},color:#111827"
            yield f"    class {','.join(ids[state.name] for state in states)} party_{party}"


def _quoted(*lines: str) -> str:
    """A Graphviz string of these lines, centred; a backslash would start an escape."""
    escaped = (" ".join(line.split()).replace("\\", "\\\\").replace('"', '\\"') for line in lines)
    return '"' + "\\n".join(escaped) + '"'


def _dot_lines(workflow: Workflow) -> Iterator[str]:
    yield f"digraph {_quoted(workflow.name)} {{"
    yield f'    label={_quoted(workflow.title or workflow.name)}; labelloc=t; fontname="Helvetica"'
    yield '    node [shape=box, style="rounded,filled", fillcolor="#ffffff", fontname="Helvetica"]'
    yield '    edge [fontname="Helvetica", fontsize=10]'
    yield '    "start:" [shape=point, width=0.2, fillcolor="#111827"]'
    for party, states in _holders(workflow).items():
        yield from _dot_states(workflow, party, states)
    yield f'    "start:" -> {_quoted(workflow.initial)}'
    for edge in _edges(workflow):
        yield f"    {_quoted(edge.start)} -> {_quoted(edge.end)} [label={_quoted(edge.label)}]"
    for name, lines in clocks_at(workflow).items():
        # A colon cannot stand in a state's name, so these never meet.
        note = _quoted(f"note:{name}")
        yield f'    {note} [shape=note, style="", fontsize=10, label={_quoted(*lines)}]'
        yield f"    {_quoted(name)} -> {note} [style=dashed, arrowhead=none]"
    yield "}"


def _dot_states(workflow: Workflow, party: str | None, states: list[State]) -> Iterator[str]:
    if party is None:
        yield from (f"    {_dot_state(state)}" for state in states)
        return
    yield f"    subgraph {_quoted(f'cluster_{party}')} {{"
    fill = f', style=filled, fillcolor="{fill_of(workflow, party)}"' if party in workflow.parties else ""
    yield f"        graph [label={_quoted(party_title(workflow, party))}{fill}]"
    yield from (f"        {_dot_state(state)}" for state in states)
    yield "    }"


def _dot_state(state: State) -> str:
    final = ", peripheries=2" if state.final else ""
    return f"{_quoted(state.name)} [label={_quoted(title_of(state))}{final}]"
