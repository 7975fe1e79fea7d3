"""rules.md, 17: for pure evidence the verdict ends the same, whatever the order of arrival."""

from __future__ import annotations

from hypothesis import HealthCheck, event, given, settings
from support.stories.strategies_evidence import Arrival, agreements, histories, told

from slaflow.workflow.model.workflow import Workflow


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(agreements(), histories())
def test_the_verdict_does_not_hang_on_when_evidence_was_told(
    workflow: Workflow, arrivals: list[Arrival]
) -> None:
    """Activities that start no clock, meet no repeating target, and on which no auto or pause depends.

    That steps only tell people is part of it: a lead that an escalation took away in the meantime is
    somewhere else, and nobody takes that back. That nothing else happens at the very instant is, too.
    """
    in_order, as_told = (told(workflow, arrivals, in_order=so) for so in (True, False))
    for (target, number), clock in as_told.every_clock.items():
        expected = in_order.every_clock[target, number]
        assert clock.status == expected.status, (target, number)
        assert clock.lifted or clock.breached_at == expected.breached_at
        if clock.status == "met":
            assert clock.ended_at >= expected.ended_at
        event(f"{clock.status}{' after all' if clock.lifted else ''}")
    assert as_told.every_clock.keys() == in_order.every_clock.keys()
    assert as_told.present.state == in_order.present.state
    assert as_told.present.attempts == in_order.present.attempts
    assert as_told.present.contacted == in_order.present.contacted
    assert as_told.present.touched_at == in_order.present.touched_at
