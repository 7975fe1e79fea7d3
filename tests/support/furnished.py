"""An office with something to see on every page, and where each page of it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from support.clicked import KEY, KEYS, REACH
from support.office import ANNA, BO, CIA, DAY, FRIDAY, HOUR, MIA, NORA, Present, handed_over
from support.promising import COMMITMENTS, owing
from support.recorded import HEAD, LATER, SIGNED, counted, weeks_owed

from slaflow.engine.access import invitations, tokens
from slaflow.engine.app import Engine
from slaflow.engine.figures import kept
from slaflow.engine.figures.kept import Place
from slaflow.engine.jobs import asking
from slaflow.engine.jobs.worker import JobWorker
from slaflow.engine.permits import Asker
from slaflow.notify import links
from slaflow.notify.links import Link
from slaflow.report.record.reports import REVIEW, looked_at_first
from slaflow.store.database import Database
from slaflow.web.logbook.kinds import KINDS

MORNING = LATER - timedelta(hours=15, minutes=30) + 3 * DAY + 8 * HOUR
"""A Wednesday, ten o'clock in Stockholm: the office is open."""
ROOT, AUDITOR = "root@example.com", "audrey@example.com"
MONTH = "2026-03"
TEXT = (
    owing(COMMITMENTS + SIGNED)
    .replace("workflow: office-deal", "workflow: office-deal\ntitle: The office deal")
    .replace("from: mql, to: accepted, by: sales", "from: mql, to: accepted, by: sales, click: true")
    .replace("to: returned, by: sales, reset", "to: returned, by: sales, click: true, reset")
    .replace("no_fit, not_ready]}}", "no_fit, not_ready]}, feedback: {type: text, min_length: 10}}")
)
"""What is in force since: its moves are links in messages, and whoever returns a lead says why."""
DRAFT = TEXT.replace("within: 4h", "within: 2h").replace("50%: [", "40%: [")
NAMES = ("ada byron", "björn åkesson", "chen wei", "dara o'neil", "emil holm", "fatima noor", "gus lind")
FIRMS = ("Åkesson & Söner AB", "Byron Analytics", "Wei Logistics", "O'Neil Freight", "Holm Bygg", "Noor", "")


@dataclass(frozen=True)
class Office:
    """Numbers and names of what addresses speak of."""

    app: Engine
    agreement: str
    draft: str
    open: int
    late: int
    back: int
    taken: int
    unowned: int
    entry: int
    message: int
    jobs: tuple[int, ...]
    act: str
    stop: str
    invitation: str
    setup: str


def furnished(database: Database) -> Office:
    """Weeks of work under every kind of promise, and a morning on which much waits."""
    weeks_owed(database)
    clock = Present(LATER)
    app = Engine(database, now=clock)
    app.add_person(ROOT, "sales", role="admin", name="Robin Root")
    app.add_person(AUDITOR, "marketing", role="auditor", name="Audrey Audit")
    for email, name in ((ANNA, "Anna Berg"), (BO, "Bo Ek"), (CIA, "Cia Dahl")):
        app.add_person(email, name=name)
    started = [*looked_at_first(app), Place(REVIEW, app.active().name, MONTH), Place("sla", grouping="owner")]
    kept.begin(app, started)
    counted(app)
    app.activate(TEXT)
    clock.at = MORNING - timedelta(hours=20, minutes=30)
    late = _handed(app, 0)
    back = _handed(app, 1)
    app.fire(back, "return", ANNA, {"return_reason": "not_ready", "feedback": "wants to wait until June"})
    clock.at = MORNING - timedelta(minutes=40)
    taken = _handed(app, 2)
    app.fire(taken, "accept", ANNA)
    app.answer(taken, "value", ANNA, {"expected_value": "2500"})
    app.record(taken, "call", ANNA, {"outcome": "no answer"})
    many = [_handed(app, number) for number in range(3, 32)]
    app.change(many[0], {"on_hold": True}, ANNA)
    clock.at = MORNING
    app.tick()
    app.dispute(late, "respond", "our office was closed by a storm", MIA)
    unowned = _unowned(app)
    return _shown(app, late=late, back=back, taken=taken, open=many[1], unowned=unowned)


def _handed(app: Engine, number: int) -> int:
    name, firm = NAMES[number % 7], FIRMS[number % 7]
    local = name.replace(" ", ".").replace("'", "").replace("ö", "o").replace("å", "a")
    return handed_over(app, f"{local}{number or ''}", app.now(), company=firm, country="SE")


def _unowned(app: Engine) -> int:
    """Nobody of marketing is at work, so nobody is given it."""
    app.send_away(NORA, app.now(), app.now() + HOUR)
    return int(app.add({"email": "gus.nilsson@example.com", "company": "Nilsson"}, "marketing")["id"])


def _shown(app: Engine, **leads: int) -> Office:
    """What else stands on pages: signatures, absences, tokens, jobs, links."""
    draft = str(app.sign_agreement(DRAFT, MIA)["digest"])
    app.sign_review(app.active().name, MONTH, HEAD)
    app.send_away(BO, MORNING, MORNING + 3 * DAY)
    tokens.add(app, "web-forms", ["ingest"], party="marketing")
    tokens.add(app, "crm", ["read", "write"], party="sales")
    tokens.revoke(app, "crm")
    who = Asker(AUDITOR, "marketing", "auditor")
    jobs = [asking.ask(app, KINDS, who, "verify", {"replay": True})]
    jobs += [asking.ask(app, KINDS, who, "export", {"type": "csv"})]
    while JobWorker(app, KINDS).run_once():
        pass
    jobs += [asking.ask(app, KINDS, who, "verify", {})]
    entry = next(each.id for each in app.log() if each.kind == "breached" and each.lead == leads["late"])
    place = app.latest(leads["open"])
    link = Link(
        person=ANNA, lead=leads["open"], trigger="return", message=1, expires_at=MORNING + 3 * DAY,
        expected=links.Expected(place["state"], FRIDAY.fromisoformat(place["entered_at"])),
    )  # fmt: skip
    return Office(
        app, app.active().digest, draft, entry=entry, message=_message(app), jobs=tuple(jobs),
        act=links.sign(KEYS, link),
        stop=str(links.stop_url_of(REACH, ANNA, "mail", {"LINK_KEY": KEY})).rpartition("/")[2],
        invitation=invitations.invite(app, CIA).secret, setup=invitations.set_up(app), **leads,
    )  # fmt: skip


def _message(app: Engine) -> int:
    from slaflow.store.rows.outbox import list_messages

    with app.database.read() as conn:
        return max(each.id for each in list_messages(conn))
