"""Of whoever is erased nothing is left of what was sent; and what is old is forgotten."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sqlalchemy import text
from support.hooking import HOOK, applied, arrived, deliver, kept, minute, reach_to, statuses
from support.small import NOW

from slaflow.engine.app import Engine
from slaflow.engine.sweeping import DELIVERED, forget_over
from slaflow.store.linking import mirrors


def test_erasing_leaves_nothing_of_what_was_sent(app: Engine, tmp_path: Path) -> None:
    reach = reach_to(tmp_path)
    deliver(app, arrived("a", minute(1), email="anna@example.com", employees="41"))
    deliver(app, arrived("o", minute(1), remote="9", email="bo@example.com"))
    applied(app, reach)
    # Not applied yet: of her record, and of nobody's with her address in it.
    deliver(app, arrived("b", minute(2), employees="42"))
    deliver(app, arrived("c", minute(2), remote=None, row={"from": "Anna@Example.com"}, source="nowhere"))
    applied_to = kept(app)["a"].lead
    assert applied_to is not None
    app.erase("anna@example.com", reason="asked for", actor="system")
    assert set(kept(app)) == {"o"}
    with app.database.read() as conn:
        assert not mirrors.remotes_of(conn, applied_to)
        assert "anna" not in str(conn.execute(text("SELECT * FROM mirror")).all()).lower()


def test_who_was_erased_does_not_come_back_and_what_they_say_is_not_kept(app: Engine, tmp_path: Path) -> None:
    reach = reach_to(tmp_path)
    deliver(app, arrived("a", minute(1), email="anna@example.com"))
    applied(app, reach)
    app.erase("anna@example.com", reason="asked for", actor="system")
    deliver(app, arrived("b", minute(3), email="anna@example.com", employees="43"))
    applied(app, reach)
    (left,) = kept(app).values()
    assert (left.status, dict(left.row), left.remote) == ("failed", {}, None)


def test_each_record_of_a_lead_is_known_for_as_long_as_the_lead_is(app: Engine, tmp_path: Path) -> None:
    reach, then = reach_to(tmp_path), NOW + DELIVERED + timedelta(days=1)
    for remote in ("512", "513", "514"):
        deliver(app, arrived(remote, minute(1), remote=remote, email="anna@example.com"))
    applied(app, reach)
    later = Engine(app.database, now=lambda: then)
    assert forget_over(later) == 3
    for number, remote in enumerate(("513", "512", "514"), 2):
        deliver(
            app, arrived(f"{remote} again", minute(number), remote=remote, employees=str(number)), now=then
        )
    applied(later, reach, then)
    assert set(statuses(app).values()) == {"applied"}
    later.erase("anna@example.com", reason="asked for", actor="system")
    with app.database.read() as conn:
        assert conn.execute(text("SELECT * FROM known_record")).all() == []


def test_what_came_to_an_end_is_forgotten_after_two_weeks(app: Engine, tmp_path: Path) -> None:
    deliver(app, arrived("a", minute(1), email="a@example.com"), now=NOW - DELIVERED)
    deliver(app, arrived("b", minute(2), email="b@example.com"), now=NOW - timedelta(days=13))
    applied(app, reach_to(tmp_path))
    deliver(app, arrived("c", minute(3), remote="7", employees="9"), now=NOW - DELIVERED - timedelta(days=1))
    later = Engine(app.database, now=lambda: NOW + timedelta(seconds=1))
    assert forget_over(later) == 1
    assert statuses(app) == {"b": "applied", "c": "waiting"}
    assert HOOK == "crm"
