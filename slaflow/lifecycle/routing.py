"""Who gets a lead, and who hears of it (rules.md, 28.5 to 28.7).

What a step causes never reads other leads (rules.md, 19): only arriving inputs draw a team's
round-robin turn, a step takes the member after the present owner.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from slaflow.language import _
from slaflow.lifecycle.dealing import choice
from slaflow.lifecycle.dealing.choice import Figure, Table
from slaflow.lifecycle.dealing.loads import Draw
from slaflow.lifecycle.lead import Lead
from slaflow.lifecycle.people import Directory, Person
from slaflow.lifecycle.view import View
from slaflow.workflow.model.parties import Route
from slaflow.workflow.model.workflow import Workflow

NAMED = 3
"""People who are named as those who could have a lead."""


WAITING = "waiting"
"""How a lead is picked up that a team is to have once one of its members can take it."""


@dataclass(frozen=True, slots=True)
class Pick:
    """Who was picked and how.

    ``reads`` says that other leads were asked, so that deciding again takes from the log what they told:
    ``figures`` of a team's members with who was drawn ``after`` whom in which ``round``, and ``passed``, the
    rules before that found nobody. ``draw`` is the team's turn, where it was drawn.
    """

    owner: str | None
    method: str
    team: str | None = None
    candidates: tuple[str, ...] = ()
    rule: int | None = None
    reads: bool = False
    draw: Draw | None = None
    figures: tuple[Figure, ...] = ()
    after: str | None = None
    round: int = 1
    passed: tuple[Pick, ...] = ()

    @property
    def waits(self) -> bool:
        """Whether the lead waits for the team."""
        return self.method == WAITING

    def as_data(self) -> dict[str, Any]:
        """The pick as an ``assigned`` entry carries it."""
        data: dict[str, Any] = {
            "to": self.owner,
            "method": self.method,
            "team": self.team,
            "candidates": list(self.candidates),
            "rule": self.rule,
        }
        if self.figures:
            data["figures"] = [each.as_data() for each in self.figures]
            data |= {"after": self.after, "round": self.round}
        if self.passed:
            data["passed"] = [each.as_passed() for each in self.passed]
        return data

    def as_passed(self) -> dict[str, Any]:
        """The pick as the rule that found it is told of, where a later one found somebody."""
        if self.team is None:
            return {"rule": self.rule, "method": self.method, "candidates": list(self.candidates)}
        return {"rule": self.rule, "team": self.team, "figures": [each.as_data() for each in self.figures]}


class Routing(NamedTuple):
    """Everything a pick may read: the workflow, who is there, the lead, the instant, and by whom."""

    workflow: Workflow
    people: Directory
    lead: Lead
    at: datetime
    by_step: bool

    @property
    def _owner(self) -> str | None:
        """The lead's owner, as they were first recorded."""
        return None if self.lead.owner is None else self.people.spelt(self.lead.owner)

    def receiver(self, party: str, view: View) -> Pick | None:
        """The first routing rule that finds somebody of *party*; None if none does.

        *view* is the lead as it was before the move.
        """
        passed: tuple[Pick, ...] = ()
        for number, rule in enumerate(self.workflow.routing or (), 1):
            if not view.holds(rule.when):
                continue
            pick = self._by_rule(rule, party, number)
            if pick is None:
                continue
            if pick.owner is not None:
                return replace(pick, passed=passed, reads=True) if passed else pick
            passed += (pick,)
        for place, pick in enumerate(passed):
            if pick.waits:
                return replace(pick, passed=(*passed[:place], *passed[place + 1 :]))
        return None

    def _by_rule(self, rule: Route, party: str, number: int) -> Pick | None:
        """Whom *rule* finds; without an owner where other leads tell that it finds nobody now."""
        if rule.kind == "team":
            team = self.workflow.teams[rule.to]
            return self.from_team(rule.to, number) if team.party == party else None
        if rule.kind == "account":
            return self._of_account(party, number)
        person = self._named(rule, party)
        if person is None or not self._serves(person, party):
            return None
        person = self.people.spelt(person)
        if rule.skip_breached and self.lead.broken.get(person):
            return None
        return Pick(person, rule.kind, candidates=(person,), rule=number)

    def _of_account(self, party: str, number: int) -> Pick | None:
        """Who has other leads of the company; what a step causes asks nobody."""
        loads = self.people.loads
        if self.by_step or loads is None or self.lead.account is None:
            return None
        owners = tuple(loads.owners(self.lead.account, party, self.lead.id))
        if not owners:
            return None
        owner = next((each for each in owners if self._serves(each, party)), None)
        return Pick(owner, "account", candidates=owners, rule=number, reads=True)

    def _named(self, rule: Route, party: str) -> str | None:
        if rule.kind == "previous":
            return self.lead.holders.get(party)
        if rule.kind == "field":
            value = self.lead.fields.get(rule.to)
            return None if value is None else str(value)
        return rule.to

    def _serves(self, email: str, party: str) -> bool:
        person = self.people.person(email, self.at)
        return person is not None and person.party == party and not self.people.is_away(email, self.at)

    def from_team(self, team: str, rule: int | None = None, leaves: str | None = None) -> Pick | None:
        """The next member of *team*; None if nobody is there; a pick that waits where none of them can.

        *leaves* gets none.
        """
        able = [each for each in self.people.able(team, self.at) if each != leaves]
        if not able:
            return None
        if not self.by_step:
            table = choice.table(self.workflow, self.people, team, self.at, leaves)
            return self._drawn(table, able, rule)
        if self._owner in self.people.members(team, self.at):
            return Pick(self._after(self._owner, able), "next", team, tuple(able), rule)
        return Pick(able[self._position(able)], "position", team, tuple(able), rule)

    def _position(self, members: Sequence[str]) -> int:
        return (self.lead.id + self.lead.cycles) % len(members)

    def _drawn(self, table: Table, able: list[str], rule: int | None) -> Pick:
        """Whom *table* gives its lead; by turns alone where nothing else counts or is known."""
        name = table.team.name
        last = self.people.turns.get(name)
        loads = self.people.loads
        reading = None if loads is None else loads.reading(table.asked)
        if reading is None or (table.is_plain and reading.round == 1):
            by_place = last is None and self.people.is_supposed
            drawn = able[self._position(able)] if by_place else self._after(last, able)
            draw = Draw(name, drawn, 1, table.day)
            return Pick(drawn, "round_robin", name, tuple(able), rule, True, draw)
        figures, method = table.figures(reading), table.team.assign
        found = choice.chosen(figures, method, last, reading.round, self.people.place)
        candidates = tuple(each.email for each in figures if each.why is None)
        pick = Pick(
            None, WAITING, name, candidates, rule, True, figures=figures, after=last, round=reading.round
        )
        if found is None:
            return pick
        owner, round = found
        return replace(pick, owner=owner, method=method, draw=Draw(name, owner, round, table.day))

    def _after(self, last: str | None, present: Sequence[str]) -> str:
        """The first of *present* recorded after *last*, going round."""
        return choice.after(last, present, self.people.place)

    def next_in_team(self) -> Pick:
        """``assign: next``: once round the owner's team per cycle, then the manager, then nobody.

        Source: rules.md, 13 and 19.
        """
        owner = self._owner
        place = self._of_holder(owner)
        passed = self._passed_on()
        is_last = owner is not None and owner in {each.manager for each in passed}
        own = place.team if place else None
        # A manager who took over may be in a team too: theirs is not the one that goes round.
        ended = is_last and own not in {each.team for each in passed if each.email != owner}
        team = self._team_going_round(place, ended)
        seen = {*map(self.people.spelt, self.lead.passed_to), owner}
        left = [m for m in self._round(team) if m not in seen]
        if left:
            return Pick(left[0], "next", team, tuple(left))
        manager = None if is_last else self._manager_of(owner)
        if manager is not None and manager not in seen and self.people.is_present(manager, self.at):
            return Pick(manager, "manager", team, (manager,))
        return Pick(None, "nobody", team)

    def _of_holder(self, email: str | None) -> Person | None:
        return self.people.of_party(email, self.lead.held_by, self.at)

    def _passed_on(self) -> list[Person]:
        """Those who had the lead in this cycle when ``assign: next`` moved it, or got it so."""
        known = (self._of_holder(email) for email in self.lead.passed_to)
        return [person for person in known if person is not None]

    def _team_going_round(self, place: Person | None, ended: bool) -> str | None:
        """The team whose members are tried: the owner's, or the one they were in last.

        Where that is none and nobody of the holding party owns the lead, one it would be routed to.
        """
        if place is not None and place.team is not None and not ended:
            return place.team
        if self._is_owned(place):
            return None
        view = View(self.workflow, self.lead, self.at)
        for rule in self.workflow.routing or ():
            teams = self.workflow.teams
            if rule.kind == "team" and teams[rule.to].party == self.lead.held_by and view.holds(rule.when):
                return rule.to
        return None

    def _is_owned(self, place: Person | None) -> bool:
        """Whether the owner, last known to the holding party as *place*, is still of it."""
        if self.lead.owner is None or not self.people.recalls:
            return self.lead.owner is not None
        return place is not None and place is self.people.person(self.lead.owner, self.at)

    def _round(self, team: str | None) -> list[str]:
        """The present members of *team* in the order in which they are tried."""
        if team is None:
            return []
        able = self.people.able(team, self.at)
        if not able:
            return []
        if self._owner in self.people.members(team, self.at):
            place = able.index(self._after(self._owner, able))
        else:
            place = self._position(able)
        return [*able[place:], *able[:place]]

    def manager(self) -> Pick:
        """``assign: manager``: the owner's manager, or nobody."""
        manager = self._unless_removed(self._manager_of(self.lead.owner))
        return Pick(manager, "manager", candidates=(manager,) if manager else ())

    def named(self, email: str) -> Pick:
        """``assign: <email>``: whom the agreement names, of whatever party, unless they were removed."""
        found = self._unless_removed(self.people.spelt(email))
        return Pick(found, "person", candidates=(found,)) if found else Pick(None, "nobody")

    def _manager_of(self, email: str | None) -> str | None:
        """Who manages *email*, or did last while they were of the party that holds the lead."""
        person = self._of_holder(email) or self.people.person(email, self.at)
        return person.manager if person else None

    def _unless_removed(self, email: str | None) -> str | None:
        if email is None or not self.people.recalls:
            return email
        return None if self.people.is_removed(email, self.at) else email

    def recipients(self, names: Iterable[str], owed_by: str | None) -> tuple[str, ...]:
        """The addresses that *names* stand for at this instant, each once, in order.

        *owed_by* is the party whose desk hears where there is no owner; None: the holder's. Who is away and
        has a stand-in who is there hears by them.
        """
        desk = self.desk(owed_by or self.lead.held_by)
        found: list[str] = []
        for name in names:
            found += self._addresses(name, desk)
        stand_in, spelt = self.people.stand_in, self.people.spelt
        return tuple(dict.fromkeys(stand_in(each, self.at) or spelt(each) for each in found))

    def _addresses(self, name: str, desk: str) -> Sequence[str]:
        if name == "owner":
            owner = self.lead.owner
            if owner is not None and self.people.is_away(owner, self.at):
                owner = self.people.stand_in(owner, self.at)
            return [desk if owner is None else owner]
        if name == "manager":
            return [self._manager_to_tell() or desk]
        if name in self.workflow.parties:
            return [self.desk(name)]
        if name in self.workflow.teams:
            members = self.people.members(name, self.at)
            return members or [self.desk(self.workflow.teams[name].party)]
        return [name]

    def _manager_to_tell(self) -> str | None:
        # An owner who was removed counts as away, and has nobody who is theirs to be told.
        owner = self.people.person(self.lead.owner, self.at)
        return self._unless_removed(owner.manager) if owner else None

    def desk(self, party: str) -> str:
        """The party's desk; without one its name stands for it."""
        declared = self.workflow.parties.get(party)
        return declared.desk if declared and declared.desk else party


def obstacle(people: Directory, lead: Lead, owner: str, at: datetime) -> str | None:
    """Why *owner* cannot have *lead*, which is settled to *at*; None where nothing stands in the way."""
    person = people.person(owner, at)
    if person is None or person.party == lead.held_by:
        return None
    return _("{owner} is of {party}, and {holder} holds the lead; {instead}").format(
        owner=owner, party=person.party, holder=lead.held_by, instead=_instead(people, lead, at)
    )


def _instead(people: Directory, lead: Lead, at: datetime) -> str:
    present = people.of(lead.held_by, at)
    if not present:
        words = _("nobody of {party} is there; record somebody with 'slaflow user add'")
        return words.format(party=lead.held_by)
    words = _("name one of {party}: {people}")
    named = present
    if len(present) > NAMED + 1:
        words, named = _("name one of {party}: {people} or {n} others"), present[:NAMED]
    return words.format(party=lead.held_by, people=", ".join(named), n=len(present) - NAMED)
