"""``slaflow workflow test``: a scenario file read, told story by story, and judged. No database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from slaflow.errors import SlaflowError
from slaflow.trial.compare import differences
from slaflow.trial.coverage import Coverage, seen_in
from slaflow.trial.document import FILE_KEYS, read_cast, read_scenarios
from slaflow.trial.items import Key
from slaflow.trial.others import read_others
from slaflow.trial.play import Play
from slaflow.trial.reader import Reader
from slaflow.trial.report import Failure, Told, TrialReport, fault
from slaflow.trial.scenario import ALONE, Arrive, Cast, Do, Expect, PassTime, Refuse, Scenario, Step, Weigh
from slaflow.trial.stage import Stage
from slaflow.workflow.errors import Finding
from slaflow.workflow.load import load_workflow
from slaflow.workflow.model.workflow import Workflow
from slaflow.workflow.yaml.read import Source, read_yaml

Read = Callable[[str], str | bytes]


def run_scenarios(
    text: str | bytes, filename: str, read: Read, seconds: Callable[[], float] = lambda: 0.0
) -> TrialReport:
    """Tells every scenario of a file and compares.

    Args:
        text: the scenario file.
        filename: what messages call it.
        read: gives the text of the workflow, whose path is relative to the scenario file.
        seconds: a stopwatch, for who wants to know what each scenario took.

    Returns:
        A :class:`TrialReport`. A file or a scenario with a fault fails with it; the other scenarios run.

    Source: workflow-file.md, "Scenarios".
    """
    source = read_yaml(text)
    if source.findings:
        return _unreadable(source.findings, source)
    faults: list[Finding] = []
    workflow = _workflow(source, read, faults)
    if workflow is None:
        return _unreadable(tuple(faults), source)
    reader = Reader(source, workflow)
    given = reader.mapping((), source.data, FILE_KEYS)
    cast = read_cast(reader, given.get("people"))
    scenarios = read_scenarios(reader, given.get("scenarios"), read_others(reader, (), given))
    if reader.findings:
        return replace(_unreadable(tuple(reader.findings), source), coverage=Coverage(workflow))
    return _report(workflow, cast, scenarios, seconds)


def _workflow(source: Source, read: Read, faults: list[Finding]) -> Workflow | None:
    """The workflow that the file names, or None with what stands in the way in *faults*."""
    path = source.data.get("workflow") if isinstance(source.data, dict) else None
    if not isinstance(path, str):
        faults.append(source.finding((), 'a scenario file names its workflow: "workflow: NAME.yaml"'))
        return None
    try:
        text = read(path)
    except (OSError, UnicodeError, SlaflowError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        told = getattr(error, "reason", f"cannot be read: {reason}")
        faults.append(source.finding(("workflow",), f"{path} {told}"))
        return None
    checked = load_workflow(text, path)
    faults += [
        source.finding(("workflow",), f"{path}:{f.line}:{f.column}: {f.message}") for f in checked.errors
    ]
    return checked.workflow


def _unreadable(findings: tuple[Finding, ...], source: Source) -> TrialReport:
    """A fault of the file as a whole: none of its scenarios could be told."""
    scenarios = source.data.get("scenarios") if isinstance(source.data, dict) else None
    untold = len(scenarios) if isinstance(scenarios, list) else 0
    return TrialReport(0, max(untold, 1), tuple(fault(f) for f in findings), findings)


def _report(
    workflow: Workflow, cast: Cast, scenarios: tuple[Scenario, ...], seconds: Callable[[], float]
) -> TrialReport:
    seen: set[Key] = set()
    told = []
    for scenario in scenarios:
        begun = seconds()
        failures = tuple(run_scenario(workflow, cast, scenario, seen))
        told.append(Told(scenario.name, scenario.line, failures, seconds() - begun))
    return TrialReport(
        passed=sum(not each.failures for each in told),
        failed=sum(bool(each.failures) for each in told),
        failures=tuple(failure for each in told for failure in each.failures),
        findings=tuple(finding for scenario in scenarios for finding in scenario.findings),
        told=tuple(told),
        coverage=Coverage(workflow, frozenset(seen)),
    )


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Expected and found in words; ``ends`` says that the story cannot go on from here."""

    expected: str
    found: str
    ends: bool = False


def run_scenario(workflow: Workflow, cast: Cast, scenario: Scenario, seen: set[Key]) -> Iterator[Failure]:
    """Every failure of one story; it ends at the first deed that went otherwise than told.

    What of the agreement came to pass in it is added to *seen*.
    """
    if scenario.findings:
        yield from (fault(finding, scenario.name) for finding in scenario.findings)
        return
    try:
        stage = Stage(workflow, cast, scenario)
    except SlaflowError as error:
        yield Failure(scenario.name, None, scenario.line, "the lead is created", str(error))
        return
    yield from tell(stage, scenario)
    for play in stage.plays.values():
        seen |= seen_in(play)


def tell(stage: Stage, scenario: Scenario) -> Iterator[Failure]:
    """Carries out the steps on *stage*; what went otherwise than told."""
    for step in scenario.steps:
        mismatches = tuple(_judged(stage, step))
        yield from (_failure(scenario, step, mismatch) for mismatch in mismatches)
        if any(mismatch.ends for mismatch in mismatches):
            return


def _failure(scenario: Scenario, step: Step, mismatch: Mismatch) -> Failure:
    return Failure(scenario.name, step.number, step.line, mismatch.expected, mismatch.found)


def _judged(stage: Stage, step: Step) -> Iterator[Mismatch]:
    """Carries out one step; what did not go as told."""
    deed = step.deed
    try:
        if isinstance(deed, Expect):
            for expected, found in differences(stage, step.lead, deed):
                yield Mismatch(expected, found)
        elif isinstance(deed, PassTime):
            stage.pass_time(deed.until)
        elif isinstance(deed, Arrive):
            stage.add(deed.name, deed.actor)
        elif isinstance(deed, Weigh):
            stage.weigh(deed.open)
        else:
            play = stage.play(step.lead or ALONE)
            yield from _refused(play, deed) if isinstance(deed, Refuse) else _done(play, deed)
    except SlaflowError as error:
        yield Mismatch("the step is possible", str(error), ends=True)


def _done(play: Play, deed: Do) -> Iterator[Mismatch]:
    refusal = play.do(deed)
    if refusal is not None:
        yield Mismatch(f"{refusal.what} is possible", f"refused: {'; '.join(refusal.because)}", ends=True)


def _refused(play: Play, deed: Refuse) -> Iterator[Mismatch]:
    refusal = play.do(deed.do)
    if refusal is None:
        yield Mismatch("refused", f"done; the lead is in {play.lead.state}", ends=True)
    elif deed.because not in "; ".join(refusal.because):
        yield Mismatch(f'refused because "{deed.because}"', f"refused: {'; '.join(refusal.because)}")
