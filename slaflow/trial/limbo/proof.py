"""The claim that no lead is ever left lying: proved, or refuted by a story of one that is."""

from __future__ import annotations

from collections.abc import Iterator

from slaflow.trial.limbo.literals import expressions
from slaflow.trial.limbo.seek import Seeker, Sought, distances
from slaflow.trial.limbo.words import found, scenario, told
from slaflow.trial.run import run_scenarios
from slaflow.workflow.limbo.guards import Decided
from slaflow.workflow.limbo.moves import Move
from slaflow.workflow.limbo.search import Searched, search
from slaflow.workflow.model.workflow import Workflow
from slaflow.workflow.proof.claim import Counterexample, Proof

CLAIM = "no limbo in "


def no_limbo(workflow: Workflow, filename: str, decided: Decided | None = None) -> Iterator[Proof]:
    """Whether in each state a lead at rest is always owed something, or a timer runs; state by state.

    States that are final or ``rest: true`` are left out.

    Args:
        workflow: the agreement.
        filename: what scenarios call its file.
        decided: what is decided of its guards; None: all are free to pass or not.
    """
    searched = search(workflow, decided)
    free = tuple(dict.fromkeys([*searched.guards.left_free, *_of_clocks(workflow)]))
    seeker: Seeker | None = None
    for name, state in workflow.states.items():
        if state.final or state.rest:
            continue
        counterexample = None
        if name in searched.limbos:
            seeker = seeker or Seeker(searched)
            counterexample = _played(seeker, name, filename)
        holds = False if counterexample else True if searched.is_whole else None
        yield Proof(f"{CLAIM}{name}", holds, searched.configurations, free, counterexample)


def state_of(proof: Proof) -> str | None:
    """The state that a proof of this kind is about; None of another kind."""
    return proof.claim.removeprefix(CLAIM) if proof.claim.startswith(CLAIM) else None


def _of_clocks(workflow: Workflow) -> Iterator[str]:
    guards = {clause.that.text for row in workflow.transitions for clause in row.guard}
    asked = {
        text.text
        for target in workflow.targets
        for text in (
            *(p.when for p in (*target.start, *target.meet, *target.restart)),
            *(case.when for case in target.cases),
        )
        if text is not None
    }
    yield from (each.text for each in expressions(workflow) if each.text in asked - guards)


def _played(seeker: Seeker, state: str, filename: str) -> Counterexample:
    sought = seeker.seek(state)
    if sought.story is not None:
        text = scenario(sought.story, filename, state)
        source = seeker.terms.workflow.source
        report = run_scenarios(text, "limbo.scenario.yaml", lambda path: source)
        if report.passed == 1 and not report.failed:
            return Counterexample(True, told(sought.story), text)
    searched = seeker.searched
    way = found(seeker.terms, searched.way(searched.limbos[state][0]))
    return Counterexample(False, (*way, in_the_way(searched, state, sought)))


def in_the_way(searched: Searched, state: str, sought: Sought) -> str:
    """What kept the story from being told: the guard that nothing tried passes."""
    far = distances(searched, frozenset(searched.limbos[state]))
    near = sought.nearest
    steps = [
        (before, move) for after in far for before, move in searched.links[after]
        if before is not None and before == near and far[after] < far[before]
    ]  # fmt: skip
    for _, move in steps:
        if move in sought.refused:
            return f"not played: {_what(move)} was refused: {'; '.join(sought.refused[move])}"
    guards = [text for _, move in steps for text in _guards(searched, move)]
    if near is not None and not guards:
        autos = (
            row for row in searched.terms.workflow.transitions if row.auto and near.state in row.from_states
        )
        guards = [clause.that.text for row in autos for clause in row.guard]
    words = "; ".join(dict.fromkeys(guards))
    return (
        f"not played: no value that was tried passes {words}" if words else "not played: nothing tried did it"
    )


def _what(move: Move) -> str:
    return move.names[0] if move.names else move.kind


def _guards(searched: Searched, move: Move) -> list[str]:
    row = next((each for each in searched.terms.workflow.transitions if each.index == move.row), None)
    return [] if row is None else [clause.that.text for clause in row.guard]
