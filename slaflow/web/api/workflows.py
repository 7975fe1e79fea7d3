"""Agreements: those that are or were in force, another text looked over, compared, signed, put in force."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import Field, model_validator
from starlette.responses import Response

from slaflow.agreement.changes.compare import compare
from slaflow.agreement.document.html import html
from slaflow.agreement.document.markdown import markdown
from slaflow.agreement.document.page import Signature, page
from slaflow.engine.caller import Caller
from slaflow.engine.migration import commands as moves
from slaflow.engine.setup.asked_agreement import asked_agreement
from slaflow.engine.setup.versions import told_versions
from slaflow.web.api.bearing import Asks, Here, needs
from slaflow.web.api.problems import Problem
from slaflow.web.api.queries import Asked, DocumentAsked
from slaflow.web.api.reading import Sent, json_of
from slaflow.web.api.telling import told, told_for_ever, unchanged
from slaflow.web.api.writing import written
from slaflow.web.site import Site
from slaflow.workflow.errors import Finding, WorkflowError
from slaflow.workflow.load import Checked, load_workflow
from slaflow.workflow.model.workflow import Workflow

router = APIRouter()
LONGEST = 100_000
MOST_AT_ONCE = 500
"""Leads that one request moves; who asks again moves more."""
Agreement = Annotated[str, Path(min_length=1, max_length=300, description="NAME in force, or NAME@DIGEST.")]
Called = Annotated[str, Path(min_length=1, max_length=200)]
Text = Annotated[str, Field(min_length=1, max_length=LONGEST, description="The agreement's file, as it is.")]
Names = Annotated[dict[str, Annotated[str, Field(max_length=200)]], Field(max_length=200)]
ORDER = "activated_at"


class Draft(Sent):
    text: Text


class Side(Sent):
    """An agreement: a text, or the name of one in force, or NAME@DIGEST."""

    text: Text | None = None
    name: str | None = Field(None, min_length=1, max_length=300)

    @model_validator(mode="after")
    def _is_one(self) -> Side:
        if (self.text is None) == (self.name is None):
            raise ValueError("give one of text and name")
        return self


class Two(Sent):
    a: Side
    b: Side


class Withdrawal(Draft):
    reason: str = Field(min_length=1, max_length=500)


class Activating(Draft):
    dry_run: bool = Field(False, description="Only tell whose signatures are missing.")


class Moving(Sent):
    states: Names = Field(default_factory=dict, description="What states are called now, by what they were.")
    targets: Names = Field(default_factory=dict, description="The same of targets and timers.")
    from_: str | None = Field(None, alias="from", max_length=64, description="Only leads of this version.")
    grace: str | None = Field(None, max_length=40)
    dry_run: bool = False


@router.get("/workflows")
@needs("read", "read", tells="Version")
def workflows(site: Here, query: Annotated[Asked, Query()]) -> Response:
    """Every version that was ever activated, newest last."""
    return told({"items": told_versions(site.engine.versions()), "next": None})


@router.post("/workflows/check")
@needs("read", "read", tells="Checked")
def check(site: Here, body: Annotated[Draft, Depends(json_of(Draft))]) -> Response:
    """Whether a text is a sound agreement; else 422 with every finding. Nothing is kept."""
    checked = _sound(body.text)
    warnings = [finding_json(each) for each in checked.warnings]
    return told({"digest": checked.digest, "errors": [], "warnings": warnings})


@router.post("/workflows/diff")
@needs("read", "read", tells="Difference")
def diff(site: Here, body: Annotated[Two, Depends(json_of(Two))]) -> Response:
    """What b changes in the agreement a, for whom, and whether it is stricter. Nothing is kept."""
    one, other = _side(site, body.a), _side(site, body.b)
    changes = [each.as_json() for each in compare(one, other)]
    named = {side: {"name": w.name, "digest": w.digest} for side, w in (("a", one), ("b", other))}
    return told({**named, "changes": changes})


@router.get("/workflows/{name}")
@needs("read", "read", tells="Agreement")
def workflow(name: Agreement, request: Request, site: Here, query: Annotated[Asked, Query()]) -> Response:
    """The version in force, or another: its very text, and who signed that."""
    found = asked_agreement(site.engine, name)
    row = _row(site, found)
    said = {
        **row, "title": found.title, "timezone": found.timezone, "source": found.source,
        **site.engine.agreement_signatures(found.digest),
    }  # fmt: skip
    return told_for_ever(request, said)


@router.get("/workflows/{name}/document")
@needs("read", "read", tells="Document", page=True)
def document(
    name: Agreement, request: Request, site: Here, query: Annotated[DocumentAsked, Query()]
) -> Response:
    """The agreement in words, as a page or as Markdown."""
    found = asked_agreement(site.engine, name)
    zone = ZoneInfo(found.timezone)
    given = site.engine.agreement_signatures(found.digest)["signatures"]
    signed = [
        Signature(each["party"], each["actor"], f"{_at(each).astimezone(zone):%Y-%m-%d %H:%M}")
        for each in given
    ]
    made = page(found, site.engine.now().astimezone(zone).date(), signed)
    if query.form == "markdown":
        return unchanged(request, markdown(made).encode(), "text/markdown; charset=utf-8")
    return unchanged(request, html(made).encode(), "text/html; charset=utf-8")


@router.post("/workflows/{name}/signatures", status_code=201)
@needs("sign", "manage", tells="AgreementSignature")
def sign(
    name: Called, request: Request, asks: Asks, site: Here, body: Annotated[Draft, Depends(json_of(Draft))]
) -> Response:
    """Signs a text for one's own party, as it is to the last byte."""
    found = _named(body.text, name)

    def again(_: object) -> Mapping[str, Any]:
        stands = site.engine.signatures_under(found)
        given = [each for each in stands["signatures"] if each["party"] == asks.actor.party]
        at = given[-1]["at"] if given else None
        return _signature(found, asks.actor.party, asks.actor.name, at, stands["missing"])

    def write(who: Caller) -> Mapping[str, Any]:
        return site.engine.sign_agreement(body.text, who)

    return written(request, asks, write, again, 201, lambda _: f"/workflows/{name}")


@router.post("/workflows/{name}/withdrawals", status_code=201)
@needs("withdraw", "manage", tells="AgreementSignature")
def withdraw(
    name: Called, request: Request, asks: Asks, site: Here,
    body: Annotated[Withdrawal, Depends(json_of(Withdrawal))],
) -> Response:  # fmt: skip
    """Takes back the signature of one's own party under a text that is not in force."""
    found = _named(body.text, name)

    def again(_: object) -> Mapping[str, Any]:
        missing = site.engine.signatures_under(found)["missing"]
        return _signature(found, asks.actor.party, asks.actor.name, None, missing)

    def write(who: Caller) -> Mapping[str, Any]:
        return site.engine.withdraw_signature(body.text, who, body.reason)

    return written(request, asks, write, again, 201, lambda _: f"/workflows/{name}")


@router.post("/workflows/{name}/activate")
@needs("activate", "manage", tells="Activation")
def activate(
    name: Called, request: Request, asks: Asks, site: Here,
    body: Annotated[Activating, Depends(json_of(Activating))],
) -> Response:  # fmt: skip
    """Puts a text in force for new leads; whose signatures it asks for must have signed that very text."""
    found = _named(body.text, name)

    def write(who: Caller) -> Mapping[str, Any]:
        if body.dry_run:
            return site.engine.may_activate(body.text, by=who)
        return site.engine.activate(body.text, by=who).as_json()

    def again(_: object) -> Mapping[str, Any]:
        row = _row(site, found)
        return {**{key: row[key] for key in ("workflow", "digest", ORDER)}, "notes": list(found.kept_aside)}

    return written(request, asks, write, None if body.dry_run else again)


@router.post("/workflows/{name}/migrate")
@needs("migrate", "manage", tells="Migration")
def migrate(
    name: Called, request: Request, asks: Asks, site: Here, body: Annotated[Moving, Depends(json_of(Moving))]
) -> Response:
    """Moves leads of earlier versions to the one in force, at most 500 at once; asked again it goes on."""

    def write(who: Caller) -> Mapping[str, Any]:
        asked = moves.Asked(body.states, body.targets, body.from_, body.grace, who, MOST_AT_ONCE)
        if not body.dry_run:
            return moves.migrate(site.engine, name, asked, None).as_json()
        report, leads = moves.preview(site.engine, name, asked, None, None)
        return report.as_json() | {"leads": [each.as_json() for each in leads]}

    return written(request, asks, write)


def finding_json(finding: Finding) -> dict[str, Any]:
    return {"line": finding.line, "column": finding.column, "path": finding.path, "message": finding.message}


def _sound(text: str) -> Checked:
    """Raises ``Problem`` 422 with what is wrong with it."""
    checked = load_workflow(text)
    if checked.errors:
        raise unsound(WorkflowError(checked.errors))
    return checked


def unsound(error: WorkflowError) -> Problem:
    found = [finding_json(each) for each in error.findings]
    first = error.findings[0]
    words = f"line {first.line}: {first.message}" if len(found) == 1 else f"{len(found)} errors"
    return Problem("agreement_unsound", words, findings=found)


def _named(text: str, name: str) -> Workflow:
    found = _sound(text).require()
    if found.name != name:
        raise Problem("invalid_value", f'text: it is an agreement "{found.name}", not "{name}"')
    return found


def _side(site: Site, side: Side) -> Workflow:
    if side.text is not None:
        return _sound(side.text).require()
    return asked_agreement(site.engine, side.name or "")


def _row(site: Site, workflow: Workflow) -> dict[str, Any]:
    rows = told_versions(site.engine.versions(workflow.name))
    return next(each for each in rows if each["digest"] == workflow.digest)


def _signature(
    workflow: Workflow, party: str, actor: str, at: str | None, missing: list[str]
) -> Mapping[str, Any]:
    named = {"workflow": workflow.name, "digest": workflow.digest, "party": party, "actor": actor}
    return {**named, "at": at, "missing": missing}


def _at(given: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(given["at"])
