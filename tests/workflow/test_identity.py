"""Who is who: spellings of one address are one, and what nobody sees stands in none."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.agreement import SMALL, compiled, small

from slaflow.workflow.identity import UnseenCharacter, check_seen, folded, identity_key, normal

COMPOSED, DECOMPOSED = "jos\u00e9@example.com", "jose\u0301@example.com"
UNSEEN = {
    "\u200b": "U+200B (zero width space)",
    "\ufeff": "U+FEFF (zero width no-break space)",
    "\u00ad": "U+00AD (soft hyphen)",
    "\u202e": "U+202E (right-to-left override)",
    "\u2066": "U+2066 (left-to-right isolate)",
    "\u200d": "U+200D (zero width joiner)",
    "\u034f": "U+034F (combining grapheme joiner)",
    "\u3164": "U+3164 (hangul filler)",
    "\u2028": "U+2028 (line separator)",
    "\ufe0f": "U+FE0F (variation selector-16)",
    "\U000e0041": "U+E0041 (tag latin capital letter a)",
    "\x07": "U+0007 (a control character)",
    "\x85": "U+0085 (a control character)",
}
TEXT = st.text(
    st.sampled_from(
        "aAeE\u00e9\u00c9\u0301\u0345\u0307\u00df\u1e9e\u017f\u03c2\u03a3\u03c3"
        "\u0130\u0131\u01f0\u0149\u0390\ufb01\u1e9e\u03b1\u1fb3\u212b\ud55c\u1112 \u00a0@"
    )
    | st.characters(exclude_categories=["Cs"]),
    max_size=8,
)


def test_mail_addresses_that_differ_in_case_are_one_lead() -> None:
    workflow = compiled(SMALL)
    assert identity_key(workflow, {"email": "Kim@Example.COM"}) == "kim@example.com"
    assert identity_key(workflow, {"email": None}) is None
    assert identity_key(workflow, {}) is None


def test_mail_addresses_that_only_look_the_same_are_one_lead() -> None:
    workflow = compiled(SMALL)
    keys = {
        identity_key(workflow, {"email": email})
        for email in (COMPOSED, DECOMPOSED, COMPOSED.upper(), DECOMPOSED.upper(), f"\u00a0{DECOMPOSED} ")
    }
    assert keys == {COMPOSED}
    assert identity_key(workflow, {"email": "Straße@example.com"}) == "strasse@example.com"


def test_an_identity_of_several_fields_cannot_be_confused() -> None:
    workflow = compiled(small(("identity: [email]", "identity: [country, employees]")))
    assert identity_key(workflow, {"country": "SE", "employees": 5}) == "SE|5"
    assert identity_key(workflow, {"country": "S|E", "employees": 5}) == "S\\|E|5"
    assert identity_key(workflow, {"country": "SE"}) is None


def test_other_texts_are_compared_with_their_case_but_not_with_the_space_around_them() -> None:
    workflow = compiled(small(("identity: [email]", "identity: [country]")))
    assert identity_key(workflow, {"country": "\u3000S\u0327e \t"}) == "\u015ee"
    assert identity_key(workflow, {"country": "a  b"}) == "a  b"
    assert identity_key(workflow, {"country": " \u2003"}) is None


@given(TEXT)
def test_the_compared_form_of_an_address_is_final_and_the_same_for_every_spelling(text: str) -> None:
    form = folded(text)
    assert folded(form) == form == normal(form)
    assert folded(f" {unicodedata.normalize('NFD', text)}\n") == form
    assert folded(unicodedata.normalize("NFC", text)) == form
    assert folded(text.casefold()) == form


@given(TEXT)
def test_the_compared_form_of_other_text_is_final_and_keeps_its_case(text: str) -> None:
    form = normal(text)
    assert normal(form) == form == normal(unicodedata.normalize("NFD", text))
    assert form == unicodedata.normalize("NFC", text).strip()


@pytest.mark.parametrize("character", UNSEEN)
def test_a_character_nobody_sees_is_refused_by_its_code_point(character: str) -> None:
    with pytest.raises(UnseenCharacter) as refused:
        check_seen("user", f"kim{character}@example.com")
    code = UNSEEN[character].split(" ")[0]
    assert str(refused.value) == (
        f'user "kim[{code}]@example.com" holds {UNSEEN[character]}, which nobody sees; write it without'
    )


@pytest.mark.parametrize(
    "address",
    [
        COMPOSED,
        DECOMPOSED,
        "\u0430\u043d\u043d\u0430@\u043f\u0440.\u0440\u0444",
        "李@例え.jp",
        "a b",
        "r\u0308",
    ],
)
def test_letters_of_any_script_are_seen(address: str) -> None:
    check_seen("user", address)
