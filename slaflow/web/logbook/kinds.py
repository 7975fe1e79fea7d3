"""The kinds of jobs that pages offer and ``serve`` does; a new kind is one more here."""

from __future__ import annotations

from slaflow.engine.jobs.kinds import kinds
from slaflow.engine.jobs.proving import PROVE
from slaflow.engine.jobs.verifying import VERIFY
from slaflow.exchange.exports.job import EXPORT

KINDS = kinds((VERIFY, PROVE, EXPORT))
