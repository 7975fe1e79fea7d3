"""How values of slaflow.toml are written: durations, names, paths, networks; what is wrong, in one line."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from email.utils import parseaddr
from ipaddress import IPv4Network, IPv6Network, ip_interface, ip_network
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, ValidationInfo

from slaflow.errors import did_you_mean
from slaflow.lifecycle.decision import KINDS
from slaflow.settings.urls import issuer_problem, public_url_problem, url_problem
from slaflow.workflow.document.durations import elapsed

_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]{0,99}", re.ASCII)
_HOST = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.?|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*", re.ASCII)
_DATED = re.compile(r"v3|20[0-9]{2}-(0[1-9]|1[0-2])(-beta)?")
_NUMBERED = re.compile(r"v[0-9]{2,3}\.0")
_LONGEST_SHOWN = 40
_LONGEST_WORDS = 200


def shown(value: object) -> str:
    """*value* as a line can hold it: texts quoted and cut, tables and arrays named."""
    match value:
        case str():
            cut = value if len(value) <= _LONGEST_SHOWN else f"{value[:_LONGEST_SHOWN]}…"
            return f'"{cut}"'
        case bool():
            return str(value).lower()
        case int() | float():
            return str(value) if isinstance(value, float) or abs(value) < 10**20 else "a huge number"
        case Mapping():
            return "a table"
        case list() | tuple():
            return "an array"
    return "a date or time"


def _duration(value: Any) -> Any:
    if isinstance(value, timedelta):
        return value
    if not isinstance(value, str):
        raise ValueError(f'{shown(value)} is no duration; write it in quotes with its unit, such as "30s"')
    return elapsed(value)


def _listed(value: Any) -> Any:
    return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else value


def _path(value: Any, info: ValidationInfo) -> Any:
    """A path, which counts from the folder of slaflow.toml where the context tells that."""
    if isinstance(value, Path):
        return value
    if not isinstance(value, str) or not value.strip():
        raise ValueError("a path in quotes is expected here")
    folder: Path | None = (info.context or {}).get("folder")
    return Path(value) if folder is None else folder / value


def _variables(names: tuple[str, ...]) -> tuple[str, ...]:
    # What stands here may be the secret itself, so it is not shown.
    if not names or not all(map(_VARIABLE.fullmatch, names)):
        raise ValueError(
            "not the name of a variable: capitals, digits and _, such as SLAFLOW_SECRET; the secret itself "
            "stands in that variable"
        )
    return names


def _networks(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        _network(name)
    return names


def _network(name: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(name)
    except ValueError:
        pass
    try:
        meant = ip_interface(name).network
    except ValueError:
        raise ValueError(f'{shown(name)} is no network; write it such as "10.20.0.0/16"') from None
    raise ValueError(f'{shown(name)} is one machine in a network; write "{meant}" for all of it')


def _kinds(names: tuple[str, ...]) -> tuple[str, ...]:
    if not names:
        raise ValueError(f"empty, so nothing would be told; kinds of entries: {', '.join(KINDS)}")
    for name in names:
        if name not in KINDS:
            near = did_you_mean(name, KINDS) or _part_of(name) or f"; known: {', '.join(KINDS)}"
            raise ValueError(f"{shown(name)} is no kind of entry{near}")
    return names


def _part_of(name: str) -> str:
    found = [kind for kind in KINDS if name.lower() in kind.split("_")]
    return f'; did you mean "{found[0]}"?' if found else ""


def _host(name: str) -> str:
    if not _HOST.fullmatch(name):
        raise ValueError(f'{shown(name)} is no host; write its name alone, such as "smtp.example.com"')
    return name


def _words(text: str) -> str:
    if not text.strip() or not text.isprintable() or len(text) > _LONGEST_WORDS:
        raise ValueError(f"{shown(text)} is not one line of 1 to {_LONGEST_WORDS} characters")
    return text.strip()


def _version(form: re.Pattern[str], example: str) -> Callable[[str], str]:
    def check(text: str) -> str:
        if form.fullmatch(text) is None:
            raise ValueError(f'{shown(text)} is no version of its API; one is "{example}"')
        return text

    return check


def _mailbox(text: str) -> str:
    box, at, host = parseaddr(text)[1].rpartition("@")
    if not (box and at and host) or " " in box + host:
        raise ValueError(f'{shown(text)} is no mail address; write "leads@example.com" or "Leads <leads@…>"')
    return text


def _asked(problem: Callable[[str], str | None]) -> Callable[[str], str]:
    def ask(url: str) -> str:
        if (words := problem(url)) is not None:
            raise ValueError(words)
        return url

    return ask


Elapsed = Annotated[timedelta, BeforeValidator(_duration)]
"""``30s``, ``15m``, ``6h`` or ``2d`` of time that passes whether anybody works or not."""
Names = Annotated[tuple[str, ...], BeforeValidator(_listed)]
"""One name, or several of which the first counts most."""
Variables = Annotated[tuple[str, ...], AfterValidator(_variables), BeforeValidator(_listed)]
"""Names of environment variables, of which the first counts most."""
Networks = Annotated[tuple[str, ...], AfterValidator(_networks), BeforeValidator(_listed)]
"""``10.20.0.0/16``, or one address."""
Events = Annotated[tuple[str, ...], AfterValidator(_kinds), BeforeValidator(_listed)]
"""Kinds of log entries."""
File = Annotated[Path, BeforeValidator(_path)]
Host = Annotated[str, AfterValidator(_host)]
Mailbox = Annotated[str, AfterValidator(_mailbox)]
Url = Annotated[str, AfterValidator(_asked(url_problem))]
PublicUrl = Annotated[str, AfterValidator(_asked(public_url_problem))]
Issuer = Annotated[str, AfterValidator(_asked(issuer_problem))]
Words = Annotated[str, AfterValidator(_words)]
"""One line that says something."""
DatedVersion = Annotated[str, AfterValidator(_version(_DATED, "2026-09"))]
"""A version of HubSpot's API: a date, or the last of those that were counted."""
NumberedVersion = Annotated[str, AfterValidator(_version(_NUMBERED, "v61.0"))]
"""A version of Salesforce's API."""
