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
    """The log is not what was written. ``expected`` and ``found`` are hashes where hashes differ.

    ``stream`` is None where the log as a whole is not the one that was signed.
    """

    code = "log_tampered"
    exit_code = REFUSED

    def __init__(
        self,
        entry_id: int | None,
        stream: str | None,
        seq: int | None,
        reason: str,
        expected: str = "",
        found: str = "",
    ) -> None:
        self.entry_id = entry_id
        self.stream = stream
        self.seq = seq
        self.reason = reason
        self.expected = expected
        self.found = found
        place = f"stream {stream}" if seq is None else f"stream {stream}, entry {seq}"
        where = "" if stream is None else f"{place}: "
        hashes = f" (expected {expected}, found {found})" if expected or found else ""
        super().__init__(f"the log was changed: {where}{reason}{hashes}")


class VerificationImpossible(SlaflowError):
    """Whether the log was changed could not be found out."""

    code = "verification_impossible"
    exit_code = ENVIRONMENT

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"the log could not be verified: {reason}")


class ProofInvalid(SlaflowError):
    """A proof does not prove what it says: it, or the entry in it, was changed."""

    code = "proof_invalid"
    exit_code = REFUSED

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"the proof does not hold: {reason}")


class KeyInvalid(SlaflowError):
    """A text that is no key, or a name no key can have; it never quotes a private key."""

    code = "key_invalid"
    exit_code = ENVIRONMENT

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class NotReplayable(SlaflowError):
    """A lead's log that cannot be decided again; ``reason`` says why. No word on whether it was changed."""

    code = "not_replayable"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"the log cannot be decided again: {reason}")


class RecordChanged(SlaflowError):
    """The log stands, and a row beside it says something else than the log comes to."""

    code = "record_changed"
    exit_code = REFUSED

    def __init__(self, stream: str, reason: str, expected: str, found: str) -> None:
        self.stream = stream
        self.reason = reason
        self.expected = expected
        self.found = found
        values = f" (expected {expected}, found {found})" if expected or found else ""
        super().__init__(f"a record was changed: stream {stream}: {reason}{values}")
