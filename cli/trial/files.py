"""Scenario files: found, read, and told; what came of each with the texts it was told by."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ..files import FileUnreadable, Unread, read_bounded

if TYPE_CHECKING:
    from slaflow.trial.report import TrialReport

SCENARIO_FILES = ("*.scenario.yaml", "*.scenario.yml")


@dataclass(frozen=True, slots=True)
class Trial:
    """One scenario file and what came of it; ``unread`` says why it could not even be read.

    ``texts`` are the bytes that were read, of it and of its workflow; None for what could not be.
    """

    file: Path | str
    report: TrialReport
    unread: Unread | None = None
    texts: dict[Path, bytes | None] = field(default_factory=dict)
    workflow: Path | None = None


def scenario_files(paths: Sequence[Path]) -> list[Path | Unread]:
    """Every scenario file that is named or stands below a folder, each once."""
    found: dict[str, Path | Unread] = {}
    for path in paths:
        for file in _below(path):
            found.setdefault(os.path.realpath(path_of(file)), file)
    return list(found.values())


def path_of(file: Path | Unread) -> Path:
    return Path(file.path) if isinstance(file, Unread) else file


def _below(path: Path) -> Iterator[Path | Unread]:
    if not path.is_dir():
        yield path
        return
    found = sorted(file for pattern in SCENARIO_FILES for file in path.rglob(pattern))
    yield from found
    if not found:
        yield FileUnreadable(path, f"no {SCENARIO_FILES[0]} in this folder; name a scenario file")


def tried(file: Path | Unread) -> Trial:
    """What comes of one file's scenarios."""
    from time import perf_counter

    from slaflow.trial.report import TrialReport, untold
    from slaflow.trial.run import run_scenarios

    if isinstance(file, Unread):
        report = TrialReport(0, 1, (untold(f"the file {file.reason}"),))
        return Trial(file.path, report, file, {Path(file.path): None})
    texts: dict[Path, bytes | None] = {}

    def read(path: Path) -> bytes:
        texts[path] = None
        texts[path] = text = read_bounded(path)
        return text

    try:
        text = read(file)
    except Unread as error:
        return tried(error)
    report = run_scenarios(text, str(file), lambda name: read(file.parent / name), perf_counter)
    return Trial(file, report, None, texts, next((path for path in texts if path != file), None))
