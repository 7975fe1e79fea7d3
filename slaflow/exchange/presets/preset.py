"""What a preset knows: how a system's export is told, and what its columns mean; the data is YAML beside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from slaflow.errors import UnknownName
from slaflow.workflow.yaml.read import read_yaml

FOLDER = files("slaflow.exchange.presets")
MEANINGS = "meanings"
LISTS = ("null", "true", "false", "footer", "formats", "dates", "stages")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a column holds, and what the field that is meant may be called, the likeliest first."""

    name: str
    holds: str
    columns: tuple[str, ...]
    """What the system calls it; of those that a file has the first counts."""
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Preset:
    """One system's export. A file is one if *enough* of *marks* stand in its header as they are written.

    ``null``, ``true``, ``false``, ``footer`` and ``formats`` are what an import map says by these keys;
    of ``formats`` those with slashes have the month first. ``remark`` says in whose time zone ``created_at``
    is. ``dates`` and ``stages`` may tell of events: when something happened, how far somebody has come.
    """

    name: str
    title: str
    marks: tuple[str, ...]
    enough: int
    meanings: tuple[Meaning, ...]
    created_at: tuple[str, ...]
    remark: str
    dates: tuple[str, ...]
    stages: tuple[str, ...]
    null: tuple[str, ...]
    true: tuple[str, ...]
    false: tuple[str, ...]
    footer: tuple[str, ...]
    formats: tuple[str, ...]

    def columns(self) -> tuple[str, ...]:
        """Every column the preset knows, whichever way the system writes it."""
        return tuple(
            dict.fromkeys([*self.marks, *self._meant(), *self.created_at, *self.dates, *self.stages])
        )

    def usual_columns(self) -> tuple[str, ...]:
        """The columns of an export that has everything, each under its first name."""
        first = [meaning.columns[0] for meaning in self.meanings]
        return tuple(dict.fromkeys([*first, self.created_at[0], *self.dates]))

    def made(self, columns: Sequence[str]) -> bool:
        """Whether a file with these *columns* looks like the system's own."""
        return len({*self.marks} & {*columns}) >= self.enough

    def _meant(self) -> Iterator[str]:
        for meaning in self.meanings:
            yield from meaning.columns


@cache
def preset_names() -> tuple[str, ...]:
    """The names of all presets, in order of the alphabet."""
    found = (each.name.removesuffix(".yaml") for each in FOLDER.iterdir() if each.name.endswith(".yaml"))
    return tuple(sorted(name for name in found if name != MEANINGS))


@cache
def preset_named(name: str) -> Preset:
    """The preset *name*. Raises ``UnknownName``, with the nearest one."""
    if name not in preset_names():
        raise UnknownName("preset", name, preset_names())
    said = _data(name)
    meant = _data(MEANINGS)
    meanings = tuple(_meaning(each, meant[each], given) for each, given in said["columns"].items())
    words = {key: tuple(said.get(key, ())) for key in LISTS}
    created = said["created_at"]
    return Preset(
        name, said["title"], tuple(said["marks"]), said.get("enough", 1), meanings,
        tuple(created["columns"]), created["remark"], **words,
    )  # fmt: skip


def _meaning(name: str, meant: Mapping[str, Any], given: Any) -> Meaning:
    """*given* are columns, or a mapping of them and of further names that only this system's field has."""
    own = given if isinstance(given, dict) else {"columns": given, "fields": []}
    return Meaning(name, meant["holds"], tuple(own["columns"]), (*own["fields"], *meant["names"]))


def _data(name: str) -> dict[str, Any]:
    source = read_yaml((FOLDER / f"{name}.yaml").read_bytes())
    assert not source.findings, source.findings
    data: dict[str, Any] = source.data
    return data
