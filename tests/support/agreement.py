"""The sample agreement as text, and small ones that a test changes in one place."""

from __future__ import annotations

from support.source import ROOT

from slaflow.workflow.load import Checked, load_workflow
from slaflow.workflow.model.workflow import Workflow

STANDARD = (ROOT / "workflows" / "b2b-standard.yaml").read_text(encoding="utf-8")

SMALL = """\
workflow: small
parties: [marketing, sales]
calendars:
  office: {hours: {mon-fri: [09:00-17:00]}}
lead:
  identity: [email]
  fields: {email: email, country: string, employees: int, worth: decimal, callback_on: date, on_hold: bool}
activities:
  visit: {by: lead, points: 10, stage: interest}
  call: {by: sales, attempt: phone}
  talk: {by: sales, contact: true}
stages: [unaware, interest]
checks:
  fits: {fields: {n: int}, pass: answer.n > 3}
states:
  new: {held_by: marketing, initial: true}
  mql: {held_by: sales}
  won: {final: true}
transitions:
  - {trigger: promote, from: new, to: mql, by: marketing}
  - {trigger: return, from: mql, to: new, by: sales}
  - {trigger: win, from: mql, to: won, by: sales}
targets:
  warm: {owed_by: marketing, start: {enter: new}, meet: {trigger: promote}, within: 5d, calendar: always}
  answer: {owed_by: sales, start: {enter: mql}, meet: {trigger: [win, return]}, within: 4h, calendar: office}
"""


def changed(text: str, *replacements: tuple[str, str]) -> str:
    """*text* with each first part replaced by the second, once; it must be there."""
    for old, new in replacements:
        assert old in text, f"{old!r} is not in the agreement"
        text = text.replace(old, new, 1)
    return text


def small(*replacements: tuple[str, str], more: str = "") -> str:
    return changed(SMALL, *replacements) + more


def checked(text: str) -> Checked:
    return load_workflow(text)


def compiled(text: str) -> Workflow:
    return load_workflow(text).require()


def place(text: str, part: str) -> str:
    """``line:column`` of the first place where *part* stands in *text*, counted from one."""
    before = text[: text.index(part)]
    return f"{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"


def errors(text: str) -> list[str]:
    """Every error as ``line:column path: message``."""
    return [f"{f.line}:{f.column} {f.path}: {f.message}" for f in load_workflow(text).errors]


def warnings(text: str) -> list[str]:
    """Every warning as ``line:column path: message``; there must be no error."""
    found = load_workflow(text)
    assert not found.errors, found.errors
    return [f"{f.line}:{f.column} {f.path}: {f.message}" for f in found.warnings]
