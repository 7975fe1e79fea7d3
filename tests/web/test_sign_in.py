"""Signing in: by a link that is good once, by a password, for as long as nothing about it has changed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from httpx2 import Response
from sqlalchemy import select
from starlette.testclient import TestClient
from support.clicked import AGREEMENT, KEYS, PUBLIC, REACH
from support.office import ANNA, BO, FOUNDED, HOUR, MIA, Present, on_one_database
from support.worlds import Fill

from slaflow.engine.access import invitations, passwords
from slaflow.engine.app import Engine
from slaflow.engine.permits import NotPermitted
from slaflow.errors import UnknownName
from slaflow.settings.reach import Reach
from slaflow.store.database import Database
from slaflow.store.tables.all import metadata
from slaflow.web.app import made
from slaflow.web.principal import FORM_KEY
from slaflow.web.site import Site

WORDS = "seven green kettles hum"
OTHER = "a quiet harbour in May 4"
FROM_HERE = {"Sec-Fetch-Site": "same-origin"}
WRONG = "The address or the password is not right"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes long by intention need not do so here."""
    monkeypatch.setattr(passwords, "PASSES", 1)
    monkeypatch.setattr(passwords, "MEMORY_KIB", 64)


@pytest.fixture
def desk(app: Engine) -> Iterator[TestClient]:
    with browser(app) as client:
        yield client


def browser(app: Engine, reach: Reach = REACH, at: str = PUBLIC) -> TestClient:
    """A browser that shows where it is sent, and does not go there."""
    site = made(Site(app, reach, KEYS))
    return TestClient(site, base_url=at, follow_redirects=False, raise_server_exceptions=False)


def send(client: TestClient, path: str, **form: str) -> Response:
    return client.post(path, data=form, headers=FROM_HERE)


def choose(client: TestClient, link: str, password: str = WORDS, **form: str) -> Response:
    return send(client, link, password=password, again=password, **form)


def invite(app: Engine, email: str) -> str:
    return f"/invite/{invitations.invite(app, email).secret}"


def enter(client: TestClient, email: str, password: str = WORDS, **form: str) -> Response:
    return send(client, "/sign-in", email=email, password=password, **form)


def let_in(app: Engine, client: TestClient, email: str = ANNA) -> None:
    """*email* has a password, and is signed in."""
    assert choose(client, invite(app, email)).status_code == 303


def is_in(client: TestClient) -> bool:
    return client.get("/me").status_code == 200


def empty(database: Database) -> None:
    Engine(database).activate(AGREEMENT, at=FOUNDED)


def bare(database: Database) -> None:
    """Tables, and nothing in them."""


def test_the_first_person_lets_themselves_in_and_is_recorded_as_admin(
    world_of: Callable[[Fill], Database], present: Present
) -> None:
    app = Engine(world_of(empty), now=present)
    link = f"/setup/{invitations.set_up(app)}"
    with browser(app) as client:
        assert "open the link that" in client.get("/sign-in").text
        page = client.get(link)
        assert re.findall(r'name="party" value="(\w+)"', page.text) == ["marketing", "sales"]
        wrong = choose(client, link, email="ada@example.com", party="buyers", name="Ada")
        assert (wrong.status_code, 'value="ada@example.com"' in wrong.text) == (422, True)
        assert WORDS not in wrong.text
        assert list(app.people()) == []
        done = choose(client, link, email="ada@example.com", party="sales", name="Ada")
        assert (done.status_code, done.headers["location"]) == (303, "./../")
        assert "ada@example.com, admin of sales" in client.get("/me").text
        for again in (client.get(link), choose(client, link, email="eve@example.com", party="sales")):
            assert again.status_code == 404
    assert [(each.email, each.role, each.party) for each in app.people()] == [
        ("ada@example.com", "admin", "sales")
    ]
    assert [each.data["email"] for each in app.log() if each.kind == "person"] == ["ada@example.com"]


@on_one_database
def test_before_an_agreement_is_in_force_a_side_is_named_freely(
    world_of: Callable[[Fill], Database], present: Present
) -> None:
    app = Engine(world_of(bare), now=present)
    link = f"/setup/{invitations.set_up(app)}"
    with browser(app) as client:
        for side in ("", "two words", "lead", "system", "x\0y"):
            assert choose(client, link, email="ada@example.com", party=side).status_code == 422, side
        assert choose(client, link, email="ada@example.com", party="vertrieb").status_code == 303
        assert "No agreement is in force yet, so nothing is owed." in client.get("/queue").text
    assert app.versions() == [], "nothing is put in force by it"


def test_where_people_are_recorded_the_first_is_one_of_them(app: Engine, desk: TestClient) -> None:
    links = [f"/setup/{invitations.set_up(app)}" for _ in range(2)]
    assert choose(desk, links[0], email="eve@example.com").status_code == 422
    assert choose(desk, links[0], email="MIA@example.com").status_code == 303
    assert f"{MIA}, manager of sales" in desk.get("/me").text
    assert desk.get(links[1]).status_code == 404, "somebody can sign in now"
    with pytest.raises(UnknownName):
        invitations.invite(app, "eve@example.com")


def test_two_set_up_at_once_and_one_is_the_first(
    world_of: Callable[[Fill], Database], present: Present
) -> None:
    app = Engine(world_of(empty), now=present)
    links = [invitations.set_up(app) for _ in range(2)]

    def found(number: int) -> str:
        try:
            return invitations.found(app, links[number], f"p{number}@example.com", WORDS, "sales")
        except invitations.LinkOver:
            return ""

    with ThreadPoolExecutor(2) as pool:
        assert sorted(bool(each) for each in pool.map(found, range(2))) == [False, True]
    assert len(app.people()) == 1


def test_an_invitation_is_good_once_and_not_for_long(app: Engine, desk: TestClient, present: Present) -> None:
    link = invite(app, ANNA)
    assert "Anna Berg" in desk.get(link).text
    assert desk.head(link).status_code == 200
    short = choose(desk, link, "too short")
    assert (short.status_code, "At least 15 characters" in short.text) == (422, True)
    assert send(desk, link, password=WORDS, again=OTHER).status_code == 422
    assert desk.post(link, data={"password": WORDS, "again": WORDS}).status_code == 403, "from nowhere"
    for cut in (link[:-1], link[:-40], f"{link}x", "/invite/x", f"/setup/{link[8:]}", "/invite/%00%ff"):
        assert choose(desk, cut).status_code == 404, cut
    done = choose(desk, link)
    assert (done.status_code, is_in(desk)) == (303, True)
    assert choose(desk, link).status_code == 404, "used"
    late = invite(app, BO)
    present.at += timedelta(hours=72)
    assert choose(desk, late).status_code == 404, "too late"
    first, second = invite(app, BO), invite(app, BO)
    assert (choose(desk, first).status_code, choose(desk, second).status_code) == (404, 303)
    gone = invite(app, BO)
    app.remove_person(BO)
    assert choose(desk, gone).status_code == 404, "removed"
    app.add_person(BO, "sales")
    assert choose(desk, gone).status_code == 404, "and of who came back, too"


def test_another_password_ends_what_was_begun_with_the_one_before(app: Engine, desk: TestClient) -> None:
    let_in(app, desk)
    with browser(app) as another:
        choose(another, invite(app, ANNA), OTHER)
        assert (is_in(desk), is_in(another)) == (False, True)
        assert enter(desk, ANNA).status_code == 401
        assert enter(desk, ANNA, OTHER).status_code == 303


def test_who_signs_in_gets_a_new_session_and_signing_out_ends_it(app: Engine, desk: TestClient) -> None:
    let_in(app, desk)
    before = desk.cookies["__Host-slaflow"]
    answer = enter(desk, " Anna@Example.com ", next="/queue?whose=me")
    assert (answer.status_code, answer.headers["location"]) == (303, "./queue?whose=me")
    flags = answer.headers["set-cookie"]
    assert re.fullmatch(
        r"__Host-slaflow=[\w-]{43}; HttpOnly; Max-Age=1209600; Path=/; SameSite=lax; Secure", flags
    ), flags
    after = desk.cookies["__Host-slaflow"]
    assert desk.get("/sign-in?next=/queue").headers["location"] == "./queue"
    assert desk.get("/me", headers={"Cookie": f"__Host-slaflow={before}"}).status_code == 303, (
        "the one before"
    )
    desk.cookies.set("__Host-slaflow", after)
    key = re.search(rf'name="{FORM_KEY}" value="(\w+)"', desk.get("/me").text)
    assert key is not None
    assert send(desk, "/sign-out", other="x").status_code == 403, "without its key"
    out = send(desk, "/sign-out", **{FORM_KEY: key[1]})
    assert (out.status_code, out.headers["location"]) == (303, "./sign-in")
    assert "Max-Age=0" in out.headers["set-cookie"]
    desk.cookies.set("__Host-slaflow", after)
    assert not is_in(desk), "whoever kept it"


def test_what_is_stored_opens_nothing(app: Engine, desk: TestClient) -> None:
    link = invite(app, BO)
    let_in(app, desk)
    enter(desk, "my password is hunter2", OTHER)
    secrets = (link.rpartition("/")[2], desk.cookies["__Host-slaflow"], WORDS, OTHER, "hunter2")
    with app.database.read() as conn:
        tables = [
            metadata.tables[name] for name in ("credential", "session", "sign_in_failure", "one_time_link")
        ]
        rows = [str(row) for table in tables for row in conn.execute(select(table))]
    assert any("$argon2id$" in row for row in rows)
    assert [secret for secret in secrets for row in rows if secret in row] == []


@on_one_database
def test_nobody_learns_who_is_known(app: Engine, desk: TestClient) -> None:
    let_in(app, desk)
    desk.cookies.clear()
    said = set()
    for email in (ANNA, BO, "nobody@example.com"):
        answer = enter(desk, email, OTHER)
        assert WRONG in answer.text
        said.add((answer.status_code, answer.text.replace(email, "-")))
    assert len(said) == 1


@on_one_database
@pytest.mark.parametrize(
    "form",
    [
        {"email": ""},
        {"email": "a\0b@example.com", "password": "x"},
        {"email": "x" * 100_000, "password": "y" * 100_000},
        {"email": "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"), "password": "\r\n\0"},
        {"email": ANNA, "next": "//evil.example"},
    ],
)
def test_no_form_is_a_fault_of_ours(app: Engine, desk: TestClient, form: dict[str, str]) -> None:
    assert send(desk, "/sign-in", **form).status_code == 401


@on_one_database
@pytest.mark.parametrize(
    "next", ["//evil.example", "/\\evil.example", "https://evil.example", "evil", "/\t/evil.example",
             "/%0d%0aSet-Cookie:x=y\r\nX: y", "javascript:alert(1)", "/å", "/" + "x" * 3000, ""],
)  # fmt: skip
def test_nobody_is_sent_elsewhere(app: Engine, desk: TestClient, next: str) -> None:
    let_in(app, desk)
    assert enter(desk, ANNA, next=next).headers["location"] == "./"
    assert desk.get("/sign-in", params={"next": next}).headers["location"] == "./"


@on_one_database
def test_a_site_of_another_name_is_none_of_ours(app: Engine, desk: TestClient) -> None:
    let_in(app, desk)
    for host in ("evil.example", "sla.example.com.evil.example", "sla.example.com@evil.example", ""):
        assert desk.get("/sign-in", headers={"Host": host}).status_code == 421, host
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    form = {"email": ANNA, "password": WORDS}
    assert desk.post("/sign-in", data=form, headers=elsewhere).status_code == 403
    assert desk.post("/sign-in", data=form, headers={"Origin": "https://evil.example"}).status_code == 403
    assert desk.post("/sign-in", data=form, headers={"Origin": PUBLIC}).status_code == 303


@on_one_database
def test_on_this_machine_alone_the_cookie_needs_no_https(app: Engine) -> None:
    here = "http://127.0.0.1:8000"
    with browser(app, Reach(), here) as client:
        let_in(app, client)
        assert is_in(client)
        answer = client.post("/sign-in", data={"email": ANNA, "password": WORDS}, headers={"Origin": here})
        assert re.match(r"slaflow=[\w-]{43}; HttpOnly; .*SameSite=lax$", answer.headers["set-cookie"])


def test_guessing_is_slow(app: Engine, desk: TestClient, present: Present) -> None:
    let_in(app, desk)
    for email in (ANNA, "nobody@example.com"):
        for _ in range(5):
            assert enter(desk, email, OTHER).status_code == 401
        waits = []
        for _ in range(11):
            early = enter(desk, email)
            assert early.status_code == 429, "even the right one"
            waits.append(int(early.headers["retry-after"]))
            present.at += timedelta(seconds=waits[-1])
            assert enter(desk, email, OTHER).status_code == 401
        assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900], email
    present.at += timedelta(minutes=15)
    assert enter(desk, ANNA).status_code == 303
    assert enter(desk, ANNA, OTHER).status_code == 401, "it begins anew"


def test_guesses_at_once_are_as_many(app: Engine, desk: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[str] = []
    monkeypatch.setattr(passwords, "matches", lambda stored, password: bool(looked_at.append(password)))
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: enter(desk, ANNA, f"guess {n}").status_code, range(24)))
    assert len(looked_at) == answers.count(401) == 5
    assert set(answers) <= {401, 429, 503}, "the others came too early, or lost the race to be counted"


def test_an_address_that_tries_many_accounts_waits_too(app: Engine) -> None:
    reach = Reach.model_validate({**REACH.model_dump(by_alias=True), "web": {"proxies": ["10.0.0.0/8"]}})
    site = made(Site(app, reach, KEYS))

    def tried(account: int, told: str) -> int:
        form = {"email": f"p{account}@example.com", "password": OTHER}
        headers = {**FROM_HERE, "X-Forwarded-For": told}
        return client.post("/sign-in", data=form, headers=headers).status_code

    with TestClient(site, base_url=PUBLIC, client=("10.1.2.3", 1)) as client:
        assert [tried(each, f"192.0.2.{each}, 203.0.113.7, 10.9.9.9") for each in range(20)] == [401] * 20
        assert tried(20, "203.0.113.7") == 429, "whatever it says came before"
        assert tried(20, "203.0.113.8") == 401
    with TestClient(site, base_url=PUBLIC, client=("203.0.113.7", 1)) as client:
        assert tried(21, "203.0.113.9") == 429, "who is no proxy is not believed"


@on_one_database
def test_those_that_are_too_many_at_once_are_turned_away(
    app: Engine, desk: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "gate", passwords.Gate(0, 1))
    taken = passwords.gate._room.acquire(blocking=False)
    busy = enter(desk, ANNA)
    assert (taken, busy.status_code, busy.headers["retry-after"]) == (True, 503, "5")


def test_who_invited_and_who_came_stand_in_the_log(app: Engine, desk: TestClient) -> None:
    app.add_person("root@example.com", "marketing", role="admin")
    choose(desk, f"/invite/{invitations.invite(app, BO, by='root@example.com').secret}")
    told = [each for each in app.log() if each.stream == "access"]
    assert [(each.kind, each.actor, each.data) for each in told] == [
        ("access", "root@example.com", {"change": "invited", "email": BO}),
        ("access", BO, {"change": "let_in", "email": BO}),
    ]
    assert app.verify().ok
    assert app.replay().ok


def test_the_list_of_people_tells_who_signs_in_and_an_admin_invites(app: Engine, desk: TestClient) -> None:
    app.add_person("root@example.com", "marketing", role="admin")
    let_in(app, desk)
    invitations.invite(app, BO)
    page = desk.get("/admin/people").text
    listed = page[page.index('class="lines') :]
    rows = [re.sub(r"<[^>]+>", " ", row).split() for row in listed.split("</li>")]
    assert next(row for row in rows if ANNA in row)[-3:] == ["●", "signs", "in"]
    assert next(row for row in rows if BO in row)[-2:] == ["◔", "invited"]
    assert "<form" not in listed[: listed.index("</ul>")]
    let_in(app, desk, "root@example.com")
    key = re.search(rf'name="{FORM_KEY}" value="(\w+)"', desk.get("/admin/people").text)
    assert key is not None
    made = send(desk, "/admin/people", email=BO, **{FORM_KEY: key[1]})
    link = re.search(rf'value="{PUBLIC}(/invite/[\w-]{{43}})"', made.text)
    assert link is not None
    assert choose(desk, link[1]).status_code == 303
    let_in(app, desk, "root@example.com")
    key = re.search(rf'name="{FORM_KEY}" value="(\w+)"', desk.get("/admin/people").text)
    assert key is not None
    for nobody in ("", "eve@example.com", "a\0b", "x" * 9999):
        assert send(desk, "/admin/people", email=nobody, **{FORM_KEY: key[1]}).status_code == 404, nobody


def test_an_admin_invites(app: Engine) -> None:
    with pytest.raises(NotPermitted):
        invitations.invite(app, BO, by=MIA)
    app.add_person("root@example.com", "marketing", role="admin")
    assert invitations.invite(app, BO, by="root@example.com").person.email == BO


@on_one_database
def test_a_session_that_is_over_stands_nowhere(app: Engine, desk: TestClient, present: Present) -> None:
    let_in(app, desk)
    present.at += 8 * HOUR
    assert not is_in(desk)
    assert enter(desk, ANNA).status_code == 303
    with app.database.read() as conn:
        assert len(conn.execute(select(metadata.tables["session"])).all()) == 1
