"""An office whose agreement is named in another language."""

from __future__ import annotations

from support.office import FOUNDED, FRIDAY

from slaflow.engine.app import Engine
from slaflow.store.database import Database

SVENSKA = """\
workflow: avtal
timezone: Europe/Stockholm
parties: {torget: {title: Torget, desk: t@example.com}, butiken: {title: Butiken, desk: b@example.com}}
calendars:
  kontor: {hours: {mon-fri: [09:00-12:00, 13:00-17:00]}}
lead:
  identity: [nummer]
  fields:
    nummer: {type: string, title: Kundnummer}
    ort: {type: string, title: Ort, one_of: [Umeå, Visby], by: [torget]}
    ring: {type: datetime, title: Ring upp}
activities:
  fraga: {by: lead, points: 60, title: Ställde en fråga}
  samtal: {by: butiken, attempt: telefon, contact: true, title: Samtal,
    fields: {ord: {type: text, title: Vad sades}}}
checks:
  rad: {title: Har råd, question: Har de råd?, fields: {kronor: {type: int, title: Kronor}},
    pass: "answer.kronor > 9"}
states:
  varm: {held_by: torget, initial: true, title: Hålls varm}
  het: {held_by: butiken, title: Het}
  klar: {final: true, title: Klar}
transitions:
  - {trigger: lyft, title: Lyft, from: varm, to: het, by: system, auto: true, when: "lead.score >= 50"}
  - {trigger: salj, title: Sälj, from: het, to: klar, by: butiken, when: [check.rad, contacted]}
  - {trigger: slapp, title: Släpp, from: het, to: varm, by: butiken, reset: [engagement],
     requires: {skal: {type: string, one_of: [dyrt, sent], title: Skäl}}}
targets:
  svara: {title: Svara inom fyra timmar, owed_by: butiken, start: {enter: het}, meet: {contact: true},
    within: 4h, calendar: kontor}
"""
ULLA, TORE, STINA, BENGT = (f"{name}@example.com" for name in "ulla tore stina bengt".split())


def settled_in(database: Database) -> None:
    app = Engine(database, now=lambda: FRIDAY)
    app.activate(SVENSKA, at=FOUNDED)
    app.add_person(ULLA, "butiken", name="Ulla Åkesson", at=FOUNDED)
    app.add_person(TORE, "torget", at=FOUNDED)
    app.add_person(STINA, "torget", role="manager", at=FOUNDED)
    app.add_person(BENGT, "butiken", role="admin", at=FOUNDED)
    app.add({"nummer": "K-1", "ort": "Visby"}, "torget", at=FRIDAY)
    app.record(1, "fraga", "lead", at=FRIDAY)
