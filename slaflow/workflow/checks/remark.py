"""What a check says: where in the file, in which words, and whether it stops the file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from slaflow.workflow.model.clocks import Target
from slaflow.workflow.model.workflow import Workflow
from slaflow.workflow.yaml.tree import Path


class Remark(NamedTuple):
    """An error, or a warning, at *path*; ``key`` blames the key there instead of its value."""

    path: Path
    message: str
    warning: bool = False
    key: bool = False


Check = Callable[[Workflow], Iterator[Remark]]


def path_of(clock: Target) -> Path:
    """Where a target or timer stands in the file."""
    return ("timers" if clock.is_timer else "targets", clock.name)
