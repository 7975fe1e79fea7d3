"""``slaflow workflow test --watch``: scenarios told again whenever a file that they concern is saved."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event
from typing import NamedTuple

import click

from slaflow.errors import ExtraMissing

from ..files import Unread, end_unread, read_bounded
from ..output import tell
from ..session import Session
from ..tick.signals import ended_by
from ..words import clean, counted
from .files import Trial, path_of, scenario_files, tried
from .outcome import Terms, show

LOOK_AGAIN = 500
"""Milliseconds after which a watch that has just begun looks for what was saved before it stood."""


class Round(NamedTuple):
    """What every file comes to now; ``saved`` are those that changed, ``again`` is how many were told."""

    trials: list[Trial]
    saved: tuple[str, ...]
    again: int


def watch_scenarios(session: Session, paths: Sequence[Path], terms: Terms) -> None:
    """Tells all scenarios, then those that a saved file concerns, until SIGINT or SIGTERM.

    Raises:
        ExtraMissing: the library that watches is not installed.
    """
    if session.format == "csv":
        raise click.UsageError(
            "--watch prints a page, or with json and jsonl a line each time; it has no csv"
        )
    try:
        import watchfiles  # noqa: F401
    except ImportError:
        raise ExtraMissing("--watch", "watch") from None
    stop = Event()
    with ended_by(stop.set):
        trials = [tried(file) for file in scenario_files(paths)]
        show(session, trials, terms, goes_on=True)
        end_unread(session, [each.unread for each in trials if each.unread is not None], False)
        session.out.say("slaflow: watching; Ctrl-C ends it")
        for round in _rounds(paths, trials, stop):
            what = ", ".join(round.saved) or "fewer files"
            session.out.say(f"slaflow: {what}: {counted(round.again, 'scenario file')} told again")
            show(session, round.trials, terms, goes_on=True)
            for trial in round.trials:
                if trial.unread is not None:
                    tell(clean(f"slaflow: {trial.unread}"))


def _rounds(paths: Sequence[Path], trials: list[Trial], stop: Event) -> Iterator[Round]:
    """A round for each time that something was saved which *trials* depend on."""
    while not stop.is_set():
        folders = _folders(paths, trials)
        for _ in _wakes(folders, stop):
            round = _told_again(paths, trials)
            if round is not None:
                trials = round.trials
                yield round
            if _folders(paths, trials) != folders:
                break


def _wakes(folders: Sequence[Path], stop: Event) -> Iterator[None]:
    """Something happened in *folders*; once also soon after they are watched."""
    from watchfiles import watch

    has_looked = False
    changes = watch(
        *folders, watch_filter=None, stop_event=stop, rust_timeout=LOOK_AGAIN, yield_on_timeout=True,
        recursive=False, ignore_permission_denied=True,
    )  # fmt: skip
    for change in changes:
        if change or not has_looked:
            has_looked = True
            yield


def _told_again(paths: Sequence[Path], trials: Sequence[Trial]) -> Round | None:
    """Every file's trial, anew where a text it was told by is another now; None where all is as it was."""
    known = {str(trial.file): trial for trial in trials}
    files = scenario_files(paths)
    now, saved, again = [], dict[str, None](), 0
    for file in files:
        trial = known.get(str(path_of(file)))
        others = [path_of(file)] if trial is None else [p for p, t in trial.texts.items() if _text(p) != t]
        if trial is None or others:
            trial = tried(file)
            again += 1
        saved.update(dict.fromkeys(map(str, others)))
        now.append(trial)
    return Round(now, tuple(saved), again) if saved or len(now) != len(trials) else None


def _text(path: Path) -> bytes | None:
    try:
        return read_bounded(path)
    except Unread:
        return None


def _folders(paths: Sequence[Path], trials: Sequence[Trial]) -> list[Path]:
    """The folders in which something saved may concern *trials*; each alone, for below may be anything."""
    found = {_there(path.absolute().parent) for trial in trials for path in trial.texts}
    for path in paths:
        for folder, below, _ in os.walk(path):
            below[:] = [name for name in below if not name.startswith(".") and name != "node_modules"]
            found.add(Path(folder).absolute())
    return sorted(found)


def _there(folder: Path) -> Path:
    """*folder*, or the nearest above it that there is."""
    return folder if folder.is_dir() else _there(folder.parent)
