"""Templates set as pages; every value in them is escaped, and none may be missing."""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse

from slaflow.agreement.document.blocks import capital, sentence
from slaflow.agreement.words.naming import plain, role
from slaflow.engine.desk.consequences import local
from slaflow.hours.words import open_time
from slaflow.language import _, ngettext, spoken
from slaflow.web.inputs import bounds, choices, hint, kind, number, preset, signed, standing


@cache
def _environment() -> Environment:
    found = Environment(
        loader=PackageLoader("slaflow.web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.install_gettext_callables(_, ngettext, newstyle=True)  # type: ignore[attr-defined]
    found.filters |= {
        "sentence": sentence, "capital": capital, "local": local, "lower_first": _lower_first, "plain": plain,
        "points": number, "open_time": open_time, "signed": signed, "role": role,
    }  # fmt: skip
    found.globals |= {
        "choices": choices, "kind": kind, "hint": hint, "preset": preset, "bounds": bounds,
        "standing": standing, "spoken": spoken,
    }  # fmt: skip
    return found


def _lower_first(words: str) -> str:
    return words[:1].lower() + words[1:]


def page(template: str, status: int, **values: Any) -> HTMLResponse:
    """The page that *template* makes of *values*."""
    text = _environment().get_template(template).render(**values)
    return HTMLResponse(text, status)


def line(status: int, words: str, root: str = "../") -> HTMLResponse:
    """A page of one clear line; *root* is the way from there to the site's own files."""
    return page("line.html", status, words=words, root=root)
