"""A walk through every page there is, by somebody who sees it: read, seen, heard and reached by everybody."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from support.clicked import KEYS, REACH
from support.desk import routes_of
from support.furnished import AUDITOR, MONTH, ROOT, Office, furnished
from support.looking import Window, opened, sent_wrong
from support.office import ANNA, BO, MIA
from support.recorded import HEAD
from support.serving import answering

from slaflow.engine.setup import preferences
from slaflow.settings.reach import Reach
from slaflow.store.database import Database
from slaflow.web.app import ROUTERS
from slaflow.web.site import Site

PAGES: dict[str, tuple[tuple[str, str | None, str], ...]] = {
    "/sign-in": (("sign-in", None, "/sign-in"),),
    "/me": (("me", ANNA, "/me"),),
    "/invite/{text}": (("invitation", None, "/invite/{0.invitation}"),),
    "/setup/{text}": (("setup", None, "/setup/{0.setup}"),),
    "/demo": (("demo", None, "/demo"),),
    "/admin/people": (("people", ROOT, "/admin/people"), ("people-seen", MIA, "/admin/people")),
    "/admin/people/record": (
        ("person-new", ROOT, "/admin/people/record"), ("person", ROOT, f"/admin/people/record?email={BO}"),
    ),
    "/act/{text}": (("act", None, "/act/{0.act}"), ("act-cut", None, "/act/nothing")),
    "/stop/{text}": (("stop", None, "/stop/{0.stop}"),),
    "/problems/{code}": (("problem", None, "/problems/refused"),),
    "/queue": (
        ("queue", ANNA, "/queue"), ("queue-party", MIA, "/queue?whose=party"),
        ("queue-narrowed", ANNA, "/queue?whose=party&target=respond&state=mql"),
        ("queue-marketing", HEAD, "/queue?whose=party"), ("queue-unowned", HEAD, "/queue?whose=unowned"),
        ("queue-empty", ANNA, "/queue?whose=unowned"),
    ),
    "/queue/{number}": (("queue-more", ANNA, "/queue/{0.open}"),),
    "/leads": (
        ("leads", ANNA, "/leads"), ("leads-found", MIA, "/leads?q=a"), ("leads-empty", ANNA, "/leads?q=zzz"),
    ),
    "/leads/new": (("lead-new", ANNA, "/leads/new"),),
    "/leads/assign": (
        ("assign", MIA, "/leads/assign?lead=14&lead=15"), ("assign-none", MIA, "/leads/assign"),
    ),
    "/leads/{number}": (
        ("lead", ANNA, "/leads/{0.open}"), ("lead-late", MIA, "/leads/{0.late}"),
        ("lead-back", HEAD, "/leads/{0.back}"), ("lead-taken", ANNA, "/leads/{0.taken}"),
        ("lead-old", ROOT, "/leads/9"),
    ),
    "/leads/{number}/dispute/{target}": (("dispute", ANNA, "/leads/9/dispute/respond"),),
    "/leads/{number}/lift/{target}": (("lift", HEAD, "/leads/{0.late}/lift/respond"),),
    "/leads/{number}/uphold/{target}": (("uphold", HEAD, "/leads/{0.late}/uphold/respond"),),
    "/leads/{number}/dispute/return/{about}": (
        ("dispute-return", HEAD, "/leads/{0.back}/dispute/return/return_reason"),
    ),
    "/leads/{number}/lift/return/{about}": (
        ("lift-return", MIA, "/leads/{0.back}/lift/return/return_reason"),
    ),
    "/leads/{number}/uphold/return/{about}": (
        ("uphold-return", MIA, "/leads/{0.back}/uphold/return/return_reason"),
    ),
    "/leads/{number}/owner": (("owner", MIA, "/leads/{0.open}/owner"),),
    "/leads/{number}/erase": (("erase", ROOT, "/leads/{0.open}/erase"),),
    "/leads/{number}/owner/me": (("owner-me", HEAD, "/leads/{0.unowned}/owner/me"),),
    "/leads/{number}/check/{name}": (("check", ANNA, "/leads/{0.taken}/check/value"),),
    "/leads/{number}/log/{name}": (("log-call", ANNA, "/leads/{0.taken}/log/call"),),
    "/leads/{number}/set/{name}": (("set", ANNA, "/leads/{0.open}/set/company"),),
    "/leads/{number}/{name}": (
        ("return", ANNA, "/leads/{0.open}/return"), ("win", ANNA, "/leads/{0.taken}/win"),
    ),
    "/leads/{number}/fire/{name}": (("fire", ANNA, "/leads/{0.open}/fire/accept"),),
    "/log": (
        ("log", AUDITOR, "/log"), ("log-narrowed", AUDITOR, "/log?kind=breached&kind=fired&party=sales"),
        ("log-empty", AUDITOR, "/log?lead=999999"),
    ),
    "/log/{number}": (("entry", AUDITOR, "/log/{0.entry}"),),
    "/jobs": (("jobs", AUDITOR, "/jobs"), ("jobs-empty", MIA, "/jobs")),
    "/jobs/{number}": (
        ("job-verified", AUDITOR, "/jobs/{0.jobs[0]}"), ("job-exported", AUDITOR, "/jobs/{0.jobs[1]}"),
        ("job-waits", AUDITOR, "/jobs/{0.jobs[2]}"),
    ),
    "/record": (("record", MIA, "/record"),),
    "/record/{report}": (
        ("record-sla", MIA, "/record/sla"), ("record-sla-owner", MIA, "/record/sla?by=owner"),
        ("record-speed", MIA, "/record/speed"), ("record-uncounted", MIA, "/record/sla?from=2026-01-01&to=2026-02-01"),
    ),
    "/record/{workflow}/{period}": (("review", MIA, f"/record/office-deal/{MONTH}"),),
    "/record/{workflow}/{period}/sign": (("review-sign", MIA, f"/record/office-deal/{MONTH}/sign"),),
    "/admin/absences": (("absences", ROOT, "/admin/absences"),),
    "/admin/tokens": (("tokens", ROOT, "/admin/tokens"),),
    "/admin/channels": (("channels", ROOT, "/admin/channels"),),
    "/admin/outbox": (("outbox", ROOT, "/admin/outbox"), ("outbox-empty", ROOT, "/admin/outbox?status=failed")),
    "/admin/outbox/{number}": (("message", ROOT, "/admin/outbox/{0.message}"),),
    "/admin/health": (("health", ROOT, "/admin/health"),),
    "/agreement/draft": (("draft-choose", MIA, "/agreement/draft"),),
    "/agreement/{digest}/activate": (("activate", ROOT, "/agreement/{0.draft}/activate"),),
    "/agreement": (("agreement", MIA, "/agreement"),),
    "/agreement/diff": (("diff", MIA, "/agreement/diff?a={0.agreement}&b={0.draft}"),),
    "/agreement/{digest}": (("agreement-draft", ROOT, "/agreement/{0.draft}"),),
    "/agreement/{digest}/versions": (("versions", MIA, "/agreement/{0.agreement}/versions"),),
}  # fmt: skip
"""Every page there is: its name, who looks, and where."""
NO_PAGES = {
    "/", "/sign-in/oidc", "/sign-in/back", "/healthz", "/readyz", "/log/{number}/bytes",
    "/jobs/{number}/file", "/record/{report}.csv",
}  # fmt: skip
"""What leads on to a page, or is read by machines, or kept as a file."""
Named = tuple[str, str | None, str]


@pytest.fixture(scope="module")
def office(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    file = tmp_path_factory.mktemp("walked") / "slaflow.db"
    shutil.copy(sqlite_template, file)
    database = Database(f"sqlite:///{file}")
    yield furnished(database)
    database.dispose()


@pytest.fixture(scope="module")
def site(office: Office) -> Iterator[str]:
    demo = Site(office.app, Reach(), KEYS, partial(preferences.stop, office.app), is_demo=True)
    with answering(demo) as where:
        yield where


@pytest.fixture(scope="module")
def windows(chromium: Any, office: Office, site: str) -> Iterator[Callable[[str | None], Window]]:
    """A window for each who looks, the same for all that they look at."""
    known: dict[str | None, Window] = {}

    def of(person: str | None) -> Window:
        if person not in known:
            known[person] = opened(chromium, office.app, site, person, viewport={"width": 1280, "height": 900})
        return known[person]

    yield of
    for each in known.values():
        each.page.context.close()


def test_every_page_there_is_is_walked_to() -> None:
    there = {each.path for each in routes_of([route for router in ROUTERS for route in router.routes]) if "GET" in each.methods}
    assert there == PAGES.keys() | NO_PAGES


@pytest.mark.parametrize("named", [each for some in PAGES.values() for each in some], ids=lambda each: each[0])
def test_a_page_can_be_read_by_everybody(windows: Callable[[str | None], Window], office: Office, named: Named) -> None:
    name, person, path = named
    window = windows(person)
    answer = window.go(path.format(office))
    assert answer.status == (404 if name == "act-cut" else 200)
    assert window.faults(name) == []
