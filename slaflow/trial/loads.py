"""What the leads of a story, and those said beside it, tell whoever deals a team (rules.md, 41)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Protocol

from slaflow.lifecycle.dealing.choice import zone_of
from slaflow.lifecycle.dealing.loads import Asked, Reading
from slaflow.lifecycle.lead import Lead
from slaflow.lifecycle.people import Directory
from slaflow.trial.scenario import Others
from slaflow.workflow.identity import folded
from slaflow.workflow.model.workflow import Workflow

_FIRST = datetime.min.replace(tzinfo=UTC)


class Holder(Protocol):
    """One that has a lead."""

    @property
    def lead(self) -> Lead:
        """As it stands."""


class Told(Protocol):
    """A story: its leads that have come in by their names, when it began, and what is said of others."""

    workflow: Workflow
    people: Directory
    start: datetime
    others: Others

    @property
    def plays(self) -> Mapping[str, Holder]: ...


class StoryLoads:
    """Loads by a story, as it has come to now. What was drawn in it is kept by who decides."""

    def __init__(self, story: Told) -> None:
        self._story = story

    def reading(self, asked: Asked) -> Reading | None:
        story = self._story
        own = Counter(folded(lead.owner) for lead in self._open(asked.party) if lead.owner is not None)
        held = {each: story.others.open.get(each, 0) + own[folded(each)] for each in asked.members}
        zone = zone_of(story.workflow, story.workflow.teams[asked.team])
        is_first_day = asked.day == story.start.astimezone(zone).date()
        return Reading(held, story.others.dealt if is_first_day else {})

    def owners(self, account: str, party: str, lead: int) -> Sequence[str]:
        own = [each for each in self._open(party) if each.account == account and each.id != lead]
        own.sort(key=lambda each: (each.assigned_at or _FIRST, each.id), reverse=True)
        said = self._story.others.accounts.get(account, ())
        people = self._story.people
        others = [each for each in said if people.of_party(each, party, self._story.start) is not None]
        found = [each.owner for each in own if each.owner is not None]
        return tuple(dict.fromkeys(people.spelt(each) for each in (*found, *others)))

    def _open(self, party: str) -> Iterator[Lead]:
        leads = (each.lead for each in self._story.plays.values())
        return (lead for lead in leads if lead.held_by == party and not lead.closed)
