"""``slaflow lead explain LEAD owner``, as the people of an agreement read it."""

from __future__ import annotations

from support.commands import Slaflow


def test_why_it_is_whose_it_is_fits_a_terminal(handed_over: Slaflow) -> None:
    said = handed_over("lead", "explain", "1", "owner", "--at", "2026-03-06T15:00:00+01:00")
    assert said.code == 0
    assert "lead 1" in said.out.splitlines()[0]
    assert max(map(len, said.out.splitlines())) <= 80
    told = handed_over("lead", "explain", "1", "owner", "--format", "json").json
    assert " ".join(said.out.split()) == " ".join(" ".join(told["plain"]).split())
