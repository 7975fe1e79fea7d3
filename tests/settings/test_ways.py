"""How somebody wants to be told, as it is written: what is clear is kept in one form, the rest is a line."""

from pathlib import Path

import pytest

from slaflow.notify.letters.render import languages
from slaflow.settings import ways
from slaflow.settings.reach import Reach


@pytest.mark.parametrize(
    ("text", "kept"),
    [("19:00-07:00", "19:00-07:00"), (" 9:05 - 24:00", "09:05-00:00"), ("team", "team")],
)
def test_quiet_hours_are_kept_in_one_form(text: str, kept: str) -> None:
    assert ways.quiet(text) == kept


@pytest.mark.parametrize(
    "text", ["", "7-9", "19:00", "25:00-07:00", "19:60-07:00", "7:00-07:00", "0:00-24:00"]
)
def test_quiet_hours_that_cannot_be_are_a_line(text: str) -> None:
    with pytest.raises(ways.WayUnclear, match=r"19:00-07:00|name two times"):
        ways.quiet(text)


@pytest.mark.parametrize("text", ["daily", "08:30", "daily@24:00", "daily@8:3", "weekly@08:30"])
def test_a_digest_that_cannot_be_is_a_line(text: str) -> None:
    assert ways.daily("daily@8:30") == "daily@08:30"
    with pytest.raises(ways.WayUnclear, match="is no digest; write daily@08:30, or off"):
        ways.daily(text)


def test_languages_are_the_packages_and_those_of_ones_own_templates(tmp_path: Path) -> None:
    assert list(ways.languages(Reach())) == languages()
    for place in ("de", "office-deal/fi", "office-deal/empty"):
        (tmp_path / place).mkdir(parents=True)
    for place in ("de/words.jinja", "office-deal/fi/breached.txt"):
        (tmp_path / place).touch()
    assert ways.languages(Reach(templates=tmp_path)) == ("de", "en", "fi", "sv")


def test_channels_are_those_of_the_file_unless_somebody_chose() -> None:
    named = ("mail", "slack:#desk")
    assert ways.wanted(named, None, ()) == named
    assert ways.wanted(named, None, ("slack",)) == ("mail",)
    assert ways.wanted(named, ("teams", "slack"), ()) == ("teams", "slack:#desk")
    assert ways.wanted(named, (), ()) == ways.wanted(named, ("mail",), ("mail",)) == ()
