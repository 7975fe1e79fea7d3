"""Every table slaflow keeps, as its migrations leave them; ``REVISIONS`` names those, oldest first."""

from __future__ import annotations

from slaflow.store.tables import (
    access,
    commitments,
    deliveries,
    erasure,
    figures,
    imports,
    jobs,
    leads,
    links,
    log,
    outbox,
    passages,
    people,
    touches,
    workflows,
)
from slaflow.store.tables.metadata import REVISIONS, belongs_to, metadata, tell_dialects

__all__ = ["REVISIONS", "belongs_to", "metadata"]

ROOMS = (
    access, commitments, deliveries, erasure, figures, imports, jobs, leads, links, log, outbox, passages,
    people, touches, workflows,
)  # fmt: skip
"""The modules by which every table is known to the metadata."""

tell_dialects()
