"""What is promised: per lead, per period, and what time does by itself."""

from __future__ import annotations

from collections.abc import Iterator

from slaflow.agreement.document.blocks import Block, Heading, Item, Items, Paragraph, capital, sentence
from slaflow.agreement.words import measures, promises
from slaflow.agreement.words.naming import Naming
from slaflow.agreement.words.spans import counted_in
from slaflow.language import _
from slaflow.workflow.model.clocks import Target
from slaflow.workflow.model.commitment import Commitment
from slaflow.workflow.model.workflow import Workflow


def promised(agreement: Workflow, naming: Naming) -> Iterator[Block]:
    """Promises per lead by who owes them, then per period; numbered through."""
    number = 1
    for party in agreement.parties:
        owed = [target for target in agreement.targets if target.owed_by == party]
        if owed:
            yield Heading(_("What {party} promises for each lead").format(party=naming.party(party)))
            yield Items([promise(target, naming) for target in owed], number)
            number += len(owed)
    if agreement.commitments:
        yield Heading(_("What is promised over time"))
        yield Items([commitment(each, naming) for each in agreement.commitments.values()], number)


def timers(agreement: Workflow, naming: Naming) -> Iterator[Block]:
    found = [target for target in agreement.targets if target.is_timer]
    if found:
        yield Heading(_("What happens by itself"))
        yield Paragraph(_("Nobody owes these; they happen when time has passed."))
        yield Items([timer(target, naming) for target in found])


def promise(target: Target, naming: Naming) -> Item:
    who, limits = promises.debtor(target, naming), promises.limits(target, naming)
    duty, starts = promises.duty(target, naming), promises.starts(target, naming)
    words = _("{who} has {limits} to {duty}. It begins {starts}")
    if len(target.cases) > 1:
        words = _("{who} has {limits}, to {duty}. It begins {starts}")
    words = words.format(who=who, limits=limits, duty=duty, starts=starts)
    notes = [*([target.about] if target.about else []), *promises.particulars(target, naming)]
    notes += [sentence(promises.step(each, target, naming)) for each in target.steps if each.actions]
    return Item(sentence(words), target.title or "", target.name, notes)


def timer(target: Target, naming: Naming) -> Item:
    limits, begins = promises.limits(target, naming), promises.starts(target, naming)
    does = "; ".join(promises.step(each, target, naming) for each in target.steps)
    words = _("{begins}, time begins to run: {limits}. {does}").format(
        begins=begins, limits=limits, does=capital(does)
    )
    if target.calendar != "always":
        words += f" ({counted_in(target.calendar)})"
    notes = [*([target.about] if target.about else []), *promises.particulars(target, naming)]
    return Item(sentence(words), target.title or "", target.name, notes)


def commitment(each: Commitment, naming: Naming) -> Item:
    notes = [*([each.about] if each.about else []), *measures.particulars(each, naming)]
    return Item(sentence(measures.owes(each, naming)), each.title or "", each.name, notes)
