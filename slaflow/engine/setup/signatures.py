"""Signatures under the texts of agreements, folded from entries: which stand, and whose are missing.

Nothing here asks the database. Source: rules.md, 35.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from slaflow.errors import SlaflowError
from slaflow.language import _
from slaflow.lifecycle.decision import instant_text
from slaflow.lifecycle.lead import Actor
from slaflow.log.entry import Entry
from slaflow.workflow.model.workflow import Workflow

SIGNED, WITHDRAWN, ACTIVATED = "signed", "signature_withdrawn", "activated"
AGREEMENT = "agreement"
"""What ``of`` says in the data of a signature under a text; those of reviews have a ``period``."""


class NotAParty(SlaflowError):
    """Somebody who speaks for no party of the agreement; *rule* says who signs."""

    code = "not_a_party"

    def __init__(self, who: Actor, workflow: str, rule: str) -> None:
        name = who.name if who.name == who.party else f"{who.name} ({who.party})"
        words = _("{name} is no party to {workflow}; {rule}")
        super().__init__(words.format(name=name, workflow=workflow, rule=rule))


@dataclass(frozen=True, slots=True)
class Given:
    """One party's signature under the text with *digest*; once withdrawn, why."""

    party: str
    actor: str
    at: datetime
    digest: str
    withdrawn: str | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "party": self.party, "actor": self.actor, "at": instant_text(self.at), "digest": self.digest,
        }  # fmt: skip


class Signatures:
    """All that was signed and withdrawn in one agreement's stream, as far as it was read."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._last: dict[tuple[str, str], Given] = {}
        for entry in entries:
            self.add(entry)

    def add(self, entry: Entry) -> None:
        """Takes in one entry of the stream, in its order; those of reviews are passed over."""
        if not _is_of_text(entry):
            return
        why = (entry.reason or "") if entry.kind == WITHDRAWN else None
        self.note(Given(entry.party or "", entry.actor, entry.at, entry.digest or "", why))

    def note(self, given: Given) -> None:
        """Takes in what a party did last with a text."""
        self._last[given.digest, given.party] = given

    def of(self, digest: str) -> list[Given]:
        """The signatures that stand under that text, oldest first."""
        found = [g for (text, _), g in self._last.items() if text == digest and g.withdrawn is None]
        return sorted(found, key=lambda given: given.at)

    def last(self, digest: str, party: str) -> Given | None:
        """What *party* did last with that text: signed it, or took that back."""
        return self._last.get((digest, party))

    def missing(self, digest: str, required: Iterable[str]) -> list[str]:
        """Those of *required* whose signature under that text does not stand."""
        have = {given.party for given in self.of(digest)}
        return [party for party in required if party not in have]

    def because(self, digest: str, required: Iterable[str]) -> list[str]:
        """A line for each that is missing."""
        return [self._why(digest, party) for party in self.missing(digest, required)]

    def _why(self, digest: str, party: str) -> str:
        last = self.last(digest, party)
        if last is None:
            return _("{party} has not signed this very text").format(party=party)
        words = _("{party} took its signature back at {at}: {why}")
        return words.format(party=party, at=instant_text(last.at), why=last.withdrawn)


def _is_of_text(entry: Entry) -> bool:
    return (entry.data or {}).get("of") == AGREEMENT


def required(workflow: Workflow, in_force: Workflow | None) -> tuple[str, ...]:
    """Who must have signed *workflow* before it replaces *in_force*: whom either names."""
    before = () if in_force is None else in_force.signatures
    return tuple(dict.fromkeys((*workflow.signatures, *before)))


def unsigned(
    signing: Iterable[Entry], activations: Iterable[Entry], version: Callable[[str, int | None], Workflow]
) -> Iterator[tuple[Entry, list[str]]]:
    """Activations whose signatures were missing, by the log alone, each with whose.

    *signing* holds what was signed and withdrawn, of reviews too; *version* gives a text by its digest, as it
    was put in force by an entry. Asked from the first entry on that tells of signatures: before, nobody asked
    for them.
    """
    given: dict[str, Signatures] = {}
    in_force: dict[str, Entry] = {}
    is_asked = False
    given_or_taken = (entry for entry in signing if _is_of_text(entry))
    for entry in sorted([*given_or_taken, *activations], key=lambda each: each.id or 0):
        signatures = given.setdefault(entry.stream, Signatures())
        is_asked = is_asked or entry.kind != ACTIVATED or "signatures" in (entry.data or {})
        if entry.kind != ACTIVATED:
            signatures.add(entry)
            continue
        before = in_force.get(entry.stream)
        if is_asked:
            old = None if before is None else version(before.digest or "", before.id)
            needed = required(version(entry.digest or "", entry.id), old)
            if because := signatures.because(entry.digest or "", needed):
                yield entry, because
        if before is None or entry.at >= before.at:
            in_force[entry.stream] = entry
