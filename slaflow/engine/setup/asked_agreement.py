"""An agreement by the words for it: ``NAME`` in force, or ``NAME@DIGEST`` of any version that ever was."""

from __future__ import annotations

import re

from slaflow.engine.context import Context
from slaflow.engine.setup.versions import known_version
from slaflow.errors import USAGE, SlaflowError, UnknownName
from slaflow.language import _
from slaflow.store.rows import workflows as store
from slaflow.workflow.model.workflow import Workflow

LEAST_DIGITS = 8
_DIGEST = re.compile(rf"[0-9a-f]{{{LEAST_DIGITS},64}}")


class VersionUnclear(SlaflowError):
    """What stands behind the @ names no one version."""

    code = "version_unclear"
    exit_code = USAGE


def asked_agreement(app: Context, words: str) -> Workflow:
    """The agreement that *words* name, with the holidays of its activation.

    Raises:
        UnknownName: no such workflow, or no version of it with that digest, was ever activated.
        VersionUnclear: fewer than 8 digits, or several versions whose digests begin so.
    """
    name, at, digest = words.partition("@")
    if at and not _DIGEST.fullmatch(digest.lower()):
        advice = f"write {name[:40] or 'NAME'}@ and {LEAST_DIGITS} or more hex digits"
        raise VersionUnclear(f'"{words[:80]}" names no version; {advice}')
    with app.database.read() as conn:
        newest = known_version(conn, name)
        found = {each.digest: each for each in store.versions(conn, name)} if at else {newest.digest: newest}
    begun = [each for each in found.values() if each.digest.startswith(digest.lower())]
    if not begun:
        raise UnknownName(
            _("version of {name}").format(name=name), digest, [each[: len(digest)] for each in found]
        )
    if len(begun) > 1:
        raise VersionUnclear(f'{len(begun)} versions of {name} begin with "{digest}"; write more of it')
    return app.remember(begun[0])
