"""The map: what is wrong with it is told all at once, with its place, before a row is read."""

from __future__ import annotations

import pytest
from support.small import AGREEMENT, EVENTS, EVENTS_HEADER, LEADS, NOW

from slaflow.exchange.errors import MapInvalid
from slaflow.exchange.imports.actors import Actors
from slaflow.exchange.imports.binding import ImportMap, bind
from slaflow.exchange.imports.map import read_map
from slaflow.lifecycle.people import Directory
from slaflow.workflow.load import load_workflow
from slaflow.workflow.model.workflow import Workflow

COLUMNS = ("email", "source", "Won Date", "won-date", "2nd", "at", "at.day")


@pytest.fixture(scope="module")
def workflow() -> Workflow:
    compiled = load_workflow(AGREEMENT, "small.yaml").workflow
    assert compiled is not None
    return compiled


def bound(workflow: Workflow, map: str, columns: tuple[str, ...] | None = COLUMNS) -> ImportMap:
    return bind(map, "map.yaml", workflow, columns, Actors(workflow, Directory(), NOW))


def complaints(workflow: Workflow, map: str, columns: tuple[str, ...] | None = COLUMNS) -> list[str]:
    with pytest.raises(MapInvalid) as invalid:
        bound(workflow, map, columns)
    return [line.removeprefix("map.yaml:") for line in str(invalid.value).splitlines()]


def test_a_map_that_fits_is_taken(workflow: Workflow) -> None:
    assert bound(workflow, LEADS, ("email", "source", "employees", "since")).timezone == "Europe/Stockholm"
    assert len(bound(workflow, EVENTS, tuple(EVENTS_HEADER.split(","))).events) == 2


def test_everything_wrong_is_told_at_once_with_line_and_column(workflow: Workflow) -> None:
    map = """timezone: Europe/Stokholm
lead:
  emial: email
  source: sorce
create_at: at
events:
  - {trigger: promot, at: at}
  - {activity: visit, trigger: win, at: at}
  - {activity: visit}
  - {activity: call, at: at, as: sails}
  - {activity: call, at: at, as: {column: source, party: sails}}
  - {activity: call, at: at, set: {outcom: good}}
  - {trigger: win, at: at, set: {amount: nothing}}
  - {activity: visit, at: {column: at, format: "%Q"}}
"""
    assert complaints(workflow, map) == [
        '1:11: unknown time zone "Europe/Stokholm"; write one like Europe/Stockholm',
        "2:1: a lead is known by email; say which column holds it",
        '3:10: unknown field "emial"; did you mean "email"?',
        '4:11: unknown column "sorce"; did you mean "source"?',
        '5:1: unknown key "create_at"; did you mean "created_at"?',
        '7:15: unknown trigger "promot"; did you mean "promote"?',
        "8:5: an event is either a trigger or an activity; give one of them",
        "9:5: at is missing: which column says when it happened",
        '10:34: unknown user or party "sails"; did you mean "sales"?',
        '11:58: unknown party "sails"; did you mean "sales"?',
        '12:44: unknown field "outcom"; did you mean "outcome"?',
        '13:42: amount: "nothing" is not a number; for a column write {column: nothing}',
        "14:48: cannot read by \"%Q\": 'Q' is a bad directive in format '%Q'",
    ]


@pytest.mark.parametrize(
    ("map", "expected"),
    [
        ("lead: {email: {column: email, nul: x}}", ['1:31: unknown key "nul"; did you mean "null"?']),
        ("lead: {email: email, source: {value: a, default: b}}",
         ['1:41: unknown key "default"; known here: value']),
        ("lead: {email: email}\nevents: [{activity: visit, at: at, because: }]",
         ['2:36: unknown key "because"; known here: trigger, activity, when, at, as, set']),
        ("lead: {email: email}\nevents: [{activity: {party: sales}, at: at}]",
         ["2:21: column is missing: which column of the file",
          '2:22: unknown key "party"; did you mean "empty"?']),
        ("lead: {email: email}\nevents: visit", ['2:9: a list is expected here, found "visit"']),
        ("lead: {email: email}\nevents: [visit]", ['2:10: a mapping is expected here, found "visit"']),
        ("lead: email", ['1:7: a mapping is expected here, found "email"']),
        ("[lead]", ["1:1: a map is a mapping, written with keys and colons"]),
        ("lead: {email: email}\nnull: []",
         ['2:7: null is a text of the file or a list of them, such as [Yes, "1"]']),
        ("lead: {email: email}\ntimezone: [UTC]", ["2:11: one plain value is expected here"]),
    ],
)  # fmt: skip
def test_a_fault_of_shape_is_told_once_and_blames_nothing_else(
    workflow: Workflow, map: str, expected: list[str]
) -> None:
    assert complaints(workflow, map) == expected


def test_a_zone_that_is_another_on_each_machine_is_refused(workflow: Workflow) -> None:
    map = "timezone: localtime\nlead: {email: email}\ncreated_at: {column: at, timezone: posix/Europe/Berlin}"
    assert complaints(workflow, map) == [
        '1:11: time zone "localtime" is another one on each machine; write one like Europe/Stockholm',
        '3:36: time zone "posix/Europe/Berlin" is not the same on every machine; write Europe/Berlin',
    ]


@pytest.mark.parametrize(
    ("said", "meant"),
    [("semicolon", ";"), ("';'", ";"), ("tab", "\t"), (r'"\t"', "\t"), ("pipe", "|"), ("','", ",")],
)
def test_a_map_may_say_the_delimiter(said: str, meant: str) -> None:
    assert read_map(f"delimiter: {said}\nlead: {{email: email}}")[0].delimiter == meant


def test_a_delimiter_is_one_of_four(workflow: Workflow) -> None:
    assert complaints(workflow, "delimiter: semicolons\nlead: {email: email}") == [
        '1:12: unknown delimiter "semicolons"; did you mean "semicolon"?'
    ]


def test_a_map_without_a_lead_is_no_map(workflow: Workflow) -> None:
    assert complaints(workflow, "timezone: UTC") == [
        "1:1: the map has no lead: say which columns hold the fields that identify one"
    ]


def test_a_map_that_is_no_yaml_says_where(workflow: Workflow) -> None:
    assert complaints(workflow, "lead: {email: email")[0].startswith("2:1: ")


def test_a_format_is_for_dates_and_instants(workflow: Workflow) -> None:
    map = 'lead: {email: email, source: {column: source, format: "%Y"}}'
    assert complaints(workflow, map) == [
        "1:39: format and timezone are for dates and instants; source is string"
    ]


def test_a_format_without_a_year_names_no_instant(workflow: Workflow) -> None:
    """Python would read every such day as one of 1900."""
    (told,) = complaints(workflow, 'lead: {email: email}\ncreated_at: {column: at, format: "%d/%m"}')
    assert told.endswith('cannot read by "%d/%m": it names no year; add %Y')


def test_a_column_that_stands_twice_may_not_be_read(workflow: Workflow) -> None:
    twice = ("email", "source", "source")
    assert complaints(workflow, "lead: {email: email, source: source}", twice) == [
        '1:30: column "source" stands more than once in the file; rename one'
    ]
    assert bound(workflow, "lead: {email: email}", twice)


@pytest.mark.parametrize(
    ("when", "complaint"),
    [
        ("row.sourc == ''", 'unknown name "row.sourc"; did you mean "row.source"?'),
        ("row.source == 3", "cannot compare string with int"),
        ("row.source", "this gives string where bool is expected"),
        ("row.Won_Date != ''", None),
        ("row._2nd != ''", None),
        ("row.won_date != ''", None),
        ("row.source.startsWith('w')", None),
        ("row.at != '' && row.at.day != ''", None),
        ("lead.source == ''", 'unknown name "lead.source"; did you mean "row.source"?'),
    ],
)
def test_when_reads_the_columns_as_text(workflow: Workflow, when: str, complaint: str | None) -> None:
    map = f'lead: {{email: email}}\nevents: [{{activity: visit, at: at, when: "{when}"}}]'
    if complaint is None:
        assert bound(workflow, map).events[0].when is not None
    else:
        assert [line.split(": ", 1)[1] for line in complaints(workflow, map)] == [complaint]


def test_two_columns_of_one_name_can_neither_be_read_in_when(workflow: Workflow) -> None:
    map = "lead: {email: email}\nevents: [{activity: visit, at: at, when: \"row.a_b == ''\"}]"
    assert complaints(workflow, map, ("email", "at", "a b", "a-b")) == [
        '2:43: unknown name "row.a_b"; did you mean "row.at"?'
    ]


def test_a_field_may_have_one_value_for_the_whole_file(workflow: Workflow) -> None:
    assert bound(workflow, "lead: {email: email, source: {value: event}}")
    assert complaints(workflow, "lead: {email: email, source: {value: even}}") == [
        '1:30: source: "even" is not one of web, event; did you mean "event"?; '
        "for a column write {column: even}"
    ]


WHOLE = """
timezone: America/Sao_Paulo          # for instants and dates written without an offset
lead:                                # field: column, or a mapping
  mql_id: mql_id
  origin: {column: origin, empty: unknown}
created_at: {column: first_contact_date}        # a date alone is that local day's start
events:                              # per row, in this order
  - {trigger: promote, at: {column: first_contact_date}, as: marketing}
  - trigger: win
    when: "row.won_date != ''"       # CEL over the row's columns, all strings
    at: {column: won_date, timezone: UTC, format: "%Y-%m-%d %H:%M:%S"}
    as: {column: sr_id, party: sales}           # people not known yet are added to that party
    set: {amount: {column: declared_monthly_revenue}}
  - {activity: {column: event_type}, when: "row.event_type != ''", at: {column: ts}, as: {column: who}}
"""


def test_a_map_with_every_key_is_taken() -> None:
    agreement = AGREEMENT.replace("[email]", "[mql_id]").replace(
        "    email: email", "    mql_id: string\n    origin: string"
    )
    workflow = load_workflow(agreement, "small.yaml").workflow
    assert workflow is not None
    columns = "mql_id origin first_contact_date won_date sr_id declared_monthly_revenue event_type ts who"
    read = bound(workflow, WHOLE, tuple(columns.split()))
    assert read.timezone == "America/Sao_Paulo"
    assert read.columns == columns.split()
    assert [event.said.kind for event in read.events] == ["trigger", "trigger", "activity"]


def test_who_does_it_by_default_is_the_first_party_that_is_not_system(workflow: Workflow) -> None:
    parties = bound(workflow, "lead: {email: email}").default_parties
    assert parties["trigger", "promote"] == "marketing"
    assert parties["activity", "visit"] == "lead"
    assert parties["activity", "call"] == "sales"
