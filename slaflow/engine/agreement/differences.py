"""What one text changes in another, in sentences, by whom it concerns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from slaflow.agreement.changes.change import Effect
from slaflow.agreement.changes.compare import compare
from slaflow.workflow.model.workflow import Workflow


@dataclass(frozen=True, slots=True)
class Said:
    """One change; ``concerns`` are the parties whose duties or rights it is about."""

    sentence: str
    concerns: Sequence[str]
    effect: Effect
    wording: bool


@dataclass(frozen=True, slots=True)
class Chapter:
    """What concerns the same parties; none of them: everybody."""

    parties: tuple[str, ...]
    changes: tuple[Said, ...]


def told(a: Workflow, b: Workflow) -> list[Said]:
    """What *b* changes in *a*."""
    return [Said(each.sentence, each.concerns, each.effect, each.wording) for each in compare(a, b)]


def chapters(changes: Iterable[Said], parties: Iterable[str]) -> list[Chapter]:
    """What changes more than wording, one side's own before what is everybody's."""
    everybody, found = {*parties}, dict[tuple[str, ...], list[Said]]()
    for each in changes:
        if not each.wording:
            concerned = tuple(each.concerns)
            is_all = not concerned or (len(concerned) > 1 and everybody <= {*concerned})
            found.setdefault(() if is_all else concerned, []).append(each)
    order = sorted(found, key=lambda names: (not names, len(names)))
    return [Chapter(names, tuple(found[names])) for names in order]
