"""The API described for programs: its OpenAPI 3.1 document, made from the addresses themselves.

Source: https://spec.openapis.org/oas/v3.1.1.html.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping
from importlib.resources import files
from typing import Any

import orjson
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.routing import BaseRoute

from slaflow.web.api.bearing import SAFE, needed
from slaflow.web.api.problems import MEDIA_TYPE, TITLES
from slaflow.web.api.reading import KEY, TAG, reads_as

JSON = "application/json"
OF_EVERY: tuple[int, ...] = (401, 403, 406, 422, 429, 500, 503)
OF_A_LEAD: tuple[int, ...] = (404,)
OF_WRITES: tuple[int, ...] = (400, 409, 412, 413, 415)
TEXT, NUMBER = {"type": "string"}, {"type": "integer"}
PERHAPS = {"type": ["string", "null"]}
INSTANT = {"type": "string", "format": "date-time"}
PERHAPS_INSTANT = {"type": ["string", "null"], "format": "date-time"}
ANYTHING: dict[str, Any] = {"type": "object"}

SCHEMAS: Mapping[str, Any] = {
    "Lead": {
        "type": "object",
        "description": "A lead as of the instant asked for; asked for alone, with what may be done with it.",
        "properties": {
            "id": NUMBER, "key": TEXT, "state": TEXT, "owner": PERHAPS, "held_by": TEXT, "workflow": TEXT,
            "digest": TEXT, "created_at": INSTANT, "entered_at": INSTANT, "erased_at": PERHAPS_INSTANT,
            "score": {"type": "number"}, "fit": {"type": "number"}, "engagement": {"type": "number"},
            "stage": PERHAPS, "fields": ANYTHING, "checks": ANYTHING, "attempts": ANYTHING, "cycles": NUMBER,
            "clocks": {"type": "array", "items": {"$ref": "#/components/schemas/Clock"}},
            "available": {"type": "array", "items": ANYTHING},
            "seq": {**NUMBER, "description": "The number of the last entry of its log."},
        },
        "required": ["id", "key", "state", "held_by", "workflow", "fields", "checks", "clocks"],
    },
    "Clock": {
        "type": "object",
        "properties": {
            "target": TEXT, "status": TEXT, "owed_by": PERHAPS, "owner": PERHAPS, "number": NUMBER,
            "started_at": INSTANT, "due_at": PERHAPS_INSTANT, "paused_at": PERHAPS_INSTANT,
            "left_seconds": {"type": ["integer", "null"], "description": "Open time until it is due."},
            "breached_at": PERHAPS_INSTANT, "ended_at": PERHAPS_INSTANT,
            "late_seconds": {"type": ["integer", "null"]}, "calendar": TEXT,
        },
        "required": ["target", "status", "number", "started_at"],
    },
    "QueueRow": {
        "type": "object",
        "properties": {
            "lead": NUMBER, "key": TEXT, "target": TEXT, "title": PERHAPS, "owed_by": TEXT, "owner": PERHAPS,
            "due_at": PERHAPS_INSTANT, "seconds_left": NUMBER, "calendar": TEXT, "state": TEXT,
            "status": TEXT, "paused": {"type": "boolean"},
        },
        "required": ["lead", "key", "target", "seconds_left"],
    },
    "Entry": {
        "type": "object",
        "properties": {
            "id": NUMBER, "stream": TEXT, "seq": NUMBER, "lead": {"type": ["integer", "null"]}, "class": TEXT,
            "at": INSTANT, "recorded_at": INSTANT, "kind": TEXT, "actor": TEXT, "party": PERHAPS,
            "data": {"type": ["object", "null"]}, "hash": TEXT, "prev": TEXT,
        },
        "required": ["id", "stream", "seq", "kind", "at", "actor", "hash"],
    },
    "Problem": {
        "type": "object",
        "description": "RFC 9457.",
        "properties": {
            "type": {"type": "string", "format": "uri-reference"}, "title": TEXT, "status": NUMBER,
            "code": {"type": "string", "enum": list(TITLES)}, "detail": TEXT,
            "lead": {"type": ["integer", "null"]}, "because": {"type": "array", "items": TEXT},
            "findings": {"type": "array", "items": ANYTHING}, "since": {"type": "array", "items": ANYTHING},
        },
        "required": ["type", "title", "status", "code", "detail"],
    },
}  # fmt: skip
ANSWERS: Mapping[str, str] = {
    "/queue": "QueueRow", "/leads": "Lead", "/leads/{lead}/entries": "Entry", "/log": "Entry",
}  # fmt: skip
"""Of what the pages of an address are."""
OTHERS: Mapping[str, str] = {"/log/{entry}": "Entry"}
"""What an address answers that is neither a page nor a lead."""
HEADERS = {
    "if-match": ("An ETag of the lead: done only if nothing was logged for it since.", f"^{TAG}$"),
    "idempotency-key": ("Yours to choose: sent again within a day it is not done again.", f"^{KEY}$"),
}


def described(routes: Iterable[BaseRoute], place: str, version: str) -> bytes:
    """The document of *routes* below *place*, as it is served."""
    ours = [route for route in routes if isinstance(route, APIRoute) and needed(route.endpoint) is not None]
    found = get_openapi(
        title="slaflow", version=version, openapi_version="3.1.0", routes=ours, servers=[{"url": place}],
        summary="The agreement between marketing and sales, asked by other systems",
    )  # fmt: skip
    examples = _examples()
    for route in ours:
        for verb in route.methods or ():
            _describe(found["paths"][route.path_format][verb.lower()], route, verb, examples)
    found["components"] = {
        "schemas": {
            **{name: {**each, "examples": [examples[name]]} for name, each in SCHEMAS.items()},
            **{model.__name__: _schema(model) for model in map(_body_of, ours) if model is not None},
        },
        "securitySchemes": {
            "token": {"type": "http", "scheme": "bearer", "description": "Made by 'slaflow token add'."}
        },
    }
    return orjson.dumps(found)


def _examples() -> dict[str, Any]:
    text = files("slaflow.web.api").joinpath("examples.json").read_bytes()
    found: dict[str, Any] = orjson.loads(text)
    return found


def _describe(op: dict[str, Any], route: APIRoute, verb: str, examples: Mapping[str, Any]) -> None:
    asked = needed(route.endpoint)
    assert asked is not None
    op["operationId"] = route.name
    op["summary"], _, _ = inspect.cleandoc(route.endpoint.__doc__ or "").partition("\n")
    op["description"] = f"Needs a token for {' or '.join(asked[1])}."
    op["security"] = [{"token": []}]
    op["responses"] = dict(_responses(route, verb))
    model = _body_of(route)
    if model is not None:
        content = {"schema": {"$ref": f"#/components/schemas/{model.__name__}"},
                   "example": examples[model.__name__]}  # fmt: skip
        op["requestBody"] = {"required": True, "content": {JSON: content}}
    if verb not in SAFE:
        taken = [name for name in HEADERS if name == "idempotency-key" or "{lead}" in route.path]
        op.setdefault("parameters", []).extend(
            {
                "name": name,
                "in": "header",
                "required": False,
                "description": HEADERS[name][0],
                "schema": {**TEXT, "pattern": HEADERS[name][1]},
            }
            for name in taken
        )


def _responses(route: APIRoute, verb: str) -> Iterator[tuple[str, Any]]:
    status = str(route.status_code or 200)
    said: dict[str, Any] = {"description": "So it is.", "content": {JSON: {"schema": _answer(route, verb)}}}
    if verb not in SAFE or route.path == "/leads/{lead}":
        said["headers"] = {"etag": {"description": "Of the lead as it stands.", "schema": TEXT}}
    if status == "201":
        said["description"] = "It is there now."
        said["headers"]["location"] = {"description": "Where.", "schema": TEXT}
        said["links"] = {
            name: {"operationId": name, "parameters": {"lead": "$response.body#/id"}}
            for name in ("show", "change", "fire", "record")
        }
    yield status, said
    wrong = {*OF_EVERY, *(OF_A_LEAD if "{" in route.path or verb not in SAFE else ())}
    if route.path in ("/leads", "/leads/{lead}/explain"):
        wrong |= {404}  # what was not there yet at the instant asked for
    wrong |= set(OF_WRITES if verb not in SAFE else ())
    for each in sorted(wrong):
        codes = [code for code, (status_of, _) in TITLES.items() if status_of == each]
        yield (
            str(each),
            {
                "description": ", ".join(codes),
                "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
            },
        )


def _answer(route: APIRoute, verb: str) -> dict[str, Any]:
    if route.path in OTHERS:
        return {"$ref": f"#/components/schemas/{OTHERS[route.path]}"}
    if verb in SAFE and route.path in ANSWERS:
        items = {"type": "array", "items": {"$ref": f"#/components/schemas/{ANSWERS[route.path]}"}}
        said = {"items": items, "next": PERHAPS} | ({"waiting": NUMBER} if route.path == "/queue" else {})
        return {"type": "object", "properties": said, "required": ["items", "next"]}
    if route.path.endswith("/explain"):
        return ANYTHING
    return {"$ref": "#/components/schemas/Lead"}


def _body_of(route: APIRoute) -> type[BaseModel] | None:
    """What its body is read as."""
    return next((found for each in route.dependant.dependencies if (found := reads_as(each.call))), None)


def _schema(model: type[BaseModel]) -> dict[str, Any]:
    found = model.model_json_schema(ref_template="#/components/schemas/{model}")
    found.pop("$defs", None)
    return found
