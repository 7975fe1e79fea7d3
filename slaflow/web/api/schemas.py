"""What answers look like, schema by schema, as the API's description has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slaflow.web.api.problems import TITLES

TEXT, NUMBER, FLAG = {"type": "string"}, {"type": "integer"}, {"type": "boolean"}
PERHAPS = {"type": ["string", "null"]}
PERHAPS_NUMBER = {"type": ["integer", "null"]}
INSTANT = {"type": "string", "format": "date-time"}
PERHAPS_INSTANT = {"type": ["string", "null"], "format": "date-time"}
ANYTHING: dict[str, Any] = {"type": "object"}
TEXTS = {"type": "array", "items": TEXT}
OBJECTS = {"type": "array", "items": ANYTHING}


EVERY = "every"


def _object(about: str, required: str = "", /, **properties: Any) -> dict[str, Any]:
    named = {name.rstrip("_"): each for name, each in properties.items()}
    wanted = list(named) if required == EVERY else required.split()
    return {"type": "object", "description": about, "properties": named, "required": wanted}


def _items(name: str) -> dict[str, Any]:
    return {"type": "array", "items": {"$ref": f"#/components/schemas/{name}"}}


SCHEMAS: Mapping[str, Any] = {
    "Lead": _object(
        "A lead as of the instant asked for; asked for alone, with what may be done with it.",
        "id key state held_by workflow fields checks clocks",
        id=NUMBER, key=TEXT, state=TEXT, owner=PERHAPS, held_by=TEXT, waits_for=PERHAPS,
        waits_since=PERHAPS_INSTANT, workflow=TEXT, digest=TEXT,
        as_of=INSTANT, created_at=INSTANT, entered_at=INSTANT, erased_at=PERHAPS_INSTANT,
        score={"type": "number"}, fit={"type": "number"}, engagement={"type": "number"}, stage=PERHAPS,
        fields=ANYTHING, checks=ANYTHING, attempts=ANYTHING, cycles=NUMBER, clocks=_items("Clock"),
        available=_items("Available"),
        seq={**NUMBER, "description": "The number of the last entry of its log."},
    ),
    "Clock": _object(
        "A promise about a lead, or a timer.", "target status number started_at",
        target=TEXT, title=PERHAPS, status=TEXT, owed_by=PERHAPS, owner=PERHAPS, number=NUMBER,
        started_at=INSTANT, due_at=PERHAPS_INSTANT, paused_at=PERHAPS_INSTANT, allowance_seconds=NUMBER,
        left_seconds={**PERHAPS_NUMBER, "description": "Open time until it is due."},
        breached_at=PERHAPS_INSTANT, ended_at=PERHAPS_INSTANT, late_seconds=PERHAPS_NUMBER, calendar=TEXT,
        open_now=FLAG, next_edge_at=PERHAPS_INSTANT, steps=_items("Step"),
    ),
    "Step": _object("A step of a clock; null while it is paused.", "label at done",
                    label=TEXT, at=PERHAPS_INSTANT, done=FLAG),
    "Available": _object(
        "What leads on from where a lead is.", "trigger to allowed because requires",
        trigger=TEXT, to=TEXT, allowed=FLAG, because=TEXTS, by=TEXTS, roles=ANYTHING, requires=TEXTS,
        inputs=_items("Input"), auto=FLAG,
    ),
    "Input": _object(
        "A field that is asked for.", "name type required",
        name=TEXT, title=PERHAPS, type=TEXT, required=FLAG, one_of={"type": "array"}, min=TEXT, max=TEXT,
        min_length=NUMBER, pattern=TEXT,
    ),
    "QueueRow": _object(
        "What is owed about a lead.", "lead key target seconds_left",
        lead=NUMBER, key=TEXT, target=TEXT, title=PERHAPS, owed_by=TEXT, owner=PERHAPS,
        waits_for=PERHAPS, waits_since=PERHAPS_INSTANT, waits_place=PERHAPS_NUMBER, waits_of=PERHAPS_NUMBER,
        due_at=PERHAPS_INSTANT, seconds_left=NUMBER, calendar=TEXT, state=TEXT, status=TEXT, paused=FLAG,
    ),
    "Why": _object("Why clocks are due when they are, triggers are refused, or a lead is whose it is."),
    "Entry": _object(
        "An entry of the log.", "id stream seq kind at actor hash",
        id=NUMBER, stream=TEXT, seq=NUMBER, lead=PERHAPS_NUMBER, class_=TEXT, at=INSTANT, recorded_at=INSTANT,
        kind=TEXT, actor=TEXT, party=PERHAPS, data={"type": ["object", "null"]}, hash=TEXT, prev=TEXT,
    ),
    "Proof": _object(
        "That an entry is under a signed head of the log.", "format entry hash index size hashes checkpoint",
        format=TEXT, entry=ANYTHING, hash=TEXT, index=NUMBER, size=NUMBER, hashes=TEXTS, checkpoint=TEXT,
        data=TEXT, salt=TEXT,
    ),
    "Lifts": _object("What was lifted.", EVERY, from_=INSTANT, to=INSTANT, lifted=NUMBER, leads=NUMBER,
                     refused=OBJECTS),
    "Report": _object("Figures, each report its own.", "settled_to", settled_to=INSTANT),
    "Review": _object(
        "Both parties' record of a period.", "workflow period record_digest commitments signatures missing",
        workflow=TEXT, period=TEXT, digest=TEXT, from_=INSTANT, to=INSTANT, settled_to=INSTANT,
        record_digest=TEXT, commitments=OBJECTS, parties=TEXTS, signatures=OBJECTS,
        signed_alike={"type": ["boolean", "null"]}, missing=TEXTS, unsettled=NUMBER,
    ),
    "ReviewSignature": _object("A signature under a period's record.", EVERY, workflow=TEXT, period=TEXT,
                               party=TEXT, actor=TEXT, at=INSTANT, record_digest=TEXT),
    "Version": _object("A text that was put in force.", EVERY, workflow=TEXT, digest=TEXT,
                       activated_at=INSTANT, active=FLAG),
    "Agreement": _object(
        "A text that was put in force, and who signed it.", EVERY,
        workflow=TEXT, digest=TEXT, activated_at=INSTANT, active=FLAG, title=PERHAPS, timezone=TEXT,
        source=TEXT, signatures=OBJECTS, missing=TEXTS,
    ),
    "Document": {"type": "string", "description": "The agreement in words."},
    "Checked": _object("A sound text.", EVERY, digest=TEXT, errors=OBJECTS, warnings=OBJECTS),
    "Difference": _object("What another text changes.", EVERY, a=ANYTHING, b=ANYTHING, changes=OBJECTS),
    "AgreementSignature": _object(
        "A signature given or taken back.", EVERY,
        workflow=TEXT, digest=TEXT, party=TEXT, actor=TEXT, at=PERHAPS_INSTANT, missing=TEXTS,
    ),
    "Activation": _object(
        "A text put in force, or whose signatures are missing.", "workflow digest notes",
        workflow=TEXT, digest=TEXT, activated_at=INSTANT, notes=TEXTS, dry_run=FLAG, missing=TEXTS,
    ),
    "Migration": _object(
        "Leads that moved, or would.", "workflow at to from migrated skipped clocks",
        workflow=TEXT, at=INSTANT, to=TEXT, from_=TEXTS, migrated=NUMBER, skipped=OBJECTS, clocks=ANYTHING,
        leads=OBJECTS,
    ),
    "Person": _object("Somebody who is recorded.", EVERY, email=TEXT, name=PERHAPS, party=TEXT, team=PERHAPS,
                      manager=PERHAPS, role=TEXT, calendar=PERHAPS, weight=NUMBER,
                      capacity=PERHAPS_NUMBER, per_day=PERHAPS_NUMBER, since=INSTANT),
    "Removed": _object("Who was recorded, and what they have in hand.", "email removed",
                       email=TEXT, removed=FLAG, team=PERHAPS, leads=NUMBER, states=OBJECTS, manages=TEXTS),
    "HandedOver": _object(
        "What became of somebody's leads; after: look at those from there on, null: all were looked at.",
        "email leads given waiting left after", email=TEXT, person=PERHAPS, team=PERHAPS, leads=NUMBER,
        given=OBJECTS, waiting=NUMBER, left=OBJECTS, away_until=PERHAPS_INSTANT, after=PERHAPS_NUMBER,
    ),
    "Absence": _object("When somebody is away, and what they have in hand.", "email from until stand_in",
                       email=TEXT, from_=INSTANT, until=INSTANT, stand_in=PERHAPS, leads=NUMBER,
                       states=OBJECTS, manages=TEXTS),
    "AbsenceEnded": _object("An absence that was ended, as it was told.", EVERY, email=TEXT, from_=INSTANT,
                            until=INSTANT),
    "Token": _object(
        "A token; begins is how its secret does.", "name party person scopes begins",
        name=TEXT, party=PERHAPS, person=PERHAPS, scopes=TEXTS, begins=TEXT, created_at=INSTANT,
        expires_at=PERHAPS_INSTANT, revoked_at=PERHAPS_INSTANT, used_at=PERHAPS_INSTANT,
    ),
    "NewlyMade": _object(
        "A token with its secret; null where the same key asks again.", "name scopes token",
        name=TEXT, party=PERHAPS, person=PERHAPS, scopes=TEXTS, begins=TEXT, created_at=INSTANT,
        expires_at=PERHAPS_INSTANT, revoked_at=PERHAPS_INSTANT, used_at=PERHAPS_INSTANT, token=PERHAPS,
    ),
    "Revoked": _object("False where it was over before.", EVERY, name=TEXT, revoked=FLAG),
    "Message": _object("A message, and each way it goes.", "id status kind", id=NUMBER, status=TEXT,
                       recipient=PERHAPS, kind=TEXT, lead=PERHAPS_NUMBER, deliveries=OBJECTS),
    "Sent": _object("What goes out again, by channel.", "deliveries channels shut", deliveries=NUMBER,
                    channels=ANYTHING, planned_anew=NUMBER, erased=NUMBER, shut=ANYTHING),
    "Ticked": _object("What was carried out.", "at leads steps failed", at=INSTANT, leads=NUMBER,
                      steps=NUMBER, warned=NUMBER, breached=NUMBER, fired=NUMBER, refused=NUMBER,
                      notified=NUMBER, commitments=NUMBER, seconds={"type": "number"}, failed=OBJECTS),
    "Job": _object(
        "What takes longer than an answer may.", "id kind status parameters made_at",
        id=NUMBER, kind=TEXT, asked_by=TEXT, parameters=ANYTHING, status=TEXT, done=NUMBER, of=PERHAPS_NUMBER,
        result={"type": ["object", "null"]}, error=PERHAPS, file={"type": ["object", "null"]},
        made_at=INSTANT, ended_at=PERHAPS_INSTANT, expires_at=PERHAPS_INSTANT,
    ),
    "File": {"type": "string", "description": "What a job wrote."},
    "Nothing": {"description": "Nothing is told."},
    "Problem": _object(
        "RFC 9457.", "type title status code detail",
        type={"type": "string", "format": "uri-reference"}, title=TEXT, status=NUMBER,
        code={"type": "string", "enum": list(TITLES)}, detail=TEXT, lead=PERHAPS_NUMBER, because=TEXTS,
        findings=OBJECTS, since=OBJECTS,
    ),
}  # fmt: skip
LISTS = frozenset((
    "/queue", "/leads", "/leads/{lead}/entries", "/log", "/workflows", "/people", "/tokens", "/outbox",
    "/jobs",
))  # fmt: skip
"""What answers pages."""


SETTLED = ("QueueRow", "Lead")
"""What is settled for a page; it says of how many more something waits for a tick."""


def page_of(name: str) -> dict[str, Any]:
    """A page of those."""
    said = {"items": _items(name), "next": PERHAPS} | ({"waiting": NUMBER} if name in SETTLED else {})
    return {"type": "object", "properties": said, "required": ["items", "next"]}
