"""What is said of a breach or of a return, each by a page: disputed, excused, or the dispute turned down."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from slaflow.web.desk import pressing
from slaflow.web.desk.leads import Number
from slaflow.web.desk.pressing import Back, Form
from slaflow.web.principal import Asking, operation

router = APIRouter()
Clock = Annotated[int | None, Query(alias="clock", ge=1, le=2**31)]
"""Which of the target's clocks; the latest broken one where the address does not say."""


@router.get("/leads/{number}/dispute/{target}")
@operation("dispute")
def show_dispute(
    request: Request, asking: Asking, number: Number, target: str, back: Back = "", clock: Clock = None
) -> HTMLResponse:
    return pressing.shown(request, asking, number, "dispute", target, back, clock)


@router.post("/leads/{number}/dispute/{target}")
@operation("dispute")
def dispute(request: Request, asking: Asking, number: Number, target: str, form: Form) -> Response:
    return pressing.sent(request, asking, number, "dispute", target, form)


@router.get("/leads/{number}/lift/{target}")
@operation("lift")
def show_lift(
    request: Request, asking: Asking, number: Number, target: str, back: Back = "", clock: Clock = None
) -> HTMLResponse:
    return pressing.shown(request, asking, number, "lift", target, back, clock)


@router.post("/leads/{number}/lift/{target}")
@operation("lift")
def lift(request: Request, asking: Asking, number: Number, target: str, form: Form) -> Response:
    return pressing.sent(request, asking, number, "lift", target, form)


@router.get("/leads/{number}/uphold/{target}")
@operation("uphold")
def show_uphold(
    request: Request, asking: Asking, number: Number, target: str, back: Back = "", clock: Clock = None
) -> HTMLResponse:
    return pressing.shown(request, asking, number, "uphold", target, back, clock)


@router.post("/leads/{number}/uphold/{target}")
@operation("uphold")
def uphold(request: Request, asking: Asking, number: Number, target: str, form: Form) -> Response:
    return pressing.sent(request, asking, number, "uphold", target, form)


@router.get("/leads/{number}/dispute/return/{about}")
@operation("dispute")
def show_dispute_of_return(
    request: Request, asking: Asking, number: Number, about: str, back: Back = ""
) -> HTMLResponse:
    return pressing.shown(request, asking, number, "dispute_return", about, back)


@router.post("/leads/{number}/dispute/return/{about}")
@operation("dispute")
def dispute_return(request: Request, asking: Asking, number: Number, about: str, form: Form) -> Response:
    return pressing.sent(request, asking, number, "dispute_return", about, form)


@router.get("/leads/{number}/lift/return/{about}")
@operation("lift")
def show_grant(request: Request, asking: Asking, number: Number, about: str, back: Back = "") -> HTMLResponse:
    return pressing.shown(request, asking, number, "lift_return", about, back)


@router.post("/leads/{number}/lift/return/{about}")
@operation("lift")
def grant(request: Request, asking: Asking, number: Number, about: str, form: Form) -> Response:
    return pressing.sent(request, asking, number, "lift_return", about, form)


@router.get("/leads/{number}/uphold/return/{about}")
@operation("uphold")
def show_uphold_of_return(
    request: Request, asking: Asking, number: Number, about: str, back: Back = ""
) -> HTMLResponse:
    return pressing.shown(request, asking, number, "uphold_return", about, back)


@router.post("/leads/{number}/uphold/return/{about}")
@operation("uphold")
def uphold_return(request: Request, asking: Asking, number: Number, about: str, form: Form) -> Response:
    return pressing.sent(request, asking, number, "uphold_return", about, form)
