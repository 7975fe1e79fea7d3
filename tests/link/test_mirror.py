"""What a CRM's fields are to show is written there: what differs, once, and again where that failed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from support.crm import Crm
from support.mirroring import MAP, mirrored, round_of, row_of
from support.office import ANNA, BO, CIA, FRIDAY, HOUR, NORA, Present, handed_over

from slaflow.engine.app import Engine
from slaflow.engine.setup import receivers
from slaflow.link.crm.shapes import CrmClosed, Write
from slaflow.link.digest import digest
from slaflow.link.mirror import run_once
from slaflow.store.linking import mirrors
from slaflow.store.rows import channels
from slaflow.workflow.identity import folded

IDS = {ANNA: "1", BO: "2", CIA: "3", NORA: "4"}


@pytest.fixture
def crm(present: Present) -> Crm:
    found = Crm(present, people={folded(email): number for email, number in IDS.items()})
    found.add("512", email="kim@example.com")
    found.calls.clear()
    return found


def test_a_record_shows_the_lead_it_is_of(app: Engine, tmp_path: Path, crm: Crm, present: Present) -> None:
    reach = mirrored(app, tmp_path, "crm")
    lead = handed_over(app, company="Acme", country="SE")
    report = round_of(app, reach, {"crm": crm})
    owner = app.show(lead)["owner"]
    assert crm.records["512"] == {
        "email": "kim@example.com", "slaflow_state": "mql", "slaflow_due": "2026-03-09T09:30:00Z",
        "hs_lead_status": "NEW", "hubspot_owner_id": IDS[owner], "company": "Acme", "country": "SE",
    }  # fmt: skip
    assert (report.tallies["crm"].written, row_of(app, lead).remote) == (1, "512")
    present.at += HOUR
    crm.calls.clear()
    round_of(app, reach, {"crm": crm})
    assert crm.calls == []
    # Fifty changes are one call, and only of what differs.
    for number in range(50):
        app.change(lead, {"company": f"Acme {number}"}, "sales", at=present.at)
    app.fire(lead, "accept", owner, at=present.at)
    round_of(app, reach, {"crm": crm})
    assert crm.calls.count("write") == 1
    (write,) = crm.writes[-1]
    assert write.fields == {
        "slaflow_state": "accepted", "slaflow_due": None, "hs_lead_status": "OPEN", "company": "Acme 49",
    }  # fmt: skip


def test_a_record_is_made_only_where_the_map_says_so(
    app: Engine, tmp_path: Path, crm: Crm, present: Present
) -> None:
    reach = mirrored(app, tmp_path, "crm")
    lead = handed_over(app, "lee")
    round_of(app, reach, {"crm": crm})
    assert crm.writes == []
    assert row_of(app, lead).reason == "it has no record there"
    reach = mirrored(app, tmp_path, "crm", text=MAP + "create: true\n")
    app.change(lead, {"company": "Acme"}, "sales", at=present.at)
    round_of(app, reach, {"crm": crm})
    assert crm.records[row_of(app, lead).remote or ""]["email"] == "lee@example.com"
    assert row_of(app, lead).reason is None


def test_who_is_killed_before_it_is_noted_writes_the_same_again(
    app: Engine, tmp_path: Path, crm: Crm, present: Present, monkeypatch: pytest.MonkeyPatch
) -> None:
    reach = mirrored(app, tmp_path, "crm")
    handed_over(app)
    with monkeypatch.context() as patch:
        patch.setattr("slaflow.link.mirroring.course.Course._save", lambda *_: 1 / 0)
        report = run_once(app, reach, crms={"crm": crm})
    assert "ZeroDivisionError" in report.problems["crm"]
    round_of(app, reach, {"crm": crm})
    assert len(crm.writes) == 1
    present.at += reach.send.lease
    round_of(app, reach, {"crm": crm})
    assert crm.writes[0] == crm.writes[1]


def test_what_changes_while_it_is_written_is_written_next(
    app: Engine, tmp_path: Path, crm: Crm, present: Present
) -> None:
    reach = mirrored(app, tmp_path, "crm")
    lead = handed_over(app)
    meanwhile = [lambda: app.change(lead, {"company": "Newer"}, "sales", at=present.at)]

    def change(_: Write) -> None:
        if meanwhile:
            meanwhile.pop()()

    crm.trouble = change
    round_of(app, reach, {"crm": crm})
    assert crm.records["512"]["company"] == "Newer"
    assert row_of(app, lead).sent_seq == row_of(app, lead).dirty_seq


def test_what_somebody_there_changes_while_it_is_written_is_written_next(
    app: Engine, tmp_path: Path, crm: Crm, present: Present
) -> None:
    reach = mirrored(app, tmp_path, "crm")
    lead = handed_over(app)
    round_of(app, reach, {"crm": crm})
    app.fire(lead, "accept", str(app.show(lead)["owner"]), at=present.at)

    def change(_: Write) -> None:
        crm.trouble = lambda _: None
        with app.database.write() as conn:
            told = mirrors.of_leads(conn, "crm", [lead])[lead]
            told.sent["slaflow_state"], told.sent_seq = digest("won"), 0
            mirrors.save(conn, [told])

    crm.trouble = change
    round_of(app, reach, {"crm": crm})
    assert [write.fields.get("slaflow_state") for (write,) in crm.writes] == ["mql", "accepted", "accepted"]


def test_who_was_held_up_until_others_wrote_it_has_it_written_once_more(
    app: Engine, tmp_path: Path, crm: Crm, present: Present
) -> None:
    reach = mirrored(app, tmp_path, "crm")
    lead = handed_over(app)

    def hang(_: Write) -> None:
        crm.trouble = lambda _: None
        present.at += 2 * reach.send.lease
        app.fire(lead, "accept", str(app.show(lead)["owner"]), at=present.at)
        round_of(app, reach, {"crm": crm})

    crm.trouble = hang
    round_of(app, reach, {"crm": crm})
    assert crm.records["512"]["slaflow_state"] == "accepted"


def test_each_answer_has_its_end(app: Engine, tmp_path: Path, crm: Crm, present: Present) -> None:
    reach = mirrored(app, tmp_path, "crm")
    leads = {}
    for name in ("again", "gone", "refused"):
        crm.add(name, email=f"{name}@example.com")
        leads[name] = handed_over(app, name)
    crm.trouble = lambda write: (write.remote, "it says so")
    tally = round_of(app, reach, {"crm": crm}).tallies["crm"]
    assert (tally.again, tally.gone, tally.refused) == (1, 1, 1)
    rows = {name: row_of(app, lead) for name, lead in leads.items()}
    assert {row.reason for row in rows.values()} == {"it says so"}
    assert (rows["gone"].status, rows["refused"].status) == ("gone", "ok")
    assert rows["again"].next_try_at is not None
    crm.trouble = lambda _: None
    present.at += HOUR
    assert round_of(app, reach, {"crm": crm}).tallies["crm"].written == 1
    assert (row_of(app, leads["again"]).reason, row_of(app, leads["again"]).tries) == (None, 0)
    # What was refused is asked again when it is another.
    app.change(leads["refused"], {"company": "Acme"}, "sales", at=present.at)
    assert round_of(app, reach, {"crm": crm}).tallies["crm"].written == 1


def test_a_step_back_that_is_passed_over_is_said_and_taken_where_the_map_allows_it(
    app: Engine, tmp_path: Path, crm: Crm, present: Present
) -> None:
    crm.forward["slaflow_state"] = ["nurturing", "returned", "mql", "accepted"]
    reach = mirrored(app, tmp_path, "crm")
    lead = handed_over(app)
    round_of(app, reach, {"crm": crm})
    present.at += HOUR
    app.fire(lead, "return", "sales", {"return_reason": "no_fit"}, at=present.at)
    assert round_of(app, reach, {"crm": crm}).tallies["crm"].ignored == 1
    assert crm.records["512"]["slaflow_state"] == "mql"
    assert "slaflow_state" in (row_of(app, lead).reason or "")
    # It is not asked again while it is to be the same.
    app.change(lead, {"company": "Acme"}, "marketing", at=present.at)
    round_of(app, reach, {"crm": crm})
    assert crm.writes[-1][0].fields == {"company": "Acme"}
    reach = mirrored(app, tmp_path, "crm", text=MAP + "allow_back: slaflow_state\n")
    present.at += HOUR
    app.fire(lead, "recycle", "marketing", at=present.at)
    round_of(app, reach, {"crm": crm})
    assert [write.fields for (write,) in crm.writes[-2:]] == [
        {"slaflow_state": None},
        {"slaflow_state": "nurturing"},
    ]
    assert crm.records["512"]["slaflow_state"] == "nurturing"
    assert row_of(app, lead).reason is None


def test_a_crm_that_closes_is_probed_with_one_lead(
    app: Engine, tmp_path: Path, crm: Crm, present: Present
) -> None:
    reach = mirrored(app, tmp_path, "crm")
    crm.add("7", email="lee@example.com")
    for name in ("kim", "lee"):
        handed_over(app, name)
    crm.shut = lambda: CrmClosed("its daily limit is reached", timedelta(hours=1))
    assert round_of(app, reach, {"crm": crm}).tallies["crm"].closed == "its daily limit is reached"
    asked = len(crm.calls)
    present.at += HOUR / 2
    round_of(app, reach, {"crm": crm})
    assert len(crm.calls) == asked
    (listed,) = receivers.listed(app)
    assert (listed["waiting"], listed["because"]) == (2, "its daily limit is reached")
    crm.shut = lambda: None
    present.at += HOUR
    assert round_of(app, reach, {"crm": crm}).tallies["crm"].written == 2
    assert [len(each) for each in crm.writes] == [1, 1]
    with app.database.read() as conn:
        state = channels.state(conn, "receiver:crm")
    assert (state.closed_until, state.failures, state.last_sent_at) == (None, 0, present.at)
    receivers.put(app, "crm", on=False)
    handed_over(app, "moa")
    assert round_of(app, reach, {"crm": crm}).tallies["crm"].closed == "put off by hand"


def test_what_is_written_back_and_forth_stops_and_starts_again(
    app: Engine, tmp_path: Path, crm: Crm, present: Present
) -> None:
    reach = mirrored(app, tmp_path, "crm")
    lead = handed_over(app)
    for number in range(25):
        app.change(lead, {"company": f"Acme {number}"}, "sales", at=present.at)
        round_of(app, reach, {"crm": crm})
    row = row_of(app, lead)
    assert row.status == "stopped"
    assert (row.reason or "").startswith("company was written 20 times within an hour")
    assert crm.records["512"]["company"] == "Acme 19"
    receivers.put(app, "crm", on=True)
    round_of(app, reach, {"crm": crm})
    assert crm.records["512"]["company"] == "Acme 24"


def test_a_record_is_one_leads(app: Engine, tmp_path: Path, crm: Crm, present: Present) -> None:
    reach = mirrored(app, tmp_path, "crm", text=MAP.replace("{by: email}", "{by: name, field: company}"))
    crm.add("9", name="Acme")
    first, second = handed_over(app, company="Acme"), handed_over(app, "lee", company="Acme")
    round_of(app, reach, {"crm": crm})
    assert row_of(app, first).remote == "9"
    assert row_of(app, second).reason == f"its record there is lead {first}'s"


def test_an_owner_whom_the_crm_does_not_know_is_said(
    app: Engine, tmp_path: Path, crm: Crm, present: Present
) -> None:
    crm.people = {}
    reach = mirrored(app, tmp_path, "crm")
    lead = handed_over(app)
    round_of(app, reach, {"crm": crm})
    assert "hubspot_owner_id" not in crm.records["512"]
    assert row_of(app, lead).reason == "its owner is nobody there"


def test_of_what_both_change_the_later_stays(app: Engine, tmp_path: Path, crm: Crm, present: Present) -> None:
    reach = mirrored(app, tmp_path, "crm")
    crm.add("7", email="lee@example.com", country="DE")
    earlier = handed_over(app, "lee", at=FRIDAY - HOUR, country="SE")
    round_of(app, reach, {"crm": crm})
    assert crm.records["7"]["country"] == "DE"
    present.at += HOUR
    app.change(earlier, {"country": "SE"}, "sales", at=present.at)
    app.change(earlier, {"country": "DE"}, "sales", at=present.at)
    app.change(earlier, {"country": "SE"}, "sales", at=present.at)
    round_of(app, reach, {"crm": crm})
    assert crm.records["7"]["country"] == "SE"
