"""Why a lead is whose it is, in words: lines, those that belong below another set in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from slaflow.agreement.words.naming import Naming
from slaflow.engine.owners.answer import Candidate, OwnerWhy
from slaflow.language import _, ngettext
from slaflow.lifecycle.dealing.choice import CLOSED, ENOUGH, FULL, LEAVES, NO_WEIGHT
from slaflow.lifecycle.dealing.needed import Need


class Line(NamedTuple):
    """One line; ``depth`` is how far it is set in."""

    words: str
    depth: int = 0


@dataclass(frozen=True)
class Words:
    """*why* as its reader is told it.

    Args:
        naming: what the agreement calls its teams.
        name: what somebody is called, by their address.
        spelt: an instant as the reader writes it.
    """

    why: OwnerWhy
    naming: Naming
    name: Callable[[str], str]
    spelt: Callable[[datetime], str]

    def lines(self) -> Iterator[Line]:
        """All there is to say, the answer first."""
        yield Line(self._answer())
        if self.why.how in ("erased", "archived"):
            return
        if self.why.how == "waits" and self.why.leaves is not None and self.why.by is not None:
            words = _("{by} handed over what {leaves} had")
            yield Line(words.format(by=self.name(self.why.by), leaves=self.name(self.why.leaves)))
        yield from self._rules()
        if self.why.candidates:
            yield Line(self._team())
            for each in self.why.candidates:
                yield Line(self._candidate(each), 1)

    def needed(self, each: Candidate) -> list[str]:
        """What somebody would have needed to be chosen."""
        return [self._need(need, each) for need in each.needed]

    @property
    def _named(self) -> str:
        return "" if self.why.team is None else self.naming.team(self.why.team)

    def _answer(self) -> str:
        why = self.why
        owner = None if why.owner is None else self.name(why.owner)
        at = "" if why.at is None else self.spelt(why.at)
        by = "" if why.by is None else self.name(why.by)
        match why.how:
            case "erased":
                words = _("what was known of lead {lead} was erased {at}, and with it why it was whose")
            case "archived":
                words = _("the entries of lead {lead} are archived, and with them why it is whose it is")
            case "never" | "no_routing":
                words = _("nobody owns lead {lead}: it was never given to anybody")
                if why.how == "no_routing":
                    words = _("nobody owns lead {lead}: the agreement has no rules of routing")
            case "nobody":
                words = self._nobody()
            case "migrated":
                words = _(
                    "nobody owns lead {lead}: it was moved to another version {at}, by which {party} holds "
                    "it, and who owned it is not of that party"
                )
            case "waits":
                return self._waits()
            case "by_hand":
                words = _("{owner} owns lead {lead}: {by} gave it to them by hand, {at}")
            case "rule":
                words = _("{owner} owns lead {lead} by rule {number} of the routing, since {at}")
            case "dealt":
                words = _("{owner} owns lead {lead}: it waited for {team}, which dealt it to them {at}")
            case "handed_over":
                words = _(
                    "{owner} owns lead {lead}: {team} dealt it to them {at}, "
                    "as {by} handed over what {leaves} had"
                )
            case _:
                words = _("{owner} owns lead {lead}: {cause} gave it to them {at}, {method}")
        number = None if why.rule is None else why.rule[0]
        return words.format(
            owner=owner, lead=why.lead, at=at, by=by, number=number, team=self._named, cause=self._cause(),
            leaves=None if why.leaves is None else self.name(why.leaves), method=self._method(),
            party=self.naming.party(why.held_by),
        )  # fmt: skip

    def _nobody(self) -> str:
        if self.why.method == "waiting":
            return _("nobody owns lead {lead}: it waited for {team} from {at}, and does so no longer")
        if self.why.cause is not None and not self.why.passed:
            return _("nobody owns lead {lead}: {cause} found nobody, {at}")
        return _("nobody owns lead {lead}: no rule of the routing found anybody, {at}")

    def _waits(self) -> str:
        waits = self.why.waits
        assert waits is not None
        words = _("nobody owns lead {lead}: it waits for {team} since {since}")
        if waits.place is not None:
            words = _("nobody owns lead {lead}: it waits for {team} since {since}, number {place} of {of}")
        return words.format(
            lead=self.why.lead,
            team=self._named,
            since=self.spelt(waits.since),
            place=waits.place,
            of=waits.of,
        )

    def _cause(self) -> str:
        cause = self.why.cause
        if cause is None:
            return _("the agreement")
        if cause.step is not None:
            return _("the step {step} of {target}").format(step=cause.step, target=cause.target)
        if cause.trigger is not None:
            return _("the trigger {trigger}").format(trigger=cause.trigger)
        return _("the agreement") if cause.target is None else cause.target

    def _method(self) -> str:
        match self.why.method:
            case "next":
                return _("as next of {team}").format(team=self._named)
            case "position":
                return _("by the number of the lead among those of {team}").format(team=self._named)
            case "manager":
                return _("as manager of who had it")
            case "round_robin" | "least_loaded":
                return _("by {team}").format(team=self._named)
            case _:
                return _("as it names them")

    def _rules(self) -> Iterator[Line]:
        why = self.why
        for each in why.passed:
            words = _("rule {number} ({words}) was passed over: {why}")
            yield Line(words.format(number=each.number, words=each.words, why=each.why))
            for candidate in each.candidates:
                yield Line(self._candidate(candidate), 1)
        if why.rule is None:
            return
        number, rule = why.rule
        words = _("rule {number}: {words}")
        if why.names_a_person:
            words = _("rule {number}: {words}; weights, limits and hours do not count for who is named so")
        yield Line(words.format(number=number, words=rule))

    def _team(self) -> str:
        why = self.why
        if why.waits is not None:
            if why.waits.is_now:
                return _("who of {team} could take it now:").format(team=self._named)
            return _("who of {team} could take it when it began to wait:").format(team=self._named)
        if why.method == "least_loaded":
            return _("{team} deals to whoever has the fewest open leads for their weight:").format(
                team=self._named
            )
        if why.after is None:
            return _("{team} deals by turns:").format(team=self._named)
        return _("{team} deals by turns; {after} had the one before, in round {round}:").format(
            team=self._named, after=self.name(why.after), round=why.round
        )

    def _candidate(self, each: Candidate) -> str:
        facts = self._facts(each)
        if each.is_chosen:
            words = _("{person}, chosen: {facts}") if facts else _("{person}, chosen")
            return words.format(person=self.name(each.email), facts=facts)
        needs = _(", and ").join(self.needed(each))
        if not needs and self.why.waits is not None and self.why.waits.is_now:
            needs = _("nothing: the next tick deals, or 'slaflow lead deal'")
        words = _("{person}: {facts}") if facts else _("{person}")
        if needs:
            words = _("{person}: {facts}; needed: {needs}") if facts else _("{person}; needed: {needs}")
        return words.format(person=self.name(each.email), facts=facts, needs=needs)

    def _facts(self, each: Candidate) -> str:
        if each.needed and each.needed[0].what == "there":
            if each.away_until is None:
                return _("away")
            return _("away until {at}").format(at=self.spelt(each.away_until))
        figure = each.figure
        if figure is None:
            return ""
        said = [_("weight {n}").format(n=figure.weight)]
        if figure.open is not None:
            words = _("{n} open") if figure.capacity is None else _("{n} open of {most}")
            said.append(words.format(n=figure.open, most=figure.capacity))
        if figure.today is not None:
            words = _("{n} today") if figure.per_day is None else _("{n} today of {most}")
            said.append(words.format(n=figure.today, most=figure.per_day))
        if figure.why is not None:
            said.append(hindrance(figure.why))
        return ", ".join(said)

    def _need(self, need: Need, each: Candidate) -> str:
        match need.what:
            case "there":
                return _("to be there")
            case "weight":
                return _("a weight above 0")
            case "open":
                return _("the calendar {calendar} open").format(calendar=self.why.calendar or "")
            case "less":
                return ngettext("one open lead less", "{n} open leads less", need.number).format(
                    n=need.number
                )
            case "day":
                return _("another day")
            case "stay":
                return _("not to hand over what they have")
            case "turn":
                return self._turn(need.number)
            case _:
                return _("to come before {owner} in turn").format(owner=self._chosen())

    def _turn(self, number: int) -> str:
        words = _("to come before {owner} in turn: {n} draws later it is theirs")
        if number == 1:
            words = _("to come before {owner} in turn: they are next")
        elif number == 2:
            words = _("to come before {owner} in turn: they are next but one")
        return words.format(owner=self._chosen(), n=number)

    def _chosen(self) -> str:
        return next((self.name(each.email) for each in self.why.candidates if each.is_chosen), "")


def hindrance(why: str) -> str:
    """Why somebody who is there can take no lead, as it is recorded, in words."""
    words = {
        NO_WEIGHT: _("gets none"), FULL: _("full"), ENOUGH: _("enough for that day"), CLOSED: _("closed"),
        LEAVES: _("hands over"),
    }  # fmt: skip
    return words.get(why, why)


def plain(lines: Sequence[Line]) -> list[str]:
    """The lines as text, each set in by two spaces as far as it is."""
    return ["  " * line.depth + line.words for line in lines]
