"""What a delivery lacks is read from its CRM; what stands there is known, and not written back."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from support.crm import Crm
from support.hooking import MAP, applied, arrived, deliver, fields, kept, minute, reach_to, statuses
from support.small import NOW, kinds

from slaflow.engine.app import Engine
from slaflow.exchange.errors import MapInvalid
from slaflow.link.crm.shapes import CrmClosed
from slaflow.link.digest import digest
from slaflow.link.hook_map import HookDocument
from slaflow.settings.reach import Reach
from slaflow.store.linking import mirrors

LINK = "object: contacts\nfind: {by: email}\nboth: {numberofemployees: {field: employees, wins: remote}}\n"
READS = MAP.replace("properties.employees", "properties.numberofemployees")


@pytest.fixture
def crm() -> Crm:
    there = Crm(lambda: minute(5))
    there.add("512", email="anna@example.com", numberofemployees="5")
    return there


@pytest.fixture
def reach(tmp_path: Path) -> Reach:
    (tmp_path / "crm.link.yaml").write_text(LINK, encoding="utf-8")
    return linked(reach_to(tmp_path, READS, fetch="hs"), tmp_path)


def linked(reach: Reach, folder: Path) -> Reach:
    crm = {"kind": "hubspot", "token_env": "T", "map": str(folder / "crm.link.yaml")}
    read = Reach.model_validate({"crms": {"hs": crm}}, context={"folder": folder})
    return reach.model_copy(update={"crms": read.crms})


def test_a_record_that_only_has_an_id_is_read(app: Engine, reach: Reach, crm: Crm) -> None:
    deliver(app, arrived("a", minute(1)), arrived("gone", minute(1), remote="404"))
    assert applied(app, reach, crms={"hs": crm}).counts == {"applied": 1, "unchanged": 1}
    assert (crm.calls, fields(app, "anna@example.com")["employees"]) == (["read"], 5)
    # What is known and says something is not read again; and what the record held since is passed over.
    deliver(app, arrived("b", minute(4), numberofemployees="4"))
    applied(app, reach, crms={"hs": crm})
    assert (crm.calls, fields(app, "anna@example.com")["employees"]) == (["read"], 5)


def test_of_two_things_told_of_one_instant_the_record_says_which(app: Engine, reach: Reach, crm: Crm) -> None:
    deliver(app, arrived("a", minute(1)))
    applied(app, reach, crms={"hs": crm})
    crm.now = lambda: minute(9)
    crm.add("512", numberofemployees="7")
    deliver(
        app, arrived("y", minute(9), numberofemployees="7"), arrived("z", minute(9), numberofemployees="8")
    )
    applied(app, reach, crms={"hs": crm})
    assert fields(app, "anna@example.com")["employees"] == 7


def test_while_the_crm_is_closed_it_waits_and_the_rest_goes_on(app: Engine, reach: Reach, crm: Crm) -> None:
    crm.shut = lambda: CrmClosed("it wants no more today", timedelta(hours=1))
    deliver(app, arrived("a", minute(1)))
    deliver(app, arrived("b", minute(1), remote="9", email="bo@example.com"))
    assert applied(app, reach, crms={"hs": crm}).counts == {"waiting": 1, "applied": 1}
    assert kept(app)["a"].apply_at == NOW + timedelta(hours=1)
    crm.shut = lambda: None
    applied(app, reach, NOW + timedelta(hours=1), crms={"hs": crm})
    assert statuses(app) == {"a": "applied", "b": "applied"}


def test_what_stands_there_is_known_and_comes_back_as_an_echo(app: Engine, reach: Reach, crm: Crm) -> None:
    deliver(app, arrived("a", minute(1)))
    applied(app, reach, crms={"hs": crm})
    lead = app.show("anna@example.com")["id"]
    with app.database.write() as conn:
        known = mirrors.of_leads(conn, "hs", [lead])[lead]
        assert (known.remote, known.sent["numberofemployees"]) == ("512", digest("5"))
        # slaflow writes what somebody changed here, and hears of it.
        known.sent["numberofemployees"] = digest("6")
        mirrors.save(conn, [known])
    app.change("anna@example.com", {"employees": "6"}, "sales", at=NOW)
    app.change("anna@example.com", {"employees": "9"}, "sales", at=NOW)
    deliver(app, arrived("echo", NOW, numberofemployees="6"))
    applied(app, reach, crms={"hs": crm})
    assert statuses(app) == {"a": "applied", "echo": "echo"}
    assert fields(app, "anna@example.com")["employees"] == 9
    assert kinds(app, "anna@example.com") == ["created", "changed", "changed"]


@pytest.mark.parametrize(("wins", "stands"), [("remote", 7), ("ours", 6)])
def test_of_changes_at_one_instant_the_agreed_one_stays(
    app: Engine, reach: Reach, crm: Crm, tmp_path: Path, wins: str, stands: int
) -> None:
    (tmp_path / "crm.link.yaml").write_text(LINK.replace("remote", wins), encoding="utf-8")
    deliver(app, arrived("a", minute(1)))
    applied(app, reach, crms={"hs": crm})
    app.change("anna@example.com", {"employees": "6"}, "sales", at=NOW)
    deliver(app, arrived("b", NOW, numberofemployees="7"))
    applied(app, reach, crms={"hs": crm})
    assert fields(app, "anna@example.com")["employees"] == stands


def test_a_field_that_is_to_go_both_ways_says_so(app: Engine, reach: Reach, tmp_path: Path) -> None:
    one_way = LINK.replace("both: {numberofemployees: {field: employees, wins: remote}}", "") + (
        "out: {numberofemployees: {field: employees}}\n"
    )
    (tmp_path / "crm.link.yaml").write_text(one_way, encoding="utf-8")
    deliver(app, arrived("a", minute(1)))
    with pytest.raises(MapInvalid, match="goes one way"):
        applied(app, reach)
    assert statuses(app) == {"a": "waiting"}


def test_a_field_that_both_may_change_is_emptied_where_somebody_emptied_it(
    app: Engine, reach: Reach, crm: Crm
) -> None:
    def employees() -> object:
        applied(app, reach, crms={"hs": crm})
        return app.show("anna@example.com")["fields"]["employees"]

    crm.add("512", numberofemployees="")
    app.add({"email": "anna@example.com", "employees": 6}, "marketing", at=minute(0))
    deliver(app, arrived("a", minute(1)))
    assert employees() == 6, "it may always have been empty, and is to be written"
    with app.database.write() as conn:
        lead = app.show("anna@example.com")["id"]
        known = mirrors.of_leads(conn, "hs", [lead])[lead]
        assert "numberofemployees" not in known.sent
        known.sent["numberofemployees"] = digest("6")
        known.writes["numberofemployees"] = [minute(9).isoformat()]
        mirrors.save(conn, [known])
    crm.now = lambda: minute(8)
    crm.add("512")
    deliver(app, arrived("b", minute(8)))
    assert employees() == 6, "that was before it was written"
    deliver(app, arrived("c", minute(7), numberofemployees="7"))
    assert employees() == 6, "nor does what it held before come back"
    crm.now = lambda: minute(10)
    crm.add("512")
    deliver(app, arrived("d", minute(10)))
    assert employees() is None
    assert statuses(app) == {"a": "unchanged", "b": "unchanged", "c": "unchanged", "d": "applied"}
    deliver(app, arrived("e", minute(11), numberofemployees="5"))
    assert employees() == 5
    just_that = {"propertyName": "numberofemployees", "propertyValue": ""}
    deliver(app, arrived("f", minute(12), row=just_that, numberofemployees=""))
    assert employees() is None


def test_what_the_map_is_not_for_is_not_read(app: Engine, tmp_path: Path, reach: Reach, crm: Crm) -> None:
    map = tmp_path / "hook.yaml"
    map.write_text(READS + "when: \"row.kind == 'contact'\"\n", encoding="utf-8")
    deliver(app, arrived("a", minute(1), row={"kind": "company"}))
    assert applied(app, reach, crms={"hs": crm}).counts == {"unchanged": 1}
    assert crm.calls == []


def test_what_nothing_could_empty_is_no_field_to_clear(app: Engine, tmp_path: Path) -> None:
    reach = reach_to(tmp_path, MAP + "clear: [employees, email, sauce]\n")
    deliver(app, arrived("a", minute(1)))
    with pytest.raises(MapInvalid) as told:
        applied(app, reach)
    identifies, unknown = str(told.value).splitlines()
    assert identifies.endswith("email identifies a lead, and is never emptied")
    assert unknown.endswith('unknown field of lead "sauce"; did you mean "source"?')


def test_a_column_may_be_called_as_conditions_call_it() -> None:
    """``set`` and names of events are no columns unless they say so."""
    called = HookDocument.as_called(
        {
            "remote": "row.id",
            "lead": {"email": "row.contact.email", "phone": {"column": "row.phone", "empty": "row."}},
            "events": [{"activity": "row.call", "at": {"column": "row.when"}, "set": {"note": "row.said"}}],
        }
    )
    assert called == {
        "remote": "id",
        "lead": {"email": "contact.email", "phone": {"column": "phone", "empty": "row."}},
        "events": [{"activity": "row.call", "at": {"column": "when"}, "set": {"note": "row.said"}}],
    }
