"""Finds what pages say and puts it at its place in every catalogue: ``python docs/words.py``, ``make words``.

What is new has no translation yet, what nobody says any more is dropped; the test of the catalogues tells
which are still to be translated.
"""

from __future__ import annotations

import re
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[1]
LOCALE = ROOT / "slaflow" / "locale"
WHERE = [("web/templates/**.html", "jinja2"), ("**.py", "python")]
TEMPLATES = {"trim_blocks": "true", "lstrip_blocks": "true", "newstyle_gettext": "true", "silent": "false"}
SAYS = {"_": None, "gettext": None, "ngettext": (1, 2), "marked": None, "UnknownName": None}
HEAD = re.compile(
    r'^"(POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team|Generated-By|Report-Msgid-Bugs-To'
    r'|Project-Id-Version): [^\n]*\n', re.MULTILINE,
)  # fmt: skip
Id = str | tuple[str, ...]


@cache
def found() -> tuple[Id, ...]:
    """All that pages say, in the order of the files, each once."""
    seen: dict[Id, None] = {}
    options = {"web/templates/**.html": TEMPLATES}
    for _file, _line, said, _comments, _context in extract_from_dir(
        ROOT / "slaflow", WHERE, options, keywords=SAYS
    ):
        seen.setdefault(said, None)
    return tuple(seen)


def renewed(catalogue: bytes, language: str) -> bytes:
    """*catalogue* with all that is said, in its order, as far as it is translated."""
    known = read_po(BytesIO(catalogue), locale=language)
    made = Catalog(locale=language, header_comment=known.header_comment, fuzzy=False)
    for said in found():
        old = known.get(said if isinstance(said, str) else said[0])
        made.add(said, None if old is None else old.string)
    out = BytesIO()
    write_po(out, made, width=0, no_location=True)
    return HEAD.sub("", out.getvalue().decode()).encode()


def main() -> None:
    for file in sorted(LOCALE.glob("*/slaflow.po")):
        file.write_bytes(renewed(file.read_bytes(), file.parent.name))


if __name__ == "__main__":
    main()
