"""``slaflow workflow migrate``: what people and scripts see of it."""

from __future__ import annotations

from pathlib import Path

from support.commands import AGREEMENT, Slaflow

NOON = "2026-03-06T12:00:00Z"


def test_a_migration_is_planned_shown_and_carried_out(
    slaflow: Slaflow, agreement: Path, tmp_path: Path
) -> None:
    slaflow("db", "upgrade")
    slaflow("workflow", "activate", agreement, "--at", "2026-03-02T08:00:00Z")
    name = slaflow("workflow", "list", "--format", "json").json[0]["workflow"]
    said = slaflow(
        "lead", "add", "--as", "marketing", "--set", "email=kim@example.com", "--at", "2026-03-06T09:00:00Z"
    )
    assert said.code == 0, said.err
    agreement.write_text(AGREEMENT + "\n# another text\n", encoding="utf-8")
    slaflow("workflow", "activate", agreement, "--at", "2026-03-06T10:00:00Z")
    plan = tmp_path / "plan.json"
    shown = slaflow("workflow", "migrate", name, "--at", NOON, "--dry-run", "--plan", plan)
    assert "1 lead would move to version" in shown.out
    assert f"carry it out with --plan {plan}" in shown.out
    told = slaflow("workflow", "migrate", name, "--at", NOON, "--dry-run", "--format", "json").json
    assert (told["migrated"], told["leads"], told["at"]) == (1, [], NOON)
    both = slaflow("workflow", "migrate", name, "--plan", plan, "--grace", "4h")
    assert (both.code, "a plan holds its own" in both.err) == (2, True)
    assert slaflow("workflow", "migrate", name, "--plan", agreement).code == 1
    done = slaflow("workflow", "migrate", name, "--plan", plan, "--format", "json")
    assert {**told, "leads": None} == {**done.json, "leads": None}
    assert slaflow("workflow", "migrate", name, "--map", "a").code == 2
    assert slaflow("workflow", "migrate", name, "--plan", tmp_path / "none").code == 3
