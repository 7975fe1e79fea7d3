"""Reasons that stay in the log for ever: they say something, and nothing of the person."""

from __future__ import annotations

from collections.abc import Iterator

from slaflow.errors import USAGE, SlaflowError
from slaflow.language import _
from slaflow.lifecycle.lead import Lead
from slaflow.workflow.identity import folded
from slaflow.workflow.model.workflow import Workflow

LONGEST_REASON = 500
TYPED = ("string", "text", "email", "url")
SHORTEST_VALUE = 5
"""Shorter values stand in other words too: an ``SE`` in ``sent``."""


class ReasonUnusable(SlaflowError):
    """A reason that says nothing, says too much, or holds what may have to be erased."""

    code = "reason_unusable"
    exit_code = USAGE


def check_reason(workflow: Workflow, lead: Lead, reason: str) -> None:
    """Raises ``ReasonUnusable`` for a reason that may not stay in the log for ever."""
    check_length(reason)
    text = reason.strip()
    named = [name for name, value in _telling(workflow, lead) if folded(value) in folded(text)]
    if named:
        raise ReasonUnusable(
            _("the reason holds the lead's own {what} and stays in the log for ever; leave it out").format(
                what=", ".join(named)
            )
        )


def check_length(reason: str) -> None:
    """Raises ``ReasonUnusable`` for a reason that says nothing or too much."""
    text = reason.strip()
    if not text:
        raise ReasonUnusable(_("say why, in a few words that name nobody"))
    if len(text) > LONGEST_REASON:
        raise ReasonUnusable(
            _("the reason has {number} characters; {most} at most").format(
                number=len(text), most=LONGEST_REASON
            )
        )


def _telling(workflow: Workflow, lead: Lead) -> Iterator[tuple[str, str]]:
    """(field, text) of what the lead holds in words of its own, none that the agreement chose."""
    for name, value in lead.fields.items():
        spec = workflow.fields.get(name)
        is_own = spec is None or (spec.type in TYPED and not spec.one_of)
        if is_own and isinstance(value, str) and len(value) >= SHORTEST_VALUE:
            yield name, value
