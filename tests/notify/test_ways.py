"""How each is told: as slaflow.toml says, or as they asked for."""

from __future__ import annotations

from datetime import datetime

import pytest
from support.office import ANNA, BO, FRIDAY, HOUR, MIA, MONDAY, Present, handed_over
from support.sending import deliveries, messages

from slaflow.engine.app import Engine
from slaflow.engine.setup import preferences
from slaflow.notify.addresses import Unwanted, ways
from slaflow.notify.plan import Planned, plan
from slaflow.settings.reach import Reach
from slaflow.store.rows.deliveries import Way
from slaflow.store.rows.people import directory
from slaflow.store.sending.preferences import Preferences

MAIL = {"kind": "mail", "host": "mail.example.com", "from": "sla@example.com"}
SLACK = {"kind": "slack", "token_env": "SLACK"}
REACH = Reach.model_validate({"channels": {"mail": MAIL, "slack": SLACK}, "recipients": {"default": "mail"}})


def ways_to(app: Engine, recipient: str, reach: Reach = REACH) -> list[Way]:
    with app.database.read() as conn:
        return ways(recipient, directory(conn), FRIDAY, reach, Preferences(conn))


def test_who_chose_channels_hears_over_these_instead(app: Engine) -> None:
    preferences.change(app, REACH, ANNA.upper(), {"channels": ["slack", "mail"]})
    assert ways_to(app, ANNA) == [Way("slack", ANNA, ANNA), Way("mail", ANNA, ANNA)]
    assert ways_to(app, BO) == [Way("mail", BO, BO)]
    less = REACH.model_copy(update={"channels": {"mail": REACH.channels["mail"]}})
    assert ways_to(app, ANNA, less) == [Way("mail", ANNA, ANNA)]
    preferences.change(app, REACH, ANNA, {"channels": ["slack"]})
    assert ways_to(app, ANNA, less) == [Way("mail", ANNA, ANNA)]


def tell(app: Engine, present: Present, at: datetime) -> Planned:
    present.at = at
    app.tick(at=at)
    return plan(app, REACH)


def test_who_stopped_all_hears_nothing_and_what_waits_is_dropped(app: Engine, present: Present) -> None:
    handed_over(app)
    tell(app, present, FRIDAY + 2 * HOUR)
    tell(app, present, MONDAY + HOUR)
    assert {row.address for row in deliveries(app) if row.status == "waiting"} == {ANNA, MIA}
    preferences.stop(app, ANNA, "mail", "none")
    assert {row.address for row in deliveries(app) if row.status == "waiting"} == {MIA}
    dropped = [row for row in messages(app) if row.status == "stale"]
    assert {(row.recipient, row.last_error) for row in dropped} == {(ANNA, preferences.UNWANTED)}
    with pytest.raises(Unwanted, match=f"{ANNA} asked for no messages; 'slaflow user notify {ANNA}' shows"):
        ways_to(app, ANNA)
    assert tell(app, present, MONDAY + 3 * HOUR).unwanted > 0
    assert ANNA not in {row.address for row in deliveries(app) if row.status == "waiting"}
