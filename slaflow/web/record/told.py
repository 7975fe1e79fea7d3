"""Each report's own tables and plot, by its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from slaflow.language import _
from slaflow.report.findings import FINDINGS
from slaflow.web.record import told_handoffs, told_leads, told_promises
from slaflow.web.record.names import Names
from slaflow.web.record.sheets import Figures, Sheet, Spelt, Telling

TELLERS: Mapping[str, Callable[[Telling, Spelt], Sheet]] = {
    "sla": told_promises.sla, "handoffs": told_handoffs.handoffs, "waste": told_handoffs.waste,
    "returns": told_handoffs.returns, "funnel": told_leads.funnel, "aging": told_leads.aging,
    "losses": told_handoffs.losses, "content": told_leads.content, "journey": told_leads.journey,
    "candour": told_promises.candour, "commitments": told_promises.commitments,
}  # fmt: skip


def finding(report: str, figures: Figures, names: Names) -> str:
    """What it comes to, in a sentence without its full stop; empty where there is none to say."""
    if report == "commitments":
        return _commitments(figures, names)
    if "states" in figures:
        states = [{**row, "state": names.state(row["state"])} for row in figures["states"]]
        figures = {**figures, "states": states}
    return FINDINGS[report](figures)


def _commitments(figures: Figures, names: Names) -> str:
    closed = [
        _("{party} kept {kept} of {all}").format(
            party=names.party(party), kept=row["kept"], all=row["kept"] + row["missed"]
        )
        for party, row in figures["parties"].items()
        if row["kept"] + row["missed"]
    ]
    return _("Of what was judged, {parties}").format(parties=", ".join(closed)) if closed else ""


def told(report: str, figures: Figures, names: Names, spelt: Spelt) -> Sheet:
    """The report as its page shows it; *spelt* writes an instant."""
    return TELLERS[report](Telling(figures, names), spelt)
