"""Letters in words: the package's in each language, the user's own before them, and no harm from either."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from support.letters import a_letter

from slaflow.notify.letters.letter import Why
from slaflow.notify.letters.render import Pages, languages
from slaflow.notify.letters.writer import as_digest

KINDS = (
    "warned", "breached", "escalated", "assigned", "unassigned", "transition", "timer_fired", "commitment",
    "held", "of_a_later_version",
)  # fmt: skip


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_message_has_words_in_every_language(kind: str, language: str) -> None:
    letter = a_letter(kind, language=language)
    for form in ("txt", "html"):
        text = Pages().render(letter, form)
        assert "kim@example.com" in text
        assert "Marketing and sales" in text
        assert "{" not in text.replace("{margin", "")


def test_a_digest_counts_what_it_does_not_show() -> None:
    letter = as_digest([a_letter("breached"), a_letter("warned")], "d1", {"breached": 3, "warned": 40})
    text = Pages().render(letter, "txt")
    assert text.startswith("Subject: 3 broken promises, 40 warnings\n")
    assert "And 41 more, counted above." in text
    assert "act/t0ken" not in text


def test_ones_own_templates_come_before_the_packages(tmp_path: Path) -> None:
    written(
        tmp_path / "en/warned.txt", "Subject: Hurry {{ lead.title }}\n\n{{ hours(clock.left_seconds) }}\n"
    )
    written(tmp_path / "office-deal/en/message.txt", "Subject: Of this agreement\n")
    pages = Pages(tmp_path)
    assert pages.render(a_letter(), "txt").startswith("Subject: Hurry kim@example.com\n\n1 h\n")
    assert pages.render(a_letter("breached"), "txt") == "Subject: Of this agreement\n"
    assert pages.render(a_letter("breached", workflow="another"), "txt").startswith("Subject: Overdue: ")
    assert pages.render(a_letter(), "html").startswith("<!doctype html>")
    assert not pages.broken


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ("{{ lead.__class__ }}", "access to attribute '__class__' of 'LeadTold' object is unsafe."),
        ("{{ ''.__class__.__mro__ }}", "access to attribute '__class__' of 'str' object is unsafe."),
        ("{{ lead.phone_number }}", ": lead has no attribute 'phone_number'"),
        ("{{ nobody }}", "'nobody' is undefined"),
        ("{% for a in range(999) %}{% for b in range(999) %}{% endfor %}{% endfor %}", "its loops take more"),
        ("{% for a in range(9999999) %}{% endfor %}", "Range too big"),
        ("{% include 'warned.txt' %}", "it includes itself"),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "it includes itself"),
        ("{{ 'a' * 999999999 }}", "only numbers are multiplied"),
        ("{{ 9 ** 999999999 }}", "the operator ** is not for templates"),
        ("{{ '%999999999d' % 1 }}", "the operator % is not for templates"),
        ("{{ '{:>999999999}'.format(1) }}", "access to attribute 'format' of 'str' object is unsafe."),
        ("{{ 'a'.ljust(999999999) }}", "access to attribute 'ljust' of 'str' object is unsafe."),
        ("{{ 'a' | center(999999999) }}", "No filter named 'center'."),
        ("{% include '../../../etc/passwd' %}", "../../../etc/passwd"),
        ("{{ 1 / 0 }}", "division by zero"),
        ("{% if %}", "Expected an expression, got 'end of statement block'"),
        ("{{ lead.title", "unexpected end of template, expected 'end of print statement'."),
        ("x" * 70_000, "has more than 64 KB"),
        ("{% for a in range(4000) %}{{ 'x' * 1 if false else message.agreement * 1 if false else "
         "'a long line of words that goes on' }}{% endfor %}", "it makes more than 64 K characters"),
    ],
)  # fmt: skip
def test_a_broken_template_gives_way_to_the_packages_and_is_named(
    tmp_path: Path, template: str, problem: str
) -> None:
    written(tmp_path / "en/warned.txt", f"Subject: mine\n{template}\n")
    pages = Pages(tmp_path)
    assert pages.render(a_letter(), "txt").startswith("Subject: 1 h left")
    (broken,) = pages.broken.values()
    assert problem in str(broken)
    assert "\n" not in str(broken)
    assert "warned.txt" in str(broken)


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ('{"text": "{{ lead.title }}",}', "what it makes is no JSON from its line 1 on"),
        ('["{{ lead.title }}"]', "what it makes is no JSON object"),
        ("", "what it makes is no JSON from its line 1 on"),
    ],
)
def test_a_template_that_makes_no_json_gives_way_too(tmp_path: Path, template: str, problem: str) -> None:
    file = tmp_path / "en/message.slack.json"
    written(file, template)
    pages = Pages(tmp_path)
    assert pages.render(a_letter(), "slack.json") == Pages().render(a_letter(), "slack.json")
    assert [str(each) for each in pages.broken.values()] == [f"{file}: {problem}"]


def test_what_cannot_even_be_read_is_found_without_sending(tmp_path: Path) -> None:
    written(tmp_path / "en/warned.txt", "{% if %}")
    written(tmp_path / "en/breached.html", "<p>{{ lead.title }}</p>")
    written(tmp_path / "sv/words.jinja", "{% macro %}")
    found = [str(each) for each in Pages(tmp_path).faults()]
    assert [name.rpartition("/")[2].partition(":")[0] for name in found] == ["warned.txt", "words.jinja"]
    assert str(tmp_path / "en/warned.txt:1: ") in found[0]


def test_what_a_prospect_told_is_text_and_never_html() -> None:
    letter = a_letter(lead="<script>alert(1)</script>")
    html = Pages().render(letter, "html")
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "<script>" in Pages().render(letter, "txt")


def written(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def test_a_letter_of_several_says_for_whom_where_that_is_the_same_for_all() -> None:
    away = a_letter("breached")
    away = replace(away, messages=(replace(away.message, why=Why("stand_in", "Anna Berg")),))
    for_her = as_digest([away, away], "d1", {"breached": 2})
    assert "You get this for Anna Berg, who is away, by the agreement" in Pages().render(for_her, "txt")
    for_both = as_digest([away, a_letter("warned")], "d1", {"breached": 1, "warned": 1})
    assert "This says in one letter what you are told" in Pages().render(for_both, "txt")
