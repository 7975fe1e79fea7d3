"""The demo: the whole product in one command."""

from __future__ import annotations

from support.commands import Slaflow


def test_the_demo_shows_a_refusal_a_dispute_and_a_candid_figure(slaflow: Slaflow) -> None:
    said = slaflow("demo")
    assert said.code == 0
    assert "qualify refused: nobody has spoken with them since the handoff" in said.out
    assert "disputed by bo@example.com: the breach of respond" in said.out
    assert "upheld by max@example.com: the breach of respond" in said.out
    assert "kept: rule_for_sales, owed by marketing" in said.out
    assert "let go: the lead was moved on before they were due" in said.out
    assert "every hash recomputed" in said.out
