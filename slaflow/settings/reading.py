"""A table of slaflow.toml read into its model: every fault in one line, none of which tells a secret."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from slaflow.errors import did_you_mean, nearest
from slaflow.settings.table import Secret, Table
from slaflow.settings.unsafe import SECRET_ENDS, secret_meant, unsafe
from slaflow.settings.written import shown

T = TypeVar("T", bound=Table)
MOST_SHOWN = 60
"""Characters of a key's name that are told."""


class TableReader:
    """Collects what is wrong in ``faults``; *folder* is where relative paths count from."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.faults: list[str] = []

    def table(self, model: type[T], data: object, where: str) -> T | None:
        """*data*, which stands under ``[where]``, as *model*; None where something is wrong with it."""
        if not isinstance(data, Mapping):
            self.say(where, None, f"a table is expected here, found {shown(data)}")
            return None
        before = len(self.faults)
        fields, secrets = known_of(model), secrets_of(model)
        taken = {
            key: value for key, value in data.items() if self._may_stand(key, value, fields, secrets, where)
        }
        for key, info in fields.items():
            if key in taken and (inner := _table_of(info.annotation)) is not None:
                taken[key] = self.table(inner, taken[key], f"{where}.{key}")
        taken = {key: value for key, value in taken.items() if value is not None}
        found = self._validated(model, taken, where, data)
        if found is not None and len(self.faults) == before:
            self._check_secrets(found, where)
        return found if len(self.faults) == before else None

    def tables(self, kinds: Mapping[str, type[T]], data: object, where: str, what: str) -> dict[str, T]:
        """The tables ``[where.NAME]``, each of the kind that it says; *what* such a table is."""
        if not isinstance(data, Mapping):
            self.say(where, None, f"tables such as [{where}.NAME] are expected here, found {shown(data)}")
            return {}
        found: dict[str, T | None] = {}
        for name, inner in data.items():
            place = f"{where}.{quoted(name)}"
            if quoted(name) != name:
                self.say(place, None, f"the name of a {what} has letters, digits, - and _ alone")
            found[name] = self._of_kind(kinds, inner, place, what)
        return {name: table for name, table in found.items() if table is not None}

    def say(self, where: str, key: str | None, words: str) -> None:
        """Notes a fault of *key*, or of all of the table."""
        place = f"[{where}] " if where else ""
        named = f"{place}{key[:MOST_SHOWN]}" if key else place.rstrip()
        self.faults.append(f"{named}: {words}")

    def _of_kind(self, kinds: Mapping[str, type[T]], data: object, where: str, what: str) -> T | None:
        kind = data.get("kind") if isinstance(data, Mapping) else None
        model = kinds.get(kind) if isinstance(kind, str) else None
        if model is not None or not isinstance(data, Mapping):
            return self.table(model or next(iter(kinds.values())), data, where)
        known = f"known: {', '.join(kinds)}"
        if kind is None:
            self.say(where, None, f"kind is missing; {known}")
        else:
            near = did_you_mean(kind[:MOST_SHOWN], kinds) if isinstance(kind, str) else ""
            found = unsafe(kind) or f"{shown(kind)} is no kind of {what}{near or f'; {known}'}"
            self.say(where, "kind", found)
        for key in data:
            if secret_meant(key, ()) is not None:
                self.say(where, key, "a secret does not stand in this file")
        return None

    def _may_stand(
        self, key: str, value: object, fields: Mapping[str, FieldInfo], secrets: tuple[str, ...], where: str
    ) -> bool:
        if key not in fields:
            meant = secret_meant(key, secrets)
            if meant is not None:
                self.say(where, key, _keep_elsewhere((meant,) if meant else ()))
            else:
                near = did_you_mean(key[:MOST_SHOWN], fields) or f"; known here: {', '.join(fields)}"
                self.say(where, None, f'unknown key "{key[:MOST_SHOWN]}"{near}')
            return False
        if (words := unsafe(value)) is not None:
            self.say(where, key, words)
            return False
        return True

    def _validated(
        self, model: type[T], taken: Mapping[str, Any], where: str, whole: Mapping[str, Any]
    ) -> T | None:
        try:
            return model.model_validate(taken, context={"folder": self.folder})
        except ValidationError as error:
            for problem in error.errors(include_url=False):
                self._tell(model, problem, where, whole)
            return None

    def _check_secrets(self, table: Table, where: str) -> None:
        for secret in secrets_of(type(table)):
            if all(getattr(table, f"{secret}{end}") is not None for end in SECRET_ENDS):
                both = f"both {secret}_env and {secret}_file say where it is; leave one out"
                self.say(where, secret, both)
        named = [each for each in table.needs if table.place("", each)] if isinstance(table, Secret) else []
        if len(named) > 1:
            self.say(where, None, f"both {' and '.join(named)} say how to get in; leave one out")
        if isinstance(table, Secret) and table.lacking:
            named = [f"{secret}{end}" for secret in table.lacking for end in SECRET_ENDS]
            one = f"{', '.join(named[:-1])} or {named[-1]}"
            self.say(where, None, f"a secret is needed and none is named; write {one}")

    def _tell(
        self, model: type[Table], problem: Mapping[str, Any], where: str, whole: Mapping[str, Any]
    ) -> None:
        key, fields = str(problem["loc"][0]), known_of(model)
        if problem["type"] != "missing":
            self.say(where, key, _words(key, problem))
            return
        misspelt = any(nearest(each[:MOST_SHOWN], [key]) for each in whole if each not in fields)
        if key not in whole and not misspelt:
            about = fields[key].description
            self.say(where, None, f"{key} is missing{f': {about}' if about else ''}")


def known_of(model: type[Table]) -> dict[str, FieldInfo]:
    """What may stand in a table of this kind, by key."""
    return {info.alias or name: info for name, info in model.model_fields.items()}


def secrets_of(model: type[Table]) -> tuple[str, ...]:
    """The names of the secrets that a table of this kind names."""
    env = SECRET_ENDS[0]
    return tuple(name.removesuffix(env) for name in model.model_fields if name.endswith(env))


def kinds_of(annotation: Any) -> dict[str, type[Any]]:
    """The models of a union of tables, by their ``kind``."""
    if isinstance(annotation, type) and issubclass(annotation, Table):
        return {get_args(annotation.model_fields["kind"].annotation)[0]: annotation}
    return {kind: model for inner in get_args(annotation) for kind, model in kinds_of(inner).items()}


def _table_of(annotation: Any) -> type[Table] | None:
    """The table that stands under a key, also where it may be left out."""
    kinds = [each for each in (annotation, *get_args(annotation)) if isinstance(each, type)]
    return next((each for each in kinds if issubclass(each, Table)), None)


def quoted(name: str) -> str:
    """*name* as it stands in the head of a table."""
    is_bare = name.isascii() and name.replace("-", "").replace("_", "").isalnum()
    return name if is_bare and len(name) <= MOST_SHOWN else f'"{name[:MOST_SHOWN]}"'


def _keep_elsewhere(secrets: tuple[str, ...]) -> str:
    if not secrets:
        return "a secret does not stand in this file, and none belongs here"
    (secret,) = secrets
    return (
        f"a secret does not stand in this file; write {secret}_env and the name of its variable, or "
        f"{secret}_file and the path of its file"
    )


def _words(key: str, problem: Mapping[str, Any]) -> str:
    """What is wrong with a value; one that tells where a secret is may be the secret, and is not shown."""
    context = problem.get("ctx") or {}
    found = "what stands here" if key.endswith(SECRET_ENDS) else shown(problem.get("input"))
    match problem["type"]:
        case "value_error":
            return str(context["error"])
        case "string_type":
            return f"{found} is not text; put it in quotes"
        case "int_type" | "int_from_float":
            return f"{found} is not a whole number"
        case "bool_type":
            return f"{found} is neither true nor false"
        case "tuple_type":
            return f"a text or an array of texts is expected here, found {found}"
        case "literal_error":
            known = [each.strip("'") for each in context["expected"].replace(" or ", ", ").split(", ")]
            value = problem.get("input")
            near = did_you_mean(value, known) if isinstance(value, str) else ""
            return f"{found} is not one of {', '.join(known)}{near}"
        case "greater_than_equal":
            return f"{found} is less than {context['ge']}"
        case "less_than_equal":
            return f"{found} is more than {context['le']}"
        case _:
            return f"{found} cannot stand here"
