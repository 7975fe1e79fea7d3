"""The agreement under which processes are killed: handoffs, pauses, escalations, timers, both parties.

Whom a lead goes to never hangs on the order between leads, which nobody promises: each names its own
``account_owner``, and a team that is drawn from has one member.
"""

AGREEMENT = """\
workflow: crash
timezone: Europe/Stockholm
parties: {marketing: {desk: demand-desk@example.com}, sales: {desk: sales-desk@example.com}}
calendars:
  office: {hours: {mon-fri: [09:00-17:00]}}
lead:
  identity: [email]
  fields:
    email: email
    source: {type: string, one_of: [web, event]}
    account_owner: email
    on_hold: {type: bool, default: false}
    return_reason: string
activities:
  visit: {by: lead, points: 20}
  demo: {by: lead, points: 60}
  nurture: {by: marketing}
  call: {by: sales, attempt: phone, fields: {outcome: string}}
  mail: {by: sales, attempt: email}
scoring: {engagement: {half_life: 10d}}
checks:
  value:
    question: Is it worth it?
    fields: {expected_value: decimal}
    pass: "answer.expected_value >= 10000"
states:
  nurturing: {held_by: marketing, initial: true}
  mql: {held_by: sales}
  accepted: {held_by: sales}
  returned: {held_by: marketing}
  won: {final: true}
transitions:
  - {trigger: promote, from: [nurturing, returned], to: mql, by: [marketing, system], auto: true,
     when: "lead.score >= 50"}
  - {trigger: accept, from: mql, to: accepted, by: sales}
  - {trigger: return, from: [mql, accepted], to: returned, by: sales, reset: [engagement],
     requires: {return_reason: {type: string, one_of: [no_fit, not_ready]}}}
  - {trigger: escalate_return, from: mql, to: returned, by: system, reset: [engagement],
     set: {return_reason: "'ignored'"}}
  - {trigger: recycle, from: returned, to: nurturing, by: [marketing, system]}
  - {trigger: win, from: accepted, to: won, by: sales, requires: {amount: decimal}, when: "check.value"}
targets:
  triage:
    owed_by: marketing
    start: {enter: nurturing}
    meet: [{activity: nurture}, {trigger: promote}]
    within: 6h
    calendar: office
    steps:
      50%: [{notify: owner}]
  respond:
    owed_by: sales
    start: {enter: mql}
    meet: {trigger: [accept, return]}
    within: 4h
    calendar: office
    pause: {when: "lead.on_hold", at_most: 1d}
    steps:
      50%: [{notify: owner}]
      80%: [{notify: [owner, manager]}]
      100%: [{notify: [owner, manager, marketing]}, {assign: next}]
      +4h: [{fire: escalate_return}]
  first_contact:
    owed_by: sales
    start: {enter: mql}
    while: [mql, accepted]
    meet: [{attempts: 2, channels: 2}]
    within: 1d
    calendar: office
  keep_warm:
    owed_by: sales
    start: {enter: accepted}
    meet: {activity: [call, mail]}
    within: 3h
    calendar: office
    repeat: true
timers:
  thaw:
    start: {enter: returned}
    after: 12h
    do: [{fire: recycle}]
teams:
  nordics: {party: sales, calendar: office, assign: round_robin}
  growth: {party: marketing, assign: round_robin}
routing:
  - {to: previous}
  - {to: {field: account_owner}}
  - {to: growth}
"""

MAP = """\
timezone: UTC
lead: {email: email, source: source, account_owner: account_owner}
created_at: {column: since}
events:
  - trigger: {column: event}
    when: "row.event in ['accept', 'win', 'return']"
    at: {column: at}
    as: {column: who}
    set: {return_reason: {column: note}}
  - activity: {column: event}
    when: "row.event in ['visit', 'demo', 'mail']"
    at: {column: at}
    as: {column: who}
  - activity: call
    when: "row.event == 'call'"
    at: {column: at}
    as: {column: who, party: sales}
"""
COLUMNS = ("email", "source", "account_owner", "since", "event", "at", "who", "note")
MIA, ANNA, BO, CIA, NORA = (f"{name}@example.com" for name in "mia anna bo cia nora".split())
