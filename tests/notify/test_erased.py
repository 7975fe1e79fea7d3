"""A person is erased: nothing of them is left in what waits, was sent or failed, in no table and no file."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import select, update
from support.blocked import wait_until_blocked
from support.faulty import FaultyServer, answer
from support.known_person import LATER, REASON, TOLD, a_person_is_known, files_of, found_in
from support.office import DAY, FRIDAY, HOUR, MONDAY, Present, handed_over, on_one_database
from support.sending import applied, deliveries, messages, reach_of, sent, taken

from slaflow.engine.app import Engine
from slaflow.engine.leads.erase import scrub
from slaflow.lifecycle.decision import KINDS
from slaflow.notify.plan import plan
from slaflow.settings.reach import Reach
from slaflow.store.database import Connection
from slaflow.store.rows import deliveries as store
from slaflow.store.rows.deliveries import Marked, Way, mark
from slaflow.store.rows.erasure import ERASED
from slaflow.store.tables.all import metadata
from slaflow.store.tables.deliveries import delivery

WORDS = "dear zyxkim of Quuxborough"


def reach_to(faulty: FaultyServer, folder: Path) -> Reach:
    """A receiver that is told all there is, and mail to people that gets nowhere."""
    reach = reach_of(faulty, "crm", tries=2)
    crm = reach.receivers["crm"].model_copy(update={"personal": True, "events": KINDS})
    (folder / "no").touch()
    mail = {"kind": "file", "folder": folder / "no" / "folder"}
    with_mail = Reach.model_validate({"channels": {"mail": mail}}).channels
    return reach.model_copy(update={"receivers": {"crm": crm}, "channels": with_mail})


def everything_stored(app: Engine) -> str:
    """Every value of every table."""
    with app.database.read() as conn:
        kept = [
            t for t in metadata.sorted_tables if t.info.get("only", conn.dialect.name) == conn.dialect.name
        ]
        rows = [tuple(row) for table in kept for row in conn.execute(select(table))]
    return orjson.dumps(rows, default=repr).decode()


def of_people(app: Engine) -> list[Any]:
    return [row for row in deliveries(app) if row.channel == "mail"]


def as_if_tried(app: Engine) -> None:
    """What mail in which she stands leaves behind: one letter for all, which some sender has in hand."""
    mail = update(delivery).where(delivery.c.channel == "mail")
    first = str(of_people(app)[0].id)
    with app.database.write() as conn:
        conn.execute(mail.values(digest=first, claimed_by="another", claimed_until=LATER + DAY))
        conn.execute(mail.where(delivery.c.lead < 3).values(last_error=WORDS, provider_id=WORDS))


def erase(app: Engine) -> None:
    for lead in (1, 2):
        app.erase(lead, REASON, "marketing", at=LATER)


@pytest.fixture
def told(app: Engine, present: Present, faulty: FaultyServer, tmp_path: Path) -> Reach:
    """Leads 1 and 2 are somebody's of whom everything was told: rendered, tried, failed, or still waiting."""
    present.at = FRIDAY
    reach = applied(app, reach_to(faulty, tmp_path))
    a_person_is_known(app)
    # She stands in the database twice, and here nobody did what was promised.
    handed_over(app, "zyxkim-too", company="Quuxborough Ltd")
    handed_over(app, "liv", company="Livland Ltd")
    plan(app, reach)
    present.at = MONDAY + 2 * HOUR
    app.tick()
    faulty.answers("/crm", answer(500), answer(400), *[answer(503)] * 20)
    sent(app, reach)
    assert {row.status for row in of_people(app)} == {"waiting"}
    assert "Quuxborough" in "".join(row.body or "" for row in of_people(app))
    as_if_tried(app)
    return reach


def test_nothing_of_them_is_in_any_table_or_file_afterwards(app: Engine, told: Reach) -> None:
    assert found_in(files_of(app.database.url)) in (set(), set(TOLD))
    assert {word for word in TOLD if word in everything_stored(app)} == set(TOLD)
    assert "Quuxborough" in "".join(row.body or "" for row in deliveries(app) if row.channel != "mail")
    erase(app)
    assert {word for word in TOLD if word in everything_stored(app)} == set()
    scrub(app)
    # On another machine there are none to look into.
    assert found_in(files_of(app.database.url)) == set()
    assert "Livland" in everything_stored(app)


def test_what_waits_for_people_is_dropped_and_receivers_hear_what_is_left(
    app: Engine, present: Present, faulty: FaultyServer, told: Reach
) -> None:
    before = {row.id: row for row in deliveries(app)}
    erased_at = len(taken(faulty, "crm"))
    erase(app)
    after = {row.id: row for row in deliveries(app)}
    hers = [row for row in after.values() if row.lead in (1, 2)]
    assert {(row.body, row.provider_id) for row in hers} == {(None, None)}
    assert {(row.status, row.last_error) for row in hers if row.channel == "mail"} == {("dropped", ERASED)}
    assert [row.status for row in hers if row.channel != "mail"] == [
        before[row.id].status for row in hers if row.channel != "mail"
    ]
    with app.database.write() as conn:
        late = [Marked(each.id, each.message, "sent", 1, LATER) for each in hers if each.channel == "mail"]
        mark(conn, "another", late, LATER)
    assert {row.status for row in of_people(app) if row.lead in (1, 2)} == {"dropped"}
    # A letter in which several leads stood is made anew for the others.
    others = [row for row in after.values() if row.lead == 3 and row.channel == "mail"]
    assert others
    assert {(row.status, row.body) for row in others} == {("waiting", None)}
    faulty.answers("/crm", *[answer(200)] * 200)
    present.at = LATER + DAY
    while sent(app, told).sent:
        present.at += DAY
    came = [orjson.loads(seen.body) for seen in taken(faulty, "crm")[erased_at:]]
    assert {each["type"] for each in came if each["subject"] == "1"} >= {"slaflow.erased", "slaflow.created"}
    assert [word for word in TOLD if word in orjson.dumps(came).decode()] == []
    assert {row.status for row in deliveries(app) if row.lead in (1, 2)} <= {"sent", "failed", "dropped"}


def test_messages_say_what_became_of_them(app: Engine, told: Reach) -> None:
    """One that reached somebody was sent, whatever else was on its way."""
    (first, *_) = [row.message for row in of_people(app) if row.lead in (1, 2)]
    with app.database.write() as conn:
        one = update(delivery).where(delivery.c.message == first)
        conn.execute(one.values(status="sent"))
    erase(app)
    hers = [row for row in messages(app) if row.lead in (1, 2) and not row.recipient.startswith("receiver:")]
    assert {row.id: row.status for row in hers}.pop(first) == "sent"
    assert {row.status for row in hers if row.id != first} == {"stale"}
    assert {(row.last_error, row.next_try_at) for row in hers} == {(None, None)}


def planning(conn: Connection) -> None:
    """Messages are given their ways; whoever erases meanwhile waits for it."""
    found = store.unplanned(conn, 100)
    store.plan(conn, [(each, Way("mail", each.recipient)) for each in found], MONDAY)
    store.note_planned(conn, [each.id for each in found], MONDAY)


def rendering(conn: Connection) -> None:
    """Letters are written of what was known just now."""
    claimed = store.claim(conn, "mail", "me", LATER, LATER + DAY, 100)
    store.keep_bodies(conn, {each.id: WORDS for each in claimed})
    assert claimed


@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
@pytest.mark.parametrize("work", [planning, rendering])
def test_what_is_done_at_the_same_instant_leaves_nothing_either(
    app: Engine, present: Present, work: Callable[[Connection], None]
) -> None:
    present.at = FRIDAY
    handed_over(app, "zyxkim", company="Quuxborough Ltd")
    present.at = MONDAY + 2 * HOUR
    app.tick()
    if work is rendering:
        with app.database.write() as conn:
            planning(conn)
    with ThreadPoolExecutor(1) as pool:
        with app.database.write() as conn:
            work(conn)
            erasing = pool.submit(app.erase, 1, REASON, "marketing", at=LATER)
            wait_until_blocked(app.database)
        erasing.result()
    assert of_people(app)
    assert {(row.status, row.body, row.claimed_by) for row in of_people(app)} == {("dropped", None, None)}
    assert {row.status for row in messages(app)} == {"stale"}


@on_one_database
def test_a_letter_of_several_leads_is_written_anew_without_hers(
    app: Engine, present: Present, tmp_path: Path
) -> None:
    """She is the first that it tells of, so that another stands for it then."""
    present.at = FRIDAY
    for name in ("liv", "zyxkim", "tor", "ulf"):
        handed_over(app, name, company="Quuxborough Ltd" if name == "zyxkim" else "Livland Ltd")
    present.at = MONDAY + 2 * HOUR
    app.tick()
    stuck = tmp_path / "no"
    stuck.touch()
    mail = {"kind": "file", "folder": stuck / "folder"}
    reach = Reach.model_validate({"channels": {"mail": mail}, "send": {"burst": {"messages": 1}}})
    sent(app, reach)
    written = [row for row in of_people(app) if row.digest and row.body and row.lead == 2]
    assert written
    assert all("zyxkim@" in row.body and "tor@" in row.body for row in written)
    app.erase(2, REASON, "marketing", at=present.at)
    assert [row.id for row in of_people(app) if row.body and "zyxkim" in row.body] == []
    stuck.unlink()
    present.at += DAY
    while sent(app, reach).sent:
        present.at += DAY
    mails = [file.read_text(encoding="utf-8") for file in (stuck / "folder" / "new").iterdir()]
    assert any("tor@" in each and "ulf@" in each for each in mails)
    assert [each for each in mails if "Quuxborough" in each or "zyxkim" in each] == []
    assert {row.status for row in of_people(app) if row.lead != 2} == {"sent"}
