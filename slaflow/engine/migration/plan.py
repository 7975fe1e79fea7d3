"""A migration as it was previewed, kept in a file: exactly that is carried out, or the lead is skipped."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from slaflow.engine.context import Context
from slaflow.engine.files.atomic import new_file
from slaflow.engine.files.own import Protected
from slaflow.engine.migration.errors import PlanUnusable
from slaflow.engine.migration.report import LeadMove, MigrationReport
from slaflow.engine.migration.run import candidates, previewed
from slaflow.engine.migration.terms import Terms, mover
from slaflow.engine.setup import versions
from slaflow.hours.zones import supported
from slaflow.lifecycle.events import Migrated
from slaflow.workflow.document.durations import parse_duration

FORMAT = "slaflow migration plan, 1"
REMAKE = "make another with --dry-run --plan FILE"


@dataclass(frozen=True, slots=True)
class Plan:
    """What was planned: the terms, and where the log of each lead ended."""

    terms: Terms
    seqs: Mapping[int, int]


def planned(
    app: Context, terms: Terms, file: Path | None, most: int | None = None
) -> tuple[MigrationReport, list[LeadMove]]:
    """Previews the migration and, with a *file*, keeps it there; gives the leads that would change.

    The file is there whole or not at all. Raises ``FileProtected``, ``FileUnwritable``.
    """
    changed: list[LeadMove] = []
    seqs: list[tuple[int, int]] = []

    def each(move: LeadMove) -> None:
        seqs.append((move.lead, move.seq))
        if move.is_change:
            changed.append(move)

    report = previewed(app, terms, islice(candidates(app, terms), most), each)
    if file is not None:
        with new_file(file, Protected(app)) as out:
            out.write(json.dumps(_as_json(report, changed, seqs), indent=2).encode() + b"\n")
    return report, changed


def _as_json(report: MigrationReport, changed: list[LeadMove], seqs: list[tuple[int, int]]) -> dict[str, Any]:
    terms, what = report.terms, {move.lead: move.as_json() for move in changed}
    return {
        "plan": FORMAT,
        **report.as_json(),
        "state_map": dict(terms.happening.states),
        "target_map": dict(terms.happening.targets),
        "grace": terms.happening.grace,
        "leads": [{**what.get(lead, {"lead": lead}), "seq": seq} for lead, seq in seqs],
    }


def read(app: Context, name: str, file: Path, content: bytes, by: str | None = None) -> Plan:
    """The plan in *file*, to be carried out for the agreement *name*.

    Raises:
        UnknownName, NotPermitted: no such agreement, or who does it may not.
        PlanUnusable: it is no plan, one of another agreement, or another version is in force by now.
    """
    with app.database.read() as conn:
        in_force = app.remember(versions.known_version(conn, name)).digest
        who = mover(app, conn, by, None)
    try:
        plan = _read(json.loads(content))
    except (ValueError, LookupError, TypeError, AttributeError):
        raise PlanUnusable(file, f"this is no plan of a migration; {REMAKE}") from None
    if plan.terms.name != name:
        raise PlanUnusable(file, f"this is a plan for {plan.terms.name}, not for {name}")
    if plan.terms.to != in_force:
        planned_for, now = plan.terms.to[:12], in_force[:12]
        why = f"it was made for version {planned_for}, and version {now} is in force now; {REMAKE}"
        raise PlanUnusable(file, why)
    return replace(plan, terms=replace(plan.terms, actor=who))


def _read(told: Any) -> Plan:
    """Raises ValueError, LookupError, TypeError or AttributeError for what is no plan."""
    if told["plan"] != FORMAT:
        raise ValueError
    parse_duration(told["grace"])
    states, targets = (_names(told[key]) for key in ("state_map", "target_map"))
    happening = Migrated(_text(told["to"]), states, targets, told["grace"])
    at = supported(datetime.fromisoformat(told["at"]))
    finals = {_text(digest): () for digest in told["from"]}
    terms = Terms(_text(told["workflow"]), happening.to, at, finals, happening, at)
    return Plan(terms, {_number(each["lead"]): _number(each["seq"]) for each in told["leads"]})


def _names(told: Mapping[str, Any]) -> dict[str, str]:
    return {_text(old): _text(new) for old, new in told.items()}


def _text(value: Any) -> str:
    if type(value) is not str:
        raise TypeError
    return value


def _number(value: Any) -> int:
    if type(value) is not int:
        raise TypeError
    return value
