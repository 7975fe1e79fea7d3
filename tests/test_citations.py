"""What code, tests and docs cite is there: the page, the chapter or point of the rules, the heading."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.source import ROOT

REFERENCE = ROOT / "docs" / "reference"
CITING = ("slaflow", "cli", "migrations", "tests", "bench", "docs")
NUMBER = r"\d+(?:\.\d+)?"
RULES = re.compile(rf"\brules\.md, ({NUMBER}(?:(?:, | and | to ){NUMBER})*)")
HEADINGS = re.compile(r"\b([a-z-]+\.md), (\"[^\"]+\"(?:(?:, | and )\"[^\"]+\")*)")
PAGE = re.compile(r"(?<![\w./-])[A-Za-z_-]+\.md\b")
LEADING = re.compile(r"\n[ \t]*(?:#:? ?)?")


def texts() -> Iterator[tuple[str, str]]:
    """Every Python file and page with its text, a citation that is broken over lines made whole."""
    for folder in CITING:
        for file in sorted((ROOT / folder).rglob("*")):
            if file.suffix in (".py", ".md", ".txt") and file != Path(__file__):
                yield file.relative_to(ROOT).as_posix(), LEADING.sub(" ", file.read_text(encoding="utf-8"))


TEXTS = dict(texts())
PAGES = {file.name for file in [*(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md"), *ROOT.glob("bench/*.md")]}
HEADINGS_OF = {
    file.name: set(re.findall(r"(?m)^#+ (?:\d+\. )?(.+)$", file.read_text(encoding="utf-8")))
    for file in REFERENCE.glob("*.md")
}
POINTS = set(
    re.findall(
        r"(?m)^(?:## |- \*\*)(\d+(?:\.\d+)?)(?:\. |\*\*)",
        (REFERENCE / "rules.md").read_text(encoding="utf-8"),
    )
)


def points_cited(text: str) -> list[str]:
    return [number for cited in RULES.findall(text) for number in re.findall(NUMBER, cited)]


def headings_cited(text: str) -> list[tuple[str, str]]:
    return [
        (page, name) for page, names in HEADINGS.findall(text) for name in re.findall(r'"([^"]+)"', names)
    ]


def test_every_rule_cited_is_a_chapter_or_a_point_of_the_rules() -> None:
    cited = {path: points_cited(text) for path, text in TEXTS.items()}
    assert sum(map(len, cited.values())) > 50
    assert {path: missing for path, found in cited.items() if (missing := set(found) - POINTS)} == {}


def test_every_heading_cited_stands_on_its_page() -> None:
    cited = {path: headings_cited(text) for path, text in TEXTS.items()}
    assert sum(map(len, cited.values())) > 10
    for path, found in cited.items():
        for page, name in found:
            assert name in HEADINGS_OF.get(page, ()), f"{path} cites {page}, {name!r}"


def test_every_page_named_in_code_is_in_the_repository() -> None:
    named = {path: set(PAGE.findall(text)) for path, text in TEXTS.items() if path.endswith(".py")}
    assert any(named.values())
    lost = {path: missing for path, found in named.items() if (missing := found - PAGES)}
    assert {path: pages for path, pages in lost.items() if not path.startswith("tests/")} == {}


@pytest.mark.parametrize(
    ("text", "points", "headings"),
    [
        ("as rules.md, 13.7 has it", ["13.7"], []),
        ("(rules.md, 1, 15 and 16)", ["1", "15", "16"], []),
        ("Source: rules.md, 15 to 18.", ["15", "18"], []),
        ('workflow-file.md, "Clocks" and "Durations"', [], ["Clocks", "Durations"]),
    ],
)
def test_a_citation_is_found_however_it_is_worded(text: str, points: list[str], headings: list[str]) -> None:
    assert points_cited(text) == points
    assert [name for _, name in headings_cited(text)] == headings


def test_chapters_of_the_rules_are_numbered_without_a_gap() -> None:
    chapters = sorted(int(point) for point in POINTS if "." not in point)
    assert chapters == list(range(1, len(chapters) + 1))
    assert chapters[-1] >= 24
