"""'The robot accepted the lead for us, so our figures are perfect.' rules.md, 11."""

from support.telling import FRAME, agreement, kinds, told

ROBOT = """
targets:
  respond:
    owed_by: sales
    start: {enter: mql}
    meet: {trigger: accept}
    within: 4h
    steps: {50%: [{fire: accept}]}
  answer:
    owed_by: sales
    start: {enter: mql}
    while: [mql, accepted]
    meet: [{enter: accepted}, {contact: true}]
    within: 6h
"""


def test_what_a_step_fires_ends_the_clock_without_meeting_it() -> None:
    play = told(
        agreement(ROBOT),
        "2026-03-06T09:00:00+01:00",
        """
        - fire: promote
        - until: 2026-03-06T11:00:01+01:00
        - expect:
            state: accepted
            met: []
            breached: []
            clocks: {respond: cancelled, answer: cancelled}
        """,
    )
    transition = next(entry for entry in play.entries if entry.trigger == "accept")
    ended = [entry for entry in play.entries if entry.kind == "clock_cancelled"]
    assert {entry.caused_by for entry in ended} == {transition.seq}


def test_broken_before_it_stays_broken() -> None:
    late = ROBOT.replace("50%", "+1h")
    told(
        agreement(late),
        "2026-03-06T09:00:00+01:00",
        """
        - fire: promote
        - wait: 6h
        - expect: {state: accepted, met: [], breached: [respond], clocks: {respond: breached}}
        """,
    )


AUTO_ON = FRAME.replace(
    "- {trigger: win, from: accepted, to: won, by: sales}",
    "- {trigger: win, from: accepted, to: won, by: [sales, system], auto: true,\n"
    "     when: \"lead.note == 'done'\"}",
)


def test_an_auto_that_follows_from_a_step_meets_nothing_either() -> None:
    chained = """
    targets:
      decide:
        owed_by: sales
        start: {enter: accepted}
        meet: {trigger: win}
        within: 2d
    timers:
      close:
        start: {enter: accepted}
        after: 1d
        do: [{set: {note: "'done'"}}]
    """
    play = told(
        agreement(chained, frame=AUTO_ON),
        "2026-03-06T09:00:00+01:00",
        """
        - fire: promote
        - fire: accept
        - wait: 25h
        - expect: {state: won, met: [], breached: [], clocks: {decide: cancelled}}
        """,
    )
    assert kinds(play)[-4:] == ["timer_fired close", "changed", "transition win", "clock_cancelled decide"]


def test_a_person_who_fires_the_same_keeps_it() -> None:
    told(
        agreement(ROBOT),
        "2026-03-06T09:00:00+01:00",
        """
        - fire: promote
        - until: 2026-03-06T11:00:00+01:00
        - fire: accept
        - wait: 1h
        - expect: {met: [respond, answer], breached: []}
        """,
    )
