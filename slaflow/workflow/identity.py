"""Who is who: the one form in which identities and addresses are compared, and what may not stand in them.

Compared is in Unicode's composed form (NFC) without space around; e-mail addresses and people's keys also
without regard to case. The form is for comparing: values are kept as they were written. Both are
functions of the text alone, the same under every Python and on both databases (rules.md, 31.1 to 31.3).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from slaflow.errors import USAGE, SlaflowError
from slaflow.language import _, put
from slaflow.workflow.model.lead import Value
from slaflow.workflow.model.workflow import Workflow
from slaflow.workflow.spelling import folded as folded
from slaflow.workflow.spelling import normal as normal

UNSEEN = re.compile(
    "[\0-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U00013430-\U0001343f"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""Characters nobody sees: controls, joiners, marks of direction, fillers, selectors, tags.

Those that Unicode says a reader may ignore (Default_Ignorable_Code_Point), and what controls, directs,
separates or annotates text. Spelled out, because :mod:`unicodedata` differs between versions of Python and a
log is decided again under any.
"""


class UnseenCharacter(SlaflowError):
    """An address that looks like another one and is not."""

    code = "unseen_character"
    exit_code = USAGE

    def __init__(self, what: str, text: str) -> None:
        super().__init__(
            put('{what} "{text}" {problem}', what=_(what), text=shown(text), problem=unseen(text))
        )


def identity_key(workflow: Workflow, fields: Mapping[str, Value]) -> str | None:
    """What two records of one lead have in common: the identity fields' values as they are compared.

    Several are joined by ``|``, which a backslash marks inside a value. None where one is not set or empty.
    """
    words: list[str] = []
    for name in workflow.identity:
        words.append(compared(workflow, name, fields.get(name)))
    return joined(words) if words and all(words) else None


def compared(workflow: Workflow, name: str, value: Value | None) -> str:
    """*value* of the field *name* as it is compared; empty where it is not set."""
    text = "" if value is None else plain(value)
    return folded(text) if workflow.fields[name].type == "email" else normal(text)


def earlier_key(workflow: Workflow, fields: Mapping[str, Value]) -> str:
    """The identity as versions up to 0.1 compared it, by which what they imported is known."""
    values = [(workflow.fields[name].type, plain(fields.get(name))) for name in workflow.identity]
    return joined([text.lower() if type_ == "email" else text for type_, text in values])


def joined(words: list[str]) -> str:
    """The parts of an identity as one text, which tells them apart again."""
    if len(words) == 1:
        return words[0]
    return "|".join(word.replace("\\", "\\\\").replace("|", "\\|") for word in words)


def plain(value: object) -> str:
    """A stored value as text; truths as YAML and JSON write them."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def check_seen(what: str, text: str) -> None:
    """Raises :class:`UnseenCharacter` where *text*, an address, holds a character that nobody sees."""
    if unseen(text):
        raise UnseenCharacter(what, text)


def unseen(text: str) -> str | None:
    """``holds U+200B (zero width space), which nobody sees; ...`` for the first such character."""
    found = UNSEEN.search(text)
    if found is None:
        return None
    character = found.group()
    name = unicodedata.name(character, "a control character").lower()
    words = _("holds {point} ({name}), which nobody sees; write it without")
    return words.format(point=f"U+{ord(character):04X}", name=name)


def shown(text: str) -> str:
    """*text* with each character nobody sees as its code point, ``kim[U+200B]@example.com``."""
    return UNSEEN.sub(lambda found: f"[U+{ord(found.group()):04X}]", text)
