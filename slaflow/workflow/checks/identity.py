"""Checks of who is who: two records of one lead can be told to be one."""

from __future__ import annotations

from collections.abc import Iterator

from slaflow.workflow.checks.remark import Remark
from slaflow.workflow.model.workflow import Workflow


def check_identity(workflow: Workflow) -> Iterator[Remark]:
    """The lead has an identity."""
    if not workflow.identity:
        words = "no identity: every record is a lead of its own, however often it is told; name fields, as in"
        yield Remark(("lead", "identity"), f"{words} identity: [email]", warning=True)
