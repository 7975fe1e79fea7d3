"""'Six calls, says sales; one call redialled, says marketing.' rules.md, 10."""

from support.telling import FRAME, agreement, told

PERSIST = """
targets:
  persist:
    owed_by: sales
    start: {enter: mql}
    while: [mql, accepted]
    meet: [{attempts: 3, channels: 2}, {contact: true}]
    within: 5d
"""
GUARDED = FRAME.replace(
    "- {trigger: return, from: [mql, accepted], to: returned, by: [sales, system]}",
    "- {trigger: return, from: [mql, accepted], to: returned, by: [sales, system],\n"
    '     when: "attempts.total >= 3 && attempts.channels >= 2"}',
)


def test_redialling_within_the_hour_is_one_attempt() -> None:
    told(
        agreement(PERSIST),
        "2026-03-02T09:00:00+01:00",
        """
        - fire: promote
        - activity: call
        - wait: 10m
        - activity: call
        - wait: 49m
        - activity: email
        - expect: {clocks: {persist: running}}
        - wait: 1m
        - activity: call
        - expect: {clocks: {persist: running}}
        - wait: 1h
        - activity: call
        - expect: {met: [persist], open_time: {persist: 2h}}
        """,
    )


def test_an_attempt_too_soon_after_the_last_still_shows_its_channel() -> None:
    """09:00 and 10:00 and 11:00 by phone count; the mail of 09:30 does not, but its channel does."""
    told(
        agreement(PERSIST),
        "2026-03-02T09:00:00+01:00",
        """
        - fire: promote
        - activity: call
        - wait: 30m
        - activity: email
        - wait: 30m
        - activity: call
        - wait: 1h
        - expect: {clocks: {persist: running}}
        - activity: call
        - expect: {met: [persist], open_time: {persist: 2h}}
        """,
    )


def test_the_second_channel_met_last_is_the_instant_of_meeting() -> None:
    told(
        agreement(PERSIST),
        "2026-03-02T09:00:00+01:00",
        """
        - fire: promote
        - activity: call
        - wait: 1h
        - activity: call
        - wait: 1h
        - activity: call
        - wait: 1h
        - activity: call
        - expect: {clocks: {persist: running}}
        - wait: 5m
        - activity: email
        - expect: {met: [persist], open_time: {persist: 3h5m}}
        """,
    )


def test_what_a_sequence_sends_is_no_attempt_but_a_meeting_is_contact() -> None:
    told(
        agreement(PERSIST),
        "2026-03-02T09:00:00+01:00",
        """
        - fire: promote
        - activity: sequence
        - wait: 1h
        - activity: sequence
        - wait: 1h
        - activity: call
        - expect: {clocks: {persist: running}}
        - activity: meeting
        - expect: {met: [persist]}
        """,
    )


def test_attempts_before_the_clock_started_are_not_the_promises() -> None:
    """They were made, and the guard counts them since the handoff; the later promise does not."""
    later = PERSIST.replace("{enter: mql}", "{enter: accepted}")
    told(
        agreement(later, frame=GUARDED),
        "2026-03-02T09:00:00+01:00",
        """
        - fire: promote
        - activity: call
        - wait: 1h
        - activity: email
        - refuse: {fire: return, because: attempts.total is 2}
        - wait: 1h
        - fire: accept
        - wait: 1m
        - activity: call
        - expect: {clocks: {persist: running}}
        - fire: return
        - expect: {state: returned}
        """,
    )


def test_a_handoff_begins_the_count_anew() -> None:
    told(
        agreement(PERSIST, frame=GUARDED),
        "2026-03-02T09:00:00+01:00",
        """
        - fire: promote
        - activity: call
        - wait: 1h
        - activity: call
        - wait: 1h
        - activity: email
        - fire: return
        - fire: promote
        - refuse: {fire: return, because: attempts.total is 0}
        """,
    )
