"""The tables of slaflow.toml that sending needs, read; all that is wrong with them is told at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, get_args

from pydantic import TypeAdapter, ValidationError

from slaflow.settings.agreeing import faults_of_links, faults_of_recipients, faults_of_send
from slaflow.settings.file import SettingsInvalid, find_file, parsed, unknown_keys
from slaflow.settings.reach import Links, Net, Reach, Send, Web, WebhookReceiver, is_one_room
from slaflow.settings.reading import TableReader, kinds_of
from slaflow.settings.table import Table
from slaflow.settings.unsafe import unsafe
from slaflow.settings.written import File, Names, PublicUrl, shown

_URL, _NAMES = TypeAdapter[str](PublicUrl), TypeAdapter[tuple[str, ...]](Names)
_FOLDER = TypeAdapter[Path](File)


def read_reach(folder: Path | None = None) -> Reach:
    """Whom slaflow tells and how; empty where there is no slaflow.toml.

    Relative paths in it count from its own folder. Nothing is looked up: neither secrets nor names.

    Raises:
        SettingsInvalid: every fault in a line of its own, none of which tells a secret or an address.
    """
    file = find_file(folder or Path.cwd())
    if file is None:
        return Reach()
    table = parsed(file)
    reader = TableReader(file.absolute().parent)
    reader.faults += unknown_keys(table)
    found = _read(reader, table)
    if reader.faults:
        raise SettingsInvalid(file, *reader.faults)
    return Reach.model_validate({key: value for key, value in found.items() if value is not None})


def _read(reader: TableReader, table: Mapping[str, Any]) -> dict[str, Any]:
    """What of *table* is of sending, by key."""
    found: dict[str, Any] = {}
    for key, model in {"send": Send, "links": Links, "net": Net, "web": Web}.items():
        found[key] = reader.table(model, table[key], key) if key in table else None
    for key, what in {"channels": "channel", "receivers": "receiver", "hooks": "hook"}.items():
        found[key] = reader.tables(_KINDS[key], table[key], key, what) if key in table else None
    told = found["receivers"] or {}
    found["crms"] = {name: each for name, each in told.items() if not isinstance(each, WebhookReceiver)}
    found["receivers"] = {name: each for name, each in told.items() if isinstance(each, WebhookReceiver)}
    if "public_url" in table:
        found["public_url"] = _public_url(reader, table["public_url"])
    if "templates" in table:
        found["templates"] = _templates(reader, table["templates"])
    if "recipients" in table:
        addressed = [name for name, each in (found.get("channels") or {}).items() if not is_one_room(each)]
        found["recipients"] = _recipients(reader, table["recipients"], table.get("channels"), addressed)
    for key, faults in (("send", faults_of_send), ("links", faults_of_links)):
        for named, words in faults(found[key]) if found[key] is not None else ():
            reader.say(key, named, words)
    return found


_KINDS: dict[str, dict[str, type[Table]]] = {
    key: kinds_of(get_args(Reach.model_fields[key].annotation)[1])
    for key in ("channels", "receivers", "crms", "hooks")
}
# Both kinds of receivers stand in one table.
_KINDS["receivers"] |= _KINDS.pop("crms")


def _public_url(reader: TableReader, value: object) -> str | None:
    if (words := unsafe(value)) is not None:
        reader.say("", "public_url", words)
        return None
    try:
        return _URL.validate_python(value, strict=True)
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        said = problem.get("ctx", {}).get("error")
        reader.say("", "public_url", str(said or f"{shown(value)} is no URL; put it in quotes"))
        return None


def _templates(reader: TableReader, value: object) -> Path | None:
    if (words := unsafe(value)) is not None:
        reader.say("", "templates", words)
        return None
    try:
        return _FOLDER.validate_python(value, context={"folder": reader.folder})
    except ValidationError:
        reader.say("", "templates", f'{shown(value)} is no path; write one in quotes, such as "templates"')
        return None


def _recipients(
    reader: TableReader, value: object, channels: object, addressed: Collection[str]
) -> dict[str, tuple[str, ...]]:
    if not isinstance(value, Mapping):
        reader.say("recipients", None, f"a table is expected here, found {shown(value)}")
        return {}
    found: dict[str, tuple[str, ...]] = {}
    for recipient, named in value.items():
        if (words := unsafe({recipient: named})) is not None:
            reader.say("recipients", recipient, words)
            continue
        try:
            found[recipient] = _NAMES.validate_python(named, strict=True)
        except ValidationError:
            words = 'a channel, or an array of channels, is expected here, such as ["mail", "slack:#desk"]'
            reader.say("recipients", recipient, words)
    known = tuple(channels) if isinstance(channels, Mapping) else ()
    for recipient, words in faults_of_recipients(found, known, addressed):
        reader.say("recipients", recipient, words)
    return found
