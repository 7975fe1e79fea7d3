"""Erasing a person: what the lead keeps, and that nothing happens to it afterwards.

The lead forgets here; the data of the log and the messages is blanked by ``store/erasure.py``, in the same
transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from slaflow.errors import SlaflowError
from slaflow.language import _
from slaflow.lifecycle.clocks import cancel
from slaflow.lifecycle.decision import instant_text
from slaflow.lifecycle.events import Erased
from slaflow.lifecycle.lead import Lead
from slaflow.lifecycle.work import Work


class LeadErased(SlaflowError):
    """An input for a lead whose person was erased."""

    code = "lead_erased"

    def __init__(self, lead_id: int, erased_at: datetime) -> None:
        self.lead_id = lead_id
        self.erased_at = erased_at
        super().__init__(
            _("lead {lead_id} was erased on {instant_text}; nothing can happen to it any more").format(
                lead_id=lead_id, instant_text=instant_text(erased_at)
            )
        )


def check_not_erased(lead: Lead) -> None:
    """Raises ``LeadErased`` for a lead whose person was erased."""
    if (at := lead.erased_at) is not None:
        raise LeadErased(lead.id, at)


def erase(work: Work, erased: Erased, at: datetime, given: Mapping[str, Any]) -> None:
    """The lead forgets what it knows of the person, and nobody owes anything for it any more.

    Kept is what figures count and what names nobody: state, owner, stage, engagement, tallies, attempts.
    *given* is what the ``erased`` entry says besides. That entry and those after it are hashed without
    the salt, which is gone; the entries before it must have been sealed.
    """
    lead = work.lead
    blanked: dict[str, Any] = {
        "key": erased.key, "fields": sorted(lead.fields), "checks": sorted(lead.checks),
    }  # fmt: skip
    if erased.kept:
        blanked["kept"] = erased.kept
    lead.key, lead.salt = erased.key, b""
    lead.fields, lead.field_at, lead.checks = {}, {}, {}
    lead.account = lead.waits_for = lead.waits_since = None
    lead.closed = True
    work.is_moved = True
    seq = work.log("erased", at, reason=erased.reason, data=blanked, **given)
    for clock in work.open_clocks():
        cancel(work, clock, at, seq, "the lead was erased")
