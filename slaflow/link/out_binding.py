"""A link map held against the agreement, and against the hook map by which the same CRM is heard."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from slaflow.errors import SlaflowError, UnknownName
from slaflow.exchange.errors import FileUnreadable, MapInvalid
from slaflow.exchange.imports.map import Cell, MapDocument
from slaflow.link.out_map import DUE, PLAIN, Find, LinkDocument, Shown, read_link_map
from slaflow.workflow.errors import Finding
from slaflow.workflow.model.workflow import Workflow
from slaflow.workflow.yaml.read import Source
from slaflow.workflow.yaml.tree import Path as Place


@dataclass(frozen=True, slots=True)
class LinkMap:
    """A checked map. ``identity`` is the agreement's field by which a record is found; None: it is not."""

    workflow: Workflow
    document: LinkDocument
    identity: str | None

    @property
    def object(self) -> str:
        return self.document.object

    @property
    def fields(self) -> tuple[str, ...]:
        """Every field of the CRM that is written."""
        return (*self.document.out, *self.document.both)

    @property
    def asks_owners(self) -> bool:
        """Whether a field shows the CRM's id of the owner."""
        return any(each.owner for each in self.document.out.values())


def read_link_file(file: Path, workflow: Workflow) -> LinkMap:
    """The map in *file*. Raises ``FileUnreadable``, and as :func:`bind_link`."""
    try:
        text = file.read_bytes()
    except OSError as error:
        raise FileUnreadable(file, error.strerror or "can't be read") from error
    return bind_link(text, str(file), workflow)


def bind_link(text: str | bytes, filename: str, workflow: Workflow) -> LinkMap:
    """The map in *text* for leads under *workflow*.

    Raises:
        MapInvalid: with everything that is wrong, each with line and column.
    """
    document, source, findings = read_link_map(text)
    binder = _Binder(document, source, findings, workflow)
    identity = binder.identity() if source.root is not None else None
    binder.check()
    if findings:
        raise MapInvalid(findings, filename)
    return LinkMap(workflow, document, identity)


def check_one_way(text: str | bytes, filename: str, workflow: Workflow, hook: MapDocument) -> None:
    """Whether no field goes both ways but those under ``both``, where that CRM is heard by the map *hook*.

    A column is taken for the CRM's field that it ends in: ``properties.phone`` is ``phone``.

    Raises:
        MapInvalid: a field of the CRM, or of the agreement, is in ``out`` and in the hook's map.
    """
    document, source, findings = read_link_map(text)
    heard = {name for name, each in hook.lead.items() if isinstance(each, Cell)}
    told = {each.column.rpartition(".")[2] for each in hook.lead.values() if isinstance(each, Cell)}
    for name, shown in document.out.items():
        words = (
            "which the hook's map reads; a field goes one way: write it under both, or leave it out of one"
        )
        if name in told:
            findings.append(source.finding(("out", name), f"{name} is written, {words}", key=True))
        elif shown.field is not None and shown.field in heard and shown.field not in workflow.identity:
            findings.append(source.finding(("out", name), f"{name} shows {shown.field}, {words}", key=True))
    if findings:
        raise MapInvalid(findings, filename)


class _Binder:
    """Resolves one document's names and collects what is wrong with them."""

    def __init__(
        self, document: LinkDocument, source: Source, findings: list[Finding], workflow: Workflow
    ) -> None:
        self.document, self.source, self.findings, self.workflow = document, source, findings, workflow

    def tell(self, path: Place, message: str | SlaflowError, *, key: bool = False) -> None:
        self.findings.append(self.source.finding(path, str(message), key=key))

    def check(self) -> None:
        for name, shown in self.document.out.items():
            self.shown(("out", name), shown)
            if name in self.document.both:
                self.tell(("both", name), f"{name} stands under out too; keep one", key=True)
        seen: dict[str, str] = {}
        for name, shared in self.document.both.items():
            if self.field(("both", name), shared.field) and shared.field in seen:
                what = f"{shared.field} is shared with {seen[shared.field]} already; it goes one way or both"
                self.tell(("both", name), what)
            seen.setdefault(shared.field, name)
        if self.document.create and self.document.find is None:
            what = "say in find by what a record is known; one of which no answer came would be made twice"
            self.tell(("create",), what)
        for place, name in enumerate(self.document.allow_back):
            if name not in self.document.out:
                self.tell(("allow_back", place), UnknownName("field of out", name, self.document.out))

    def identity(self) -> str | None:
        """Which field of the agreement a record is found by."""
        find = self.document.find
        if find is None:
            return None
        if find.field is not None:
            return find.field if self.field(("find",), find.field) else None
        known = self._alike(find)
        if known is None:
            what = f"say which field of the agreement {find.by} holds, as in {{by: {find.by}, field: NAME}}"
            self.tell(("find",), what)
        return known

    def _alike(self, find: Find) -> str | None:
        """The field that is called as the CRM's, or else the only one that leads are known by."""
        if find.by.lower() in self.workflow.fields:
            return find.by.lower()
        return self.workflow.identity[0] if len(self.workflow.identity) == 1 else None

    def field(self, path: Place, name: str) -> bool:
        if name in self.workflow.fields:
            return True
        self.tell((*path, "field"), UnknownName("field", name, self.workflow.fields))
        return False

    def shown(self, path: Place, shown: Shown) -> None:
        if shown.field is not None:
            self.field(path, shown.field)
        elif shown.source is not None:
            self.source_of(path, shown.source)
        what, known = shown.source, self._values(shown.source)
        if what is not None and known:
            for value in shown.is_ or ():
                if value not in known:
                    self.tell((*path, "is", value), UnknownName(what, value, known), key=True)

    def source_of(self, path: Place, name: str) -> None:
        targets = [each.name for each in self.workflow.targets]
        if name.startswith(DUE):
            target = name.removeprefix(DUE)
            if target not in targets:
                self.tell((*path, "from"), UnknownName("target", target, targets))
        elif name not in PLAIN:
            known = [*PLAIN, *(f"{DUE}{target}" for target in targets)]
            what = str(UnknownName("part of a lead", name, known))
            if name in self.workflow.fields:
                what = f"{name} is a field of the agreement; write {{field: {name}}}"
            self.tell((*path, "from"), what)

    def _values(self, name: str | None) -> Collection[str]:
        """What *name* can be, as far as the agreement says."""
        declared = {
            "state": self.workflow.states, "held_by": self.workflow.parties, "stage": self.workflow.stages,
        }  # fmt: skip
        return tuple(declared.get(name or "", ()))
