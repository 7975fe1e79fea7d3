"""What is delivered becomes inputs of leads, once; and whatever cannot be used says why."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from support.hooking import HOOK, MAP, applied, arrived, deliver, fields, kept, minute, reach_to, statuses
from support.small import NOW, kinds

from slaflow.engine.app import Engine
from slaflow.errors import SlaflowError
from slaflow.exchange.errors import MapInvalid
from slaflow.link.apply import LONGEST, UNKNOWN
from slaflow.link.heard import Heard, Listener
from slaflow.settings.reach import Reach
from slaflow.store.linking import inbox, records


def test_a_record_becomes_a_lead_and_what_it_says_later_a_change(app: Engine, tmp_path: Path) -> None:
    reach = reach_to(tmp_path)
    deliver(app, arrived("a", minute(1), email="anna@example.com", employees="5"))
    assert applied(app, reach).counts == {"applied": 1}
    # The record alone says whose it is; and of what equals what is known nothing is written.
    deliver(app, arrived("b", minute(2), employees="7"), arrived("c", minute(3), employees="7"))
    assert applied(app, reach).counts == {"applied": 1, "unchanged": 1}
    assert fields(app, "anna@example.com") == {"email": "anna@example.com", "employees": 7}
    assert kinds(app, "anna@example.com") == ["created", "changed"]
    assert {each.lead for each in kept(app).values()} == {app.show("anna@example.com")["id"]}
    assert applied(app, reach).counts == {}


def test_a_record_may_call_itself_at_any_length(app: Engine, tmp_path: Path) -> None:
    """No index of PostgreSQL holds texts of more than a few thousand bytes."""
    name = "".join(chr(1000 + n * 7919 % 50_000) for n in range(9_000))
    reach = reach_to(tmp_path)
    deliver(app, arrived("a", minute(1), remote=None, row={"objectId": name}, email="anna@example.com"))
    applied(app, reach)
    deliver(app, arrived("b", minute(2), remote=None, row={"objectId": name}, employees="4"))
    applied(app, reach)
    assert statuses(app) == {"a": "applied", "b": "applied"}


def test_events_happen_once_however_often_they_are_told(app: Engine, tmp_path: Path) -> None:
    did = {"did": "visit", "did_at": "2026-03-31T10:00:00Z", "who": "lead"}
    deliver(app, arrived("a", minute(1), email="a@example.com"))
    deliver(app, arrived("b", minute(5), row=did), arrived("c", minute(6), row=did))
    applied(app, reach_to(tmp_path))
    deliver(app, arrived("d", minute(7), row=did))
    applied(app, reach_to(tmp_path))
    assert kinds(app, "a@example.com") == ["created", "activity"]
    assert statuses(app) == {"a": "applied", "b": "applied", "c": "unchanged", "d": "unchanged"}


def test_who_is_not_known_yet_is_waited_for(app: Engine, tmp_path: Path) -> None:
    reach = reach_to(tmp_path)
    deliver(app, arrived("late", minute(2), employees="9"))
    assert applied(app, reach).counts == {"waiting": 1}
    assert (kept(app)["late"].reason, kept(app)["late"].tries) == (UNKNOWN, 1)
    deliver(app, arrived("first", minute(1), email="a@example.com", employees="3"))
    applied(app, reach)
    applied(app, reach)
    assert fields(app, "a@example.com")["employees"] == 9
    assert statuses(app) == {"first": "applied", "late": "applied"}


def test_who_never_is_fails_in_the_end_and_is_taken_up_once_they_are(app: Engine, tmp_path: Path) -> None:
    reach, now = reach_to(tmp_path), NOW
    deliver(app, arrived("lost", minute(2), employees="9"))
    while statuses(app) == {"lost": "waiting"}:
        applied(app, reach, now)
        now += LONGEST
    assert statuses(app) == {"lost": "failed"}
    deliver(app, arrived("first", minute(1), email="a@example.com"), now=NOW)
    applied(app, reach, now)
    assert applied(app, reach, now).counts == {"applied": 1}


@pytest.mark.parametrize(
    ("told", "because"),
    [
        ({"employees": "Karlsson & Co"}, "employees"),
        ({"source": "Karlsson & Co"}, "source"),
        ({"email": "", "source": "web"}, "email: no value, so nobody can tell which lead this is"),
    ],
)
def test_what_cannot_be_used_fails_with_a_reason_that_holds_no_value(
    app: Engine, tmp_path: Path, told: dict[str, str], because: str
) -> None:
    deliver(app, arrived("a", minute(1), remote=None, **{"email": "karl@example.com", **told}))
    applied(app, reach_to(tmp_path))
    failed = kept(app)["a"]
    assert (failed.status, because in (failed.reason or "")) == ("failed", True)
    assert "arlsson" not in (failed.reason or "")
    assert "karl" not in (failed.reason or "")
    assert not [each for each in app.log() if each.kind == "created"]


def test_a_refused_event_fails_and_takes_nothing_else_along(app: Engine, tmp_path: Path) -> None:
    row = {"did": "visit", "did_at": "2020-01-01", "who": "lead", "since": "2026-03-20"}
    deliver(app, arrived("a", minute(1), row=row, email="a@example.com"))
    applied(app, reach_to(tmp_path))
    assert kept(app)["a"].status == "failed"
    assert "lies before the lead's creation" in (kept(app)["a"].reason or "")
    assert kinds(app, "a@example.com") == ["created"]


def test_a_record_takes_another_address(app: Engine, tmp_path: Path) -> None:
    reach = reach_to(tmp_path)
    deliver(app, arrived("a", minute(1), email="old@example.com"))
    deliver(app, arrived("other", minute(1), remote="9", email="taken@example.com"))
    applied(app, reach)
    deliver(app, arrived("b", minute(2), email="NEW@example.com"))
    deliver(app, arrived("c", minute(3), remote="9", email="new@example.com"))
    applied(app, reach)
    assert app.show("new@example.com")["id"] == kept(app)["a"].lead
    assert kept(app)["c"].status == "failed"
    assert "example" not in (kept(app)["c"].reason or "")


def test_what_slaflow_itself_wrote_is_an_echo(app: Engine, tmp_path: Path) -> None:
    reach = reach_to(tmp_path, app_id=77)
    deliver(app, arrived("a", minute(1), email="a@example.com", employees="1"))
    deliver(app, arrived("b", minute(2), row={"sourceId": "77"}, employees="2"))
    applied(app, reach)
    assert statuses(app) == {"a": "applied", "b": "echo"}
    assert fields(app, "a@example.com")["employees"] == 1


def test_the_map_says_when_where_the_sender_does_not(app: Engine, tmp_path: Path) -> None:
    reach = reach_to(tmp_path, MAP + "at: {column: changed, format: epoch}\n")
    deliver(app, arrived("a", NOW, email="a@example.com", row={"changed": "1774958400"}))
    applied(app, reach)
    (created,) = [each for each in app.log() if each.kind == "created"]
    assert created.at.isoformat() == "2026-03-31T12:00:00+00:00"


def test_a_map_is_for_what_its_when_says(app: Engine, tmp_path: Path) -> None:
    """Records of two kinds may have one id."""
    reach = reach_to(tmp_path, MAP + "when: row.subscriptionType.startsWith('contact.')\n")
    deliver(app, arrived("a", minute(1), email="a@example.com", row={"subscriptionType": "contact.creation"}))
    deliver(app, arrived("b", minute(2), employees="9", row={"subscriptionType": "company.creation"}))
    deliver(app, arrived("c", minute(3), employees="8"))
    applied(app, reach)
    assert statuses(app) == {"a": "applied", "b": "unchanged", "c": "unchanged"}
    with pytest.raises(MapInvalid, match=r"hook.yaml:\d+:\d+: "):
        applied(app, faulty(app, tmp_path))


def faulty(app: Engine, folder: Path) -> Reach:
    deliver(app, arrived("d", minute(4), employees="7"))
    return reach_to(folder, MAP + "when: row.subscriptionType ==\n")


def test_who_is_in_the_way_holds_up_nobody_else(
    app: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault with one lead leaves it waiting or failed, and the rest are applied."""
    from slaflow.exchange.imports import batch

    things = [arrived(str(n), minute(n), remote=str(n), email=f"{n}@example.com") for n in range(5)]
    deliver(app, *things)
    decide = batch.in_transaction

    def struck(engine: Engine, conn: object, asks: list[object], **more: object) -> object:
        if any(getattr(ask.happening, "key", "") == "3@example.com" for ask in asks):  # type: ignore[attr-defined]
            raise SlaflowError("3@example.com broke")
        return decide(engine, conn, asks, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(batch, "in_transaction", struck)
    assert applied(app, reach_to(tmp_path)).counts == {"applied": 4, "failed": 1}
    assert "example" not in (kept(app)["3"].reason or "")
    monkeypatch.undo()
    with app.database.write() as conn:
        assert inbox.retry(conn, NOW, hook=HOOK) == 1
    assert applied(app, reach_to(tmp_path)).counts == {"applied": 1}
    with app.database.read() as conn:
        assert len(records.leads_of(conn, HOOK, ["3"])) == 1


def test_what_is_too_far_ahead_fails(app: Engine, tmp_path: Path) -> None:
    deliver(app, arrived("a", NOW + timedelta(hours=1), email="a@example.com"))
    applied(app, reach_to(tmp_path))
    assert statuses(app) == {"a": "failed"}


def test_a_bug_of_ours_costs_only_the_delivery_that_runs_into_it(
    app: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else what was sent beside it, to other hooks too, would wait for as long as it is there."""
    is_for = Listener.is_for

    def broken(self: Listener, heard: Heard) -> bool:
        if heard.row.key == "b":
            raise TypeError("kim@example.com")
        return is_for(self, heard)

    monkeypatch.setattr(Listener, "is_for", broken)
    reach = reach_to(tmp_path)
    for key, remote in (("a", "1"), ("b", "2"), ("c", "3")):
        deliver(app, arrived(key, minute(1), remote, email=f"{key}@example.com"))
    applied(app, reach)
    ends = {key: (each.status, each.reason) for key, each in kept(app).items()}
    assert (ends["a"], ends["c"]) == (("applied", None), ("applied", None))
    status, reason = ends["b"]
    assert status == "failed"
    assert reason is not None
    assert "a fault of slaflow's own: TypeError at test_applied.py:" in reason
    assert "kim" not in reason
