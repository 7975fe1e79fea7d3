"""Which rules of routing found nobody for a lead, and why: by what is on record, else as far as is known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from slaflow.agreement.words.dealing import receiver
from slaflow.agreement.words.naming import Naming
from slaflow.engine.owners.answer import Passed
from slaflow.engine.owners.draws import on_record
from slaflow.language import _
from slaflow.lifecycle.people import Directory
from slaflow.workflow.model.parties import Route
from slaflow.workflow.model.workflow import Workflow


@dataclass(frozen=True)
class Rules:
    """The rules as they were asked at ``at``, for the party that received the lead."""

    workflow: Workflow
    people: Directory
    party: str
    at: datetime

    def words(self, number: int) -> str:
        """Rule *number* as the agreement's document says it."""
        rules = self.workflow.routing or ()
        return receiver(rules[number - 1], Naming(self.workflow)) if number <= len(rules) else ""

    def passed(self, data: Mapping[str, Any]) -> Iterator[Passed]:
        """Those that found nobody: all before the one that did, or all but the one that waits."""
        told = {each["rule"]: each for each in data.get("passed", ())}
        chosen, rules = data.get("rule"), self.workflow.routing or ()
        last = len(rules) if data.get("to") is None or chosen is None else chosen
        for number, rule in enumerate(rules[:last], 1):
            if number == chosen:
                continue
            if number in told:
                yield self._told(number, rule, told[number])
            else:
                yield Passed(number, self.words(number), self._unfit(rule))

    def _told(self, number: int, rule: Route, told: Mapping[str, Any]) -> Passed:
        if "team" not in told:
            owners = ", ".join(told["candidates"])
            why = _("of those who own its company's other leads ({owners}) nobody was there")
            return Passed(number, self.words(number), why.format(owners=owners))
        team = Naming(self.workflow).team(told["team"])
        why = _("nobody of {team} could take a lead").format(team=team)
        return Passed(number, self.words(number), why, on_record(told, self.people, self.at))

    def _unfit(self, rule: Route) -> str:
        """Why a rule found nobody of which nothing is on record."""
        if rule.kind == "team":
            return self._unfit_team(rule)
        if rule.kind == "person":
            person = self.people.person(rule.to, self.at)
            if person is None or self.people.is_away(rule.to, self.at):
                return _("{person} was not there").format(person=rule.to)
            if person.party != self.party:
                return _("{person} is not of {party}").format(person=rule.to, party=self._party)
            return _("its condition did not hold")
        why = _without(rule)
        return why if rule.when is None else _("its condition did not hold, or {why}").format(why=why)

    def _unfit_team(self, rule: Route) -> str:
        naming = Naming(self.workflow)
        if self.workflow.teams[rule.to].party != self.party:
            return _("{team} is not of {party}").format(team=naming.team(rule.to), party=self._party)
        if self.people.able(rule.to, self.at):
            return _("its condition did not hold")
        why = _("nobody of {team} was there").format(team=naming.team(rule.to))
        return why if rule.when is None else _("its condition did not hold, or {why}").format(why=why)

    @property
    def _party(self) -> str:
        return Naming(self.workflow).party(self.party)


def _without(rule: Route) -> str:
    """How it comes that a rule finds nobody that names a person by what is known of the lead."""
    if rule.kind == "account":
        return _("nobody was found who owned another open lead of the company")
    if rule.kind != "previous":
        return _("it found nobody who was there")
    if rule.skip_breached:
        return _("nobody who was there had had it before without breaking a promise on it")
    return _("nobody who was there had had it before")
