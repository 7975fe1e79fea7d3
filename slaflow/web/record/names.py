"""What the names of figures are called, by the agreements in force; no name of one is written in here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from slaflow.agreement.document.blocks import capital
from slaflow.agreement.words.naming import Naming, plain
from slaflow.language import _
from slaflow.workflow.model.workflow import Workflow

NOBODY = ("(none)", "(no owner)", "(no team)")


class Names:
    """Looks a name up in the first agreement that has it; what is gone is called as it was written."""

    def __init__(self, agreements: Sequence[Workflow]) -> None:
        self._agreements = agreements
        self._targets = {t.name: t for each in reversed(agreements) for t in each.targets}

    def party(self, name: str | None) -> str:
        if name == "lead":
            return _("the prospect")
        for each in self._agreements:
            if name is not None and name in each.parties:
                return Naming(each).party(name)
        return plain(name or "")

    def target(self, name: str) -> str:
        known = self._targets.get(name)
        return (known.title if known else None) or plain(name)

    def commitment(self, name: str) -> str:
        return capital(self._title("commitments", name))

    def state(self, name: str | None) -> str:
        return capital(self._title("states", name))

    def activity(self, name: str) -> str:
        return self._title("activities", name)

    def trigger(self, name: str | None) -> str:
        rows = (row for each in self._agreements for row in each.transitions if row.trigger == name)
        return next((row.title for row in rows if row.title), None) or plain(name or "")

    def rank(self, target: str) -> int:
        """Where a promise stands in the file; what is gone comes last."""
        known = self._targets.get(target)
        return len(self._targets) if known is None else known.index

    def group(self, by: str, name: str) -> str:
        """A group's name, as one would say it."""
        return self.party(name) if by == "sourced_by" else name

    def grouping(self, by: str) -> str:
        own = {
            "owner": _("owner"), "team": _("team"), "month": _("month"),
            "sourced_by": _("party that brought the lead"),
        }  # fmt: skip
        return own.get(by) or self._title("fields", by)

    def fields(self) -> list[str]:
        """Fields that a report is worth grouping by: what few leads share is not."""
        found: dict[str, None] = {}
        for each in self._agreements:
            for name, field in each.fields.items():
                if name not in each.identity and field.type in ("string", "bool"):
                    found.setdefault(name)
        return list(found)

    def _title(self, kind: str, name: str | None) -> str:
        name = name or ""
        for each in self._agreements:
            known: Mapping[str, Any] = getattr(each, kind)
            if name in known:
                return known[name].title or plain(name)
        return plain(name)
