"""The API's description for programs: every address is in it, as it is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient
from support.asking import System
from support.json_schema import refused
from support.office import on_one_database

from slaflow.web.api.app import routes

UNASKED = (
    "examples", "format", "minProperties", "maxProperties", "minLength", "maxLength", "exclusiveMaximum",
)  # fmt: skip
"""What says nothing of what a schema refuses, or is asked elsewhere."""


@pytest.fixture
def document(client: TestClient) -> dict[str, Any]:
    answer = client.get("/api/v1/openapi.json")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def references(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        if "$ref" in value:
            yield value["$ref"]
        for each in value.values():
            yield from references(each)
    elif isinstance(value, list):
        for each in value:
            yield from references(each)


def as_json_schema(document: dict[str, Any], name: str) -> dict[str, Any]:
    """A schema of the document as one by itself."""
    text = json.dumps({"$ref": f"#/$defs/{name}", "$defs": document["components"]["schemas"]})
    schema: dict[str, Any] = json.loads(text.replace("#/components/schemas/", "#/$defs/"))
    return {key: without(value) for key, value in schema.items()}


def without(value: Any) -> Any:
    """A schema without those."""
    if isinstance(value, dict):
        return {key: without(each) for key, each in value.items() if key not in UNASKED}
    if isinstance(value, list):
        return [without(each) for each in value]
    return value


@on_one_database
def test_every_address_is_described(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    assert document["servers"] == [{"url": "/api/v1"}]
    described = {(verb.upper(), path) for path, each in document["paths"].items() for verb in each}
    assert described == {(verb, each.path) for each in routes() for verb in each.methods or ()}
    names = [op["operationId"] for each in document["paths"].values() for op in each.values()]
    assert len(set(names)) == len(names)
    for each in document["paths"].values():
        for op in each.values():
            assert op["security"] == [{"token": []}]
            assert op["summary"]
            assert {"401", "403", "429"} <= set(op["responses"])
    linked = document["paths"]["/leads"]["post"]["responses"]["201"]["links"]
    assert {link["operationId"] for link in linked.values()} <= set(names)


@on_one_database
def test_what_is_referred_to_is_there_and_every_example_is_one(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    assert {each.removeprefix("#/components/schemas/") for each in references(document)} <= set(schemas)
    for name, each in schemas.items():
        for example in each.get("examples", ()):
            assert list(refused(as_json_schema(document, name), example)) == [], name
    for path in document["paths"].values():
        for op in path.values():
            for content in op.get("requestBody", {}).get("content", {}).values():
                name = content["schema"]["$ref"].rpartition("/")[2]
                assert list(refused(as_json_schema(document, name), content["example"])) == [], name


@on_one_database
def test_answers_are_as_they_are_described(document: dict[str, Any], crm: System) -> None:
    answers = {
        "Lead": [crm("GET", "/leads/1").json(), *crm("GET", "/leads").json()["items"]],
        "QueueRow": crm("GET", "/queue").json()["items"],
        "Entry": crm("GET", "/log").json()["items"],
        "Problem": [crm("GET", "/nowhere").json(), crm("POST", "/leads/1/fire/return", {}).json()],
    }
    for name, found in answers.items():
        assert found
        for each in found:
            assert list(refused(as_json_schema(document, name), each)) == [], name
