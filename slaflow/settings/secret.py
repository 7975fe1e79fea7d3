"""Secrets: named in slaflow.toml, kept in the environment or in a file of their own, never printed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from slaflow.errors import ENVIRONMENT, SlaflowError

_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")


class SecretMissing(SlaflowError):
    """A secret that is named and is not there; ``what`` says what for."""

    code = "secret_missing"
    exit_code = ENVIRONMENT

    def __init__(self, what: str, problem: str) -> None:
        self.what = what
        super().__init__(f"{what}: {problem}")


@dataclass(frozen=True, slots=True)
class SecretPlace:
    """Where a secret is kept: in *variables*, of which the first signs and all are accepted, or in *file*.

    ``what`` is what it is for, as it stands in slaflow.toml: ``[channels.mail] password``.
    """

    what: str
    variables: tuple[str, ...] = ()
    file: Path | None = None

    def read(self, environment: Mapping[str, str]) -> tuple[str, ...]:
        """Its values, the one that signs first; line ends around a file's are no part of it.

        Raises:
            SecretMissing: a variable is not set, the file is not there or empty, or it breaks its line.
        """
        if self.file is not None:
            return (self._in_file(self.file),)
        found = {name: environment.get(name, "") for name in self.variables}
        missing = [name for name, value in found.items() if not value]
        if missing:
            they = "the variable {} is" if len(missing) == 1 else "the variables {} are"
            raise SecretMissing(self.what, f"{they.format(', '.join(missing))} not set")
        for name, value in found.items():
            self._check(f"the variable {name}", value)
        return tuple(found.values())

    def _in_file(self, file: Path) -> str:
        try:
            value = file.read_text(encoding="utf-8").strip("\r\n")
        except UnicodeDecodeError as problem:
            raise SecretMissing(self.what, f"{file} is not UTF-8 text") from problem
        except OSError as problem:
            raise SecretMissing(self.what, f"{file} can't be read: {problem.strerror}") from problem
        if not value:
            raise SecretMissing(self.what, f"{file} is empty")
        self._check(str(file), value)
        return value

    def _check(self, where: str, value: str) -> None:
        """What goes into headers and sign-ins is one line; a file with two secrets would be neither."""
        if _CONTROL.search(value):
            raise SecretMissing(self.what, f"{where} holds a line break or another character that none has")
