"""What the style sheet promises: every text can be read on every ground, light and dark."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from slaflow.web import app as site

STATIC = Path(site.__file__).parent / "static"
SHEET = (STATIC / "page.css").read_text()
TEXTS = (
    "text", "muted", "accent", "calm", "half", "soon", "broken", "met", "paused", "lifted",
    "party-0", "party-1",
)  # fmt: skip
OWN_GROUNDS = {"soon": "soon-ground", "broken": "broken-ground", "met": "met-ground"}


def tokens(scheme: str) -> dict[str, str]:
    light, dark, chosen, paper = re.findall(r":root[^{};]* \{([^}]*--bg.*?)\}", SHEET, flags=re.DOTALL)
    assert re.findall("--.*?;", dark) == re.findall("--.*?;", chosen), "chosen or not, dark is one"
    assert re.findall("--.*?;", paper) == re.findall("--.*?;", light), "paper is light"
    return dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6})", light if scheme == "light" else dark))


def contrast(one: str, other: str) -> float:
    """Source: WCAG 2.2, "contrast ratio"."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read_on_every_ground(scheme: str) -> None:
    colours = tokens(scheme)
    assert colours.keys() >= {*TEXTS, *OWN_GROUNDS.values(), "bg", "surface", "rule", "line", "on-accent"}
    for text in TEXTS:
        for ground in ("bg", "surface", *([OWN_GROUNDS[text]] if text in OWN_GROUNDS else [])):
            assert contrast(colours[text], colours[ground]) >= 5.2, (text, ground)
    assert contrast(colours["on-accent"], colours["accent"]) >= 5.2
    for ground in ("bg", "surface"):
        assert contrast(colours["rule"], colours[ground]) >= 3.3


def test_no_other_sheet_has_colours_of_its_own() -> None:
    """What is drawn in a colour of the sheet of a room alone is dark on dark for who chose another scheme."""
    for sheet in STATIC.glob("*.css"):
        if sheet.name != "page.css":
            said = re.sub(r'\[(fill|stroke)="#[0-9a-f]{6}"\]', "", sheet.read_text())
            assert re.findall(r"#[0-9a-f]{3,8}\b[^{]*?;", said) == [], sheet.name


def test_both_schemes_have_the_same_colours() -> None:
    assert tokens("light").keys() == tokens("dark").keys()
