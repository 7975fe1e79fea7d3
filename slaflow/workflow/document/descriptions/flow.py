"""What is said of movement and time: transitions, actions, targets, timers."""

from __future__ import annotations

from collections.abc import Mapping

from slaflow.workflow.document.flow import (
    COUNTED,
    KINDS,
    ActionDoc,
    AtDoc,
    CaseDoc,
    CountedDoc,
    FromFieldDoc,
    FromInputDoc,
    LiftDoc,
    OfReturnDoc,
    OverrideDoc,
    PatternDoc,
    PauseDoc,
    TargetDoc,
    TimerDoc,
    TransitionDoc,
    UntilDoc,
)
from slaflow.workflow.document.types import Doc

WHOLE: Mapping[type[Doc], str] = {
    TransitionDoc: ("A way to move a lead: what is fired, from where to where, by whom, under which guard"),
    OverrideDoc: "Who may take this transition although its guard does not pass",
    LiftDoc: "Who may lift a breach or grant and turn down its dispute",
    ActionDoc: "One thing that is done: exactly one of notify, assign, fire and set",
    FromInputDoc: "Whom an input of this transition names",
    FromFieldDoc: "Whom a field of the lead names",
    PatternDoc: "An event of the lead: exactly one of " + ", ".join(KINDS),
    CountedDoc: "What a commitment counts: exactly one of " + ", ".join(COUNTED),
    OfReturnDoc: "A return in the place of a target: a move that handed the lead back",
    UntilDoc: "Due at a day or instant that a field of the lead holds",
    AtDoc: "A time of day; only a timer takes it",
    CaseDoc: "One case; of several the first that holds counts, and where none does there is no clock",
    PauseDoc: "When the clock stands still; a condition alone will do",
    TargetDoc: "A promise of one party for each lead: what starts it, what keeps it, within how long",
    TimerDoc: "Time passing that nobody owes: does something at its end and breaks no promise",
}

KEYS: Mapping[type[Doc], Mapping[str, str]] = {
    TransitionDoc: {
        "trigger": "The verb that people fire, such as accept; several transitions may share one",
        "from": "States it leaves; '*' is every state that is not final",
        "to": "State entered; default: the lead stays, and nothing is left or entered",
        "by": "Parties that may fire it, each bare or with the least role; may be left out of an auto alone",
        "auto": (
            "true: system fires it after any event of the lead, as soon as the guard passes; default false"
        ),
        "when": "Guard: a CEL condition, or a list of conditions and {that, otherwise}; default: passes",
        "requires": (
            "Inputs by name, declared like fields; one named like a field of the lead is stored there"
        ),
        "set": "Fields of the lead and the CEL expression each is set to; null empties one",
        "reset": "What is set back to nothing: engagement, stage, checks; default none of them",
        "assign": (
            "Who becomes owner: next, manager, actor (who fires), a team, an address, {input: NAME}, {field: "
            "NAME}"
        ),
        "notify": "Who hears: owner, manager, a party, a team, an address, or several; default nobody",
        "override": "Who may pass by when with a reason, on the record; default nobody",
        "click": "true: messages to the lead's owner carry a link to do it by; default false",
    },
    OverrideDoc: {
        "by": ("Parties that may override, each bare or with the least role, as in {marketing: manager}"),
    },
    LiftDoc: {
        "by": (
            "Parties that may lift, each bare or with the least role, as in [marketing, {sales: manager}]"
        ),
    },
    ActionDoc: {
        "notify": "Who hears: owner, manager, a party, a team, an address, or several",
        "assign": "Who becomes owner: next, manager, a team, an address, or {field: NAME} of the lead",
        "fire": (
            "A trigger that system may fire; where a guard refuses it, that is logged and the clock goes on"
        ),
        "with": "Inputs of the fire, each a CEL expression; stands beside fire",
        "set": "Fields of the lead and the CEL expression each is set to; null empties one",
    },
    FromInputDoc: {"input": "Input of the transition, of type email"},
    FromFieldDoc: {"field": "Field of the lead that holds an address"},
    PatternDoc: {
        "enter": "One of these states is entered",
        "trigger": "A transition with one of these triggers is taken",
        "activity": "An activity of one of these kinds is recorded",
        "set": "One of these fields gets another value that is not empty; not for meet",
        "attempts": "So many attempts to reach the lead since the clock's start; for meet alone",
        "contact": "true: the two really spoke; for meet and restart",
        "assign": "true: somebody becomes the lead's owner",
        "dispute": (
            "A breach of one of these targets is disputed, or a return: {return: INPUT}; not for restart"
        ),
        "ruling": "Such a dispute is granted or turned down; not for restart",
        "channels": "On so many channels at least; stands beside attempts; default 1",
        "times": "So many times since the clock's start; stands beside activity; default 1",
        "when": "CEL condition, judged at that event; default: always",
    },
    CountedDoc: {
        "assign": "true: somebody becomes the lead's owner",
        "step": "A target and one of its steps that fell, as in [respond, '+4h']; 100% is the breach",
        "override": "A transition with one of these triggers was taken although its guard did not pass",
    },
    OfReturnDoc: {"return": "Input that said why the lead was returned; empty: any return"},
    UntilDoc: {
        "until": (
            "One field of the lead, as in lead.callback_on: a date's close of day, or a datetime's instant"
        ),
        "before": "So long before it: d and mo by the date, h and m elapsed; default: not before it",
    },
    AtDoc: {"at": 'The next such local time after the start, in the calendar\'s zone, as in "22:30"'},
    CaseDoc: {
        "when": "CEL condition, judged at the start; default: always, so it stands last",
        "is": "Time allowed: 45m or 4h of open time, 2d closes of open days, 6mo months, or {until: FIELD}",
        "calendar": "Calendar in which this case is counted; default: the one beside the cases",
    },
    PauseDoc: {
        "when": "CEL condition under which the clock stands still, looked at after every event of the lead",
        "at_most": "Most pause in the clock's life, in its calendar, as in 2d; default unbounded",
        "reason": "Field that says why; while it is empty no pause begins; default: none is asked for",
    },
    TargetDoc: {
        "owed_by": "Party that owes the promise",
        "start": (
            "Events that start the clock, such as {enter: mql}; a start while one is open changes nothing"
        ),
        "while": (
            "States in which the clock lives; entering another ends it; default: the state it started in"
        ),
        "meet": "Events that keep the promise, any one of them, such as {trigger: [accept, return]}",
        "within": (
            "Time allowed: 45m or 4h open time, 2d closes of open days, 6mo, {until: FIELD}, or a list of "
            "cases"
        ),
        "calendar": "Calendar that counts, or owner for the owner's own; default always: day and night",
        "pause": (
            "CEL condition under which the clock stands still, or {when, at_most, reason}; default never"
        ),
        "restart": "Events that start the open clock afresh, such as assign; default none",
        "repeat": (
            "true: once kept, also late, the next one starts at once while the lead is in its states; "
            "default false"
        ),
        "per": "owner: each owner's own promise, which ends and begins with them; default: the party's",
        "steps": (
            "Actions on the way: 50% of the time, -1h before due, 100% the breach, +4h or 200% after it; "
            "default none"
        ),
        "lift": "Who may lift its breaches; default: what the file's own lift says",
    },
    TimerDoc: {
        "start": "Events that start the clock, such as {enter: returned}",
        "while": (
            "States in which the clock lives; entering another ends it; default: the state it started in"
        ),
        "after": (
            "Time until it ends: 45m or 4h open time, 2d, 6mo, {until: FIELD}, {at: TIME}, or a list of cases"
        ),
        "calendar": "Calendar that counts, or owner for the owner's own; default always: day and night",
        "pause": (
            "CEL condition under which the clock stands still, or {when, at_most, reason}; default never"
        ),
        "restart": "Events that start the open clock afresh, such as assign; default none",
        "do": "Actions at its end",
    },
}
