"""'The lead came on Friday afternoon, nobody was here, and on Monday it was already late.'"""

from support.telling import agreement, told

RESPOND = """
targets:
  respond:
    owed_by: sales
    start: {enter: mql}
    meet: {trigger: [accept, return]}
    within: 4h
    calendar: office
"""


def test_friday_half_past_two_plus_four_hours_is_monday_half_past_ten() -> None:
    told(
        agreement(RESPOND),
        "2026-03-06T14:00:00+01:00",
        """
        - wait: 30m
        - fire: promote
        - expect: {due: {respond: 2026-03-09T10:30:00+01:00}, clocks: {respond: running}}
        - until: 2026-03-09T10:30:00+01:00
        - expect: {clocks: {respond: running}, breached: [], open_time: {respond: 4h}}
        - until: 2026-03-09T10:30:01+01:00
        - expect: {clocks: {respond: breached}, breached: [respond], met: []}
        - wait: 29m59s
        - fire: accept
        - expect: {clocks: {respond: met_late}, breached: [respond], met: [], open_time: {respond: 4h30m}}
        - until: 2026-04-01T10:00:00+02:00
        - expect: {open_time: {respond: 4h30m}, due: {respond: 2026-03-09T10:30:00+01:00}}
        """,
    )


def test_an_answer_at_the_due_instant_itself_is_in_time() -> None:
    """Rule 3: what arrives comes before what falls, at one instant."""
    told(
        agreement(RESPOND),
        "2026-03-06T14:30:00+01:00",
        """
        - fire: promote
        - until: 2026-03-09T10:30:00+01:00
        - fire: accept
        - until: 2026-03-20T10:00:00+01:00
        - expect: {clocks: {respond: met}, met: [respond], breached: []}
        """,
    )


def test_a_lead_of_saturday_has_its_whole_promise_from_monday_on() -> None:
    steps = """
        {within: 8h, calendar: office, owed_by: sales, start: {enter: mql}, meet: {trigger: accept},
         steps: {-8h: [{notify: owner}], 50%: [{notify: sales}]}}
    """
    told(
        agreement(f"targets:\n  respond: {steps.strip()}"),
        "2026-03-07T12:00:00+01:00",
        """
        - fire: promote
        - expect: {due: {respond: 2026-03-09T17:00:00+01:00}}
        - until: 2026-03-09T09:00:00+01:00
        - expect: {notified: [], open_time: {respond: 0m}}
        - wait: 1s
        - expect: {notified: [sales-desk@example.com]}
        """,
    )


def test_one_day_is_the_next_open_days_close_whatever_the_hour() -> None:
    days = """
    targets:
      respond: {owed_by: sales, start: {enter: mql}, meet: {trigger: accept}, within: 1d, calendar: office}
      contact:
        owed_by: sales
        start: {enter: mql}
        meet: {contact: true}
        within: 1d
        steps: {+2d: [{notify: sales}]}
    """
    told(
        agreement(days),
        "2026-03-06T10:00:00+01:00",
        """
        - fire: promote
        - expect:
            due: {respond: 2026-03-09T17:00:00+01:00, contact: 2026-03-07T10:00:00+01:00}
        - until: 2026-03-09T10:00:00+01:00
        - expect: {notified: [], breached: [contact]}
        - wait: 1s
        - expect: {notified: [sales-desk@example.com]}
        """,
    )


def test_the_night_the_clocks_go_forward_has_one_hour_less() -> None:
    """Europe/Stockholm skips 02:00 to 03:00 on 2026-03-29; a day on 24x7 still has 24 hours."""
    hours = """
    targets:
      respond: {owed_by: sales, start: {enter: mql}, meet: {trigger: accept}, within: 1d}
    """
    told(
        agreement(hours),
        "2026-03-28T12:00:00+01:00",
        """
        - fire: promote
        - expect: {due: {respond: 2026-03-29T13:00:00+02:00}}
        """,
    )
