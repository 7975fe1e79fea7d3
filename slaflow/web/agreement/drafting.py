"""``/agreement/draft``: a file that may become the agreement, tried before anybody signs."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from hashlib import sha256
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response

from slaflow.engine.agreement import differences, draft, texts
from slaflow.engine.agreement.draft import DraftTooMuch, Found, TooManyDrafts
from slaflow.language import _, marked
from slaflow.web.agreement.activating import confirm, put_in_force
from slaflow.web.agreement.context import agreement_page, in_words, may_sign
from slaflow.web.agreement.signing import signed
from slaflow.web.desk.context import site_of
from slaflow.web.forms import files_of, form_of, holds
from slaflow.web.origin import towards
from slaflow.web.pages import line
from slaflow.web.principal import Asking, Principal, operation
from slaflow.workflow.yaml.read import MAX_BYTES

router = APIRouter()
Form = Annotated[dict[str, str], Depends(form_of)]
LARGEST = 3 * MAX_BYTES
"""A file and its stories, or one as text."""
TOO_LARGE = marked("an agreement has at most 1 MB of text, and its stories as much; nothing was looked at")
LONGEST_NAME = 80


@router.get("/agreement/draft")
@operation("draft")
def ask(request: Request, asking: Asking) -> HTMLResponse:
    """Which file."""
    return agreement_page(request, "agreement/choose.html", 200, asking, because="")


@router.post("/agreement/draft")
@operation("draft")
@holds(LARGEST, TOO_LARGE)
def look(request: Request, asking: Asking, form: Form) -> Response:
    """All that is said of it before anybody signs."""
    files = files_of(request)
    chosen, stories = files.get("draft"), files.get("stories")
    pasted = form.get("pasted", "").replace("\r\n", "\n").encode(errors="replace")
    text = chosen.content if chosen else pasted
    if not text:
        because = _("choose a file, or paste its text; an empty one says nothing")
        return agreement_page(request, "agreement/choose.html", 422, asking, because=because)
    if max(len(text), len(stories.content if stories else b"")) > MAX_BYTES:
        return line(413, _(TOO_LARGE), towards(request, "/"))
    found = _looked_at(request, text, stories.content if stories else None)
    if isinstance(found, Response):
        return found
    name = chosen.name[:LONGEST_NAME] if chosen else _("what was pasted")
    return _found(request, asking, found, text, name)


@router.post("/agreement/draft/sign")
@operation("sign")
@holds(LARGEST, TOO_LARGE)
def sign(request: Request, asking: Asking, form: Form) -> Response:
    """Signs the very text that the page showed."""
    text = _text(form)
    if text is None:
        return _cut(request)
    found = _looked_at(request, text)
    if isinstance(found, Response):
        return found
    if found.workflow is None:
        return _found(request, asking, found, text, _("the draft"))
    return signed(request, asking, text)


@router.post("/agreement/draft/activate")
@operation("activate")
@holds(LARGEST, TOO_LARGE)
def activate(request: Request, asking: Asking, form: Form) -> Response:
    """Asks whether a text that nobody had to sign is to be in force, then puts it."""
    text = _text(form)
    if text is None:
        return _cut(request)
    found = _looked_at(request, text)
    if isinstance(found, Response):
        return found
    if found.workflow is None:
        return _found(request, asking, found, text, _("the draft"))
    if form.get("sure"):
        return put_in_force(request, asking, text, found.digest)
    standing = texts.standing(site_of(request).engine, found.workflow)
    return confirm(request, asking, 200, standing, carried=form["text"])


def _looked_at(request: Request, text: bytes, stories: bytes | None = None) -> Found | Response:
    """What is said of *text*; or the answer, where it is not looked at."""
    try:
        return draft.looked_at(site_of(request).engine, text, stories)
    except (DraftTooMuch, TooManyDrafts) as error:
        status = 422 if isinstance(error, DraftTooMuch) else 503
        return line(status, _(str(error)), towards(request, "/"))


def _found(request: Request, asking: Principal, found: Found, text: bytes, name: str) -> HTMLResponse:
    lines = text.decode(errors="replace").splitlines()
    values = {"found": found, "name": name, "text": None, "of_line": lambda number: _line(lines, number)}
    if found.workflow is None:
        return agreement_page(request, "agreement/draft.html", 422, asking, **values)
    text_of = texts.standing(site_of(request).engine, found.workflow)
    values |= {
        "text": text_of,
        "carried": urlsafe_b64encode(text).decode(),
        "signs": may_sign(asking, text_of),
        "activates": asking.may_ever("activate"),
        "parts": differences.chapters(found.changes or (), found.workflow.parties),
        "wording": [each for each in found.changes or () if each.wording],
        **in_words(request, found.workflow),
    }
    return agreement_page(request, "agreement/draft.html", 200, asking, **values)


def _line(lines: list[str], number: int) -> str:
    return lines[number - 1].strip()[:200] if 0 < number <= len(lines) else ""


def _text(form: dict[str, str]) -> bytes | None:
    """The text that a page carried; None where it is not whole."""
    try:
        text = urlsafe_b64decode(form.get("text", ""))
    except (Error, ValueError):
        return None
    is_whole = text and sha256(text).hexdigest() == form.get("digest") and len(text) <= MAX_BYTES
    return text if is_whole else None


def _cut(request: Request) -> HTMLResponse:
    words = _("the draft did not arrive as it was shown, and nothing was done; choose its file again")
    return line(422, words, towards(request, "/"))
