"""A draft of an agreement, and all that is said of it before anybody signs; looked at within bounds.

Whoever may try drafts may try one that was made to blow up: a process of its own reads it, with so much time
and memory and no more, and two at once.
"""

from __future__ import annotations

import json
import subprocess
import sys
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from threading import BoundedSemaphore
from typing import Any

from slaflow.engine.agreement import looking
from slaflow.engine.agreement.differences import Said
from slaflow.engine.context import Context
from slaflow.errors import SlaflowError
from slaflow.language import _, spoken
from slaflow.store.database import Connection
from slaflow.store.rows import outdated
from slaflow.store.rows import workflows as store
from slaflow.workflow.encoding import decoded
from slaflow.workflow.errors import Finding
from slaflow.workflow.model.workflow import Workflow

AT_ONCE = 2
WAITING_SECONDS = 20
PATIENCE_SECONDS = looking.SECONDS + 10
MOST_KNOWN = 16
_KNOWN: dict[bytes, dict[str, Any]] = {}
_TURNS = BoundedSemaphore(AT_ONCE)


class DraftTooMuch(SlaflowError):
    """A draft that takes more time or memory than it is given."""

    code = "draft_too_much"

    def __init__(self) -> None:
        super().__init__(
            _(
                "this draft is more work than is done for one ({seconds} seconds, {megabytes} MB); make "
                "it smaller, or look at it with 'slaflow workflow check'"
            ).format(seconds=looking.SECONDS, megabytes=looking.MEMORY >> 20)
        )


class TooManyDrafts(SlaflowError):
    """Others have drafts looked at, and none of them was done in time."""

    code = "too_many_drafts"

    def __init__(self) -> None:
        super().__init__(_("others are trying drafts at this moment; try again in a minute"))


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of its stories; a failure has ``scenario``, ``step``, ``line``, ``expected``, ``found``."""

    passed: int
    failed: int
    failures: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Found:
    """``workflow`` None: it has ``errors``. ``changes`` None: nothing of that name is in force. ``moving``:
    how many open leads are in which state of versions before; ``lost`` those of them whose state it lacks.
    """

    digest: str
    errors: Sequence[Finding]
    warnings: Sequence[Finding]
    workflow: Workflow | None
    changes: Sequence[Said] | None
    trial: Trial | None
    in_force: Workflow | None = None
    moving: Mapping[str, int] | None = None

    @property
    def lost(self) -> dict[str, int]:
        states = self.workflow.states if self.workflow else {}
        return {name: number for name, number in (self.moving or {}).items() if name not in states}


def looked_at(app: Context, text: bytes, stories: bytes | None = None) -> Found:
    """All there is to say of the draft *text*.

    Raises:
        DraftTooMuch: it was more work than is done for a draft; nothing of it is known.
        TooManyDrafts.
    """
    with app.database.read() as conn:
        active = store.all_active(conn)
    against = {name: {"source": each.source, "holidays": each.holidays} for name, each in active.items()}
    told = _told(
        text, stories, {"against": against, "day": app.now().date().isoformat(), "language": spoken()}
    )
    workflow = None if told["workflow"] is None else decoded(b64decode(told["workflow"]), text.decode())
    old = active.get(workflow.name) if workflow is not None else None
    with app.database.read() as conn:
        moving = None if workflow is None or old is None else moving_to(app, conn, workflow)
    return Found(
        told["digest"], [looking.finding(each) for each in told["errors"]],
        [looking.finding(each) for each in told["warnings"]], workflow,
        None if told["changes"] is None else [Said(**each) for each in told["changes"]],
        None if told["trial"] is None else Trial(**told["trial"]),
        None if old is None else app.remember(old), moving,
    )  # fmt: skip


def moving_to(app: Context, conn: Connection, workflow: Workflow) -> dict[str, int]:
    """How many leads of other versions of that name would move to *workflow*, by the state they are in."""
    finals = {
        digest: tuple(name for name, state in app.workflow(digest).states.items() if state.final)
        for digest in outdated.digests(conn, workflow.name)
        if digest != workflow.digest
    }
    found: dict[str, int] = {}
    for (_digest, state), number in sorted(outdated.states(conn, workflow.name, finals).items()):
        found[state] = found.get(state, 0) + number
    return found


def _told(text: bytes, stories: bytes | None, beside: Mapping[str, Any]) -> dict[str, Any]:
    """What there is to say; of the same text beside the same once, but for its stories: who signs has just
    looked at it."""
    key = sha256(json.dumps(beside).encode() + text).digest()
    if stories is None and (known := _KNOWN.get(key)) is not None:
        return known
    told = _asked({
        "text": b64encode(text).decode(), "stories": None if stories is None else b64encode(stories).decode(),
        **beside,
    })  # fmt: skip
    while len(_KNOWN) >= MOST_KNOWN:
        _KNOWN.pop(next(iter(_KNOWN)), None)
    _KNOWN[key] = {**told, "trial": None}
    return told


def _asked(asked: Mapping[str, Any]) -> dict[str, Any]:
    if not _TURNS.acquire(timeout=WAITING_SECONDS):
        raise TooManyDrafts
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", looking.__name__], input=json.dumps(asked).encode(),
            capture_output=True, timeout=PATIENCE_SECONDS, check=True,
        )  # fmt: skip
        found: dict[str, Any] = json.loads(done.stdout)
    except (subprocess.SubprocessError, ValueError):
        raise DraftTooMuch from None
    finally:
        _TURNS.release()
    return found
