"""A lead that cannot be decided, as those who run slaflow meet it: said, left out, tried again, healed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import text
from support.commands import AGREEMENT, Said

from slaflow.store.database import Database

ADDED, FELL, NEXT = "2026-03-02T09:00:00Z", "2026-03-20T09:00:00Z", "2026-03-20T09:05:00Z"


def set_digest(url: str, key: str, digest: str) -> None:
    """Points a lead to another workflow text, as a botched restore might."""
    database = Database(url)
    with database.write() as conn:
        conn.execute(
            text("UPDATE lead SET digest = :digest WHERE key = :key"), {"digest": digest, "key": key}
        )
    database.dispose()


def test_the_tick_says_who_was_left_out_and_goes_on(
    type_: Callable[..., Said], database_url: str, tmp_path: Path
) -> None:
    def typed(*words: object) -> Said:
        return type_("--db", database_url, "--format", "json", *words)

    (tmp_path / "office-deal.yaml").write_text(AGREEMENT, encoding="utf-8")
    assert typed("workflow", "activate", "office-deal.yaml", "--at", ADDED).code == 0
    for name in ("kim", "lee"):
        words = ("--set", f"email={name}@example.com", "--as", "marketing", "--at", ADDED)
        added = typed("lead", "add", *words)
        assert added.code == 0
    digest = added.json["digest"]
    set_digest(database_url, "kim@example.com", "0" * 64)

    tick = typed("tick", "--at", FELL)
    assert tick.code == 1
    assert tick.json["breached"] == 1
    assert tick.err.splitlines() == [f'slaflow: lead 1 was left out: unknown workflow version "{"0" * 64}"']
    doctor = typed("doctor")
    assert doctor.code == 1
    (finding,) = [check["detail"] for check in doctor.json["checks"] if not check["ok"]]
    assert finding.startswith("lead 1 could not be settled: unknown workflow version")
    assert typed("log", "verify").code == 0

    set_digest(database_url, "kim@example.com", digest)
    healed = typed("tick", "--at", NEXT)
    assert (healed.code, healed.json["breached"]) == (0, 1)
    assert [check for check in typed("doctor").json["checks"] if not check["ok"]] == []
