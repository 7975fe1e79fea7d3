"""A page for each thing that may be done to a lead: GET shows what it takes, POST does it, once."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from slaflow.web.desk import hands, pressing, promises
from slaflow.web.desk.leads import Number
from slaflow.web.desk.pressing import Back, Form
from slaflow.web.principal import Asking, operation

router = APIRouter()
router.include_router(promises.router)
router.include_router(hands.router)  # before triggers, whose pages are named as the agreement likes


@router.get("/leads/{number}/owner/me")
@operation("assign")
def show_taking(request: Request, asking: Asking, number: Number, back: Back = "") -> HTMLResponse:
    return pressing.shown(request, asking, number, "take", "", back)


@router.post("/leads/{number}/owner/me")
@operation("assign")
def take(request: Request, asking: Asking, number: Number, form: Form) -> Response:
    return pressing.sent(request, asking, number, "take", "", form)


@router.get("/leads/{number}/check/{name}")
@operation("answer")
def show_check(request: Request, asking: Asking, number: Number, name: str, back: Back = "") -> HTMLResponse:
    return pressing.shown(request, asking, number, "answer", name, back)


@router.post("/leads/{number}/check/{name}")
@operation("answer")
def answer(request: Request, asking: Asking, number: Number, name: str, form: Form) -> Response:
    return pressing.sent(request, asking, number, "answer", name, form)


@router.get("/leads/{number}/log/{name}")
@operation("record")
def show_activity(
    request: Request, asking: Asking, number: Number, name: str, back: Back = ""
) -> HTMLResponse:
    return pressing.shown(request, asking, number, "record", name, back)


@router.post("/leads/{number}/log/{name}")
@operation("record")
def record(request: Request, asking: Asking, number: Number, name: str, form: Form) -> Response:
    return pressing.sent(request, asking, number, "record", name, form)


@router.get("/leads/{number}/set/{name}")
@operation("set")
def show_field(request: Request, asking: Asking, number: Number, name: str, back: Back = "") -> HTMLResponse:
    return pressing.shown(request, asking, number, "set", name, back)


@router.post("/leads/{number}/set/{name}")
@operation("set")
def change(request: Request, asking: Asking, number: Number, name: str, form: Form) -> Response:
    return pressing.sent(request, asking, number, "set", name, form)


@router.get("/leads/{number}/{name}")
@operation("fire")
def show_trigger(
    request: Request, asking: Asking, number: Number, name: str, back: Back = ""
) -> HTMLResponse:
    return pressing.shown(request, asking, number, "fire", name, back)


@router.post("/leads/{number}/{name}")
@operation("fire")
def fire(request: Request, asking: Asking, number: Number, name: str, form: Form) -> Response:
    return pressing.sent(request, asking, number, "fire", name, form)


@router.get("/leads/{number}/fire/{name}")
@operation("fire")
def show_named_as_a_page(
    request: Request, asking: Asking, number: Number, name: str, back: Back = ""
) -> HTMLResponse:
    """A trigger that is called as a page of ours is."""
    return pressing.shown(request, asking, number, "fire", name, back)


@router.post("/leads/{number}/fire/{name}")
@operation("fire")
def fire_named_as_a_page(request: Request, asking: Asking, number: Number, name: str, form: Form) -> Response:
    return pressing.sent(request, asking, number, "fire", name, form)
