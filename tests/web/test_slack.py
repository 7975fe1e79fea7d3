"""Slack says when somebody opens a link button, and is told that it was heard."""

from __future__ import annotations

from starlette.testclient import TestClient


def test_slack_is_heard_and_nothing_comes_of_it(client: TestClient) -> None:
    said = client.post("/slack", data={"payload": '{"type":"block_actions"}'})
    assert (said.status_code, said.content) == (200, b"")
    assert client.get("/slack").status_code == 405
