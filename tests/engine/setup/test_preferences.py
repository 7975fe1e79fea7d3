"""How somebody wants to be told: kept, shown, changed by whom it concerns, stopped by a link."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from support.office import ANNA, BO, FRIDAY, MIA, NORA

from slaflow.engine.app import Engine
from slaflow.engine.permits import NotPermitted
from slaflow.engine.setup import preferences
from slaflow.engine.setup.people import PersonRemoved
from slaflow.errors import SlaflowError, UnknownName
from slaflow.settings.reach import Reach

DESK = "sales-desk@example.com"
MAIL = {"kind": "mail", "host": "mail.example.com", "from": "sla@example.com"}
SLACK = {"kind": "slack", "token_env": "SLACK"}
REACH = Reach.model_validate(
    {"channels": {"mail": MAIL, "slack": SLACK}, "recipients": {"default": ["mail", "slack"]}}
)


def changed(app: Engine, address: str, by: str | None = None, **given: Any) -> dict[str, Any]:
    return preferences.change(app, REACH, address, given, by)


def shown(app: Engine, address: str) -> dict[str, Any]:
    return preferences.shown(app, REACH, address)


def test_what_is_given_changes_and_the_rest_stays(app: Engine) -> None:
    assert shown(app, ANNA)["changed_at"] is None
    changed(app, ANNA.upper(), channels=["slack"], digest="daily@8:30", timezone="Asia/Tokyo")
    told = changed(app, ANNA, quiet="team", language="sv")
    assert told == {
        "email": ANNA, "channels": ["slack"], "chosen": ["slack"], "stopped": [], "digest": "daily@08:30",
        "digest_over": None, "quiet": "team", "timezone": "Asia/Tokyo", "language": "sv",
        "changed_at": FRIDAY.isoformat().replace("+00:00", "Z"),
    }  # fmt: skip
    assert shown(app, ANNA) == told
    assert shown(app, BO)["channels"] == ["mail", "slack"]
    gone = changed(app, ANNA, channels=["default"], **dict.fromkeys(("digest", "quiet", "timezone"), "off"))
    assert gone == {**told, "channels": ["mail", "slack"], "chosen": None, "digest": None, "quiet": None,
                    "timezone": None}  # fmt: skip
    assert changed(app, ANNA, channels=["none"])["channels"] == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"channels": ["slak"]}, 'unknown channel "slak"; did you mean "slack"?'),
        ({"channels": ["none", "mail"]}, '"none" stands for all channels; name it alone, or channels'),
        ({"timezone": "europe/oslo"}, 'unknown time zone "europe/oslo"; did you mean "Europe/Oslo"?'),
        ({"language": "se"}, 'unknown language "se"; there are en, sv'),
    ],
)  # fmt: skip
def test_what_there_is_not_is_a_line_and_changes_nothing(app: Engine, given: Any, said: str) -> None:
    with pytest.raises(SlaflowError) as refused:
        changed(app, ANNA, quiet="team", **given)
    assert str(refused.value) == said
    assert shown(app, ANNA)["quiet"] is None


def test_only_who_is_known_has_any(app: Engine) -> None:
    with pytest.raises(UnknownName, match=f'unknown user "ana@example.com"; did you mean "{ANNA}"'):
        shown(app, "ana@example.com")
    app.remove_person(BO)
    with pytest.raises(PersonRemoved):
        changed(app, BO, quiet="team")
    assert changed(app, DESK, channels=["mail"])["channels"] == ["mail"]


def test_it_is_ones_own_to_say_or_a_managers_or_an_admins(app: Engine) -> None:
    root = "root@example.com"
    app.add_person(root, "marketing", role="admin")
    for by in (ANNA, MIA, root):
        changed(app, ANNA, by, quiet="team")
    for address, by in ((ANNA, BO), (ANNA, NORA), (NORA, MIA), (DESK, ANNA)):
        with pytest.raises(NotPermitted, match="a member says how they are told, a manager of those of"):
            changed(app, address, by, quiet="off")
    changed(app, DESK, MIA, quiet="team")
    assert shown(app, ANNA)["quiet"] == "team"


def test_a_link_stops_a_channel_and_naming_it_puts_it_back(app: Engine) -> None:
    words = preferences.stop(app, ANNA.upper(), "mail", "none")
    assert words == "ANNA@EXAMPLE.COM gets no more messages over mail; who runs slaflow can put that back"
    told = shown(app, ANNA)
    assert (told["channels"], told["stopped"], told["chosen"]) == (["slack"], ["mail"], None)
    told = changed(app, ANNA, channels=["default"])
    assert (told["channels"], told["stopped"]) == (["mail", "slack"], [])
    stranger = "ceo@example.com"
    preferences.stop(app, stranger, "mail", "none")
    assert shown(app, stranger)["stopped"] == ["mail"]


def test_a_link_asks_for_one_a_day_over_its_channel_alone(app: Engine) -> None:
    words = preferences.stop(app, DESK, "mail", "digest")
    assert words == f"{DESK} gets one message a day over mail, at 08:30"
    assert (shown(app, DESK)["digest"], shown(app, DESK)["digest_over"]) == ("daily@08:30", ["mail"])
    preferences.stop(app, DESK, "slack", "digest")
    assert shown(app, DESK)["digest_over"] == ["mail", "slack"]
    changed(app, DESK, digest="daily@06:00")
    assert "at 06:00" in preferences.stop(app, DESK, "mail", "digest")
    assert shown(app, DESK)["digest_over"] is None


def test_it_is_no_part_of_the_log(app: Engine) -> None:
    before = len(list(app.log()))
    changed(app, ANNA, quiet="team")
    assert len(list(app.log())) == before
    assert datetime.fromisoformat(shown(app, ANNA)["changed_at"]) == FRIDAY
