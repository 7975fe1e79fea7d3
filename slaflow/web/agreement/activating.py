"""A text put in force, on a page of its own that says who has signed it and what becomes of open leads."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from slaflow.engine.agreement import differences, texts
from slaflow.engine.agreement.texts import Text
from slaflow.engine.permits import NotPermitted
from slaflow.engine.setup.agreement_signatures import Unsigned
from slaflow.errors import UnknownName
from slaflow.language import _
from slaflow.web.agreement.context import agreement_page, in_words, unknown
from slaflow.web.desk.context import site_of
from slaflow.web.origin import towards
from slaflow.web.pages import line
from slaflow.web.principal import Asking, Principal, operation

router = APIRouter()


@router.get("/agreement/{digest}/activate")
@operation("activate")
def ask(request: Request, asking: Asking, digest: str) -> HTMLResponse:
    """Whether it is to be in force from now on."""
    found = texts.found(site_of(request).engine, digest)
    return unknown(request) if found is None else confirm(request, asking, 200, found)


@router.post("/agreement/{digest}/activate")
@operation("activate")
def activate(request: Request, asking: Asking, digest: str) -> Response:
    """Puts it in force."""
    found = texts.found(site_of(request).engine, digest)
    if found is None:
        return unknown(request)
    return put_in_force(request, asking, found.workflow.source.encode(), found.digest)


def confirm(
    request: Request, asking: Principal, status: int, text: Text, carried: str | None = None
) -> HTMLResponse:
    """The page that asks; a text that nobody has recorded yet is *carried* along."""
    engine = site_of(request).engine
    before = next((each for each in texts.in_force(engine) if each.workflow.name == text.workflow.name), None)
    changes = [] if before is None else differences.told(before.workflow, text.workflow)
    return agreement_page(
        request, "agreement/activate.html", status, asking, text=text, before=before, carried=carried,
        changes=sum(not each.wording for each in changes), moving=texts.moving(engine, text.workflow),
        **in_words(request, text.workflow),
    )  # fmt: skip


def put_in_force(request: Request, asking: Principal, text: bytes, digest: str) -> Response:
    """Has new leads take it from now on, if all have signed who must have."""
    engine = site_of(request).engine
    try:
        engine.activate(text, by=asking.caller)
    except (NotPermitted, UnknownName) as error:
        return line(403, str(error), towards(request, "/"))
    except Unsigned as error:
        words = _("nothing was put in force: {because}").format(because="; ".join(error.because))
        return line(409, words, towards(request, "/"))
    return RedirectResponse(towards(request, f"/agreement/{digest}?done=activated"), 303)
