"""slaflow enforces the agreement between marketing and sales."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from slaflow.engine.app import Engine
    from slaflow.errors import SlaflowError
    from slaflow.hours import Calendar
    from slaflow.workflow.errors import WorkflowError
    from slaflow.workflow.load import Workflow

__all__ = ["Calendar", "Engine", "SlaflowError", "Workflow", "WorkflowError"]

_HOMES = {
    "Calendar": "slaflow.hours",
    "Engine": "slaflow.engine.app",
    "SlaflowError": "slaflow.errors",
    "Workflow": "slaflow.workflow.load",
    "WorkflowError": "slaflow.workflow.errors",
}


def __getattr__(name: str) -> Any:
    """A public name, imported when first asked for: 'slaflow --help' needs no database."""
    if name not in _HOMES:
        raise AttributeError(f"module 'slaflow' has no attribute '{name}'")
    return getattr(import_module(_HOMES[name]), name)
