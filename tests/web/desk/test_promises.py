"""What is said of a breach or a return, to whom a lead is given, and a person erased: each by a page."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.testclient import TestClient
from support.office import ANNA, BO, FRIDAY, HOUR, MIA, MONDAY, NORA, Present, on_one_database
from support.pages_sent import enter, form_to, led_to, press, words

from slaflow.engine.app import Engine

HEAD, ROOT = "head@example.com", "root@example.com"
LATE = MONDAY + 3 * HOUR
WHY = "the office was closed by a storm"


@pytest.fixture
def broken(app: Engine, present: Present) -> Engine:
    """Lead 1's promise of Friday is broken since Monday morning; marketing has a manager, sales an admin."""
    app.add_person(HEAD, "marketing", role="manager", at=FRIDAY)
    app.add_person(ROOT, "sales", role="admin", at=FRIDAY)
    present.at = LATE
    return app


def test_a_breach_is_disputed_and_excused_each_by_who_may(broken: Engine, client: TestClient) -> None:
    path = "/leads/1/dispute/respond"
    enter(broken, client, ANNA)
    assert f'href="./..{path}?clock=1&amp;back=/leads/1"' in client.get("/leads/1").text
    page = client.get(f"{path}?clock=1")
    for part in ("Answer a qualified lead within four hours", "stays on the record, as disputed", "Why"):
        assert part in words(page)
    assert "/lift/" not in client.get("/leads/1").text, "which is for another party"
    done = press(client, path, path, reason=WHY)
    assert (done.status_code, led_to(done)) == (303, "/leads/1?done=1")
    said = words(client.get("/leads/1"))
    assert "Its breach is disputed; another party is to rule on it." in said
    assert f"because {WHY}".lower() in said.lower()
    entry = next(each.id for each in broken.log() if each.kind == "disputed")
    assert f'href="./../log/{entry}"' in client.get("/leads/1").text
    assert client.get(f"/log/{entry}").status_code == 200
    enter(broken, client, HEAD)
    assert "Turn the dispute down…" in words(client.get("/leads/1"))
    lifting = "/leads/1/lift/respond"
    assert press(client, lifting, lifting, reason="agreed").status_code == 303
    (clock,) = [each for each in broken.latest(1)["clocks"] if each["target"] == "respond"]
    assert (clock["disputed"], clock["lifted"]) == (True, True)
    told = [each for each in broken.log() if each.kind in ("disputed", "breach_lifted")]
    assert [(each.actor, each.data["via"]) for each in told] == [(ANNA, "web"), (HEAD, "web")]
    assert broken.replay().ok


@on_one_database
def test_who_may_not_hears_who_may(broken: Engine, client: TestClient) -> None:
    enter(broken, client, NORA)
    refused = client.get("/leads/1/dispute/respond")
    assert "a member of the party that owes the promise" in words(refused).lower()
    assert 'name="seq"' not in refused.text
    enter(broken, client, ANNA)
    assert client.get("/leads/1/lift/respond").status_code == 403
    enter(broken, client, MIA)
    own = client.get("/leads/1/lift/respond")
    assert "a manager of a party that does not owe the promise" in words(own).lower()
    assert client.get("/leads/1/lift/nothing").status_code == 404
    assert "no clock of follow is broken" in words(client.get("/leads/1/dispute/follow")).lower()


def test_who_disputes_second_gets_the_form_back(broken: Engine, client: TestClient) -> None:
    enter(broken, client, ANNA)
    path = "/leads/1/dispute/respond"
    form = form_to(client.get(path), path)
    broken.dispute(1, "respond", "as was said", BO)
    late = client.post(path, data={**form, "in.reason": WHY})
    assert late.status_code == 409
    said = words(late)
    assert "Disputed: “Answer a qualified lead within four hours” by Bo Ek" in said
    assert f"What you had written Reason {WHY}" in said
    enter(broken, client, HEAD)
    path = "/leads/1/uphold/respond"
    assert press(client, path, path, reason="it was open").status_code == 303
    assert (
        press(client, "/leads/1/lift/respond", "/leads/1/lift/respond", reason="so be it").status_code == 303
    )
    assert "lifted already" in words(client.get("/leads/1/lift/respond"))


def test_a_return_is_disputed_and_the_dispute_turned_down(broken: Engine, client: TestClient) -> None:
    broken.fire(1, "return", ANNA, {"reason": "not_ready", "feedback": "they want to wait"})
    enter(broken, client, NORA)
    path = "/leads/1/dispute/return/reason"
    assert f'href="./..{path}?back=/leads/1"' in client.get("/leads/1").text
    assert press(client, path, path, reason="they had a budget").status_code == 303
    assert "Disputed: that it came back" in words(client.get("/leads/1"))
    enter(broken, client, MIA)
    ruling = "/leads/1/uphold/return/reason"
    assert press(client, ruling, ruling, reason="it was too early").status_code == 303
    kinds = [(each.kind, each.actor) for each in broken.log() if each.kind in ("disputed", "upheld")]
    assert kinds == [("disputed", NORA), ("upheld", MIA)]
    assert "Its dispute is upheld already" in words(client.get(ruling))
    assert broken.replay().ok


@on_one_database
@pytest.mark.parametrize(
    ("reason", "says"),
    [("", "say why"), ("x" * 501, "500 at most"), ("of kim@example.com", "holds the lead's own email")],
)
def test_a_reason_that_stays_for_ever_names_nobody(
    broken: Engine, client: TestClient, reason: str, says: str
) -> None:
    enter(broken, client, ANNA)
    path = "/leads/1/dispute/respond"
    answer = press(client, path, path, reason=reason)
    assert (answer.status_code, says in words(answer).lower()) == (422, True)
    assert "disputed" not in {each.kind for each in broken.log()}


def test_a_lead_is_given_to_another_unless_it_was_given_meanwhile(
    app: Engine, client: TestClient, present: Present
) -> None:
    enter(app, client, MIA)
    assert 'href="./../leads/1/owner"' in client.get("/leads/1").text
    page = client.get("/leads/1/owner")
    assert "Bo Ek" in words(page)
    assert ANNA not in page.text.replace(f'value="{ANNA}"', ""), "who has it"
    form = form_to(page, "/leads/1/owner")
    assert (
        client.post("/leads/1/owner", data={**form, "in.to": BO}, follow_redirects=False).status_code == 303
    )
    assert app.latest(1)["owner"] == BO
    again = {**form, "key": "another", "in.to": MIA}
    late = client.post("/leads/1/owner", data=again)
    assert (late.status_code, "Given to Bo Ek by mia@example.com" in words(late)) == (409, True)
    for nobody in ("", "zoe@example.com", NORA):
        assert press(client, "/leads/1/owner", "/leads/1/owner", to=nobody).status_code in (409, 422)
    assert app.latest(1)["owner"] == BO
    enter(app, client, ANNA)
    assert "/leads/1/owner" not in client.get("/leads/1").text
    refused = words(client.get("/leads/1/owner"))
    assert "a manager of that party or an admin gives it to others" in refused


def test_a_person_is_erased_by_an_admin_who_writes_which(broken: Engine, client: TestClient) -> None:
    enter(broken, client, MIA)
    assert client.get("/leads/1/erase").status_code == 403
    assert "/erase" not in client.get("/leads/1").text
    enter(broken, client, ROOT)
    assert 'href="./../leads/1/erase"' in client.get("/leads/1").text
    wrong = press(client, "/leads/1/erase", "/leads/1/erase", reason="they asked for it", number="2")
    assert (wrong.status_code, "write 1 where its number is asked for" in words(wrong)) == (422, True)
    assert ">they asked for it</textarea>" in wrong.text
    form = form_to(client.get("/leads/1/erase"), "/leads/1/erase")
    sent = {**form, "in.reason": "they asked for it", "in.number": "1"}
    for _ in range(2):
        done = client.post("/leads/1/erase", data=sent, follow_redirects=False)
        assert (done.status_code, led_to(done)) == (303, "/leads/1?done=1")
    assert [each.actor for each in broken.log() if each.kind == "erased"] == [ROOT]
    page = client.get("/leads/1")
    assert "kim" not in page.text
    assert "Nothing can be done with it any more" in words(page)
    for path in ("/leads/1/erase", "/leads/1/owner", "/leads/1/accept"):
        assert client.get(path).status_code == 404


def test_of_fifty_who_do_it_at_once_one_does(app: Engine, client: TestClient) -> None:
    enter(app, client, ANNA)
    form = form_to(client.get("/queue?whose=team"), "/leads/1/accept")

    def sent(number: int) -> int:
        """Each from a page of its own."""
        one = {**form, "key": f"page {number}"}
        return client.post("/leads/1/accept", data=one, follow_redirects=False).status_code

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(sent, range(50)))
    assert answers.count(303) == 1
    assert set(answers) <= {303, 409, 503}, "who comes late hears of it, or to try again"
    assert [each.actor for each in app.log() if each.trigger == "accept" and each.kind == "transition"] == [
        ANNA
    ]
    assert app.verify().ok
