"""Commitments compiled: what is measured, what is owed, and what the log has to note for it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from support.agreement import STANDARD, compiled, small

from slaflow.workflow.model.commitment import Commitment, Count, Kept, Missed, PaceStep, Share, Signed, Sum
from slaflow.workflow.model.workflow import Workflow


def owing(text: str) -> Workflow:
    return compiled(small(more=f"commitments:\n  c: {{owed_by: sales, every: month, {text}}}\n"))


def one(text: str) -> Commitment:
    return owing(text).commitments["c"]


def test_the_sample_agreement_promises_four_things_a_month() -> None:
    volume, quality, follow_up, review = compiled(STANDARD).commitments.values()
    assert isinstance(volume.measure, Count)
    assert (volume.owed_by, volume.every, volume.at_least) == (("marketing",), "month", Decimal(200))
    assert volume.measure.of.when is not None
    assert volume.measure.of.when.text == "lead.source != 'outbound'"
    assert isinstance(quality.measure, Share)
    assert quality.measure.by_first
    assert (quality.matures, quality.min_sample) == (timedelta(days=5), 20)
    assert isinstance(follow_up.measure, Kept)
    assert follow_up.measure.targets == {"respond", "first_contact"}
    assert review.measure == Signed(timedelta(days=5))
    assert review.owed_by == ("marketing", "sales")


def test_a_period_closes_after_late_evidence_unless_it_says_otherwise() -> None:
    assert one("count: {enter: mql}, at_least: 5").matures == timedelta(hours=72)
    assert one("count: {enter: mql}, at_least: 5, matures: 0").matures == timedelta(0)
    assert one("signed_within: 36h").matures == timedelta(hours=36)


def test_only_what_the_event_alone_does_not_say_is_noted() -> None:
    assert owing("count: {enter: mql}, at_least: 5").notes is None
    noted = owing("count: {enter: mql, when: lead.on_hold}, at_least: 5").notes
    assert noted is not None
    assert [each.noted for each in noted.happenings] == ["c"]
    added = owing("sum: {field: worth, of: {trigger: win}}, at_least: 5").notes
    assert added is not None
    assert [(each.noted, each.adds) for each in added.happenings] == [("c", "worth")]
    once = owing("share: {of: {trigger: win}, among: {enter: mql}, distinct: country}, at_least: 5%").notes
    assert once is not None
    assert [(each.noted, each.distinct) for each in once.happenings] == [("c.among", "country")]
    judged = owing("share: {met: [answer, warm], when: lead.on_hold}, at_least: 5%").notes
    assert judged is not None
    assert {target: [kept.noted for kept in asked] for target, asked in judged.verdicts.items()} == {
        "answer": ["c"], "warm": ["c"],
    }  # fmt: skip


def test_an_outcome_beside_others_is_judged_by_the_first_of_them() -> None:
    first = one("share: {of: {trigger: win}, among: {trigger: [win, return]}}, at_least: 5%").measure
    reached = one("share: {of: {trigger: win}, among: {enter: mql}}, at_least: 5%").measure
    assert isinstance(first, Share)
    assert isinstance(reached, Share)
    assert (first.by_first, reached.by_first) == (True, False)


def test_who_owes_hears_of_a_pace_that_names_nobody() -> None:
    assert one("count: {enter: mql}, at_least: 5, pace: 50%").pace == (PaceStep("50%", 50, ("sales",)),)
    told = one(
        "count: {enter: mql}, at_least: 5, pace: {40%: {notify: sales}, 80%: {notify: ceo@example.com}}"
    )
    assert [(step.percent, step.to) for step in told.pace] == [(40, ("sales",)), (80, ("ceo@example.com",))]


def test_a_miss_is_told_at_once_or_after_so_many_in_a_row() -> None:
    assert one("count: {enter: mql}, at_most: 5, missed: {notify: [sales, marketing]}").missed == Missed(
        ("sales", "marketing")
    )
    many = one("count: {enter: mql}, at_most: 5, per: owner, missed: {in_a_row: 2, do: [{notify: manager}]}")
    assert many.missed == Missed(("manager",), 2)


def test_an_amount_may_have_decimals_and_a_share_is_in_percent() -> None:
    added = one("sum: {field: worth, of: {trigger: win}}, at_least: 1000.50, at_most: 9000")
    assert isinstance(added.measure, Sum)
    assert (added.at_least, added.at_most) == (Decimal("1000.50"), Decimal(9000))
    assert one("share: {met: answer}, at_least: 99.5%").at_least == Decimal("99.5")
