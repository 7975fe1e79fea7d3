"""Letters from the outbox to rooms and people of Slack, and to a channel of Teams."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import orjson
import pytest
from doubles.slack import TOKEN, SlackDouble
from doubles.teams import TeamsDouble
from support.builders import utc
from support.letterbox import told
from support.office import ANNA, FRIDAY, HOUR, MIA, Present, handed_over, on_one_database
from support.sending import channels, deliveries, messages, sent

from slaflow.engine.app import Engine
from slaflow.notify.addresses import ways
from slaflow.notify.channels.opening import open_channel
from slaflow.notify.channels.unusable import ChannelUnusable
from slaflow.notify.letters.preview import previewed
from slaflow.settings.reach import Reach
from slaflow.store.rows.deliveries import Way
from slaflow.store.rows.people import directory

HALF = FRIDAY + 2 * HOUR + timedelta(minutes=1)
BREACH = utc("2026-03-09T09:31")
DESK = "demand-desk@example.com"


def reach_of(channel: dict[str, Any], **recipients: Any) -> Reach:
    return Reach.model_validate(
        {"channels": {"chat": channel}, "recipients": recipients, "net": {"allow": ["127.0.0.0/8"]}}
    )


def by_token(slack: SlackDouble, **recipients: Any) -> tuple[Reach, dict[str, str]]:
    return reach_of({"kind": "slack", "token_env": "TOKEN", "api": slack.api}, **recipients), {"TOKEN": TOKEN}


def come(app: Engine, present: Present, at: Any) -> None:
    present.at = at
    app.tick()


def test_people_and_rooms_hear_and_what_follows_on_a_lead_stands_in_its_thread(
    app: Engine, present: Present, slack: SlackDouble
) -> None:
    slack.people[MIA] = "U0MIA"
    reach, secrets = by_token(slack, **{"default": ["chat"], DESK: ["chat:#sales-desk"]})
    handed_over(app)
    for at in (HALF, BREACH):
        come(app, present, at)
        sent(app, reach, secrets)
    first, second = slack.rooms["DU0ANNA"].messages
    assert first.text.startswith("1 h 59 min left: Accept or return within four hours · kim@example.com\n")
    assert second.text.startswith("Overdue: Accept or return within four hours · kim@example.com\n")
    assert (first.thread_ts, second.thread_ts) == (None, first.ts)
    assert [each.thread_ts for each in slack.rooms["DU0MIA"].messages] == [None]
    (told,) = slack.room("sales-desk").messages
    assert told.blocks[-1]["elements"][0]["text"].startswith("This goes to the desk of marketing, by ")
    assert {row.status for row in messages(app)} == {"sent"}


def test_in_a_room_nobody_is_spoken_to_as_if_it_were_theirs(
    app: Engine, present: Present, slack: SlackDouble
) -> None:
    reach, secrets = by_token(slack, default=["chat:#sales-desk"])
    handed_over(app)
    come(app, present, HALF)
    sent(app, reach, secrets)
    (told,) = slack.room("sales-desk").messages
    assert "You" not in orjson.dumps(told.blocks).decode()
    assert told.blocks[-1]["elements"][0]["text"].startswith(f"This is for {ANNA}, by the agreement ")


def test_a_room_that_lets_nobody_in_costs_the_others_nothing(
    app: Engine, present: Present, slack: SlackDouble
) -> None:
    reach, secrets = by_token(
        slack, **{ANNA: ["chat:U0ANNA"], MIA: ["chat:#sales-desk"], DESK: ["chat:#random"]}
    )
    handed_over(app)
    come(app, present, BREACH)
    report = sent(app, reach, secrets)
    assert (report.sent, report.failed) == (2, 1)
    (failed,) = [row for row in deliveries(app) if row.status == "failed"]
    assert failed.last_error.startswith("slack says not_in_channel: the app is not in the room; invite it")


def test_a_token_that_was_revoked_keeps_what_waits(app: Engine, present: Present, slack: SlackDouble) -> None:
    reach, secrets = by_token(slack, default=["chat"])
    slack.token_errors[TOKEN] = "token_revoked"
    handed_over(app)
    come(app, present, HALF)
    assert sent(app, reach, secrets).closed["chat"].startswith("slack says token_revoked: install the app")
    slack.token_errors.clear()
    present.at = channels(app)["chat"].closed_until + timedelta(seconds=1)
    assert sent(app, reach, secrets).sent == 1
    assert len(slack.rooms["DU0ANNA"].messages) == 1


def test_a_webhook_that_was_taken_away_is_off(app: Engine, present: Present, slack: SlackDouble) -> None:
    reach = reach_of({"kind": "slack", "url_env": "URL"}, default=["chat"])
    secrets = {"URL": slack.url("/services/T0/B0/hook-secret")}
    handed_over(app)
    come(app, present, HALF)
    assert sent(app, reach, secrets).sent == 1
    slack.hooks.clear()
    come(app, present, BREACH)
    assert "no_service" in sent(app, reach, secrets).closed["chat"]
    assert channels(app)["chat"].off_at is not None
    assert [row.status for row in deliveries(app)].count("waiting") == 3


def test_a_channel_of_teams_hears_and_is_nobodys_own(
    app: Engine, present: Present, teams: TeamsDouble
) -> None:
    reach = reach_of({"kind": "teams", "url_env": "URL"}, default=["chat"])
    handed_over(app)
    come(app, present, HALF)
    assert sent(app, reach, {"URL": teams.flow}).sent == 1
    (card,) = teams.cards
    words = ["".join(run["text"] for run in block["inlines"]) for block in card["body"]]
    assert words[0] == "1 h 59 min left: Accept or return within four hours · kim@example.com"
    assert words[-1].startswith(f"This is for {ANNA}, by the agreement ")
    assert "actions" not in card
    assert [(row.address, row.person) for row in deliveries(app)] == [("chat", None)]


def test_what_several_are_told_in_one_room_is_said_there_once(
    app: Engine, present: Present, teams: TeamsDouble
) -> None:
    reach = reach_of({"kind": "teams", "url_env": "URL"}, default=["chat"])
    handed_over(app)
    come(app, present, BREACH)
    report = sent(app, reach, {"URL": teams.flow})
    assert (report.sent, report.dropped) == (1, 2)
    assert Counter((row.status, row.last_error) for row in deliveries(app)) == {
        ("sent", None): 1, ("superseded", "the same went to this address already"): 2,
    }  # fmt: skip
    assert len(teams.cards) == 1


def test_a_storm_over_a_room_is_a_few_messages_and_one_that_counts_the_rest(
    app: Engine, present: Present, slack: SlackDouble, teams: TeamsDouble
) -> None:
    burst = {"send": {"burst": {"messages": 2, "per": "1m"}}, "net": {"allow": ["127.0.0.0/8"]}}
    rooms = {
        "slack": {"kind": "slack", "token_env": "TOKEN", "api": slack.api},
        "teams": {"kind": "teams", "url_env": "URL"},
    }
    named = {"recipients": {ANNA: ["slack:#sales-desk"], MIA: ["teams"]}}
    reach = Reach.model_validate({"channels": rooms, **named, **burst})
    told(app, handed_over(app), [ANNA, MIA] * 40)
    for _ in range(8):
        sent(app, reach, {"TOKEN": TOKEN, "URL": teams.flow})
        present.at += timedelta(seconds=2)
    posted = slack.room("sales-desk").messages
    assert (len(posted), len(teams.cards)) == (3, 3)
    (digest,) = [each for each in posted if each.text == "38 broken promises"]
    # The lead's own stand in its thread; a digest is of many, and in none.
    assert [each.thread_ts for each in posted if each is not digest] == [None, posted[0].ts]
    assert digest.thread_ts is None
    assert digest.blocks[-2]["text"]["text"] == f"And {38 - 25} more, counted above."
    assert ["38 broken promises"] == [
        card["fallbackText"] for card in teams.cards if card["fallbackText"].endswith("promises")
    ]
    assert {row.status for row in messages(app)} == {"sent"}


@on_one_database
def test_a_preview_is_what_slack_and_teams_are_sent(
    app: Engine, present: Present, slack: SlackDouble, teams: TeamsDouble
) -> None:
    handed_over(app)
    come(app, present, HALF)
    number = messages(app)[0].id
    by_slack, secrets = by_token(slack, default=["chat"])
    (shown,) = previewed(app, by_slack, number)
    sent(app, by_slack, secrets)
    assert orjson.loads(shown["body"])["text"] == slack.rooms["DU0ANNA"].messages[0].text
    (card,) = previewed(app, reach_of({"kind": "teams", "url_env": "URL"}, default=["chat"]), number)
    assert orjson.loads(card["body"])["type"] == "AdaptiveCard"
    (text,) = previewed(app, reach_of({"kind": "apprise", "url_env": "URL"}, default=["chat"]), number)
    assert "html" not in text


@on_one_database
def test_an_address_in_place_of_a_persons_own_is_theirs_where_slack_knows_one_person_by_it(
    app: Engine, slack: SlackDouble
) -> None:
    for address, person in (("U0123456789", ANNA), ("anna@example.org", ANNA), ("#sales", None)):
        reach, _ = by_token(slack, **{ANNA: [f"chat:{address}"]})
        with app.database.read() as conn:
            assert ways(ANNA, directory(conn), FRIDAY, reach) == [Way("chat", address, person)]


def test_a_channel_by_a_token_and_by_a_url_is_neither() -> None:
    both = reach_of({"kind": "slack", "token_env": "TOKEN", "url_env": "URL"})
    with pytest.raises(ChannelUnusable) as raised:
        open_channel("chat", both, {"TOKEN": "xoxb-1", "URL": "https://hooks.slack.com/services/x"})
    assert str(raised.value) == "[channels.chat]: both a token and a url say how; leave one out"
