"""One person and one lead at the prompt, however they are spelt."""

from __future__ import annotations

from cli.conftest import Slaflow

LATER = "2026-03-06T15:30:00+01:00"
ANNA = "anna@example.com"


def test_who_acts_is_the_person_whatever_the_case_and_so_are_filters(handed_over: Slaflow) -> None:
    done = handed_over(
        "lead", "activity", "KIM@example.com", "call", "--as", "Anna@EXAMPLE.com", "--at", LATER
    )
    assert done.code == 0
    for spelling in (ANNA, "ANNA@example.com"):
        log = handed_over("log", "list", "--actor", spelling, "--format", "json").json
        assert [(entry["kind"], entry["actor"]) for entry in log] == [("activity", ANNA)]
        asked = ("--owner", spelling, "--at", LATER, "--format", "json")
        assert [row["owner"] for row in handed_over("lead", "list", *asked).json] == [ANNA]
        assert {row["owner"] for row in handed_over("queue", *asked).json} == {ANNA}


def test_an_address_of_which_a_part_is_not_seen_is_named_by_its_code_point(handed_over: Slaflow) -> None:
    words = "which nobody sees; write it without"
    for typed, said in (
        (("lead", "add", "--as", "marketing", "--set", "email=li\u200bv@example.com"),
         f'email: "li[U+200B]v@example.com" holds U+200B (zero width space), {words}'),
        (("lead", "activity", "kim@example.com", "call", "--as", "an\u202ena@example.com"),
         f'user or party "an[U+202E]na@example.com" holds U+202E (right-to-left override), {words}'),
        (("user", "add", "an\ufeffja@example.com", "--party", "sales"),
         f'"an[U+FEFF]ja@example.com" holds U+FEFF (zero width no-break space), {words}'),
        (("lead", "assign", "kim@example.com", "an\u00adna@example.com", "--as", "sales"),
         f'user "an[U+00AD]na@example.com" holds U+00AD (soft hyphen), {words}'),
    ):  # fmt: skip
        answer = handed_over(*typed)
        assert (answer.err, answer.code in (1, 2)) == (f"slaflow: {said}\n", True)
