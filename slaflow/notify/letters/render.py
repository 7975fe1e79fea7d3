"""Letters put into words: by templates of the user's own, else by the package's.

Of a letter over a channel of some form the first that there is of ``KIND.FORM`` and ``message.FORM`` is
taken, each looked for in ``templates/WORKFLOW/LANG``, ``templates/LANG`` and the package. KIND is the kind of
the message, or ``digest``. ``words.jinja`` holds a language's words, for all forms of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import orjson
from jinja2 import BaseLoader, Template, TemplateError, TemplateNotFound

from slaflow.agreement.document.blocks import capital
from slaflow.agreement.words.values import shown
from slaflow.hours.words import open_time
from slaflow.notify.letters.letter import Letter
from slaflow.notify.letters.sandbox import Sandbox, counting

PACKAGE = files("slaflow.notify.letters") / "templates"
LANGUAGE = "en"
"""What is spoken where nothing else is asked for, or there."""
HTML = "html"
"""The form whose values are escaped."""
JSON = ".json"
"""How forms end that make a JSON object."""
MOST = 64 * 1024
"""Bytes of a template, characters of what comes of one."""
_OURS = re.compile(r"'slaflow[\w.]*\.([A-Z][a-z]+)\w* object'")
"""What Jinja calls a thing of ours, where its template calls it ``lead`` or ``clock``."""
SUFFIXES = (".txt", ".html", ".json", ".jinja")
_FAULTS = (TemplateError, RecursionError, ArithmeticError, LookupError, TypeError, ValueError, AttributeError)


@dataclass(frozen=True, slots=True)
class Broken:
    """A template that could not be used; ``problem`` says where in it and what is wrong."""

    template: str
    problem: str

    def __str__(self) -> str:
        return f"{self.template}: {self.problem}"


class NoJson(TemplateError):
    """A template that is to make JSON, and makes something else."""

    def __init__(self, words: str, template: Template) -> None:
        self.filename = template.filename
        super().__init__(words)


class Pages:
    """The templates of a folder of the user's own, if there is one, before the package's.

    ``broken`` holds those that could not be used so far: the package's were taken instead.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._sandboxes: dict[tuple[str, str, bool], Sandbox] = {}
        self.broken: dict[str, Broken] = {}

    def render(self, letter: Letter, form: str) -> str:
        """*letter* in the words of *form*, such as ``txt`` or ``slack.json``."""
        kind = "digest" if letter.is_digest else letter.message.kind
        names = (f"{kind}.{form}", f"message.{form}")
        if self._folder is not None:
            own = self._own(letter.workflow, letter.reader.language, form == HTML)
            text = self._rendered(own, names, letter)
            if text is not None:
                return text
        text = self._rendered(_package(letter.reader.language, form == HTML), names, letter, is_own=False)
        assert text is not None
        return text

    def faults(self) -> list[Broken]:
        """What of the user's own templates cannot even be read, each with where and what."""
        return [] if self._folder is None else list(_unreadable(self._folder))

    def _own(self, workflow: str, language: str, escapes: bool) -> Sandbox:
        assert self._folder is not None
        key = workflow, language, escapes
        if key not in self._sandboxes:
            places = [self._folder / workflow / language] if workflow else []
            loader = _Folders([*places, self._folder / language], language)
            self._sandboxes[key] = Sandbox(loader, escapes=escapes)
        return self._sandboxes[key]

    def _rendered(
        self, sandbox: Sandbox, names: Sequence[str], letter: Letter, *, is_own: bool = True
    ) -> str | None:
        """None where one of the user's own is broken, or there is nothing of theirs to render."""
        try:
            template = sandbox.select_template(names)
            return _checked(_text(template, letter), template)
        except _FAULTS as fault:
            if not is_own:
                raise
            found = _broken(fault, names[0])
            self.broken[found.template] = found
            return None


def languages() -> list[str]:
    """Those that the package speaks."""
    return sorted(each.name for each in PACKAGE.iterdir() if (each / "words.jinja").is_file())


@lru_cache
def _package(language: str, escapes: bool) -> Sandbox:
    return Sandbox(_Folders([], language), escapes=escapes)


class _Folders(BaseLoader):
    """Templates of folders, first come; then the package's of a language, of all, and English."""

    def __init__(self, folders: Sequence[Path], language: str) -> None:
        self._places: list[Path | Traversable] = [*folders, PACKAGE / language, PACKAGE, PACKAGE / LANGUAGE]

    def get_source(self, environment: Any, template: str) -> tuple[str, str, Any]:
        """The text of *template*, and where it stands. Raises ``TemplateNotFound``."""
        if ".." in template.split("/") or template.startswith("/"):
            raise TemplateNotFound(template)
        for place in self._places:
            file = place / template
            if file.is_file():
                text = file.read_bytes()
                if len(text) > MOST:
                    raise TemplateError(f"{file} has more than {MOST // 1024} KB")
                return text.decode("utf-8"), str(file), lambda: True
        raise TemplateNotFound(template)


def _text(template: Template, letter: Letter) -> str:
    size, parts = 0, []
    for part in template.generate(_seen(letter)):
        size += len(part)
        if size > MOST:
            raise TemplateError(f"it makes more than {MOST // 1024} K characters")
        parts.append(part)
    return "".join(parts)


def _checked(text: str, template: Template) -> str:
    """*text*, which is a JSON object where the template's name says so. Raises ``NoJson``."""
    if (template.name or "").endswith(JSON):
        try:
            found = orjson.loads(text)
        except orjson.JSONDecodeError as fault:
            # Its own words may quote the text, and so a prospect.
            raise NoJson(f"what it makes is no JSON from its line {fault.lineno} on", template) from None
        if not isinstance(found, dict):
            raise NoJson("what it makes is no JSON object", template)
    return text


def _seen(letter: Letter) -> Mapping[str, Any]:
    """What templates see. Times are the reader's."""
    zone = letter.reader.zone

    def local(at: datetime | str) -> datetime:
        return (datetime.fromisoformat(at) if isinstance(at, str) else at).astimezone(zone)

    message = letter.message
    return {
        "letter": letter, "reader": letter.reader, "message": message, "messages": letter.messages,
        "lead": message.lead, "clock": message.clock, "buttons": letter.buttons, "local": local,
        "hours": open_time, "shown": shown, "capital": capital, **counting(),
    }  # fmt: skip


def _broken(fault: Exception, name: str) -> Broken:
    """Where and what, in one line."""
    where: object = getattr(fault, "filename", None) or name
    line: object = getattr(fault, "lineno", None)
    back = fault.__traceback__
    while back is not None:
        # A frame of a template is named after its file, with the template's own lines.
        if back.tb_frame.f_code.co_filename.endswith(SUFFIXES):
            where, line = back.tb_frame.f_code.co_filename, back.tb_lineno
        back = back.tb_next
    said = str(fault) or type(fault).__name__
    words = "it includes itself" if isinstance(fault, RecursionError) else " ".join(said.split())
    words = _OURS.sub(lambda found: found[1].lower(), words)
    return Broken(str(where) if line is None else f"{where}:{line}", words)


def _unreadable(folder: Path) -> Iterator[Broken]:
    for file in sorted(each for each in folder.rglob("*") if each.suffix in SUFFIXES):
        sandbox = Sandbox(_Folders([file.parent], LANGUAGE), escapes=file.suffix == f".{HTML}")
        try:
            sandbox.get_template(file.name)
        except (*_FAULTS, UnicodeDecodeError, OSError) as fault:
            yield _broken(fault, str(file))
