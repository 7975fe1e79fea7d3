"""``workflow diff``, ``workflow document`` and ``workflow graph --type svg`` as they are typed."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.commands import AGREEMENT, Slaflow, everywhere


@pytest.fixture
def draft(tmp_path: Path, agreement: Path) -> Path:
    """The agreement with other hours."""
    file = tmp_path / "draft.yaml"
    file.write_text(AGREEMENT.replace("09:00-17:00", "09:00-16:00"), encoding="utf-8")
    return file


def test_what_a_draft_changes_is_told_by_whom_it_concerns(
    slaflow: Slaflow, agreement: Path, draft: Path
) -> None:
    said = slaflow("workflow", "diff", agreement, draft)
    assert said.code == 0
    assert "looser  office is open until 16:00 instead of 17:00 on Mondays to Fridays" in said.out
    assert "1 change of the agreement, 0 of wording" in said.out


def test_with_exit_code_a_change_ends_in_1_and_mere_wording_does_not(
    slaflow: Slaflow, agreement: Path, draft: Path
) -> None:
    assert slaflow("workflow", "diff", agreement, draft, "--exit-code").code == 1
    draft.write_text(AGREEMENT + "# signed by nobody yet\n", encoding="utf-8")
    said = slaflow("workflow", "diff", agreement, draft, "--exit-code", "--format", "json")
    assert said.code == 0
    assert [change["wording"] for change in said.json["changes"]] == [True]


@everywhere
def test_a_version_that_was_in_force_is_named_by_its_digest(handed_over: Slaflow, draft: Path) -> None:
    old = handed_over("workflow", "list", "--format", "json").json[0]["digest"]
    assert handed_over("workflow", "activate", draft, "--at", "2026-03-20T09:00:00Z").code == 0
    said = handed_over("workflow", "diff", f"office-deal@{old[:8]}", "office-deal", "--format", "json")
    assert said.json["a"] == {"name": "office-deal", "digest": old}
    (change,) = said.json["changes"]
    assert set(change) == {
        "part", "name", "what", "before", "after", "sentence", "for", "effect", "wording",
    }  # fmt: skip
    assert change["for"] == ["marketing", "sales"]


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        ("office-dael", 1, 'unknown workflow "office-dael"; did you mean "office-deal"?'),
        (
            "office-deal@12",
            2,
            '"office-deal@12" names no version; write office-deal@ and 8 or more hex digits',
        ),
        ("office-deal@00000000", 1, 'unknown version of office-deal "00000000"'),
        ("nowhere.yaml", 3, "nowhere.yaml: cannot be read: no such file or directory"),
    ],
)
def test_what_names_no_agreement_is_refused_in_one_line(
    handed_over: Slaflow, draft: Path, words: str, code: int, message: str
) -> None:
    said = handed_over("workflow", "diff", words, draft)
    assert (said.code, said.out) == (code, "")
    assert said.err == f"slaflow: {message}\n"


def test_the_page_is_written_whole_in_the_kind_that_its_name_says(
    slaflow: Slaflow, agreement: Path, tmp_path: Path
) -> None:
    typed = ("workflow", "document", agreement, "--at", "2026-03-01", "-o")
    assert slaflow(*typed, "a.html").code == 0
    assert (tmp_path / "a.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert slaflow(*typed, "a.md").code == 0
    assert (tmp_path / "a.md").read_text(encoding="utf-8").startswith("# An agreement for tests")
    assert slaflow(*typed, "-").out == (tmp_path / "a.md").read_text(encoding="utf-8")
    before = (tmp_path / "a.html").read_bytes()
    (tmp_path / "empty.db").touch()
    said = slaflow("--db", f"sqlite:///{tmp_path / 'empty.db'}", *typed, "a.html")
    assert (said.code, "the page says nothing of signatures: database" in said.err) == (0, True), said.err
    assert (tmp_path / "a.html").read_bytes() == before


def test_no_page_is_written_of_a_draft_with_errors_nor_over_the_agreement(
    slaflow: Slaflow, agreement: Path, tmp_path: Path
) -> None:
    assert slaflow("workflow", "document", agreement, "-o", agreement).code == 2
    assert agreement.read_text(encoding="utf-8") == AGREEMENT
    pdf = slaflow("workflow", "document", agreement, "-o", "a.pdf")
    assert (pdf.code, pdf.err) == (
        2, "slaflow: a.pdf: end the name in .html for a page, or in .md for Markdown\n",
    )  # fmt: skip
    agreement.write_text(AGREEMENT.replace("to: mql", "to: mqx", 1), encoding="utf-8")
    assert slaflow("workflow", "document", agreement, "-o", "a.html").code == 1
    assert not (tmp_path / "a.html").exists()


def test_the_lifecycle_is_drawn_without_a_program(slaflow: Slaflow, agreement: Path) -> None:
    said = slaflow("workflow", "graph", agreement, "--type", "svg")
    assert said.code == 0
    assert said.out.startswith("<svg ")


@everywhere
def test_the_page_says_who_signed_that_very_text_and_of_no_other(
    handed_over: Slaflow, agreement: Path, draft: Path
) -> None:
    signed = handed_over("workflow", "sign", agreement, "--as", "marketing", "--at", "2026-03-20T09:00:00Z")
    assert signed.code == 0, signed.err
    assert (
        "| marketing | marketing | 2026-03-20 10:00 |"
        in handed_over("workflow", "document", agreement, "-o", "-").out
    )
    assert "| marketing |  |  |" in handed_over("workflow", "document", draft, "-o", "-").out
