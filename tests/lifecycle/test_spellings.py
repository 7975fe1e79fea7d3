"""People are one per address, however an agreement, a lead's field or an earlier version spells it."""

from __future__ import annotations

from support.stories.course import ANNA, BERIT, LONG_AGO, MIA, Course, a_person, agreement, away, people

from slaflow.lifecycle.people import Directory

TEAM = (
    a_person(MIA, order=1),
    a_person(ANNA, order=2, team="nordics", manager=MIA.upper()),
    a_person(BERIT, order=3, team="nordics", manager=MIA),
    a_person("Anna@Example.com", order=4),
)
"""Anna is recorded twice, as an import did that went by the spelling."""
SECTIONS = {
    "lead": """
lead:
  identity: [email]
  fields: {email: email, account_owner: email, on_hold: {type: bool, default: false}, note: string}
""",
    "targets": """
targets:
  respond:
    owed_by: sales
    start: {enter: mql}
    meet: {trigger: accept}
    within: 1h
    steps:
      50%: [{notify: [owner, ANNA@example.com, Anna@Example.COM, Sales-Desk@example.com]}]
      100%: [{assign: next}]
      +1h: [{assign: next}]
      +2h: [{assign: BERIT@example.com}]
""",
    "teams": "teams:\n  nordics: {party: sales}",
    "routing": "routing:\n  - {to: {field: account_owner}}\n  - {to: nordics}",
}


def handed_over(account_owner: str, directory: Directory) -> Course:
    course = Course(agreement(**SECTIONS), directory).create(fields={"account_owner": account_owner})
    course.fire("promote", "2026-03-02T10:00")
    return course


def owners(course: Course) -> list[str | None]:
    return [entry.owner for entry in course.all("assigned")]


def test_who_is_named_in_another_spelling_is_given_the_lead_as_they_were_recorded() -> None:
    course = handed_over("ANNA@EXAMPLE.COM", people(*TEAM))
    assert owners(course) == [ANNA]
    course.tick("2026-03-03")
    assert owners(course) == [ANNA, BERIT, MIA, BERIT]


def test_one_person_gets_one_message_however_often_they_are_named() -> None:
    course = handed_over("anna@EXAMPLE.com", people(*TEAM)).tick("2026-03-02T10:45")
    told = [message.recipient for message in course.messages if message.kind == "warned"]
    assert told == [ANNA, "Sales-Desk@example.com"]


def test_an_owner_from_before_in_another_spelling_goes_round_their_team() -> None:
    course = handed_over("nobody@example.com", people(*TEAM))
    course.present.owner = "Anna@Example.com"
    assert owners(course.tick("2026-03-02T11:30"))[-1] == BERIT


def test_an_absence_is_the_persons_whatever_the_spelling() -> None:
    directory = people(*TEAM, away=[away("Anna@Example.com", "2026-03-01", "2026-03-09")])
    at = LONG_AGO.replace(year=2026, month=3, day=2)
    assert directory.is_away(ANNA, at)
    assert directory.members("nordics", at) == (ANNA, BERIT)
    assert directory.known_emails() == (MIA, ANNA, BERIT)
    person = directory.person("anna@EXAMPLE.com ", at)
    assert person is not None
    assert (person.email, person.manager) == (ANNA, MIA)


def test_what_was_decided_while_spellings_were_told_apart_can_be_asked_for() -> None:
    apart, at = people(*TEAM).told_apart(), LONG_AGO
    assert apart.person("ANNA@example.com", at) is None
    assert apart.known_emails() == (MIA, ANNA, BERIT, "Anna@Example.com")
    person = apart.person("Anna@Example.com", at)
    assert person is not None
    assert person.team is None
