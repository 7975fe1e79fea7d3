"""The link goes on by itself: a hook that cannot be applied holds up no other, and the bell ends it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from support.hooking import HOOK, applied, arrived, deliver, minute, reach_to, statuses

from slaflow.engine.app import Engine
from slaflow.engine.tick.worker import Bell
from slaflow.link.worker import rounds, run
from slaflow.settings.reach import Reach


def two_hooks(folder: Path) -> Reach:
    """One whose map has a fault, and one that is in order."""
    reach, bad = reach_to(folder), folder / "bad.yaml"
    bad.write_text("lead: {emial: e}\n", encoding="utf-8")
    faulty = reach.hooks[HOOK].model_copy(update={"map": bad})
    return reach.model_copy(update={"hooks": {"aaa": faulty, **reach.hooks}})


def test_a_faulty_map_is_told_and_the_other_hooks_go_on(app: Engine, tmp_path: Path) -> None:
    reach, bell = two_hooks(tmp_path), Bell()
    deliver(app, arrived("a", minute(1), email="a@example.com"))
    deliver(app, arrived("b", minute(1), email="b@example.com"), hook="aaa")
    with closing(bell):
        going = rounds(app, reach, bell)
        report = next(going)
        assert report.hooks[HOOK].counts == {"applied": 1}
        assert "emial" in report.problems["aaa"]
        # It is left alone for a while, and nothing of it is lost.
        assert "aaa" not in next(going).hooks
        bell.ring()
        assert not list(going)
    assert statuses(app) == {"a": "applied", "b": "waiting"}


def test_one_round_does_all_that_is_due(app: Engine, tmp_path: Path) -> None:
    deliver(app, *(arrived(str(n), minute(n), remote=str(n), email=f"{n}@example.com") for n in range(3)))
    report = run(app, reach_to(tmp_path)).as_json()
    assert report["hooks"][HOOK]["applied"] == 3
    assert (report["receivers"], report["problems"]) == ({}, {})
    assert applied(app, reach_to(tmp_path)).counts == {}
