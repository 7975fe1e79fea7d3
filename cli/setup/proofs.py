"""What ``workflow check`` proves of a file, as findings and as JSON."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from slaflow.workflow.load import Checked
    from slaflow.workflow.proof.claim import Proof


def proved(path: Path, checked: Checked, *, strict: bool) -> dict[str, Any]:
    """What is added to or changed in the JSON of a checked file: ``proofs``, and what they warn of.

    *strict* makes errors of warnings.
    """
    # Imported here: a file with an error is not searched, and playing needs the core.
    from slaflow.trial.proofs import proofs, remarks
    from slaflow.workflow.yaml.read import read_yaml

    given: list[Proof] = [] if checked.workflow is None else list(proofs(checked.workflow, path.name))
    told = list(checked.warnings)
    about = [remark for proof in given for remark in remarks(proof)]
    if about and checked.workflow is not None:
        source = read_yaml(checked.workflow.source)
        added = [source.finding(remark.path, remark.message, key=remark.key) for remark in about]
        places = {(each.line, each.column) for each in added}
        # What is found by searching is told with the way into it; that nothing lives there says less.
        told = [each for each in told if not _is_said(each.message, (each.line, each.column), places)]
        told = sorted([*told, *added], key=lambda each: (each.line, each.column))
    errors, warnings = ([*checked.errors, *told], []) if strict else (list(checked.errors), told)
    return {
        "errors": [_json(each) for each in errors],
        "warnings": [_json(each) for each in warnings],
        "proofs": [proof.as_json() for proof in given],
    }


def _is_said(message: str, place: tuple[int, int], places: set[tuple[int, int]]) -> bool:
    return place in places and "nobody owes anything" in message


def _json(finding: Any) -> dict[str, Any]:
    return {"line": finding.line, "column": finding.column, "path": finding.path, "message": finding.message}
