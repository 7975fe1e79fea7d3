"""Every table slaflow keeps, as its migrations leave them; ``REVISIONS`` names those, oldest first."""

from __future__ import annotations

from slaflow.store.tables import commitments, erasure, imports, leads, log, outbox, people, workflows
from slaflow.store.tables.metadata import belongs_to, metadata

__all__ = ["REVISIONS", "belongs_to", "metadata"]

REVISIONS = ("0001", "0002", "0003", "0004", "0005")
"""Every revision this slaflow knows; the last is the one its tables need."""

ROOMS = (commitments, erasure, imports, leads, log, outbox, people, workflows)
"""The modules by which every table is known to the metadata."""
