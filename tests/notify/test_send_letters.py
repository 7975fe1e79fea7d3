"""Letters to people, from the outbox to a folder of mails: each once, and only what is still true."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from support.builders import utc
from support.office import ANNA, BO, FRIDAY, HOUR, MIA, Present, handed_over
from support.sending import deliveries, messages, sent

from slaflow.engine.app import Engine
from slaflow.notify.channels.file import LINES
from slaflow.notify.letters.preview import MessageNotFound, previewed
from slaflow.settings.reach import Reach

HALF = FRIDAY + 2 * HOUR + timedelta(minutes=1)
BREACH = utc("2026-03-09T09:31")


@pytest.fixture
def reach(tmp_path: Path) -> Reach:
    return Reach.model_validate({"channels": {"mail": {"kind": "file", "folder": tmp_path / "mails"}}})


def arrived(reach: Reach) -> list[dict[str, Any]]:
    lines = reach.channels["mail"].folder / LINES  # type: ignore[union-attr]
    return [orjson.loads(line) for line in lines.read_bytes().splitlines()] if lines.exists() else []


def come(app: Engine, present: Present, at: Any) -> None:
    present.at = at
    app.tick()


def test_a_warning_then_a_breach_reach_who_is_to_hear(app: Engine, present: Present, reach: Reach) -> None:
    handed_over(app)
    sent(app, reach)
    come(app, present, HALF)
    assert sent(app, reach).sent == 1
    come(app, present, BREACH)
    sent(app, reach)
    assert [(each["to"], each["subject"]) for each in arrived(reach)] == [
        (ANNA, "1 h 59 min left: Accept or return within four hours · kim@example.com"),
        (ANNA, "Overdue: Accept or return within four hours · kim@example.com"),
        (MIA, "Overdue: Accept or return within four hours · kim@example.com"),
        ("demand-desk@example.com", "Overdue: Accept or return within four hours · kim@example.com"),
    ]
    assert {row.status for row in messages(app)} == {"sent"}
    assert len({each["id"] for each in arrived(reach)}) == 4
    assert all(row.body and row.body.startswith("From: ") for row in deliveries(app))


def test_what_is_true_no_more_is_dropped_and_what_is_said_later_anyway_superseded(
    app: Engine, present: Present, reach: Reach
) -> None:
    kim, _ = handed_over(app), handed_over(app, "lee")
    come(app, present, HALF)
    in_the_way = reach.channels["mail"].folder  # type: ignore[union-attr]
    in_the_way.write_text("no folder")
    assert sent(app, reach).again == 2
    bodies = {row.id: row.body for row in deliveries(app)}
    in_the_way.unlink()
    app.fire(kim, "accept", ANNA)
    come(app, present, BREACH)
    report = sent(app, reach)
    assert all(row.body == bodies.get(row.id, row.body) for row in deliveries(app))
    assert Counter((row.status, row.last_error) for row in deliveries(app) if row.status != "sent") == {
        ("dropped", "its promise has ended"): 1, ("superseded", "a later step says it"): 1,
    }  # fmt: skip
    assert report.dropped == 2
    assert {each["subject"].rpartition("· ")[2] for each in arrived(reach)} == {"lee@example.com"}
    assert {row.status for row in messages(app)} == {"sent", "stale"}


def test_somebody_who_is_no_mail_address_fails_alone(app: Engine, present: Present, reach: Reach) -> None:
    handed_over(app)
    come(app, present, BREACH)
    broken = {"demand-desk@example.com": ("mail:not an address",)}
    report = sent(app, reach.model_copy(update={"recipients": broken}))
    (failed,) = [row for row in deliveries(app) if row.status == "failed"]
    assert failed.last_error == "'not an address' is no mail address"
    assert report.sent == 2


def test_a_preview_says_for_each_way_what_would_be_sent_and_sends_nothing(
    app: Engine, present: Present, reach: Reach
) -> None:
    lead = handed_over(app)
    come(app, present, HALF)
    (number,) = [row.id for row in messages(app)]
    (shown,) = previewed(app, reach, number)
    assert (shown["channel"], shown["address"]) == ("mail", ANNA)
    assert shown["subject"].startswith("1 h 59 min left: ")
    assert shown["html"].startswith("<!doctype html>")
    # Where nothing is sent at all yet, one sees what could be.
    assert previewed(app, Reach(), number)[0]["text"] == shown["text"]
    app.fire(lead, "accept", BO)
    assert previewed(app, reach, number)[0]["gone"] == "its promise has ended"
    assert not arrived(reach)
    assert not deliveries(app)
    with pytest.raises(MessageNotFound, match="no message 99 in the outbox"):
        previewed(app, reach, 99)
