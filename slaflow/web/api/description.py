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

from slaflow.engine.permits import WHO
from slaflow.web.api.bearing import LINES, SAFE, Needed, needed
from slaflow.web.api.problems import MEDIA_TYPE, TITLES
from slaflow.web.api.reading import KEY, TAG, reads_as
from slaflow.web.api.schemas import LISTS, SCHEMAS, TEXT, page_of

JSON = "application/json"
OF_EVERY: tuple[int, ...] = (400, 401, 403, 404, 406, 409, 422, 429, 500, 503)
OF_WRITES: tuple[int, ...] = (413, 415)
OF_LEADS: tuple[int, ...] = (412,)
HEADERS = {
    "if-match": ("An ETag of the lead: done only if nothing was logged for it since.", f"^{TAG}$"),
    "idempotency-key": ("Yours to choose: sent again within a day it is not done again.", f"^{KEY}$"),
}
OF_A_LEAD = ("show", "explain", "entries", "change", "fire", "record", "answer", "give", "dispute")
"""What is done next with a lead, by the names of the operations."""
LIMITED = {
    "ratelimit": {"description": "What is left, and in how many seconds more is.", "schema": TEXT},
    "ratelimit-policy": {"description": "How much there ever is, and in how many seconds.", "schema": TEXT},
}
WITHOUT_TOKEN = (401, 406)
"""What is answered before it is known whose room it would take."""


def described(routes: Iterable[APIRoute], place: str, version: str) -> bytes:
    """The document of *routes* below *place*, as it is served."""
    ours = list(routes)
    found = get_openapi(
        title="slaflow", version=version, openapi_version="3.1.0", routes=ours, servers=[{"url": place}],
        summary="The agreement between marketing and sales, asked by other systems",
    )  # fmt: skip
    examples = _examples()
    for route in ours:
        for verb in route.methods or ():
            _describe(found["paths"][route.path_format][verb.lower()], route, verb, examples)
    models = [model for route in ours if (model := _body_of(route)) is not None]
    found["components"] = {
        "schemas": {
            **{name: {**each, "examples": [examples[name]]} for name, each in SCHEMAS.items()},
            **{name: each for model in models for name, each in _schemas(model)},
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


def _asked(route: APIRoute) -> Needed:
    asked = needed(route.endpoint)
    assert asked is not None, route.path
    return asked


def _describe(op: dict[str, Any], route: APIRoute, verb: str, examples: Mapping[str, Any]) -> None:
    op["operationId"] = route.name
    op["summary"], _, _ = inspect.cleandoc(route.endpoint.__doc__ or "").partition("\n")
    op["description"] = f"Needs a token for {' or '.join(_asked(route).scopes)}."
    op["x-scopes"], op["x-who"] = list(_asked(route).scopes), WHO[_asked(route).operation]
    op["tags"] = [route.path.split("/")[1]]
    op["security"] = [{"token": []}]
    op["responses"] = dict(_responses(route, verb))
    model = _body_of(route)
    if model is not None:
        content = {"schema": _named(model.__name__), "example": examples[model.__name__]}
        op["requestBody"] = {"required": True, "content": {JSON: content}}
    for each in op.get("parameters", ()):
        if each["in"] == "path":
            named: Mapping[str, Any] = examples["Path"]
            each["example"] = {**named, **named.get(route.path, {})}[each["name"]]
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
    good = _answer(route, verb)
    yield str(route.status_code or 200), {**good, "headers": {**good.get("headers", {}), **LIMITED}}
    if _keeps(route, verb):
        yield "304", {"description": "It is what you have.", "headers": {"etag": _etag(), **LIMITED}}
    wrong = {*OF_EVERY, *(OF_WRITES if verb not in SAFE else ())}
    wrong |= set(OF_LEADS if verb not in SAFE and "{lead}" in route.path else ())
    for each in sorted(wrong):
        codes = [code for code, (status_of, _) in TITLES.items() if status_of == each]
        said: dict[str, Any] = {
            "description": ", ".join(codes),
            "content": {MEDIA_TYPE: {"schema": _named("Problem")}},
        }
        yield str(each), said if each in WITHOUT_TOKEN else {**said, "headers": {**_more(each), **LIMITED}}


def _answer(route: APIRoute, verb: str) -> dict[str, Any]:
    asked = _asked(route)
    schema = page_of(asked.tells) if route.path in LISTS and verb in SAFE else _named(asked.tells)
    said: dict[str, Any] = {"description": "So it is.", "content": {JSON: {"schema": schema}}}
    if LINES in asked.types:
        said["content"][LINES] = {"schema": {**TEXT, "description": "A line for each of the items."}}
    if asked.tells == "Document":
        said["content"] = {kind: {"schema": TEXT} for kind in ("text/html", "text/markdown")}
    if asked.tells == "File":
        said["content"] = {"*/*": {"schema": TEXT}}
    if asked.tells == "Nothing":
        return {"description": "It is off."}
    headers = {}
    if (asked.tells == "Lead" and route.path not in LISTS) or _keeps(route, verb) or verb not in SAFE:
        headers = {"etag": _etag()} if asked.tells == "Lead" or _keeps(route, verb) else {}
    if route.status_code in (201, 202):
        said["description"] = "It is there now." if route.status_code == 201 else "It will be done."
        headers["location"] = {"description": "Where.", "schema": TEXT}
    if headers:
        said["headers"] = headers
    if (asked.tells == "Lead" and route.path not in LISTS | {"/leads/{lead}/erase"}) or (
        route.status_code == 201 and route.path == "/leads"
    ):
        said["links"] = _links()
    return said


def _more(status: int) -> dict[str, Any]:
    said = {"description": "In how many seconds to ask again.", "schema": TEXT}
    return {"retry-after": said} if status in (429, 503) else {}


def _links() -> dict[str, Any]:
    return {name: {"operationId": name, "parameters": {"lead": "$response.body#/id"}} for name in OF_A_LEAD}


def _keeps(route: APIRoute, verb: str) -> bool:
    return verb in SAFE and route.path in ("/log/{entry}", "/workflows/{name}", "/workflows/{name}/document")


def _etag() -> dict[str, Any]:
    return {"description": "Of what is told, as it stands.", "schema": TEXT}


def _named(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _body_of(route: APIRoute) -> type[BaseModel] | None:
    """What its body is read as."""
    return next((found for each in route.dependant.dependencies if (found := reads_as(each.call))), None)


def _schemas(model: type[BaseModel]) -> Iterator[tuple[str, Any]]:
    """The model's own schema, and those that it refers to."""
    found = model.model_json_schema(ref_template="#/components/schemas/{model}", by_alias=True)
    yield from found.pop("$defs", {}).items()
    yield model.__name__, found
