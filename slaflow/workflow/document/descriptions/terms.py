"""What is said of the parties at large: calendars, teams, routing, commitments."""

from __future__ import annotations

from collections.abc import Mapping

from slaflow.workflow.document.terms import (
    MEASURES,
    CalendarDoc,
    CommitmentDoc,
    CountDoc,
    CountedHereDoc,
    InARowDoc,
    InARowToldDoc,
    PersonFieldDoc,
    RouteDoc,
    ShareDoc,
    SumDoc,
    TeamDoc,
    TimeDoc,
)
from slaflow.workflow.document.types import Doc

WHOLE: Mapping[type[Doc], str] = {
    CalendarDoc: "Opening hours by the clock on the wall, with holidays and exceptions",
    TeamDoc: "People of one party who take turns",
    RouteDoc: (
        "A rule of routing; of those for the party that receives a lead the first that finds somebody"
    ),
    PersonFieldDoc: "Whom a field of the lead names",
    CommitmentDoc: "What a party owes per period: one of " + ", ".join(MEASURES),
    CountDoc: "How often something happened in the period",
    CountedHereDoc: "How often something happened in the period",
    SumDoc: "A field of the leads to which something happened in the period, added up",
    ShareDoc: "A share of the whole: {of, among}, or {met: targets}",
    TimeDoc: "Open time from start to fulfilment of a target: exactly one of median, mean and p90",
    InARowDoc: "What is done once so many periods in a row are missed",
    InARowToldDoc: "Who hears once so many periods in a row are missed",
}

KEYS: Mapping[type[Doc], Mapping[str, str]] = {
    CalendarDoc: {
        "timezone": "The calendar's own IANA zone; default: the agreement's",
        "hours": "Windows per day or span of days: {mon-fri: [09:00-12:00, 13:00-17:00]}; 24:00 may end one",
        "holidays": "Public holidays of a country (SE) or subdivision (US-CA), or dates; default none",
        "closed": (
            "Days or spans without hours: 2026-12-24, 2026-12-23..2026-12-31, or INSTANT..INSTANT; default "
            "none"
        ),
        "open": (
            "That day's hours instead of its others: {2026-12-19: [10:00-14:00]}; wins over holidays and "
            "closed days"
        ),
    },
    TeamDoc: {
        "party": "Party that the team belongs to",
        "calendar": "Calendar of its members, for calendar: owner; default: the file's first",
        "assign": (
            "round_robin: each in turn, as often as their weight; least_loaded: who has fewest open "
            "for their weight; default round_robin"
        ),
        "capacity": "Open leads a member has at most, where their own is not recorded; default any number",
        "per_day": (
            "Leads that a member is dealt at most in one local day, where their own is not recorded; default "
            "any number"
        ),
        "only_open": "true: nothing is dealt while the team's calendar is closed; default false",
    },
    RouteDoc: {
        "to": (
            "A team, previous (who held it last), account (who owns another of the company), an address, "
            "or {field: NAME} of one"
        ),
        "when": "CEL condition, with the lead as it was before the move; default: always",
        "skip": (
            "Beside previous: breached passes over whoever broke a promise on this lead that was not lifted; "
            "default: nobody"
        ),
    },
    PersonFieldDoc: {"field": "Field of the lead that holds an address"},
    CommitmentDoc: {
        "owed_by": "Party that owes it; of signed_within all who sign",
        "every": "The period, in the agreement's zone: day, week (from Monday), month, quarter or year",
        "count": (
            "Leads to which it happened in the period, each once; each: true or distinct beside it counts "
            "otherwise"
        ),
        "sum": (
            "{field, of}: an int or decimal field of such leads, as it stood when it first happened in the "
            "period"
        ),
        "share": (
            "{of, among} of the leads with an outcome, or {met: targets} of clocks with a verdict in the "
            "period"
        ),
        "time": "{median: TARGET}, or mean or p90: open time to fulfilment, of those fulfilled in the period",
        "signed_within": (
            "Every party that owes it signs the period's review within this after its end; elapsed time"
        ),
        "at_least": (
            "What is promised: 200, of a share 70%, of a time 15m; without a bound there is no verdict"
        ),
        "at_most": (
            "What is promised: 200, of a share 70%, of a time 15m; without a bound there is no verdict"
        ),
        "cohort": (
            "With {of, among}: over the leads to which this happened in the period, judged until the closing"
        ),
        "matures": "How long after its end the period closes; elapsed time; default late_evidence",
        "min_sample": "Of a share or time: fewer decided or fulfilled, no verdict; default 1",
        "per": "owner: each owner has a verdict, and one missed is missed; default: the party's",
        "missed": (
            "Who hears of a missed period: {notify: NAME}, a list, or {in_a_row: 2, notify: NAME}; default "
            "nobody"
        ),
        "pace": (
            "At that share of its open days who owes hears if it is out of pace, as 50%, or {50%: {notify: "
            "NAME}}; default never"
        ),
    },
    CountDoc: {
        "of": "What is counted, such as {enter: mql}",
        "each": "true: how often it happened, and not how many leads; default false",
        "distinct": "Field of which each value counts once, such as company; default: each lead once",
    },
    CountedHereDoc: {
        "each": "true: how often it happened, and not how many leads; default false",
        "distinct": "Field of which each value counts once, such as company; default: each lead once",
    },
    SumDoc: {
        "field": "Field of type int or decimal that is added up",
        "of": "What happened to a lead for its field to count, such as {trigger: win}",
    },
    ShareDoc: {
        "of": "What is asked for, such as {trigger: accept}; counts where it is a lead's first outcome among",
        "among": "All outcomes, such as {trigger: [accept, return]}",
        "met": "Targets: of their clocks with a verdict in the period, those met in time or lifted",
        "when": "CEL condition beside met, with the lead as it stood at the verdict; default: always",
        "each": "true: of all such events, and not of leads; default false",
        "distinct": "Field of which each value counts once, such as company; default: each lead once",
    },
    TimeDoc: {
        "median": "Target whose middle time is measured, by nearest rank",
        "mean": "Target whose average time is measured",
        "p90": "Target of whose times nine in ten are no longer, by nearest rank",
    },
    InARowDoc: {
        "in_a_row": "After so many missed periods in a row; default 1",
        "do": "Actions: notify alone",
    },
    InARowToldDoc: {
        "in_a_row": "After so many missed periods in a row",
        "notify": "Who hears: a party, a team, an address; with per: owner also owner and manager",
    },
}
