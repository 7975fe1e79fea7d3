"""What an archive holds of people is readable only with the salt."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from slaflow.log.locked import lock, unlock

SALT, OTHER = bytes(range(16)), bytes(16)


@given(st.text(st.characters(codec="utf-8")), st.integers(1, 2**62))
def test_a_text_comes_back_with_its_salt_and_place_alone(text: str, seq: int) -> None:
    locked = lock(SALT, seq, text)
    assert unlock(SALT, seq, locked) == text
    assert unlock(OTHER, seq, locked) is None
    assert unlock(b"", seq, locked) is None
    assert unlock(SALT, seq + 1, locked) is None


def test_no_byte_of_it_can_be_changed() -> None:
    locked = lock(SALT, 1, '{"email":"kim@example.com"}')
    for place in range(len(locked) * 8):
        changed = bytearray(locked)
        changed[place // 8] ^= 1 << place % 8
        assert unlock(SALT, 1, bytes(changed)) is None
    assert unlock(SALT, 1, b"") is None


def test_equal_texts_do_not_look_alike() -> None:
    assert len({lock(salt, seq, "same") for salt in (SALT, OTHER) for seq in (1, 2)}) == 4
