"""What every table of slaflow.toml is, and those that name secrets."""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from slaflow.settings.secret import SecretPlace
from slaflow.settings.written import File


class Table(BaseModel):
    """A table of slaflow.toml; a key that it does not know is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Secret(Table):
    """A table that names secrets: ``KEY_env`` or ``KEY_file``."""

    needs: ClassVar[tuple[str, ...]] = ()
    """Secrets of which it has to name one."""

    @property
    def lacking(self) -> tuple[str, ...]:
        """The secrets of which one has to be named and none is."""
        named = any(getattr(self, f"{key}_env") or getattr(self, f"{key}_file") for key in self.needs)
        return () if named else self.needs

    def place(self, where: str, key: str) -> SecretPlace | None:
        """Where the secret *key* of the table *where* is kept; None where none is named."""
        env: tuple[str, ...] | None = getattr(self, f"{key}_env")
        file: File | None = getattr(self, f"{key}_file")
        return SecretPlace(f"[{where}] {key}", env or (), file) if env or file else None
