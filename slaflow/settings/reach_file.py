"""The tables of slaflow.toml that sending needs, read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from slaflow.settings.file import SettingsInvalid, checked, find_file
from slaflow.settings.reach import Reach


def read_reach(folder: Path | None = None, environment: Mapping[str, str] | None = None) -> Reach:
    """Whom slaflow tells and how; empty where there is no slaflow.toml. Raises ``SettingsInvalid``."""
    file = find_file(folder or Path.cwd())
    if file is None:
        return Reach()
    table = {name: value for name, value in checked(file).items() if name in Reach.model_fields}
    try:
        return Reach.model_validate(table)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise SettingsInvalid(file, f"{where}: {first['msg'].lower()}") from None
