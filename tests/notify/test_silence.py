"""Whatever goes wrong, neither log nor report, table nor doctor tells a secret or a prospect's value."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator

import orjson
import pytest
from support.faulty import Answer, FaultyServer, answer, cut_off, garbage, hang_up
from support.known_person import TOLD, a_person_is_known
from support.office import FRIDAY, HOUR, MONDAY, Present, handed_over, on_one_database
from support.sending import applied, channels, deliveries, messages

from slaflow.engine.app import Engine
from slaflow.notify import standing
from slaflow.notify.plan import plan
from slaflow.notify.send import Sender
from slaflow.settings.reach import Reach

HIDDEN = "hunter2" * 5
ECHO = f"zyxkim of Quuxborough, {HIDDEN}, 31415926".encode()
FAULTS: tuple[Answer, ...] = (
    answer(500, ECHO), answer(400, ECHO), answer(302, ECHO, location=f"https://{HIDDEN}.example/"),
    answer(401, ECHO), answer(410, ECHO), hang_up, garbage, cut_off,
)  # fmt: skip


def environment(faulty: FaultyServer) -> dict[str, str]:
    return {
        "HOOK": f"whsec_{HIDDEN}a", "SMTP": HIDDEN, "LINKS": HIDDEN, "TOKEN": f"xoxb-{HIDDEN}",
        "ROOM": faulty.url(f"/{HIDDEN}/room"), "TEAMS": faulty.url(f"/{HIDDEN}/teams"),
    }  # fmt: skip


def reach_to(faulty: FaultyServer) -> Reach:
    mail = {"kind": "mail", "host": "127.0.0.1", "port": 1, "user": "sla", "password_env": "SMTP"}
    hook = {"kind": "webhook", "secret_env": "HOOK", "personal": True}
    every = ["created", "changed", "checked", "activity", "breached"]
    return Reach.model_validate(
        {
            "public_url": "https://sla.example.com",
            "channels": {
                "mail": {**mail, "from": "leads@example.com"},
                "slack": {"kind": "slack", "token_env": "TOKEN", "api": faulty.url("/api/")},
                "room": {"kind": "slack", "url_env": "ROOM"},
                "teams": {"kind": "teams", "url_env": "TEAMS"},
            },
            "recipients": {"default": ["mail", "slack", "room", "teams"]},
            "receivers": {"crm": {**hook, "url": faulty.url(f"/{HIDDEN}/in"), "events": every}},
            "links": {"key_env": "LINKS"},
            "net": {"allow": ["127.0.0.0/8"]},
        }
    )


def said_by_rounds(app: Engine, present: Present, faulty: FaultyServer, reach: Reach) -> Iterator[str]:
    """What reports, tables and the doctor tell after each round of a sender, one fault a round."""
    known = environment(faulty)
    for fault in FAULTS:
        for path in (f"/{HIDDEN}/in", f"/{HIDDEN}/room", f"/{HIDDEN}/teams", "/api/chat.postMessage"):
            faulty.answers(path, fault)
        present.at += HOUR
        sender = Sender(app, reach, environment=known)
        try:
            yield orjson.dumps(sender.once().as_json()).decode()
        finally:
            sender.close()
        yield repr([row.last_error for row in (*deliveries(app), *messages(app))])
        yield repr(channels(app))
        yield repr(standing.examine(app, reach, known))
    yield repr(standing.tried(reach, environment=known))


@on_one_database
def test_nobody_is_told_what_is_nobodys_business(
    app: Engine, present: Present, faulty: FaultyServer, caplog: pytest.LogCaptureFixture
) -> None:
    present.at = FRIDAY
    reach = applied(app, reach_to(faulty))
    a_person_is_known(app)
    plan(app, reach)
    handed_over(app, "zyxkim-too", company="Quuxborough Ltd")
    present.at = MONDAY + 2 * HOUR
    app.tick()
    with caplog.at_level(logging.DEBUG):
        told = list(said_by_rounds(app, present, faulty, reach))
    assert any("it answered 401" in each for each in told)
    everything = "\n".join((*told, caplog.text))
    found = [word for word in (HIDDEN, "whsec_", "xoxb-", *TOLD) if word in everything]
    assert found == []
    # As a number of its own: five digits stand in many a digest.
    assert not re.search(rf"\b{faulty.port}\b", everything)
    assert {seen.path.rpartition("/")[2] for seen in faulty.seen} >= {"in", "room", "teams"}
    assert any(b"Quuxborough" in seen.body for seen in faulty.seen)
