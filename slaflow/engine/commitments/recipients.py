"""Who hears of a commitment: the addresses its names stand for, and the message each gets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from slaflow.engine.commitments.schedule import Item
from slaflow.lifecycle.decision import Message
from slaflow.lifecycle.people import Directory
from slaflow.workflow.model.workflow import Workflow


def messages(
    item: Item, kind: str, to: Sequence[str], seq: int, data: Mapping[str, Any],
    owners: Sequence[str | None], people: Directory,
) -> list[Message]:  # fmt: skip
    """One message to each address; *owners* are those of whom it is told that they missed."""
    workflow = item.terms.workflow
    found = [a for name in to for a in _addresses(name, workflow, item, owners, people)]
    step = None if item.step is None else item.step.label
    return [
        Message(address, kind, item.at, seq, target=item.commitment.name, step=step, data=data)
        for address in dict.fromkeys(people.stand_in(each, item.at) or people.spelt(each) for each in found)
    ]


def _addresses(
    name: str, workflow: Workflow, item: Item, owners: Sequence[str | None], people: Directory
) -> Iterator[str]:
    desk = desk_of(workflow, item.commitment.owed_by[0])
    if name in ("owner", "manager"):
        for owner in owners:
            yield _person(name, owner, people, item.at) or desk
    elif name in workflow.parties:
        yield desk_of(workflow, name)
    elif name in workflow.teams:
        yield from people.members(name, item.at) or [desk_of(workflow, workflow.teams[name].party)]
    else:
        yield name


def _person(name: str, owner: str | None, people: Directory, at: datetime) -> str | None:
    """The owner, or their manager; None where that person is not there."""
    known = people.person(owner, at)
    if name == "manager":
        manager = known.manager if known else None
        return None if manager is None or people.is_removed(manager, at) else manager
    if known and people.is_away(known.email, at):
        return people.stand_in(known.email, at)
    return owner if known else None


def desk_of(workflow: Workflow, party: str) -> str:
    """The party's desk; without one its name stands for it."""
    declared = workflow.parties.get(party)
    return declared.desk if declared and declared.desk else party
