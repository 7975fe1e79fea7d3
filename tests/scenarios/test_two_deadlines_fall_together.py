"""'Both promises ran out at nine, and one of the breaches is missing from the record.'

rules.md, 3: at one instant all facts come first, then what they cause in file order.
"""

from support.telling import agreement, kinds, told

TOGETHER = """
targets:
  respond:
    owed_by: sales
    start: {enter: mql}
    meet: {trigger: accept}
    within: 2h
    steps:
      100%: [{fire: return}]
  contact:
    owed_by: sales
    start: {enter: mql}
    meet: {contact: true}
    within: 2h
    steps:
      100%: [{notify: sales}]
timers:
  sweep:
    start: {enter: mql}
    after: 2h
    do: [{fire: accept}]
"""


def test_a_breach_is_stated_although_the_other_ones_action_ends_its_clock() -> None:
    play = told(
        agreement(TOGETHER),
        "2026-03-06T07:00:00+01:00",
        """
        - fire: promote
        - until: 2026-03-06T09:00:01+01:00
        - expect:
            breached: [respond, contact]
            state: returned
            notified: [sales-desk@example.com]
        """,
    )
    assert kinds(play, since="2026-03-06T08:00:00Z") == [
        "breached respond",
        "breached contact",
        "timer_fired sweep",
        "transition return",
        "clock_cancelled respond",
        "clock_cancelled contact",
        "refused accept",
    ]


def test_who_acts_at_that_instant_finds_the_lead_as_it_was() -> None:
    """What arrives at nine meets what falls at nine; nothing breaks."""
    told(
        agreement(TOGETHER),
        "2026-03-06T07:00:00+01:00",
        """
        - fire: promote
        - until: 2026-03-06T09:00:00+01:00
        - activity: meeting
        - fire: accept
        - wait: 1h
        - expect: {breached: [], met: [respond, contact], state: accepted, notified: []}
        """,
    )


def test_two_arrivals_of_one_instant_apply_in_order() -> None:
    told(
        agreement(TOGETHER),
        "2026-03-06T07:00:00+01:00",
        """
        - fire: promote
        - fire: accept
        - refuse: {fire: accept, because: does not lead from accepted}
        - expect: {met: [respond], clocks: {contact: cancelled, sweep: cancelled}}
        """,
    )


def test_what_an_action_causes_joins_the_same_instant() -> None:
    """A step that takes the lead off hold at 9:00 lets a clock with nothing left break at 9:00."""
    chained = """
    targets:
      respond:
        owed_by: sales
        start: {enter: mql}
        meet: {trigger: accept}
        within: 1h
        pause: "lead.on_hold"
    timers:
      release:
        start: {enter: mql}
        after: 2h
        do: [{set: {on_hold: "false"}}]
    """
    play = told(
        agreement(chained),
        "2026-03-06T07:00:00+01:00",
        """
        - fire: promote
        - wait: 1h
        - set: {on_hold: true}
        - expect: {clocks: {respond: paused}, open_time: {respond: 1h}}
        - wait: 1h1s
        - expect: {breached: [respond], due: {respond: 2026-03-06T09:00:00+01:00}}
        """,
    )
    assert kinds(play, since="2026-03-06T08:00:00Z") == [
        "timer_fired release",
        "changed",
        "clock_resumed respond",
        "breached respond",
    ]
