"""An agreement in which every class of the model stands, with something said in each of its fields."""

from __future__ import annotations

from support.agreement import compiled

from slaflow.workflow.model.workflow import Workflow

EVERYTHING = """\
workflow: everything
title: All that can be agreed
timezone: Europe/Stockholm
parties: {marketing: {desk: m@example.com, title: The marketers}, sales: {}}
signatures: [marketing, sales]
calendars:
  office:
    hours: {mon-thu: [09:00-17:00], fri: [09:00-15:00]}
    holidays: [SE, 2026-06-19]
    closed: [2026-12-23..2026-12-31, 2026-08-01T10:00:00+02:00..2026-08-01T12:00:00+02:00]
    open: {2026-12-19: [10:00-14:00]}
  late: {hours: {mon-sun: [12:00-22:00]}}
lead:
  identity: [email]
  account: {domain_of: email, except: [gmail.com]}
  fields:
    email: email
    source: {type: string, one_of: [web, event], title: Where from, by: {sales: manager}}
    code: {type: string, pattern: "^[A-Z]+$", min_length: 2}
    size: {type: int, min: 1, max: 90000, default: 5}
    callback_on: date
    on_hold: {type: bool, default: false}
    why: string
    seller: email
activities:
  visit: {by: lead, points: 10, when: "lead.size > 3", cap: 30, stage: interest, title: A visit}
  call:
    {by: [{sales: manager}, marketing], attempt: phone, fields: {outcome: {type: string, required: false}}}
  talk: {by: sales, contact: true, fits: [interest]}
  letter: {by: marketing, automated: true}
attempts: {spacing: 1h}
stages: [{name: unaware}, {name: interest, title: Interested, about: They look around, signal: They read}]
pace: {by: [marketing, sales], at_most: 3, per: 24h}
scoring:
  fit: [{when: "lead.size >= 50", points: 20, because: mid-market}, {when: "known.email", points: 3}]
  engagement: {half_life: 30d}
  score: "fit + 2 * engagement"
checks:
  value:
    title: Worth it
    question: Is it worth it?
    fields: {worth: decimal}
    pass: [{that: "answer.worth >= 10000", otherwise: too little}]
    by: [{marketing: manager}]
    valid_for: 30d
states:
  new: {held_by: marketing, initial: true, title: New lead}
  mql: {held_by: sales}
  won: {final: true}
transitions:
  - trigger: promote
    title: Hand over
    from: new
    to: mql
    by: [{marketing: manager}, sales, system]
    auto: true
    when: [{that: "lead.score >= 50", otherwise: too low}, "known.email"]
    override: {by: {marketing: manager}}
    set: {on_hold: "false", why: null}
    reset: [engagement]
    notify: [owner, sales]
  - {trigger: return, from: mql, to: new, by: [sales, system],
     requires: {feedback: {type: text, min_length: 10}}}
  - {trigger: give, from: mql, by: sales, requires: {whom: email}, assign: {input: whom}}
  - {trigger: win, from: mql, to: won, by: sales, when: "check.value", click: true}
on_assign: [{notify: owner}, {set: {why: "'new owner'"}}]
lift: {by: [{sales: manager}]}
targets:
  respond:
    title: Answer in time
    about: Nobody waits
    owed_by: sales
    start: {enter: mql, when: "lead.size > 1"}
    while: [mql]
    meet: [{trigger: return}, {attempts: 3, channels: 2}, {activity: talk, times: 2}]
    within: [{when: "lead.source == 'web'", is: 30m, calendar: late}, {is: 4h}]
    calendar: office
    pause: {when: "lead.on_hold", at_most: 2d, reason: why}
    restart: {set: callback_on}
    repeat: true
    per: owner
    lift: {by: [{marketing: manager}]}
    steps:
      50%: [{notify: owner}]
      -1h: [{assign: next}]
      100%: [{notify: [owner, manager]}]
      +4h: [{fire: return, with: {feedback: "'nobody answered'"}}]
      +2d: [{set: {why: "'late'"}}]
      +1mo: [{notify: marketing}]
  callback: {owed_by: sales, start: {set: callback_on}, while: mql, meet: {contact: true},
    within: {until: "lead.callback_on", before: 2h}}
  keep: {owed_by: marketing, start: {enter: new}, meet: {trigger: promote}, within: 2mo, calendar: owner}
  rule: {owed_by: marketing, start: {dispute: respond}, while: [new, mql],
    meet: {ruling: respond}, within: 5d}
timers:
  tidy: {start: {enter: new}, after: {at: "22:30"}, do: [{fire: promote}]}
commitments:
  volume: {title: Enough, about: Each month, owed_by: marketing, every: month,
    count: {enter: mql, when: "lead.size > 2", each: true},
    at_least: 20, per: owner, matures: 5d, missed: {in_a_row: 2, do: [{notify: sales}]},
    pace: {50%: [{notify: marketing}]}}
  worth: {owed_by: sales, every: month, sum: {field: size, of: {trigger: win}}, at_most: 900}
  quality: {owed_by: marketing, every: week,
    share: {of: {trigger: win}, among: {trigger: [win, return]}, distinct: source},
    cohort: {enter: mql}, min_sample: 5, at_least: 70%}
  kept:
    {owed_by: sales, every: month, share: {met: [respond, callback], when: "lead.size > 2"}, at_least: 95%}
  quick: {owed_by: sales, every: month, time: {median: respond}, at_most: 15m}
  escalated: {owed_by: sales, every: month, count: {step: [respond, +4h]}, at_most: 3}
  review: {owed_by: [marketing, sales], every: month, signed_within: 5d}
teams:
  nordics: {party: sales, calendar: office, assign: round_robin, capacity: 30, per_day: 10, only_open: true,
            title: The Nordics}
  emea: {party: sales}
routing: [{to: previous, skip: breached}, {to: account}, {to: {field: seller}},
  {to: nordics, when: "lead.size > 9"}, {to: emea}]
late_evidence: 48h
notify_within: 12h
grace: 1d
"""


def everything() -> Workflow:
    return compiled(EVERYTHING)
