"""``log verify --jobs``: one process or several, the same words."""

from __future__ import annotations

import pytest
from support.commands import Slaflow
from support.hands import hands

from slaflow.engine.log import workers


def test_several_processes_print_what_one_prints(
    handed_over: Slaflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("log", "verify", "--replay", "--format", "json", "--jobs")
    one = handed_over(*words, 1)
    assert (one.code, one.json["ok"], one.json["replayed"]) == (0, True, 1)
    with hands(2) as lent:
        monkeypatch.setattr(workers, "Workers", lent)
        assert handed_over(*words, 2) == one


@pytest.mark.parametrize("number", ["0", "-1", "65", "two"])
def test_a_number_that_is_none_of_processes_is_refused(slaflow: Slaflow, number: str) -> None:
    said = slaflow("log", "verify", "--jobs", number)
    assert (said.code, said.out, said.err.count("\n")) == (2, "", 1)
    assert "'--jobs'" in said.err
