"""What the API's description says of each address, ready to be shown: made once, from the document itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import orjson

from slaflow.web.api.app import document
from slaflow.web.api.description import JSON
from slaflow.web.reference.schemas import Property, properties, shape_of, told

VERBS = ("get", "post", "put", "patch", "delete")
UNSHOWN = frozenset(("File", "Nothing", "Document"))
"""What has no properties to show."""
Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """A parameter: ``where`` it is sent, in the path, the query or a header."""

    where: str
    property: Property


@dataclass(frozen=True, slots=True)
class Answer:
    """The good one; ``example`` is text, "" where there is none to show."""

    status: str
    about: str
    shape: str | None
    is_list: bool
    example: str


@dataclass(frozen=True, slots=True)
class Problems:
    status: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """``body`` are the properties of what is sent, None: nothing is; ``sends`` an example of it as JSON."""

    name: str
    verb: str
    path: str
    summary: str
    scopes: tuple[str, ...]
    who: str
    places: tuple[Place, ...]
    body: tuple[Property, ...] | None
    sends: str | None
    asks: str
    answer: Answer
    problems: tuple[Problems, ...]


@dataclass(frozen=True, slots=True)
class Group:
    name: str
    operations: tuple[Operation, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    name: str
    about: str
    properties: tuple[Property, ...]


@dataclass(frozen=True, slots=True)
class Reference:
    """All of it; ``place`` is where the API is."""

    place: str
    groups: tuple[Group, ...]
    shapes: tuple[Shape, ...]


@cache
def reference() -> Reference:
    """As this release answers."""
    found: Document = orjson.loads(document())
    operations = list(_operations(found))
    names = dict.fromkeys(group for group, _ in operations)
    groups = tuple(Group(name, tuple(op for group, op in operations if group == name)) for name in names)
    return Reference(found["servers"][0]["url"], groups, tuple(_shapes(found)))


def _operations(found: Document) -> Iterator[tuple[str, Operation]]:
    for path, verbs in found["paths"].items():
        for verb in VERBS:
            if verb in verbs:
                yield verbs[verb]["tags"][0], _operation(found, path, verb, verbs[verb])


def _operation(found: Document, path: str, verb: str, op: Document) -> Operation:
    parameters = op.get("parameters", [])
    content = op.get("requestBody", {}).get("content", {}).get(JSON)
    body = None if content is None else _schema(found, content["schema"]["$ref"])
    named = {each["name"]: str(each["example"]) for each in parameters if "example" in each}
    return Operation(
        op["operationId"], verb.upper(), path, op["summary"], tuple(op["x-scopes"]), op["x-who"],
        tuple(_places(parameters)), None if body is None else tuple(properties(body)),
        None if content is None else _text(content["example"]), _filled(path, named),
        _answer(found, op["responses"]), tuple(_problems(op["responses"])),
    )  # fmt: skip


def _places(parameters: list[Document]) -> Iterator[Place]:
    for each in parameters:
        about = str(each.get("description", ""))
        yield Place(each["in"], told(each["name"], each["schema"], bool(each["required"]), about))


def _filled(path: str, named: Mapping[str, str]) -> str:
    for name, value in named.items():
        path = path.replace(f"{{{name}}}", value)
    return path


def _answer(found: Document, responses: Document) -> Answer:
    status = next(each for each in responses if each.startswith("2"))
    good = responses[status]
    schema = good.get("content", {}).get(JSON, {}).get("schema", {})
    items = schema.get("properties", {}).get("items")
    name = shape_of(schema if items is None else items)
    if name is None:
        return Answer(status, good["description"], None, False, "")
    example = _schema(found, name)["examples"][0]
    if items is not None:
        example = {"items": [example], "next": None}
    return Answer(status, good["description"], name, items is not None, _text(example))


def _problems(responses: Document) -> Iterator[Problems]:
    for status, each in responses.items():
        if status[0] in "45":
            yield Problems(status, tuple(each["description"].split(", ")))


def _shapes(found: Document) -> Iterator[Shape]:
    bodies = {
        shape_of(op["requestBody"]["content"][JSON]["schema"])
        for verbs in found["paths"].values() for op in verbs.values() if "requestBody" in op
    }  # fmt: skip
    for name, each in found["components"]["schemas"].items():
        if name not in bodies | UNSHOWN:
            yield Shape(name, str(each.get("description", "")), tuple(properties(each)))


def _schema(found: Document, name: str) -> Document:
    schema: Document = found["components"]["schemas"][name.rpartition("/")[2]]
    return schema


def _text(value: object) -> str:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()
