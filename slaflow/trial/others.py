"""What a file says of leads that no story tells: who has how many, was dealt how many, owns a company's."""

from __future__ import annotations

from typing import Any

from slaflow.trial.reader import Reader
from slaflow.trial.scenario import Others
from slaflow.workflow.yaml.tree import Path

OTHERS = ("open", "dealt", "accounts")
MOST = 1_000_000


def read_others(reader: Reader, path: Path, given: dict[str, Any]) -> Others:
    """What stands at *path*, which is the file or one of its stories, under the keys of ``OTHERS``."""
    return Others(
        read_counts(reader, (*path, "open"), given.get("open")),
        read_counts(reader, (*path, "dealt"), given.get("dealt")),
        _accounts(reader, (*path, "accounts"), given.get("accounts")),
    )


def read_counts(reader: Reader, path: Path, value: Any) -> dict[str, int]:
    """``{anna@example.com: 3}``: numbers of leads by people, as ``people`` spells them."""
    found = {}
    for email, number in reader.anything(path, value, "anna@example.com: 3").items():
        at = (*path, email)
        person = reader.person(at, email)
        if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number <= MOST:
            shown = str(number).lower() if isinstance(number, bool) else number
            reader.problem(at, f'"{shown}" is no number of leads; write a whole number from 0 to {MOST}')
        elif person is not None:
            found[person] = number
    return found


def _accounts(reader: Reader, path: Path, value: Any) -> dict[str, tuple[str, ...]]:
    """``{Acme: [bo@example.com]}``: by company as it is compared, who owns other open leads of it."""
    account = reader.workflow.account
    if account is None:
        if value is not None:
            words = "the agreement does not say which leads are one company's; it would by lead.account"
            reader.problem(path, words, key=True)
        return {}
    found = {}
    for name, owners in reader.anything(path, value, "Acme: [bo@example.com]").items():
        at = (*path, name)
        text = f"@{name}" if account.is_domain and "@" not in str(name) else str(name)
        company = account.of({account.field: text})
        if company is None:
            reader.problem(at, f'"{name}" is no company\'s by lead.account', key=True)
        people = [reader.person((*at, i), owner) for i, owner in enumerate(reader.entries(owners))]
        if company is not None:
            found[company] = tuple(person for person in people if person is not None)
    return found
