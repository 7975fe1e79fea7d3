"""What the doctor says of channels, receivers and links: whether each could send, and what waits."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update
from support.faulty import FaultyServer, answer
from support.office import HOUR, Present, handed_over
from support.sending import SECRETS, applied, deliveries, reach_of, sent

from slaflow.engine.app import Engine
from slaflow.engine.setup import receivers
from slaflow.engine.setup.doctor import Check
from slaflow.errors import UnknownName
from slaflow.notify import standing
from slaflow.notify.plan import plan
from slaflow.settings.reach import Reach
from slaflow.store.tables.deliveries import delivery

LINKS = {"public_url": "https://sla.example.com", "links": {"key_env": "LINK_KEY"}}


def told(app: Engine, reach: Reach, environment: dict[str, str] = SECRETS) -> list[tuple[str, bool, str]]:
    return [(each.name, each.ok, each.detail) for each in standing.examine(app, reach, environment)]


def waiting(app: Engine) -> int:
    return sum(row.status == "waiting" for row in deliveries(app))


def test_where_nobody_is_told_it_says_nothing(app: Engine) -> None:
    handed_over(app)
    assert told(app, Reach()) == []
    assert told(app, Reach.model_validate({"send": {"tries": 3}, "net": {"allow": "10.0.0.0/8"}})) == []


def test_a_receiver_that_does_well(app: Engine, faulty: FaultyServer) -> None:
    reach = reach_of(faulty, "crm")
    (differs,) = [each for each in told(app, reach) if not each[1]]
    assert differs == ("receivers", False, "[receivers.crm] was never applied; run 'slaflow receiver apply'")
    applied(app, reach)
    assert told(app, reach) == [("receivers", True, "crm: its secret is set; nothing sent yet")]
    handed_over(app)
    sent(app, reach)
    at = app.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    assert told(app, reach) == [("receivers", True, f"crm: its secret is set; last sent {at}")]


def test_a_secret_that_is_not_there_is_named_by_its_variable(app: Engine, faulty: FaultyServer) -> None:
    reach = applied(app, reach_of(faulty, "crm"))
    lacks = "crm: [receivers.crm] secret: the variable HOOK is not set"
    assert told(app, reach, {}) == [("receivers", False, lacks)]
    ((_, ok, words),) = told(app, reach, {"HOOK": "hunter2hunter2"})
    assert not ok
    assert "hunter2" not in words


def test_one_that_is_closed_says_until_when_and_what_waits(
    app: Engine, present: Present, faulty: FaultyServer
) -> None:
    reach = applied(app, reach_of(faulty, "crm", "dwh"))
    handed_over(app)
    faulty.answers("/crm", answer(401, retry_after="7200"))
    sent(app, reach)
    until = (app.now() + 2 * HOUR).strftime("%Y-%m-%dT%H:%M:%SZ")
    crm, dwh = told(app, reach)
    assert crm == (
        "receivers", False,
        f"crm: closed until {until}: it answered 401: it refuses who asks; nothing sent yet; "
        f"{waiting(app)} wait, the first for 0 min; one is tried then, and opens it where it is taken",
    )  # fmt: skip
    assert dwh[1]
    present.at = app.now() + 3 * HOUR
    (_, ok, words), _ = told(app, reach)
    assert not ok
    assert "the first has been due for 3 h 0 min; run 'slaflow outbox send'" in words


def test_one_that_is_off_says_how_it_is_put_on(app: Engine, faulty: FaultyServer) -> None:
    reach = applied(app, reach_of(faulty, "crm"))
    handed_over(app)
    faulty.answers("/crm", answer(410))
    sent(app, reach)
    ((_, ok, words),) = told(app, reach)
    assert not ok
    assert "it answered 410: it wants no more; nothing sent yet" in words
    assert words.endswith("put it on with 'slaflow receiver on crm'")
    receivers.put(app, "crm", on=True)
    ((_, ok, words),) = told(app, reach)
    assert (ok, "its last error: it answered 410" in words) == (True, True)


def test_a_channel_is_put_off_and_on_as_a_receiver_is(app: Engine) -> None:
    reach = Reach.model_validate({"channels": {"mail": {"kind": "file", "folder": "sent"}}})
    assert receivers.put(app, "mail", on=False, channels=reach.channels)["is_on"] is False
    ((name, ok, words),) = told(app, reach)
    assert (name, ok) == ("channels", False)
    assert "put off by hand; nothing sent yet; put it on with 'slaflow receiver on mail'" in words
    assert receivers.put(app, "mail", on=True)["is_on"] is True
    assert told(app, reach) == [("channels", True, "mail: nothing sent yet")]
    with pytest.raises(UnknownName, match='receiver or channel "mial"; did you mean "mail"'):
        receivers.put(app, "mial", on=True)


def test_what_is_tried_again_later_is_not_late(app: Engine, present: Present, faulty: FaultyServer) -> None:
    """What comes after it for that lead waits too, and nobody is to blame."""
    reach = applied(app, reach_of(faulty, "crm", first=timedelta(hours=5)))
    handed_over(app)
    faulty.answers("/crm", answer(500))
    sent(app, reach)
    present.at = app.now() + 2 * HOUR
    assert [each[1] for each in told(app, reach)] == [True]
    present.at = app.now() + 4 * HOUR
    assert [each[1] for each in told(app, reach)] == [False]


def test_what_is_held_and_what_is_for_nobody_here(app: Engine, faulty: FaultyServer) -> None:
    reach = applied(app, reach_of(faulty, "crm"))
    handed_over(app)
    plan(app, reach)
    number = waiting(app)
    with app.database.write() as conn:
        conn.execute(update(delivery).values(held_at=app.now()))
    ((_, ok, words),) = told(app, reach)
    assert not ok
    assert words.startswith(f"crm: {number} held since ")
    elsewhere = applied(app, reach_of(faulty, "dwh"))
    assert ("receivers", False, f"crm: {number} wait, and slaflow.toml has no such receiver here") in told(
        app, elsewhere
    )


def test_messages_that_nobody_can_be_told(app: Engine, present: Present) -> None:
    folder = {"kind": "file", "folder": "sent"}
    reach = Reach.model_validate({"channels": {"a": folder, "b": folder}})
    handed_over(app)
    present.at = app.now() + 72 * HOUR
    app.tick()
    plan(app, reach)
    lost = [each for each in told(app, reach) if each[0] == "outbox"]
    assert lost
    for _, ok, words in lost:
        assert not ok
        assert "reached nobody: " in words
        assert "under [recipients]" in words
        assert "'slaflow outbox retry " in words


def test_templates_of_ones_own(app: Engine, present: Present, tmp_path: Path) -> None:
    """One that cannot be read is found at once, one that lacks a name where a message is written by it."""
    handed_over(app)
    present.at = app.now() + 72 * HOUR
    app.tick()
    channels = {"mail": {"kind": "file", "folder": "sent"}}

    def of_templates() -> list[tuple[bool, str]]:
        reach = Reach.model_validate({"channels": channels, "templates": tmp_path / "templates"})
        return [each[1:] for each in told(app, reach) if each[0] == "templates"]

    assert of_templates() == [(False, f"{tmp_path}/templates is no folder, and the package's are taken")]
    folder = tmp_path / "templates" / "en"
    folder.mkdir(parents=True)
    (folder / "breached.txt").write_text("a promise to {{ lead.title }} is broken", encoding="utf-8")
    assert of_templates() == [(True, f"those of {tmp_path}/templates can be used")]
    (folder / "breached.txt").write_text("to {{ lead.titel }}", encoding="utf-8")
    (folder / "warned.txt").write_text("{% if %}", encoding="utf-8")
    (lacks, unread) = of_templates()
    assert not lacks[0]
    assert lacks[1].startswith(f"{folder}/breached.txt:1: ")
    assert "titel" in lacks[1]
    assert unread[1].startswith(f"{folder}/warned.txt:1: ")


@pytest.mark.parametrize(
    ("tables", "environment", "ok", "words"),
    [
        (LINKS, {"LINK_KEY": "k" * 40}, True, "those in messages lead to https://sla.example.com"),
        (LINKS, {}, False, "[links] key: the variable LINK_KEY is not set; until then no message has any"),
        (
            {"links": {"key_env": "LINK_KEY"}}, {"LINK_KEY": "k" * 40}, False,
            "[links] has a key, and there is no public_url for links to lead to; "
            "until then no message has any",
        ),
    ],
)  # fmt: skip
def test_links(
    app: Engine, tables: dict[str, object], environment: dict[str, str], ok: bool, words: str
) -> None:
    assert told(app, Reach.model_validate(tables), environment) == [("links", ok, words)]


def test_each_is_tried_and_hears_nothing_of_it(faulty: FaultyServer) -> None:
    reach = reach_of(faulty, "crm", "dwh")
    nobody = reach.receivers["dwh"].model_copy(update={"url": "http://127.0.0.1:1/"})
    reach = reach.model_copy(update={"receivers": {**reach.receivers, "dwh": nobody}})
    assert standing.tried(reach, environment=SECRETS) == [
        Check("try", True, "crm could send now"), Check("try", False, "dwh: nobody listens there"),
    ]  # fmt: skip
    assert standing.tried(reach, "crm", SECRETS) == [Check("try", True, "crm could send now")]
    (unset,) = standing.tried(reach, "crm", {})
    assert unset.detail == "crm cannot be tried: [receivers.crm] secret: the variable HOOK is not set"
    assert faulty.seen == []
    with pytest.raises(UnknownName, match='did you mean "crm"'):
        standing.tried(reach, "cmr", SECRETS)
