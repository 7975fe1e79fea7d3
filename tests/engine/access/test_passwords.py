"""Which passwords are taken, and that one is the same however it is typed."""

from __future__ import annotations

import pytest
from support.office import ANNA

from slaflow.engine.access import passwords


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes long by intention need not do so here."""
    monkeypatch.setattr(passwords, "PASSES", 1)
    monkeypatch.setattr(passwords, "MEMORY_KIB", 64)


@pytest.mark.parametrize(
    "password",
    [
        "passwordpassword", "Password12345678", "P@ssw0rd!P@ssw0rd!", "123456789012345", "aaaaaaaaaaaaaaaa",
        "qwertyuiopasdfgh", "qwertzuiopyxcvbnm", "abcdefghijklmnop", "abcabcabcabcabc",
        "correct horse battery staple", "iloveyou iloveyou", "anna@example.com", "anna berg anna berg 1",
        "1q2w3e1q2w3e1q2w3e", "willkommen2026!!!", "zyxwvutsrqponmlkj", "tobeornottobe123",
    ],
)  # fmt: skip
def test_what_everybody_tries_first_is_no_password(password: str) -> None:
    with pytest.raises(passwords.PasswordRefused) as refused:
        passwords.check(password, ANNA, "Anna Berg")
    assert password not in str(refused.value)


@pytest.mark.parametrize(
    "password",
    [
        "seven green kettles hum",
        "a quiet harbour in May 4",
        "x7#Kq!mZ2$pLw9@",
        "Grüße aus dem Süden",
        "我们在山里找到了一只非常安静的小猫吗",
    ],
)
def test_a_few_words_are_one(password: str) -> None:
    passwords.check(password, ANNA, "Anna Berg")


def test_a_password_is_the_same_however_it_is_composed() -> None:
    stored = passwords.kept("Grüße aus dem Süden")
    assert passwords.matches(stored, "Gru\u0308ße aus dem Su\u0308den")
    assert not passwords.matches(stored, "Gruße aus dem Suden")
    assert not passwords.matches("not a hash", "Grüße aus dem Süden")
    assert stored.startswith("$argon2id$")
