"""slaflow.toml: found, read, every key of it known."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import get_args

from slaflow.errors import ENVIRONMENT, SlaflowError, did_you_mean
from slaflow.workflow.model.parties import ActOn

FILE_NAME = "slaflow.toml"
KNOWN_KEYS = (
    "database", "key", "public_url", "templates", "send", "channels", "recipients", "receivers", "hooks",
    "links", "net", "web",
)  # fmt: skip


ACT_ON: tuple[ActOn, ...] = get_args(ActOn)


class SettingsInvalid(SlaflowError):
    """A slaflow.toml that can't be used; ``findings`` say what is wrong with it, each in a line."""

    code = "settings_invalid"
    exit_code = ENVIRONMENT

    def __init__(self, file: Path, *problems: str) -> None:
        self.file = file
        self.findings = tuple(map(in_one_line, problems))
        super().__init__("\n".join(f"{in_one_line(str(file))}: {problem}" for problem in self.findings))

    @property
    def problem(self) -> str:
        """The first of what is wrong."""
        return self.findings[0]


def in_one_line(text: str) -> str:
    """*text* with what no line can hold written as its number."""
    return "".join(each if each.isprintable() else f"\\u{ord(each):04x}" for each in text)


def find_file(folder: Path) -> Path | None:
    """The nearest slaflow.toml, in *folder* or above it, or None."""
    start = folder.absolute()
    candidates = (level / FILE_NAME for level in (start, *start.parents))
    return next((file for file in candidates if file.is_file()), None)


def checked(file: Path) -> dict[str, object]:
    """What *file* says, every key of it known.

    Raises:
        SettingsInvalid: it can't be read, is not TOML, or holds a key it should not.
    """
    table = parsed(file)
    for problem in unknown_keys(table):
        raise SettingsInvalid(file, problem)
    return table


def unknown_keys(table: Mapping[str, object]) -> list[str]:
    """What is to be said of each key that slaflow.toml does not have."""
    return [f'unknown key "{key[:60]}"{_instead_of(key)}' for key in table if key not in KNOWN_KEYS]


def text(
    file: Path, table: Mapping[str, object], key: str, example: str, what: str = "a path in quotes"
) -> str:
    """What *file* says under *key*; empty where it says nothing. Raises ``SettingsInvalid``."""
    named = table.get(key, "")
    if not isinstance(named, str):
        raise SettingsInvalid(file, f'"{key}" must be {what}, such as "{example}"')
    return named


def act_on(file: Path) -> ActOn:
    """Which leads members act on, as *file* says under ``[web]``. Raises ``SettingsInvalid``."""
    web = parsed(file).get("web")
    said = web.get("act_on", ACT_ON[0]) if isinstance(web, dict) else ACT_ON[0]
    for each in ACT_ON:
        if said == each:
            return each
    raise SettingsInvalid(file, f"[web] act_on must be one of {', '.join(ACT_ON)}, in quotes")


def _instead_of(key: str) -> str:
    return did_you_mean(key[:60], KNOWN_KEYS) or f"; known: {', '.join(KNOWN_KEYS)}"


def parsed(file: Path) -> dict[str, object]:
    """What *file* says, whatever its keys. Raises ``SettingsInvalid``: it can't be read, or is not TOML."""
    # Imported here: most commands find no such file.
    import tomllib

    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except tomllib.TOMLDecodeError as problem:
        raise SettingsInvalid(file, f"not valid TOML: {_lower_first(str(problem))}") from problem
    except UnicodeDecodeError as problem:
        raise SettingsInvalid(file, f"not UTF-8 text (byte {problem.start})") from problem
    except (ValueError, RecursionError) as problem:
        raise SettingsInvalid(file, "a number in it is too long, or its arrays lie too deep") from problem
    except OSError as problem:
        reason = _lower_first(problem.strerror or "unknown fault")
        raise SettingsInvalid(file, f"can't be read: {reason}") from problem


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]
