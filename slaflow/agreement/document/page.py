"""The whole page: its parts in the order in which two people who negotiate read them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from slaflow.agreement.document import promises, terms, ways
from slaflow.agreement.document.blocks import Block, Heading, Page, Paragraph, Picture, Table
from slaflow.agreement.document.expressions import expressions
from slaflow.agreement.words.naming import Naming, plain
from slaflow.language import _
from slaflow.workflow.model.workflow import Workflow


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed this very text, for which party, and when."""

    party: str
    actor: str
    at: str


def page(agreement: Workflow, at: date, signatures: Sequence[Signature] | None = None) -> Page:
    """Everything that *agreement* says; holidays of the twelve months from *at* on.

    *signatures* are those of this very text; None where nobody was asked, and lines to sign on are left.
    """
    return Page(agreement.title or plain(agreement.name), tuple(_blocks(agreement, at, signatures)))


def _blocks(agreement: Workflow, at: date, signatures: Sequence[Signature] | None) -> Iterator[Block]:
    naming = Naming(agreement)
    between = naming.parties(agreement.parties)
    yield Paragraph(
        _("Agreement {name}, version {digest}, between {between}.").format(
            name=agreement.name, digest=agreement.digest[:12], between=between
        )
    )
    yield from terms.parties(agreement, naming)
    yield from ways.ready(agreement, naming)
    yield from promises.promised(agreement, naming)
    yield from promises.timers(agreement, naming)
    yield from terms.states(agreement, naming)
    yield Picture(agreement)
    yield from ways.ways(agreement, naming)
    yield from ways.checks(agreement, naming)
    yield from terms.journey(agreement, naming)
    yield from terms.touchpoints(agreement, naming)
    yield from terms.known(agreement, naming)
    yield from terms.owners(agreement, naming)
    yield from terms.rights(agreement, naming)
    yield from terms.rest(agreement, naming)
    yield from terms.calendars(agreement, naming, at)
    yield from expressions(agreement)
    yield from _signed(agreement, naming, signatures)


def _signed(agreement: Workflow, naming: Naming, signatures: Sequence[Signature] | None) -> Iterator[Block]:
    yield Heading(_("Signatures"))
    yield Paragraph(_("Of the text whose SHA-256 digest is {digest}.").format(digest=agreement.digest))
    signed = {each.party: each for each in signatures or ()}
    rows = []
    for party in agreement.signatures or tuple(agreement.parties):
        one = signed.get(party)
        rows.append((naming.party(party), one.actor if one else "", one.at if one else ""))
    yield Table((_("for"), _("signed by"), _("at")), rows)
