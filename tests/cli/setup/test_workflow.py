"""``slaflow workflow``: files checked, tried and drawn without a database; versions put in force."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest
from support.commands import AGREEMENT, Slaflow, everywhere

from slaflow.cli.files import MAX_BYTES, FileTooLarge, read_bounded

NOWHERE = {"SLAFLOW_DB": "postgresql://localhost:1/nothing"}


def test_a_sound_agreement_is_said_to_be_sound_without_a_database(slaflow: Slaflow, agreement: Path) -> None:
    said = slaflow("workflow", "check", agreement, "--format", "json", env=NOWHERE)
    assert said.code == 0
    (file,) = said.json["files"]
    assert file["file"] == str(agreement)
    assert file["digest"] == hashlib.sha256(agreement.read_bytes()).hexdigest()
    assert file["errors"] == []


def test_findings_have_a_place_a_path_and_words(slaflow: Slaflow, agreement: Path) -> None:
    agreement.write_text(AGREEMENT.replace("lead.score >= 50", "lead.scoer >= 50"), encoding="utf-8")
    said = slaflow("workflow", "check", agreement, "--format", "json")
    assert said.code == 1
    finding = said.json["files"][0]["errors"][0]
    assert set(finding) == {"line", "column", "path", "message"}
    line = (
        AGREEMENT.splitlines().index(next(x for x in AGREEMENT.splitlines() if "trigger: promote" in x)) + 1
    )
    assert finding["line"] == line
    page = slaflow("workflow", "check", agreement).out
    assert f"{agreement}:{line}:" in page
    assert "1 error" in page


def test_several_files_are_checked_and_one_bad_one_is_enough(
    slaflow: Slaflow, agreement: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text("workflow: [", encoding="utf-8")
    said = slaflow("workflow", "check", agreement, broken, "--format", "json")
    assert said.code == 1
    assert [bool(file["errors"]) for file in said.json["files"]] == [False, True]


def test_warnings_do_not_fail_the_check(slaflow: Slaflow, agreement: Path) -> None:
    agreement.write_text(AGREEMENT + "  - {to: nordics}\n", encoding="utf-8")
    lonely = AGREEMENT.replace("  won: {final: true}", "  idle: {held_by: sales}\n  won: {final: true}")
    lonely = lonely.replace(
        "  - {trigger: win,",
        "  - {trigger: rest, from: accepted, to: idle, by: sales}\n"
        "  - {trigger: wake, from: idle, to: accepted, by: sales}\n  - {trigger: win,",
    )
    agreement.write_text(lonely, encoding="utf-8")
    said = slaflow("workflow", "check", agreement, "--format", "json")
    assert said.code == 0
    assert any("idle" in finding["path"] for finding in said.json["files"][0]["warnings"])


def test_a_file_of_more_than_1_mb_is_refused_before_it_is_read(slaflow: Slaflow, tmp_path: Path) -> None:
    huge = tmp_path / "huge.yaml"
    with huge.open("wb") as file:
        file.truncate(1 << 40)  # a terabyte that is not there
    said = slaflow("workflow", "check", huge)
    assert said.code == 1
    assert "at most 1 MB" in said.err


def test_a_script_hears_of_a_file_that_is_too_large_as_of_any_other_fault(
    slaflow: Slaflow, agreement: Path, tmp_path: Path
) -> None:
    (huge := tmp_path / "huge.yaml").write_bytes(b"#" * (MAX_BYTES + 1))
    for command, finding in (("check", "errors"), ("test", "failures")):
        said = slaflow("workflow", command, huge, "--format", "json")
        assert (said.code, said.err) == (1, "")
        (told,) = said.json[finding] if command == "test" else said.json["files"][0][finding]
        assert "the file has 1,000,001 bytes; an agreement has at most 1 MB" in told.values()
        assert told["line"] == 1
    rows = slaflow("workflow", "check", huge, agreement, "--format", "jsonl").out.splitlines()
    told = map(json.loads, rows)
    assert [row["file"] for row in told if row["severity"] == "error"] == [str(huge)]


def test_what_the_other_files_say_is_not_lost_with_one_that_is_missing(
    slaflow: Slaflow, agreement: Path, tmp_path: Path
) -> None:
    said = slaflow("workflow", "check", "gone.yaml", agreement, "--format", "json")
    gone, sound = said.json["files"]
    assert (said.code, gone["digest"], sound["errors"]) == (3, None, [])
    assert gone["errors"][0]["message"] == "the file cannot be read: no such file or directory"
    assert said.err == "slaflow: gone.yaml: cannot be read: no such file or directory\n"
    page = slaflow("workflow", "check", "gone.yaml", agreement)
    assert (page.code, page.err) == (3, said.err)
    assert f"\n{agreement}: sound" in page.out
    stories = tmp_path / "office-deal.scenario.yaml"
    told = slaflow("workflow", "test", "gone.yaml", stories, "--format", "json")
    assert (told.code, told.json["passed"], told.json["failed"]) == (3, 1, 1)
    assert slaflow("workflow", "test", "gone.yaml", stories).out == "1 scenario passed, 1 failed\n"
    assert slaflow("workflow", "test", "gone.yaml").out == ""


def test_text_that_is_not_utf_8_is_a_fault_of_the_file(slaflow: Slaflow, agreement: Path) -> None:
    stories = agreement.with_name("office-deal.scenario.yaml")
    stories.write_bytes(b"workflow: \xff\n")
    agreement.write_bytes(b"workflow: \xff\n")
    for command, file in (("check", agreement), ("test", stories)):
        said = slaflow("workflow", command, file, "--format", "json")
        assert (said.code, said.err) == (1, "")
        assert "this is not UTF-8; save the file as UTF-8" in said.out


def test_a_stream_without_a_size_is_bounded_too(tmp_path: Path) -> None:
    with pytest.raises(FileTooLarge):
        read_bounded(Path("/dev/zero"))
    exact = tmp_path / "exact.yaml"
    exact.write_bytes(b"#" * MAX_BYTES)
    assert len(read_bounded(exact)) == MAX_BYTES


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_closed_to_us_is_the_environments_fault(slaflow: Slaflow, agreement: Path) -> None:
    agreement.chmod(0)
    assert slaflow("workflow", "check", agreement).code == 3


def test_a_folder_is_no_agreement(slaflow: Slaflow, tmp_path: Path) -> None:
    said = slaflow("workflow", "check", tmp_path)
    assert said.code == 3
    assert "is a directory" in said.err


def test_scenarios_are_told_without_a_database(slaflow: Slaflow, agreement: Path, tmp_path: Path) -> None:
    said = slaflow("workflow", "test", tmp_path, "--format", "json", env=NOWHERE)
    assert said.code == 0
    assert said.json == {"passed": 1, "failed": 0, "failures": []}
    assert slaflow("workflow", "test", tmp_path / "office-deal.scenario.yaml").out == (
        "1 scenario passed, none failed\n"
    )


def test_a_failing_scenario_names_file_line_and_what_was_found(
    slaflow: Slaflow, agreement: Path, tmp_path: Path
) -> None:
    file = tmp_path / "office-deal.scenario.yaml"
    file.write_text(file.read_text().replace("state: mql", "state: won"), encoding="utf-8")
    said = slaflow("workflow", "test", file, "--format", "json")
    assert said.code == 1
    (failure,) = said.json["failures"]
    assert set(failure) >= {"scenario", "step", "line", "expected", "found"}
    assert (failure["scenario"], failure["step"]) == ("a demo hands the lead over", 2)
    page = slaflow("workflow", "test", file)
    assert page.code == 1
    assert f"{file}:{failure['line']}: failed" in page.out
    assert "mql" in page.out


def test_a_folder_without_scenarios_is_said(slaflow: Slaflow, tmp_path: Path) -> None:
    said = slaflow("workflow", "test", tmp_path)
    assert said.code == 3
    assert "*.scenario.yaml" in said.err


def test_the_lifecycle_is_drawn_in_either_language(slaflow: Slaflow, agreement: Path) -> None:
    assert slaflow("workflow", "graph", agreement).out.startswith("stateDiagram-v2")
    assert slaflow("workflow", "graph", agreement, "--type", "dot", env=NOWHERE).out.startswith("digraph")


def test_a_broken_agreement_is_not_drawn(slaflow: Slaflow, tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text("workflow: broken\n", encoding="utf-8")
    said = slaflow("workflow", "graph", broken)
    assert (said.code, said.out) == (1, "")
    assert f"{broken}:" in said.err


def test_the_schema_for_editors_needs_nothing(slaflow: Slaflow) -> None:
    schema = slaflow("workflow", "schema", env=NOWHERE).json
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert "targets" in schema["properties"]


@everywhere
def test_versions_are_activated_listed_and_shown_as_their_very_text(
    slaflow: Slaflow, agreement: Path, database_url: str
) -> None:
    db = ("--db", database_url)
    first = slaflow(
        *db, "workflow", "activate", agreement, "--at", "2026-03-01T08:00:00Z", "--format", "json"
    )
    assert first.json["workflow"] == "office-deal"
    assert first.json["activated_at"] == "2026-03-01T08:00:00Z"
    agreement.write_text(AGREEMENT + "# changed\n", encoding="utf-8")
    second = slaflow(
        *db, "workflow", "activate", agreement, "--at", "2026-03-02T08:00:00Z", "--format", "json"
    )
    listed = slaflow(*db, "workflow", "list", "--format", "json").json
    assert [row["digest"] for row in listed] == [first.json["digest"], second.json["digest"]]
    assert [row["active"] for row in listed] == [False, True]
    assert slaflow(*db, "workflow", "show", "office-deal").out == AGREEMENT + "# changed\n"
    shown = slaflow(*db, "workflow", "show", "office-deal", "--format", "json").json
    assert shown["digest"] == second.json["digest"]


def test_an_unknown_agreement_is_answered_with_the_nearest(office: Slaflow) -> None:
    said = office("workflow", "show", "ofice-deal")
    assert said.code == 1
    assert 'did you mean "office-deal"?' in said.err


def test_what_would_not_be_put_in_force_ends_in_1_before_and_then(slaflow: Slaflow, agreement: Path) -> None:
    slaflow("db", "upgrade")
    agreement.write_text(AGREEMENT + "signatures: [sales]\n", encoding="utf-8")
    activate = ("workflow", "activate", agreement, "--at", "2026-03-01T08:00:00Z")
    asked = slaflow(*activate, "--dry-run", "--format", "json")
    assert (asked.code, asked.json["missing"]) == (1, ["sales"])
    assert slaflow(*activate, "--format", "json").json["refused"]["because"]
    slaflow("workflow", "sign", agreement, "--as", "sales", "--at", "2026-03-01T07:00:00Z")
    assert slaflow(*activate, "--dry-run").code == 0
    done = slaflow(*activate)
    assert "is active from Sun 2026-03-01 09:00 (Europe/Stockholm) on" in done.out
    shown = slaflow("workflow", "show", done.out.split()[0])
    assert "signed for sales at Sun 2026-03-01 08:00\n" in shown.err


LYING = """
workflow: lying
timezone: Europe/Stockholm
parties: [marketing, sales]
lead: {identity: [email], fields: {email: email}}
activities: {letter: {by: marketing}}
states: {new: {held_by: marketing, initial: true}, won: {final: true}}
transitions: [{trigger: win, from: new, to: won, by: sales}]
targets: {warm: {owed_by: marketing, start: {enter: new}, meet: {activity: letter}, within: 2d}}
"""


def test_a_lead_that_may_be_left_lying_is_warned_of_with_the_way_there(
    slaflow: Slaflow, tmp_path: Path
) -> None:
    (file := tmp_path / "lying.yaml").write_text(LYING)
    said = slaflow("workflow", "check", file)
    assert said.code == 0
    assert f"{file}:7:10: warning: a lead may be left lying in new" in said.out
    assert "a lead comes in, in new; letter is recorded" in said.out


def test_the_way_there_is_a_scenario_that_runs(slaflow: Slaflow, tmp_path: Path) -> None:
    (file := tmp_path / "lying.yaml").write_text(LYING)
    (told,) = slaflow("workflow", "check", file, "--format", "json").json["files"]
    proof = next(each for each in told["proofs"] if each["claim"] == "no limbo in new")
    assert (proof["holds"], proof["counterexample"]["confirmed"]) == (False, True)
    (stories := tmp_path / "lying.scenario.yaml").write_text(proof["counterexample"]["scenario"])
    assert slaflow("workflow", "test", stories).out == "1 scenario passed, none failed\n"


def test_strict_takes_warnings_for_errors(slaflow: Slaflow, tmp_path: Path) -> None:
    (file := tmp_path / "lying.yaml").write_text(LYING)
    said = slaflow("workflow", "check", file, "--strict", "--format", "json")
    (told,) = said.json["files"]
    assert (said.code, told["warnings"]) == (1, [])
    assert any("left lying in new" in each["message"] for each in told["errors"])
    file.write_text(
        LYING.replace("initial: true", "initial: true, rest: true").replace("2d", "2d, repeat: true")
    )
    assert slaflow("workflow", "check", file, "--strict").code == 0
