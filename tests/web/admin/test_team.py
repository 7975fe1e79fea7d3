"""People, absences and tokens in the browser: seen by whom the table lets see, changed by whom it lets."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from starlette.testclient import TestClient
from support.office import ANNA, BO, DAY, FRIDAY, HOUR, MIA, MONDAY, NORA, Present, handed_over
from support.pages_sent import enter, words

from slaflow.engine.access import tokens
from slaflow.engine.app import Engine
from slaflow.log.people import directory_of
from slaflow.store.log import history
from slaflow.store.rows import people as people_store
from slaflow.web.admin import handover

ROOT, AUDITOR = "root@example.com", "audrey@example.com"
HOSTILE = "<script>alert(1)</script> \u202eevil " + "W" * 60


@pytest.fixture(autouse=True)
def at_the_table(app: Engine) -> None:
    app.add_person(ROOT, "sales", role="admin")
    app.add_person(AUDITOR, "marketing", role="auditor")


def sent(client: TestClient, path: str, **values: str) -> tuple[int, str]:
    """What the page says to a form of somebody who has opened one."""
    key = re.search(r'name="form_key" value="([^"]+)"', client.get("/leads/new").text)
    assert key is not None
    answer = client.post(path, data={"form_key": key[1], **values})
    return answer.status_code, words(answer)


def person_entries(app: Engine) -> list[tuple[str, str]]:
    return [(each.actor, (each.data or {})["change"]) for each in app.log() if each.kind == "person"]


def test_each_sees_the_tabs_that_the_table_gives_them(app: Engine, client: TestClient) -> None:
    seen = {
        ANNA: ["people", "absences"],
        MIA: ["people", "absences", "channels", "outbox", "health"],
        AUDITOR: ["people", "tokens", "channels", "outbox", "health"],
        ROOT: ["people", "absences", "tokens", "channels", "outbox", "health"],
    }
    for email, theirs in seen.items():
        enter(app, client, email)
        page = client.get("/admin/people").text
        tabs = page[page.index('aria-label="Administration"') :]
        assert re.findall(r'href="\./\.\./admin/(\w+)"', tabs[: tabs.index("</nav>")]) == theirs, email
        assert ("Change…" in page) == (email == ROOT)
        for each in theirs:
            assert client.get(f"/admin/{each}").status_code == 200, (email, each)


def test_an_admin_records_changes_and_removes_people_under_their_own_name(
    app: Engine, client: TestClient
) -> None:
    enter(app, client, ROOT)
    form = {"name": "Cia", "party": "sales", "role": "member", "team": "nordics", "manager": MIA}
    status, said = sent(client, "/admin/people/record", email="cia@example.com", **form)
    assert (status, "Recorded, from now on" in said, "Cia cia@example.com" in said) == (200, True, True)
    assert person_entries(app)[-1] == (ROOT, "recorded")
    page = client.get("/admin/people/record?email=cia%40example.com").text
    assert '<option value="nordics" selected>' in page
    sent(client, "/admin/people/record", email="cia@example.com", **{**form, "role": "manager", "team": ""})
    cia = next(each for each in app.people() if each.email == "cia@example.com")
    assert (cia.role, cia.team, cia.manager) == ("manager", None, MIA)
    assert 'name="weight" type="number" min="0" max="100" step="1"' in page
    sent(
        client, "/admin/people/record", email="cia@example.com", **form, weight="0", capacity="9", per_day=""
    )
    page = client.get("/admin/people/record?email=cia%40example.com").text
    assert re.findall(r'type="number"[^>]* value="(\d*)"', page) == ["0", "9", ""]
    sent(client, "/admin/people/record", email="cia@example.com", **form)
    cia = next(each for each in app.people() if each.email == "cia@example.com")
    assert (cia.weight, cia.capacity, cia.per_day) == (0, 9, None)
    assert "weight 0, at most 9 open leads" in words(client.get("/admin/people"))
    status, said = sent(client, "/admin/people/remove", email="cia@example.com")
    assert (status, "Removed." in said) == (200, True)
    assert person_entries(app)[-1] == (ROOT, "removed")


def test_what_cannot_be_is_a_clear_line_and_the_form_comes_back(app: Engine, client: TestClient) -> None:
    enter(app, client, ROOT)
    form = {
        "name": HOSTILE[:150],
        "party": "sales",
        "role": "member",
        "team": "",
        "manager": "",
        "calendar": "",
    }
    for change, part in (
        ({"email": "no address"}, ""), ({"party": "nobody"}, "unknown party"), ({"team": "none"}, "team"),
        ({"name": "x" * 300}, "longer than 200"), ({"manager": "who@example.com"}, "unknown user"),
        ({"role": "king"}, ""), ({"weight": "-1"}, "weight is a whole number from 0 to 100"),
        ({"per_day": "0"}, "per day is a whole number from 1"),
    ):  # fmt: skip
        before = len(person_entries(app))
        status, said = sent(client, "/admin/people/record", **{"email": "new@example.com", **form, **change})
        assert (status, part in said.lower()) == (422, True), (change, said)
        assert len(person_entries(app)) == before
    status, said = sent(client, "/admin/people/record", **{"email": ROOT, **form, "role": "manager"})
    assert (status, "cannot change their own side or role" in said) == (422, True)
    status, said = sent(client, "/admin/people/remove", email=ROOT)
    assert (status, "another admin does it" in said) == (409, True)
    assert sent(client, "/admin/people/remove", email="who@example.com")[0] == 404
    assert client.get("/admin/people/record?email=who").status_code == 404


def test_a_manager_hands_over_what_one_of_theirs_has(
    app: Engine, client: TestClient, present: Present
) -> None:
    handed_over(app, "other", present.at)
    theirs = [lead["id"] for lead in app.leads(owner=ANNA)]
    assert len(theirs) == 2
    enter(app, client, MIA)
    page = client.get("/admin/people").text
    assert page.count("Hand over…") == len([each for each in app.people() if each.party == "sales"])
    assert "2 open leads are theirs" in words(client.get(f"/admin/people/hand-over?email={ANNA}"))
    assert sent(client, "/admin/people/hand-over", email=ANNA, to="")[0] == 422
    status, said = sent(client, "/admin/people/hand-over", email=ANNA, to=BO)
    assert (status, f"2 leads handed over. 2 to {BO}" in said) == (200, True), said
    assert [app.show(lead)["owner"] for lead in theirs] == [BO, BO]
    status, said = sent(client, "/admin/people/hand-over", email=BO, to="nordics")
    assert (status, f"2 leads handed over. 2 to {ANNA} 0 open leads are theirs" in said) == (200, True), said
    assert sent(client, "/admin/people/hand-over", email="who@example.com", to=BO)[0] == 404
    enter(app, client, BO)
    assert "Hand over…" not in client.get("/admin/people").text
    status, said = sent(client, "/admin/people/hand-over", email=MIA, to=BO)
    assert (status, "a manager of that party or an admin" in said) == (403, True)


def test_the_page_says_that_no_more_are_handed_over_at_once_and_goes_on(
    app: Engine, client: TestClient, present: Present, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handover, "AT_ONCE", 1)
    handed_over(app, "other", present.at)
    first, second = (lead["id"] for lead in app.leads(owner=ANNA))
    enter(app, client, MIA)
    path = "/admin/people/hand-over"
    said = words(client.get(f"{path}?email={ANNA}"))
    assert "2 open leads are theirs. At most 1 goes at once; press again then for the others." in said
    status, said = sent(client, path, email=ANNA, to=BO)
    assert (status, "1 open lead is theirs. No more go at once; press again for the others." in said) == (
        200, True,
    ), said  # fmt: skip
    # What is left stands behind, so that the others' turn comes though nothing of it can be handed over.
    said = sent(client, path, email=ANNA, to=BO, after=str(second))[1]
    assert "0 leads handed over. 1 open lead is theirs" in said
    assert [app.show(lead)["owner"] for lead in (first, second)] == [BO, ANNA]


def test_absences_are_told_by_whom_they_are_theirs_to_tell(app: Engine, client: TestClient) -> None:
    span = {"from": "2026-03-09T08:00", "until": "2026-03-11T17:00"}
    enter(app, client, ANNA)
    page = client.get("/admin/absences").text
    assert f'value="{ANNA}"' in page
    assert f'<option value="{BO}">' not in page[: page.index("stand_in")]
    status, said = sent(client, "/admin/absences", email=ANNA, stand_in=BO, **span)
    assert status == 200
    assert "Anna Berg sales 9 Mar 2026 08:00 until 11 Mar 2026 17:00" in said
    assert f"{BO} hears meanwhile" in said
    entry = [each for each in app.log() if each.kind == "person"][-1]
    assert (entry.actor, (entry.data or {})["from"]) == (ANNA, "2026-03-09T07:00:00Z")
    assert sent(client, "/admin/absences", email=BO, **span)[0] == 403
    enter(app, client, MIA)
    assert sent(client, "/admin/absences", email=BO, **span)[0] == 200
    assert sent(client, "/admin/absences", email=NORA, **span)[0] == 403
    enter(app, client, ROOT)
    assert sent(client, "/admin/absences", email=NORA, **span)[0] == 200


def test_an_absence_is_ended_before_its_time_and_before_it_begins(
    app: Engine, client: TestClient, present: Present
) -> None:
    app.send_away(ANNA, FRIDAY - DAY, FRIDAY + 3 * DAY, at=FRIDAY - DAY, stand_in=BO)
    app.send_away(ANNA, FRIDAY + 9 * DAY, FRIDAY + 11 * DAY, at=FRIDAY - DAY)
    assert is_away(app, FRIDAY)
    enter(app, client, NORA)
    one = {"email": ANNA, "from": (FRIDAY - DAY).isoformat(), "until": (FRIDAY + 3 * DAY).isoformat()}
    other = {"email": ANNA, "from": (FRIDAY + 9 * DAY).isoformat(), "until": (FRIDAY + 11 * DAY).isoformat()}
    assert sent(client, "/admin/absences/back", **one)[0] == 403
    enter(app, client, ANNA)
    said = words(client.get("/admin/absences"))
    assert "away now Is back" in said
    assert "to come Stays after all" in said
    status, said = sent(client, "/admin/absences/back", **one)
    assert (status, "It is over from now on" in said, "away now" in said) == (200, True, False)
    assert sent(client, "/admin/absences/back", **one)[0] == 404
    assert sent(client, "/admin/absences/back", **{**one, "from": "soon"})[0] == 404
    assert sent(client, "/admin/absences/back", **{**one, "email": "who@example.com"})[0] == 404
    assert not is_away(app, FRIDAY)
    assert is_away(app, FRIDAY - HOUR), "which it was then"
    assert sent(client, "/admin/absences/back", **other)[0] == 200
    assert not is_away(app, FRIDAY + 10 * DAY)
    assert person_entries(app)[-2:] == [(ANNA, "back"), (ANNA, "back")]
    assert app.verify().ok
    assert app.replay().ok


def is_away(app: Engine, at: datetime) -> bool:
    """By the rows, and by the log alone."""
    with app.database.read() as conn:
        kept, told = people_store.directory(conn), directory_of(history.people(conn))
    assert kept.is_away(ANNA, at) == told.is_away(ANNA, at)
    assert kept.stand_in(ANNA, at) == told.stand_in(ANNA, at)
    return kept.is_away(ANNA, at)


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"until": "2026-03-08T17:00"}, "an absence ends after it begins"),
        ({"until": "2026-03-09T08:00"}, "an absence ends after it begins"),
        ({"until": "soon"}, "each a date and a time"),
        ({"until": "9999-12-31T23:59"}, "each a date and a time"),
        ({"from": "2026-03-02T08:00", "until": "2026-03-03T08:00"}, "that is over already"),
        ({"email": "who@example.com"}, "nobody is recorded by that address"),
        ({"stand_in": NORA}, "somebody else of the same party stands in"),
        ({"stand_in": ANNA}, "somebody else of the same party stands in"),
    ],
)
def test_an_absence_that_cannot_be_is_told_so(
    app: Engine, client: TestClient, change: dict[str, str], part: str
) -> None:
    enter(app, client, ROOT)
    told = {"email": ANNA, "from": "2026-03-09T08:00", "until": "2026-03-11T17:00", **change}
    status, said = sent(client, "/admin/absences", **told)
    assert (status, part in said.lower()) == (422, True)


def test_a_token_is_shown_once_and_revoked(app: Engine, client: TestClient) -> None:
    enter(app, client, ROOT)
    key = re.search(r'name="form_key" value="([^"]+)"', client.get("/leads/new").text)
    assert key is not None
    form = {"form_key": key[1], "name": "crm", "whose": "sales", "scope.read": "1", "scope.write": "1"}
    shown = client.post("/admin/tokens", data=form)
    secret = re.search(r'value="(slf_[^"]+)"', shown.text)
    assert secret is not None
    assert tokens.shown(app, secret[1]).scopes == ("read", "write")
    made = [each for each in app.log() if each.kind == "access"][-1]
    assert (made.actor, made.party) == (ROOT, "sales")
    listed = client.get("/admin/tokens")
    assert secret[1] not in listed.text
    assert "crm" in words(listed)
    again = client.post("/admin/tokens", data=form)
    assert (again.status_code, "There is, or was, a token" in words(again)) == (409, True)
    status, said = sent(client, "/admin/tokens/revoke", name="crm")
    assert (status, "revoked 6 Mar 2026 14:30" in said) == (200, True)
    with pytest.raises(tokens.TokenInvalid):
        tokens.shown(app, secret[1])
    person = {**form, "name": "annas", "whose": f"person:{ANNA}", "expires": "2026-04-01T00:00"}
    assert "for read, write; good until 1 Apr 2026 00:00" in words(
        client.post("/admin/tokens", data=person)
    ).replace("For", "for")


@pytest.mark.parametrize(
    "change",
    [{"name": "A b"}, {"name": ""}, {"name": HOSTILE}, {"whose": "nobody"}, {"whose": "person:who"},
     {"scope.read": ""}, {"expires": "soon"}, {"expires": "2026-03-01T00:00"}],
)  # fmt: skip
def test_a_token_of_no_use_is_not_made(app: Engine, client: TestClient, change: dict[str, str]) -> None:
    enter(app, client, ROOT)
    form = {"name": "crm", "whose": "sales", "scope.read": "1", **change}
    assert sent(client, "/admin/tokens", **form)[0] == 422
    assert tokens.listed(app) == []
    assert sent(client, "/admin/tokens/revoke", name="crm")[0] == 404


def test_auditors_see_tokens_and_make_none(app: Engine, client: TestClient) -> None:
    tokens.add(app, "crm", ["read"], party="sales", at=FRIDAY)
    assert FRIDAY < MONDAY
    enter(app, client, AUDITOR)
    said = words(client.get("/admin/tokens"))
    assert "crm" in said
    assert "Revoke" not in said
    assert "Make a token" not in said
