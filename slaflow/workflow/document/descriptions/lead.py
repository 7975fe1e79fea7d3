"""What is said of the lead itself: fields, activities, scoring, checks, states."""

from __future__ import annotations

from collections.abc import Mapping

from slaflow.workflow.document.lead import (
    AccountDoc,
    ActivityDoc,
    ApproachesDoc,
    AttemptsDoc,
    CheckDoc,
    ClauseDoc,
    EngagementDoc,
    FieldDoc,
    FitDoc,
    LeadDoc,
    LeadFieldDoc,
    PartyDoc,
    ScoringDoc,
    StageDoc,
    StateDoc,
)
from slaflow.workflow.document.types import Doc

WHOLE: Mapping[type[Doc], str] = {
    PartyDoc: "One of the two sides, or more; may be empty",
    LeadDoc: "What is known of a lead, and how it is told from others",
    AccountDoc: "Which leads are one company's: those whose addresses are of one domain",
    LeadFieldDoc: "A field of the lead: a type alone, or a mapping with the type and more",
    FieldDoc: "An input or answer: a type alone, or a mapping with the type and more",
    ActivityDoc: "A kind of touchpoint: who records it, what it scores, what it shows",
    AttemptsDoc: "How attempts to reach a lead are counted",
    StageDoc: "A stage of the buyer's journey: a name alone, or a mapping with the name and more",
    ApproachesDoc: "How often these parties together approach a prospect",
    ScoringDoc: "How a lead's fit, engagement and score come about",
    FitDoc: "Points for what a lead is, as its fields say",
    EngagementDoc: "How the points of activities add up over time",
    CheckDoc: "A qualification question, answered with evidence and passed by a guard",
    ClauseDoc: "A condition of a guard, with words for the refusal",
    StateDoc: "Where a lead can be, and who has to act there",
}

KEYS: Mapping[type[Doc], Mapping[str, str]] = {
    PartyDoc: {
        "desk": ("Address that hears what nobody else would: no owner, or the owner away; default none"),
    },
    LeadDoc: {
        "identity": "Fields by which two records are the same lead, such as [email]",
        "account": (
            "Field by which leads are one company's, or {domain_of: FIELD}; routing asks it by to: account; "
            "default none"
        ),
        "fields": "Fields by name, each a type or a mapping with type and more",
    },
    AccountDoc: {
        "domain_of": "Field that holds an e-mail address, the domain of which is the company",
        "except": "Domains that are nobody's own, such as gmail.com; default none",
    },
    FieldDoc: {
        "type": "string, text, int, decimal, bool, date, datetime, email or url",
        "one_of": "The only values there are; default: any of the type",
        "min": "Least value, itself included: numbers, dates and instants; default unbounded",
        "max": "Greatest value, itself included: numbers, dates and instants; default unbounded",
        "min_length": "Characters that a text has at least; default 0",
        "pattern": "RE2 expression that is found in the text; default: any text",
        "required": "Whether a value must be given; default: true for inputs of a transition, else false",
        "default": "Value where none is given; default none",
    },
    LeadFieldDoc: {
        "by": (
            "Parties that may set it by hand, each bare or with the least role; [] is nobody; default "
            "everybody"
        ),
    },
    ActivityDoc: {
        "by": "Parties that record it, each bare or with the least role, as in [marketing, {sales: manager}]",
        "points": "Engagement points: a number, or a CEL expression that gives one; default 0",
        "when": "CEL condition under which it brings points and stage; recorded either way; default always",
        "cap": "Most points of this kind since the last reset, before decay; default unbounded",
        "stage": "Stage of the journey that it shows the lead to be at; default none",
        "fits": "Stages that it is meant for; at another its entry is marked misfit; default all",
        "attempt": "Channel, if it is an attempt to reach the lead, such as phone; default: it is none",
        "contact": "true: the two really spoke; default false",
        "automated": "true: a machine does it, so it is neither attempt nor contact; default false",
        "fields": "What may be noted with it, by name; read as touch.NAME in when and points",
    },
    AttemptsDoc: {
        "spacing": (
            "Attempts closer together than this count as one, on whichever channel; elapsed time, default 0s"
        ),
    },
    StageDoc: {
        "name": "The stage's name, as activities and stage.reached('NAME') use it",
        "about": "What the buyer thinks and feels at this stage",
        "signal": "What shows that a buyer is at this stage; shown by lead show",
    },
    ApproachesDoc: {
        "by": "Parties whose activities count as approaches, together",
        "at_most": "Approaches within any time as long as per",
        "per": "The time in which approaches are counted, such as 24h; elapsed time",
    },
    ScoringDoc: {
        "fit": "Rules that each add points where they hold; without any, fit is 0",
        "engagement": "How the points of activities decay; default: they do not",
        "score": "CEL expression over fit and engagement; default fit + engagement",
    },
    FitDoc: {
        "when": "CEL condition over the lead's fields",
        "points": "Points where it holds: a number, or a CEL expression that gives one",
        "because": "Why, in words for people; default none",
    },
    EngagementDoc: {
        "half_life": ("Time in which points lose half; elapsed time, such as 30d; default: no decay"),
    },
    CheckDoc: {
        "question": "What is asked, in words for people",
        "fields": "What an answer gives, by name; one named like a field of the lead is stored there too",
        "pass": "Guard over answer.NAME: a CEL condition, or a list of conditions and {that, otherwise}",
        "by": "Parties that may answer besides the one that holds the lead, each bare or with the least role",
        "valid_for": "How long an answer stands; elapsed time, such as 90d; default: until a reset",
    },
    ClauseDoc: {
        "that": "CEL condition that must hold",
        "otherwise": "What a refusal says where it does not; default: the condition itself",
    },
    StateDoc: {
        "held_by": (
            "Party that has to act; required unless final, where the party before keeps the lead by default"
        ),
        "initial": "true: new leads begin here, in exactly one state; default false",
        "final": "true: closed; nothing is owed but by a target that names it in while; default false",
        "rest": "true: a lead may lie here although nobody owes anything for it; default false",
    },
}
