"""``/agreement``: what is in force, in words; every version that was, and what each changed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from slaflow.agreement.words.naming import Naming
from slaflow.engine.agreement import differences, texts
from slaflow.engine.agreement.texts import Text
from slaflow.language import _
from slaflow.web.agreement.context import agreement_page, in_words, may_sign, may_withdraw, unknown
from slaflow.web.desk.context import site_of
from slaflow.web.origin import towards
from slaflow.web.pages import line
from slaflow.web.principal import Asking, Principal, operation

router = APIRouter()
Digest = Annotated[str, Query(max_length=200)]


@router.get("/agreement")
@operation("read")
def show(request: Request, asking: Asking) -> HTMLResponse:
    """The one in force; where there are several, which."""
    found = texts.in_force(site_of(request).engine)
    if len(found) == 1:
        return _document(request, asking, found[0])
    return agreement_page(request, "agreement/several.html", 200, asking, found=found)


@router.get("/agreement/diff")
@operation("read")
def differ(request: Request, asking: Asking, a: Digest = "", b: Digest = "") -> HTMLResponse:
    """What the text *b* changes in the text *a*."""
    engine = site_of(request).engine
    one, other = texts.found(engine, a), texts.found(engine, b)
    if one is None or other is None:
        return unknown(request)
    if one.digest == other.digest:
        words = _("both are the same text, and nothing is changed; choose two versions that differ")
        return line(422, words, towards(request, "/"))
    changes = differences.told(one.workflow, other.workflow)
    return agreement_page(
        request, "agreement/diff.html", 200, asking, a=one, b=other, naming=Naming(other.workflow),
        parts=differences.chapters(changes, other.workflow.parties),
        wording=[each for each in changes if each.wording],
    )  # fmt: skip


@router.get("/agreement/{digest}")
@operation("read")
def show_one(request: Request, asking: Asking, digest: str, done: str = "") -> HTMLResponse:
    """That text, whether it was in force or was only signed."""
    found = texts.found(site_of(request).engine, digest)
    return unknown(request) if found is None else _document(request, asking, found, done)


@router.get("/agreement/{digest}/versions")
@operation("read")
def versions(request: Request, asking: Asking, digest: str) -> HTMLResponse:
    """Every version of the same agreement, and drafts that are signed."""
    engine = site_of(request).engine
    found = texts.found(engine, digest)
    if found is None:
        return unknown(request)
    course = texts.course(engine, found.workflow.name, with_leads=asking.may_ever("migrate"))
    return agreement_page(
        request, "agreement/versions.html", 200, asking, text=found, course=course,
        naming=Naming(found.workflow),
    )  # fmt: skip


def _before(request: Request, text: Text) -> str | None:
    """The version in force that a draft would replace."""
    found = [] if text.since else texts.in_force(site_of(request).engine)
    return next((each.digest for each in found if each.workflow.name == text.workflow.name), None)


def _document(request: Request, asking: Principal, text: Text, done: str = "") -> HTMLResponse:
    return agreement_page(
        request, "agreement/document.html", 200, asking, text=text, done=done,
        signs=may_sign(asking, text), withdraws=may_withdraw(asking, text),
        tries=asking.may_ever("draft"), activates=asking.may_ever("activate"), before=_before(request, text),
        **in_words(request, text.workflow),
    )  # fmt: skip
