"""A request to every address of the API, in an order in which an admin of sales is granted each."""

from __future__ import annotations

from typing import Any

from fastapi.routing import APIRoute
from support.asking import GOVERNING
from support.office import ANNA, BO

from slaflow.web.api.app import routes
from slaflow.web.api.bearing import Needed, needed

ON_RESPOND = {"target": "respond", "reason": "it reached us after hours"}
STRETCH = {"from": "2026-03-05T00:00:00Z", "to": "2026-03-06T00:00:00Z", "reason": "nobody could call"}

REQUESTS: dict[tuple[str, str], tuple[str, Any]] = {
    ("GET", "/queue"): ("/queue", None),
    ("GET", "/leads"): ("/leads", None),
    ("GET", "/leads/{lead}"): ("/leads/1", None),
    ("GET", "/leads/{lead}/explain"): ("/leads/1/explain", None),
    ("GET", "/leads/{lead}/entries"): ("/leads/1/entries", None),
    ("GET", "/log"): ("/log", None),
    ("GET", "/log/{entry}"): ("/log/1", None),
    ("POST", "/leads"): ("/leads", {"fields": {"email": "new@example.com"}}),
    ("PATCH", "/leads/{lead}"): ("/leads/1", {"fields": {"company": "Acme"}}),
    ("POST", "/leads/{lead}/fire/{trigger}"): ("/leads/1/fire/accept", {}),
    ("POST", "/leads/{lead}/activities"): ("/leads/1/activities", {"kind": "visit"}),
    ("PUT", "/leads/{lead}/checks/{name}"): ("/leads/1/checks/value", {"answer": {"expected_value": 1}}),
    ("PUT", "/leads/{lead}/owner"): ("/leads/1/owner", {"owner": BO}),
    ("POST", "/leads/{lead}/disputes"): ("/leads/2/disputes", ON_RESPOND),
    ("POST", "/leads/{lead}/rulings"): ("/leads/2/rulings", {**ON_RESPOND, "ruling": "uphold"}),
    ("POST", "/leads/{lead}/lifts"): ("/leads/2/lifts", ON_RESPOND),
    ("POST", "/leads/{lead}/erase"): ("/leads/1/erase", {"reason": "asked to"}),
    ("POST", "/lifts"): ("/lifts", STRETCH),
    ("GET", "/log/{entry}/proof"): ("/log/1/proof", None),
    ("GET", "/reports/{name}"): ("/reports/sla", None),
    ("GET", "/reviews/{workflow}/{period}"): ("/reviews/office-deal/2026-02", None),
    ("POST", "/reviews/{workflow}/{period}/signatures"): ("/reviews/office-deal/2026-02/signatures", {}),
    ("GET", "/workflows"): ("/workflows", None),
    ("POST", "/workflows/check"): ("/workflows/check", {"text": GOVERNING}),
    ("POST", "/workflows/diff"): (
        "/workflows/diff",
        {"a": {"name": "office-deal"}, "b": {"text": f"{GOVERNING}# x"}},
    ),
    ("GET", "/workflows/{name}"): ("/workflows/office-deal", None),
    ("GET", "/workflows/{name}/document"): ("/workflows/office-deal/document", None),
    ("POST", "/workflows/{name}/signatures"): (
        "/workflows/office-deal/signatures",
        {"text": f"{GOVERNING}# y"},
    ),
    ("POST", "/workflows/{name}/withdrawals"): (
        "/workflows/office-deal/withdrawals",
        {"text": f"{GOVERNING}# y", "reason": "too early"},
    ),
    ("POST", "/workflows/{name}/activate"): ("/workflows/office-deal/activate", {"text": f"{GOVERNING}# z"}),
    ("POST", "/workflows/{name}/migrate"): ("/workflows/office-deal/migrate", {}),
    ("GET", "/people"): ("/people", None),
    ("GET", "/people/{email}"): (f"/people/{ANNA}", None),
    ("PUT", "/people/{email}"): ("/people/new@example.com", {"party": "sales"}),
    ("DELETE", "/people/{email}"): (f"/people/{BO}", None),
    ("POST", "/people/{email}/hand-over"): (f"/people/{ANNA}/hand-over", {"to": "nordics"}),
    ("POST", "/people/{email}/absences"): (
        f"/people/{ANNA}/absences",
        {"from": "2026-03-09T08:00:00Z", "until": "2026-03-10T08:00:00Z"},
    ),
    ("POST", "/people/{email}/absences/back"): (
        f"/people/{ANNA}/absences/back",
        {"from": "2026-03-09T08:00:00Z", "until": "2026-03-10T08:00:00Z"},
    ),
    ("GET", "/tokens"): ("/tokens", None),
    ("POST", "/tokens"): ("/tokens", {"name": "other", "scopes": ["read"], "party": "sales"}),
    ("DELETE", "/tokens/{name}"): ("/tokens/other", None),
    ("GET", "/outbox"): ("/outbox", None),
    ("POST", "/outbox/retry"): ("/outbox/retry", {"messages": [1]}),
    ("POST", "/outbox/release"): ("/outbox/release", {}),
    ("POST", "/tick"): ("/tick", {}),
    ("GET", "/jobs"): ("/jobs", None),
    ("POST", "/jobs"): ("/jobs", {"kind": "verify"}),
    ("GET", "/jobs/{job}"): ("/jobs/1", None),
    ("GET", "/jobs/{job}/file"): ("/jobs/1/file", None),
    ("DELETE", "/jobs/{job}"): ("/jobs/1", None),
}
"""Every address, and a request to it that an admin who asks in this order is granted."""


def every_route() -> dict[tuple[str, str], Needed]:
    """Method and path of each, with what it needs."""
    return {(verb, route.path): _needed(route) for route in routes() for verb in route.methods or ()}


def _needed(route: APIRoute) -> Needed:
    asked = needed(route.endpoint)
    assert asked is not None, route.path
    return asked
