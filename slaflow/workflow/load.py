"""A workflow file's text into a checked `Workflow`, or into everything that is wrong with it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from slaflow.errors import nearest
from slaflow.hours.zones import is_zone, zone_problem
from slaflow.workflow.checks import check_workflow
from slaflow.workflow.compile.clocks import target, timer
from slaflow.workflow.compile.commitments import commitment
from slaflow.workflow.compile.findings import Findings
from slaflow.workflow.compile.flow import on_assign, state, transition
from slaflow.workflow.compile.lead import account, activity, check, described, fields, pace, scoring
from slaflow.workflow.compile.names import Names, check_names
from slaflow.workflow.compile.parts import Parts
from slaflow.workflow.compile.rights import lifted_by, set_by_hand
from slaflow.workflow.compile.terms import calendars, party, route, team, top_level_span
from slaflow.workflow.document.durations import parse_duration
from slaflow.workflow.document.messages import in_one_piece, unknown_key
from slaflow.workflow.document.top import WorkflowDoc, read_document
from slaflow.workflow.errors import Finding, WorkflowError, WorkflowUnreadable
from slaflow.workflow.model.clocks import Target
from slaflow.workflow.model.commitment import Commitment, notes_of
from slaflow.workflow.model.flow import State, Transition
from slaflow.workflow.model.workflow import Workflow as CompiledWorkflow
from slaflow.workflow.yaml.read import MAX_BYTES, Source, read_yaml, too_large

MAX_WAYS = 20_000
MAX_MISSPELT = 20
"""Unknown sections of which is asked what they were meant to be."""
Holidays = Mapping[str, Sequence[date]]


class Workflow(CompiledWorkflow):
    """An agreement that was read from a file; compared by identity. ``digest`` is its text's SHA-256."""

    __slots__ = ()

    @staticmethod
    def parse(text: str | bytes, filename: str = "workflow.yaml") -> Workflow:
        """The agreement that *text* holds; WorkflowError lists every finding with line and column."""
        return load_workflow(text, filename).require()

    @staticmethod
    def load(path: str | Path) -> Workflow:
        """The agreement in the file at *path*; errors as `parse`, WorkflowUnreadable if there is none."""
        return read_workflow(path).require()


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of a file: the workflow if there is no error, and all findings by place."""

    workflow: Workflow | None
    errors: tuple[Finding, ...]
    warnings: tuple[Finding, ...]
    digest: str
    """SHA-256, in hex, of the text's UTF-8 bytes exactly as given."""
    filename: str = "workflow.yaml"

    def require(self) -> Workflow:
        """The workflow; raises `WorkflowError` with every error if there is none."""
        if self.workflow is None:
            raise WorkflowError(self.errors, self.filename)
        return self.workflow


def load_workflow(
    text: str | bytes, filename: str = "workflow.yaml", holidays: Holidays | None = None
) -> Checked:
    """Read, check and compile a workflow file.

    Args:
        text: the file as it stands; at most 1 MB, UTF-8.
        filename: what messages call it.
        holidays: dates of each holiday code, as a stored version holds them; None asks the
            installed library, and refuses what was accepted once and is not any more.

    Returns:
        All findings at once. Nothing is raised for anything the text may hold.
    """
    digest = hashlib.sha256(
        text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    ).hexdigest()
    source = read_yaml(text)
    findings = Findings(source, stored=holidays is not None)
    workflow = _compile(source, findings, holidays) if source.root is not None else None
    if workflow is not None:
        words = text.decode("utf-8") if isinstance(text, bytes) else text
        workflow = replace(workflow, source=words, digest=digest, warnings=findings.warnings)
    return Checked(workflow, findings.errors, findings.warnings, digest, filename)


def read_workflow(path: str | Path) -> Checked:
    """`load_workflow` of a file; what is too large is not read.

    Raises:
        WorkflowUnreadable: there is no such file, or it may not be read.
    """
    try:
        with Path(path).open("rb") as stream:
            size = Path(path).stat().st_size
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise WorkflowUnreadable(str(path), error.strerror or str(error)) from None
    if (problem := too_large(max(size, len(data)))) is not None:
        return Checked(None, (problem,), (), "", str(path))
    return load_workflow(data, str(path))


def _compile(source: Source, findings: Findings, holidays: Holidays | None) -> Workflow | None:
    _read_as_meant(source, findings)
    document, faults = read_document(source.data)
    for fault in in_one_piece(source, faults):
        findings.error(fault.path, fault.message, key=fault.key)
    if document is None:
        return None
    names = Names.of(source.data, document)
    check_names(source.data, names, findings)
    timezone = _timezone(document, findings)
    lead_fields = fields(document.lead.fields, ("lead", "fields"), findings, timezone)
    findings.broken_names |= {f"{head}.{name}" for name in names.fields for head in ("lead", "known")} - {
        f"{head}.{name}" for name in lead_fields for head in ("lead", "known")
    }
    parts = Parts(document, names, findings, timezone, lead_fields)
    parts.fields = set_by_hand(parts)
    workflow, sound = _assemble(parts, holidays)
    check_workflow(workflow, document, findings, sound=sound)
    if sound and not findings.count and not findings.stored:
        # Imported here: nothing is asked of what is in force, and who changes a lead waits for imports.
        from slaflow.workflow.proof.claims import advice

        for remark in advice(workflow):
            findings.warn(remark.path, remark.message, key=remark.key)
    return None if findings.count else workflow


def _read_as_meant(source: Source, findings: Findings) -> None:
    """Sections whose name is misspelt are told of, and read all the same: what is in them is no fault too."""
    sections = {info.alias or name for name, info in WorkflowDoc.model_fields.items()}
    entries = source.root.entries if source.root is not None else {}
    if "scenarios" in entries:
        return  # another kind of file
    for key in [key for key in entries if key not in sections][:MAX_MISSPELT]:
        meant = nearest(key[:60], sections)
        if meant is not None and meant not in entries:
            findings.error((key,), unknown_key((), key, sections).message, key=True)
            entries[meant] = entries.pop(key)


def _timezone(document: WorkflowDoc, findings: Findings) -> str:
    """The file's zone; UTC where it names none that will do, told. A stored version keeps what it has."""
    name = document.timezone
    # Asked of that zone first: for a problem the names of all zones are looked up.
    if (findings.stored and is_zone(name)) or (problem := zone_problem(name)) is None:
        return name
    findings.error(("timezone",), problem)
    return "UTC"


def _assemble(parts: Parts, holidays: Holidays | None) -> tuple[Workflow, bool]:
    """The workflow as far as it goes, and whether all its states and transitions are sound."""
    doc = parts.document
    before = parts.findings.count
    states = {name: state(name, each, parts) for name, each in (getattr(doc, "states", None) or {}).items()}
    rows = [transition(i, each, parts, states) for i, each in enumerate(doc.transitions) if each is not None]
    transitions = tuple(row for row in rows if row is not None)
    initial = _initial(states, parts) if states else ""
    activities = {kind: activity(kind, each, parts) for kind, each in doc.activities.items()}
    whole = len(states) == len(parts.names.states) and len(transitions) == len(doc.transitions)
    whole = whole and _few_enough(transitions, parts)
    sound = whole and len(activities) == len(parts.names.activities) and parts.findings.count == before
    sound = sound and not parts.findings.misspelt
    workflow = Workflow(
        name=getattr(doc, "workflow", ""),
        title=doc.title,
        source="",
        digest="",
        timezone=parts.timezone,
        parties={name: party(name, each, parts) for name, each in doc.parties.items()},
        fields=parts.fields,
        identity=parts.lookup.many(("lead", "identity"), "field", doc.lead.identity, parts.names.fields),
        activities=activities,
        attempt_spacing=_spacing(parts),
        stages=tuple(dict.fromkeys(parts.names.stages)),
        described=described(parts),
        pace=pace(parts),
        scoring=scoring(parts),
        checks={name: check(name, each, parts) for name, each in doc.checks.items()},
        states=states,
        initial=initial,
        transitions=transitions,
        targets=tuple(_clocks(parts)),
        teams={name: team(name, each, parts) for name, each in doc.teams.items()},
        routing=_routing(parts),
        on_assign=on_assign(parts),
        calendars=calendars(doc.calendars, parts, holidays),
        first_calendar=next(iter(parts.names.calendars), "always"),
        **_periods(parts),
        signatures=parts.lookup.many(("signatures",), "party", doc.signatures, parts.names.parties),
        commitments=(commitments := _commitments(parts)),
        notes=notes_of(commitments) or None,
        lift=lifted_by(doc.lift, ("lift", "by"), parts),
        account=account(parts),
    )
    return workflow, sound and bool(initial)


def _few_enough(transitions: Sequence[Transition], parts: Parts) -> bool:
    """Whether the ways between states can be followed in a moment."""
    ways = sum(len(row.from_states) for row in transitions)
    if ways > MAX_WAYS:
        words = f"the transitions make {ways:,} ways between states; at most {MAX_WAYS:,} are followed"
        parts.findings.error(("transitions",), words, key=True)
    return ways <= MAX_WAYS


def _initial(states: Mapping[str, State], parts: Parts) -> str:
    """The one initial state; empty, and told, where there is none or more than one."""
    found = [name for name, each in states.items() if each.initial]
    if not found and len(states) == len(parts.names.states):
        parts.findings.error(("states",), "no state is initial; a lead has to begin somewhere", key=True)
    for name in found[1:]:
        parts.findings.error(("states", name, "initial"), f"{found[0]} is initial already; only one state is")
    return found[0] if len(found) == 1 else ""


def _spacing(parts: Parts) -> timedelta:
    text = parts.document.attempts.spacing
    zero = text.strip("0") in ("", "s", "m", "h", "d")
    return timedelta(0) if zero else parts.span(("attempts", "spacing"), text) or timedelta(0)


def _clocks(parts: Parts) -> Iterator[Target]:
    """Targets, then timers; ``index`` is their place among the sound ones."""
    index = 0
    for name, doc in parts.document.targets.items():
        if (made := target(index, name, doc, parts)) is not None:
            yield made
            index += 1
    for name, timer_doc in parts.document.timers.items():
        if (made := timer(index, name, timer_doc, parts)) is not None:
            yield made
            index += 1


def _routing(parts: Parts) -> tuple[Any, ...] | None:
    if parts.document.routing is None:
        return None
    routes = [route(i, doc, parts) for i, doc in enumerate(parts.document.routing) if doc is not None]
    return tuple(each for each in routes if each is not None)


def _periods(parts: Parts) -> dict[str, Any]:
    """The spans at top level, by the model's names for them."""
    spans = {key: top_level_span(key, parts) for key in ("late_evidence", "notify_within")}
    grace = {} if parts.document.grace is None else {"grace": parse_duration(parts.document.grace)}
    return {**{key: span for key, span in spans.items() if span is not None}, **grace}


def _commitments(parts: Parts) -> Mapping[str, Commitment]:
    items = enumerate(parts.document.commitments.items())
    made = {name: commitment(index, name, doc, parts) for index, (name, doc) in items}
    return {name: each for name, each in made.items() if each is not None}
