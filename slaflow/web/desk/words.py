"""What buttons say and where they lead; every name in them comes from the agreement."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote

from slaflow.agreement.document.blocks import capital
from slaflow.agreement.words.naming import plain
from slaflow.engine.desk.deeds import Deed
from slaflow.engine.desk.refusals import Mend
from slaflow.language import _

_PLACES = {
    "fire": "", "answer": "check/", "record": "log/", "set": "set/", "give": "owner", "erase": "erase",
    "dispute": "dispute/", "lift": "lift/", "uphold": "uphold/", "dispute_return": "dispute/return/",
    "lift_return": "lift/return/", "uphold_return": "uphold/return/",
}  # fmt: skip
_OURS = {"owner", "erase"}
"""What a trigger may be called too; its page is then somewhere else."""


def tab(whose: str) -> str:
    """What the tab of a queue says."""
    return {
        "me": _("Mine"), "team": _("My team"), "unowned": _("No owner"), "party": _("All"),
        "back": _("Came back"), "close": _("Close to handing over"),
    }[whose]  # fmt: skip


def place(lead: int, deed: Deed) -> str:
    """Where a deed's page is, as seen from the root of the site."""
    return where(lead, deed.kind, deed.name)


def where(lead: int, kind: str, name: str) -> str:
    if kind == "take":
        return f"leads/{lead}/owner/me"
    if kind == "fire" and name in _OURS:
        return f"leads/{lead}/fire/{name}"
    return f"leads/{lead}/{_PLACES[kind]}{quote(name, safe='')}"


def button(deed: Deed) -> str:
    """Dots where its page asks for more first."""
    says = {"record": _("Log {what}"), "answer": _("Answer {what}"), "set": _("Set {what}")}.get(deed.kind)
    words = says.format(what=deed.title) if says else capital(deed.title)
    return words + ("…" if asks_first(deed) else "")


def plainly(deed: Deed) -> str:
    """What its button says under a heading that says the rest."""
    return capital(deed.title) + ("…" if asks_first(deed) else "")


def asks_first(deed: Deed) -> bool:
    """Whether it takes a page of its own: something is to be given with it, or it ends the lead's course."""
    return bool(deed.asked) or deed.is_final


def mending(lead: int, mend: Mend) -> tuple[str, str] | None:
    """Where what would mend it is done, and what the link says."""
    words = _mends()[mend.kind]
    if mend.kind in ("attempt", "contact"):
        return f"leads/{lead}#log", words
    kinds = {"field": "set", "check": "answer", "activity": "record"}
    return (where(lead, kinds[mend.kind], mend.name or ""), words) if mend.kind in kinds else None


def _mends() -> dict[str, str]:
    return {
        "field": _("set it"), "check": _("answer it"), "activity": _("record it"),
        "attempt": _("record an attempt"), "contact": _("record that you spoke"), "open": "",
    }  # fmt: skip


def missing(names: Iterable[str]) -> tuple[str, ...]:
    """That each of *names*, by which a lead is known, has to be said."""
    return tuple(_("{name} is required").format(name=capital(plain(each))) for each in names)
