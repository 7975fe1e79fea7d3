"""An entry in a sentence, of whatever stream; what was erased is said to be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from slaflow.agreement.words.naming import Naming, plain
from slaflow.engine.context import Context
from slaflow.engine.desk import told
from slaflow.engine.desk.meanwhile import name_of
from slaflow.errors import SlaflowError
from slaflow.language import _, ngettext
from slaflow.lifecycle.people import Directory
from slaflow.log.entry import Entry
from slaflow.workflow.model.parties import SYSTEM


@dataclass(frozen=True, slots=True)
class Said:
    """``by`` is whom it was done by, None where it came by itself; ``with_it`` what was given with it."""

    sentence: str
    by: str | None
    with_it: tuple[tuple[str, str], ...] = ()


class Sayings:
    """What entries say, in the language of who reads; each agreement is read once."""

    def __init__(self, app: Context, people: Directory) -> None:
        self._app, self._people = app, people
        self._namings: dict[str, Naming] = {}

    def said(self, entry: Entry) -> Said:
        by = None if entry.actor == SYSTEM else self._who(entry)
        try:
            return self._as_meant(entry, by)
        except (SlaflowError, ValueError, TypeError, LookupError, AttributeError):
            # Somebody has changed what is stored; who looks into that is to see it all the same.
            return Said(_("%(kind)s, in words that cannot be read") % {"kind": plain(entry.kind)}, by)

    def _as_meant(self, entry: Entry, by: str | None) -> Said:
        if entry.lead is not None and entry.digest is not None:
            event = told.event(self._naming(entry.digest), self._people, entry)
            return Said(event.sentence, by, event.said)
        say = _OTHERS.get(entry.kind)
        words = plain(entry.kind) if say is None or entry.data is None else say(entry, entry.data)
        return Said(words, by)

    def _who(self, entry: Entry) -> str:
        if self._people.rows(entry.actor):
            return name_of(self._people, entry.actor)
        return plain(entry.actor) if entry.actor == entry.party else entry.actor

    def _naming(self, digest: str) -> Naming:
        if digest not in self._namings:
            self._namings[digest] = Naming(self._app.workflow(digest))
        return self._namings[digest]


def kinds() -> Mapping[str, str]:
    """What each kind of entry is called by who reads."""
    return {
        "created": _("added"), "changed": _("fields set"), "activity": _("touch"),
        "checked": _("check answered"), "transition": _("moved on"), "refused": _("refused"),
        "assigned": _("given to"), "clock_started": _("time began"), "clock_paused": _("paused"),
        "clock_resumed": _("goes on"), "clock_met": _("kept"), "clock_cancelled": _("no longer owed"),
        "warned": _("warned"), "breached": _("broke"), "breach_lifted": _("excused"),
        "disputed": _("disputed"), "granted": _("dispute granted"), "upheld": _("dispute turned down"),
        "met_late": _("kept late"), "escalated": _("escalated"), "timer_fired": _("timer rang"),
        "clock_moved": _("due anew"), "clock_restarted": _("time began anew"),
        "clock_passed_on": _("passed on"), "migrated": _("other version"), "merged": _("merged"),
        "erased": _("erased"), "commitment": _("period closed"), "signed": _("signed"),
        "signature_withdrawn": _("signature taken back"), "activated": _("put in force"),
        "person": _("person"), "access": _("access"), "archived": _("archived"),
    }  # fmt: skip


def _person(entry: Entry, data: Mapping[str, Any]) -> str:
    where = ", ".join(str(data[name]) for name in ("party", "team", "role") if data.get(name))
    words = {
        "recorded": _("%(who)s was recorded"), "removed": _("%(who)s was removed"),
        "away": _("%(who)s is away for a while"),
    }  # fmt: skip
    change = words.get(str(data.get("change")), _("%(who)s was changed"))
    return change % {"who": data.get("email")} + (f": {where}" if where else "")


def _access(entry: Entry, data: Mapping[str, Any]) -> str:
    words = {
        "invited": _("%(who)s was invited to sign in"), "let_in": _("%(who)s was let in"),
        "token_made": _("a token was made: %(who)s"), "token_revoked": _("a token was revoked: %(who)s"),
    }  # fmt: skip
    said = words.get(str(data.get("change")), _("access changed: %(who)s"))
    return said % {"who": data.get("email") or data.get("token") or data.get("name") or ""}


def _activated(entry: Entry, data: Mapping[str, Any]) -> str:
    return _("an agreement was put in force: %(name)s") % {"name": entry.stream.partition(":")[2]}


def _signed(entry: Entry, data: Mapping[str, Any]) -> str:
    if data.get("of"):
        return _("the text of an agreement was signed: %(name)s") % {"name": entry.stream.partition(":")[2]}
    return _("the record of %(period)s was signed") % {"period": data.get("period")}


def _withdrawn(entry: Entry, data: Mapping[str, Any]) -> str:
    return _("a signature was taken back")


def _commitment(entry: Entry, data: Mapping[str, Any]) -> str:
    words = {"name": data.get("title") or plain(entry.target or ""), "period": data.get("period")}
    return _("%(name)s in %(period)s: the period was closed") % words


def _archived(entry: Entry, data: Mapping[str, Any]) -> str:
    number = int(data.get("entries") or 0)
    said = ngettext("%(n)s entry was moved to a file", "%(n)s entries were moved to a file", number)
    return said % {"n": number}


_OTHERS: Mapping[str, Callable[[Entry, Mapping[str, Any]], str]] = {
    "person": _person,
    "access": _access,
    "activated": _activated,
    "signed": _signed,
    "signature_withdrawn": _withdrawn,
    "commitment": _commitment,
    "archived": _archived,
}
