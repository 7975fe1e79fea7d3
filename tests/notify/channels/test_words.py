"""Letters as Slack and Teams show them: within their limits, and nothing in them is more than words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson
import pytest
from hypothesis import given as given_that
from hypothesis import settings
from hypothesis import strategies as st
from support import adaptive_card, block_kit
from support.written import BUTTONS, NASTY, breach, lead, letter, warning

from slaflow.notify.channels import blocks, card
from slaflow.notify.channels.teams import message_of
from slaflow.notify.letters.letter import Button, Letter, Why
from slaflow.notify.letters.render import Pages, languages

LANGUAGES = languages()


def in_slack(given: Letter) -> dict[str, Any]:
    """The message that Slack is sent, which it takes."""
    message: dict[str, Any] = orjson.loads(blocks.composed(given, Pages()))
    assert block_kit.faults(message) == []
    return message


def in_teams(given: Letter) -> dict[str, Any]:
    """The card that Teams is sent, which it takes."""
    message = orjson.loads(message_of(card.composed(given, Pages())) or b"")
    assert adaptive_card.faults(message) == []
    found: dict[str, Any] = message["attachments"][0]["content"]
    return found


def lines_of_slack(message: dict[str, Any]) -> list[str]:
    """What is read of *message*, in its order."""
    return list(_texts(message["blocks"]))


def _texts(part: Any) -> Any:
    if isinstance(part, list):
        for each in part:
            yield from _texts(each)
    elif isinstance(part, dict):
        if part.get("type") in ("mrkdwn", "plain_text"):
            yield part["text"]
        else:
            yield from _texts([each for each in part.values() if isinstance(each, dict | list)])


def lines_of_teams(found: dict[str, Any]) -> list[str]:
    runs = ["".join(run["text"] for run in block["inlines"]) for block in found["body"]]
    return runs + [action["title"] for action in found.get("actions", ())]


def test_slack_shows_what_is_owed_by_when_what_to_do_and_why() -> None:
    message = in_slack(letter())
    owed = "You have 1 h 30 min left, until Mon 9 March 13:30."
    assert message["text"] == f"1 h 30 min left: Respond to the lead · Åsa &amp; Co\n{owed}"
    assert lines_of_slack(message) == [
        f"*1 h 30 min left: Respond to the lead · Åsa &amp; Co*\n{owed}",
        "Accept the lead",
        "Give it back",
        "*Lead*\n<https://sla.example.com/leads/7?tab=log&amp;all=1|Åsa &amp; Co>\n"
        "MQL, held by Sales, owned by Anna Berg",
        "*Country*\nSE",
        "*Budget*\n12000.0",
        "*Wants a demo*\nyes",
        "You get this because the lead is yours, by the agreement “B2B standard”. "
        "Times are Europe/Stockholm.",
    ]
    (actions,) = [block for block in message["blocks"] if block["type"] == "actions"]
    assert [button["url"] for button in actions["elements"]] == [button.url for button in BUTTONS]


def test_teams_shows_what_is_owed_by_when_what_happened_and_why() -> None:
    assert lines_of_teams(in_teams(letter(breach(), is_person=False)))[:9] == [
        "Overdue: Respond to the lead · Åsa & Co",
        "It was due Mon 9 March 13:30 and is still owed, 2 h late.",
        "Lead: Åsa & Co",
        "MQL, held by Sales, owned by Anna Berg",
        "Country: SE",
        "Budget: 12000.0",
        "Wants a demo: yes",
        "Since then",
        "• Mon 9 March 14:00: given to Bo Ek by Åsa Öst",
    ]


@pytest.mark.parametrize(
    "kind", ["breached", "escalated", "warned", "assigned", "unassigned", "transition", "timer_fired"]
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_message_can_be_shown_in_every_language(language: str, kind: str) -> None:
    told = replace(breach(), kind=kind)
    bare = replace(
        told, clock=None, since=(), lead=replace(lead(), facts=(("Note", ""),), url=None, owner=None)
    )
    for given in (letter(told, language=language), letter(bare, language=language), letter(bare, told)):
        assert lines_of_slack(in_slack(given))
        assert lines_of_teams(in_teams(given))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_missed_commitment_is_of_no_lead(language: str) -> None:
    told = replace(
        warning(), kind="commitment", lead=None, clock=None, why=Why("desk", "Sales"),
        data={"period": "2026-03", "figure": "41", "expected": "60"},
    )  # fmt: skip
    for given in (letter(told, language=language), letter(told, told, language=language)):
        assert "2026-03" in lines_of_slack(in_slack(given))[-3 if given.is_digest else 0]
        assert "2026-03" in "".join(lines_of_teams(in_teams(given)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_desk_hears_that_letters_are_held(language: str) -> None:
    told = replace(warning(), kind="held", lead=None, clock=None, data={"channel": "mail <all>"})
    given = letter(told, language=language, is_person=False)
    assert "mail &lt;all&gt;" in lines_of_slack(in_slack(given))[0]
    assert "mail <all>" in lines_of_teams(in_teams(given))[0]


def test_what_a_prospect_wrote_calls_nobody_and_links_nowhere() -> None:
    told = breach(title=NASTY, lead=lead(title=NASTY, facts=((NASTY, NASTY),), owner=NASTY))
    for given in (letter(told), letter(told, told)):
        texts = lines_of_slack(message := in_slack(given))
        assert "<!" not in message["text"]
        opened = [piece for text in texts for piece in text.split("<")[1:]]
        assert {piece.split("|")[0] for piece in opened} == {
            "https://sla.example.com/leads/7?tab=log&amp;all=1"
        }
        # Rich text of Teams has no markup of its own.
        assert "<!channel>" in "".join(lines_of_teams(in_teams(given)))


@given_that(st.data())
@settings(max_examples=25)
def test_whatever_anybody_wrote_they_take_it(data: st.DataObject) -> None:
    def text() -> str:
        return "x" + data.draw(st.text(max_size=400))

    told = [
        breach(
            title=text(), agreement=text(), lead=lead(title=text(), owner=text(), facts=((text(), text()),))
        )
        for _ in range(data.draw(st.integers(1, 3)))
    ]
    given = letter(*told, buttons=(Button(text(), "https://sla.example.com/act/x", "accept"),))
    message = in_slack(given)
    in_teams(given)
    opened = [piece for text in lines_of_slack(message)[:1] for piece in text.split("<")[1:]]
    assert all(piece.startswith("https://sla.example.com/leads/") for piece in opened)


def test_a_digest_counts_what_it_leaves_out() -> None:
    many = [breach(number, f"Company {number}") for number in range(1, 101)]
    texts = lines_of_slack(in_slack(letter(*many)))
    shown = [text for text in texts if "Overdue" in text]
    assert texts[0] == "*103 broken promises*"
    assert 30 < len(shown) < 50
    assert texts[-2] == f"And {103 - len(shown)} more, counted above."
    assert "Company 1>" in shown[0]
    lines = lines_of_teams(in_teams(letter(*many)))
    shown = [line for line in lines if line.startswith("Overdue")]
    assert len(shown) > 20
    assert lines[-2] == f"And {103 - len(shown)} more, counted above."


def test_what_is_long_is_cut_to_what_they_take() -> None:
    told = breach(title="&" * 5000, lead=lead(title="&" * 5000, facts=(("&" * 5000, "&" * 5000),) * 6))
    for given in (letter(told), letter(*[told] * 60)):
        message = in_slack(given)
        assert len(orjson.dumps(message)) <= blocks.MOST_BYTES
        assert len(orjson.dumps(in_teams(given))) <= card.MOST_BYTES


def test_a_room_gets_no_links_to_act_by() -> None:
    given = letter(is_person=False)
    assert "actions" not in [block["type"] for block in in_slack(given)["blocks"]]
    assert "actions" not in in_teams(given)
