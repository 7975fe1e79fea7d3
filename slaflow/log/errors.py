"""What can go wrong with the log itself."""

from __future__ import annotations

from slaflow.errors import ENVIRONMENT, REFUSED, SlaflowError


class Unsealable(SlaflowError):
    """An entry holds what canonical JSON cannot: a float, an integer beyond 64 bits, broken text."""

    code = "unsealable"
    exit_code = REFUSED

    def __init__(self, kind: str, reason: str) -> None:
        self.kind = kind
        self.reason = reason
        super().__init__(f'an entry "{kind}" cannot be written to the log: {reason}')


class LogTampered(SlaflowError):
    """The log is not what was written. ``expected`` and ``found`` are hashes where hashes differ."""

    code = "log_tampered"
    exit_code = REFUSED

    def __init__(
        self, entry_id: int | None, stream: str, seq: int | None, reason: str, expected: str, found: str
    ) -> None:
        self.entry_id = entry_id
        self.stream = stream
        self.seq = seq
        self.reason = reason
        self.expected = expected
        self.found = found
        where = f"stream {stream}" if seq is None else f"stream {stream}, entry {seq}"
        hashes = f" (expected {expected}, found {found})" if expected or found else ""
        super().__init__(f"the log was changed: {where}: {reason}{hashes}")


class VerificationImpossible(SlaflowError):
    """Whether the log was changed could not be found out."""

    code = "verification_impossible"
    exit_code = ENVIRONMENT

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"the log could not be verified: {reason}")
