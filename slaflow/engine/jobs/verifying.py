"""The job ``verify``: every hash of the log recomputed, and with ``replay`` every step decided again."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from slaflow.engine.context import Context
from slaflow.engine.jobs.kinds import Kind, Parameters, Work
from slaflow.engine.log import checkpoints, read, replay
from slaflow.errors import InvalidValue
from slaflow.log.errors import LogTampered, VerificationImpossible
from slaflow.log.verify import Finding, Verification
from slaflow.store.log import checkpoints as heads

if TYPE_CHECKING:
    from slaflow.engine.app import Engine

SHOWN = 200
"""Findings that are kept, as far as they are named; all are counted."""


def check(app: Engine, asked: Mapping[str, Any]) -> Parameters:
    """``replay``, true or false. Raises ``InvalidValue``."""
    if unknown := sorted(set(asked) - {"replay"}):
        raise InvalidValue(f"a verification is not told {unknown[0][:40]}; it takes replay")
    is_replayed = asked.get("replay", False)
    if not isinstance(is_replayed, bool):
        raise InvalidValue("replay is true or false")
    return {"replay": is_replayed}


def run(app: Engine, work: Work) -> dict[str, Any]:
    """What ``slaflow log verify`` finds, and the root of the tree over all entries there were when it began.

    ``replay`` is null where it was not asked for, or the hashes do not hold.
    """
    with app.database.write() as conn:
        last = heads.last_entry(conn)
    found = read.verify(app, work.progress)
    again = None
    if found.ok and work.parameters["replay"]:
        again = _again(app, work, found.entries)
    return {**_verdict(found), "head": _head(app, work, last) if found.ok else None, "replay": again}


def _verdict(found: Verification) -> dict[str, Any]:
    findings = sorted(found.findings, key=lambda each: each.id or 0)
    return {
        "ok": found.ok, "entries": found.entries, "streams": found.streams, "found": len(findings),
        "findings": [_named(each) for each in findings[:SHOWN]],
    }  # fmt: skip


def _named(finding: Finding) -> dict[str, Any]:
    told = {"id": finding.id, "stream": finding.stream, "seq": finding.seq, "reason": finding.reason}
    return {**told, "expected": finding.expected, "found": finding.found}


def _head(app: Engine, work: Work, last: int) -> dict[str, Any] | None:
    """Size and root of the tree over the entries up to *last*; None where what is archived hides it."""
    with suppress(VerificationImpossible, LogTampered), app.database.read() as conn:
        tree = checkpoints.tree_up_to(conn, last, None, lambda number: work.progress(number))
        return {"size": tree.size, "root": tree.root().hex()}
    return None


def _again(app: Engine, work: Work, entries: int) -> dict[str, Any]:
    def heard(number: int) -> None:
        work.progress(number, entries)

    try:
        # What decides again compiles the texts anew, and takes none that somebody kept.
        report = replay.replayed(Context(app.database, now=app.now), heard)
    except VerificationImpossible as error:
        return {"ok": None, "because": str(error)}
    named = [_named(each) for each in (*report.findings, *report.rows)]
    reasons = list(dict.fromkeys(reason for _, reason in report.unchecked))
    return {
        "ok": report.ok, "leads": report.leads, "found": report.bad, "findings": named[:SHOWN],
        "not_checkable": report.not_checkable, "because": "; ".join(reasons[:10]) or None,
    }  # fmt: skip


VERIFY = Kind("verify", "verify", check, run, holds_leads=False)
