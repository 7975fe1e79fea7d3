"""An agreement of one lead and a timer that starts itself anew each minute."""

from __future__ import annotations

PULSE = """\
workflow: pulse
parties: [marketing, sales]
lead: {identity: [email], fields: {email: email, beats: {type: int, default: 0}}}
activities: {visit: {by: lead}}
states: {new: {held_by: marketing, initial: true}, won: {final: true}}
transitions:
  - {trigger: win, from: new, to: won, by: marketing}
timers:
  beat: {start: [{enter: new}, {set: beats}], after: 1m, do: [{set: {beats: "lead.beats + 1"}}]}
"""
