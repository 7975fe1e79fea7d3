"""Every agreement that comes with slaflow, or is told of in its pages and benchmarks, keeps all claims."""

from __future__ import annotations

import pytest
from support.source import ROOT

from slaflow.workflow.load import read_workflow
from slaflow.workflow.proof.claims import judged

FOLDERS = ("workflows", "docs", "bench")
FILES = [
    path
    for folder in FOLDERS
    for path in sorted((ROOT / folder).rglob("*.yaml"))
    if "\nworkflow: " in f"\n{path.read_text(encoding='utf-8')}" and ".scenario." not in path.name
]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_claim_holds_and_nothing_is_told(path):
    found = list(judged(read_workflow(path).require()))
    assert [each.proof.holds for each in found] == [True, True, True]
    assert [remark for each in found for remark in each.remarks] == []
