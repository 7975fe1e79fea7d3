"""A text signed for one's party, and that taken back."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from slaflow.engine.agreement import texts
from slaflow.engine.permits import NotPermitted
from slaflow.engine.setup.agreement_signatures import NothingToWithdraw, TextAlreadySigned
from slaflow.engine.setup.signatures import NotAParty
from slaflow.errors import UnknownName
from slaflow.language import _
from slaflow.web.agreement.context import unknown
from slaflow.web.desk.context import site_of
from slaflow.web.forms import form_of
from slaflow.web.origin import towards
from slaflow.web.pages import line
from slaflow.web.principal import Asking, Principal, operation

router = APIRouter()
Form = Annotated[dict[str, str], Depends(form_of)]
LONGEST = 2000


@router.post("/agreement/{digest}/sign")
@operation("sign")
def sign(request: Request, asking: Asking, digest: str) -> Response:
    """Signs a text that is known already."""
    found = texts.found(site_of(request).engine, digest)
    return unknown(request) if found is None else signed(request, asking, found.workflow.source.encode())


@router.post("/agreement/{digest}/withdraw")
@operation("withdraw")
def withdraw(request: Request, asking: Asking, digest: str, form: Form) -> Response:
    """Takes the signature back, for a reason that stays."""
    engine = site_of(request).engine
    found, reason = texts.found(engine, digest), form.get("reason", "").strip()
    if found is None:
        return unknown(request)
    if not reason or len(reason) > LONGEST:
        words = _("say in a few words why it is taken back; both sides read it")
        return line(422, words, towards(request, "/"))
    try:
        engine.withdraw_signature(found.workflow.source.encode(), asking.caller, reason)
    except (NotPermitted, NotAParty, UnknownName) as error:
        return line(403, str(error), towards(request, "/"))
    except NothingToWithdraw as error:
        return line(409, str(error), towards(request, "/"))
    return _on(request, found.digest, "withdrawn")


def signed(request: Request, asking: Principal, text: bytes) -> Response:
    """Signs it for the party of who asks, and shows it."""
    try:
        made = site_of(request).engine.sign_agreement(text, asking.caller)
    except (NotPermitted, NotAParty, UnknownName) as error:
        return line(403, str(error), towards(request, "/"))
    except TextAlreadySigned as error:
        return line(409, str(error), towards(request, "/"))
    return _on(request, str(made["digest"]), "signed")


def _on(request: Request, digest: str, done: str) -> Response:
    return RedirectResponse(towards(request, f"/agreement/{digest}?done={done}"), 303)
