"""What is said of the file as a whole."""

from __future__ import annotations

from collections.abc import Mapping

from slaflow.workflow.document.top import WorkflowDoc
from slaflow.workflow.document.types import Doc, Named

WHOLE: Mapping[type[Doc], str] = {
    WorkflowDoc: "The agreement between marketing and sales that slaflow enforces",
}

KEYS: Mapping[type[Doc], Mapping[str, str]] = {
    Named: {
        "title": "What people are shown instead of the name, in tables and documents; default: the name",
        "about": "Free text for whoever reads the agreement; decides nothing",
    },
    WorkflowDoc: {
        "workflow": "The agreement's name across its versions: small letters, digits, _ and -",
        "timezone": "IANA zone of dates, calendars and periods, such as Europe/Stockholm; default UTC",
        "parties": (
            "The two sides, or more: a list of names, or names with a desk each; lead and system always exist"
        ),
        "signatures": "Parties that have to sign this very text before it can be activated; default none",
        "calendars": "Opening hours by name; always, which is day and night, exists without being declared",
        "lead": "Fields of a lead, and by which of them two records are the same lead",
        "activities": "Touchpoints that may be recorded, by kind; others are refused",
        "attempts": "How attempts to reach a lead are counted",
        "stages": (
            "The buyer's journey in order; a lead starts at the first and only moves forward until a reset"
        ),
        "pace": "How often a prospect is approached; one too many is recorded and marked; default unbounded",
        "scoring": "How the score comes about; default: the points of activities, which do not decay",
        "checks": "Qualification questions by name; guards ask for them as check.NAME",
        "states": "Where a lead can be, by name; exactly one is initial",
        "transitions": (
            "How a lead moves; of several for one trigger the first in this order that may be taken is"
        ),
        "targets": "Promises for each lead, by name",
        "timers": "Time passing that nobody owes, by name",
        "commitments": "Promises per period, by name",
        "teams": "People of a party who take turns, by name; who is in them is told with user add",
        "routing": (
            "Who gets a lead when a party receives it, first match first; default: nobody is looked for"
        ),
        "on_assign": "Actions, notify and set, when somebody becomes owner by another's doing; default none",
        "lift": (
            "Who may lift breaches; default: a manager of a party that does not owe the promise, or an admin"
        ),
        "late_evidence": (
            "How long after it happened what is told late still lifts or meets a promise; elapsed, default "
            "72h"
        ),
        "notify_within": "Messages older than this are not for sending; elapsed time, default 24h",
        "grace": (
            "Time until due for a promise with none left when its lead moves to a new version; default 1d"
        ),
    },
}
