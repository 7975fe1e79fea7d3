"""'We did call in time, only nobody had entered it.' rules.md, 15 to 18."""

from pathlib import Path

from support.telling import agreement, kinds, told

import slaflow.workflows
from slaflow.workflow.load import Workflow

STANDARD = Path(slaflow.workflows.__path__[0]) / "b2b-standard.yaml"
SIF = "{email: sif@example.com, employees: 75, country: SE, source: event}"
RESPOND = """
targets:
  respond:
    owed_by: sales
    start: {enter: mql}
    meet: {trigger: accept}
    within: 4h
    calendar: office
    steps:
      100%: [{notify: sales}]
      +4h: [{fire: return}]
"""


def test_a_call_entered_a_day_late_lifts_the_breach() -> None:
    """Handed over on Tuesday at 9:00; the call was due on Wednesday at 17:30 and made at 16:00."""
    told(
        Workflow.load(STANDARD),
        "2026-03-10T09:00+01:00",
        """
        - activity: demo_request
        - fire: accept
        - until: 2026-03-12T09:00+01:00
        - expect: {breached: [first_contact], clocks: {first_contact: breached}}
        - activity: call
          occurred_at: 2026-03-11T16:00+01:00
        - expect:
            breached: []
            clocks: {first_contact: met}
            met: [triage, respond, first_contact, keep_warm]
            open_time: {first_contact: 13h30m}
        """,
        lead=SIF,
    )


def test_a_call_made_after_it_was_due_stays_late_by_what_it_was() -> None:
    told(
        Workflow.load(STANDARD),
        "2026-03-10T09:00+01:00",
        """
        - activity: demo_request
        - fire: accept
        - until: 2026-03-12T11:00+01:00
        - activity: whitepaper
        - activity: call
          occurred_at: 2026-03-12T09:00+01:00
        - expect:
            breached: [first_contact]
            clocks: {first_contact: met_late}
            open_time: {first_contact: 15h}
        """,
        lead=SIF,
    )


def test_what_is_told_after_four_days_is_recorded_and_lifts_nothing() -> None:
    told(
        Workflow.load(STANDARD),
        "2026-03-10T09:00+01:00",
        """
        - activity: demo_request
        - fire: accept
        - until: 2026-03-15T09:00+01:00
        - activity: call
          occurred_at: 2026-03-11T16:00+01:00
        - expect: {breached: [first_contact], clocks: {first_contact: breached}}
        """,
        lead=SIF,
    )


def test_a_lead_that_was_taken_away_meanwhile_stays_away_and_the_promise_was_kept() -> None:
    """Called at 12:00, entered at 18:00, when an escalation had given the lead back to marketing."""
    play = told(
        agreement(RESPOND.replace("{trigger: accept}", "[{trigger: accept}, {activity: call}]")),
        "2026-03-10T09:00+01:00",
        """
        - fire: promote
        - until: 2026-03-10T18:00+01:00
        - expect: {state: returned, breached: [respond], notified: [sales-desk@example.com]}
        - activity: call
          occurred_at: 2026-03-10T12:00+01:00
        - expect: {state: returned, breached: [], met: [respond], notified: []}
        """,
    )
    assert kinds(play, since="2026-03-10T12:00:00Z") == [
        "breached respond", "escalated respond", "transition return", "clock_cancelled respond",
        "activity", "breach_lifted respond",
    ]  # fmt: skip


def test_lifted_by_hand_it_is_still_owed_and_escalates_no_more() -> None:
    told(
        agreement(RESPOND),
        "2026-03-10T09:00+01:00",
        """
        - fire: promote
        - until: 2026-03-10T14:00+01:00
        - expect: {breached: [respond], notified: [sales-desk@example.com]}
        - lift: {target: respond, reason: the phones were down}
        - expect: {breached: [], clocks: {respond: breached}}
        - until: 2026-03-11T14:00+01:00
        - expect: {state: mql, notified: []}
        - fire: accept
        - expect: {breached: [], met: [], clocks: {respond: met_late}}
        """,
    )
