"""A link map is held against the agreement: each fault where it stands, with what was meant."""

from __future__ import annotations

import pytest
from support.agreement import compiled, place
from support.mirroring import MAP
from support.office import AGREEMENT

from slaflow.exchange.errors import MapInvalid
from slaflow.exchange.imports.map import read_map
from slaflow.link.out_binding import bind_link, check_one_way

OFFICE = compiled(AGREEMENT)


def faults(text: str) -> list[str]:
    with pytest.raises(MapInvalid) as told:
        bind_link(text, "crm.link.yaml", OFFICE)
    return [f"{each.line}:{each.column} {each.message}" for each in told.value.findings]


def test_what_is_as_it_should_be_is_taken() -> None:
    link = bind_link(MAP, "crm.link.yaml", OFFICE)
    assert (link.object, link.identity, link.asks_owners) == ("contacts", "email", True)
    assert link.fields[-1] == "country"


@pytest.mark.parametrize(
    ("was", "by", "where", "words"),
    [
        ("slaflow_state: state", "slaflow_state: stat", "stat\n", 'unknown part of a lead "stat"'),
        ("due.respond", "due.respnd", "due.respnd", 'unknown target "respnd"; did you mean "respond"?'),
        ("company: {field: company}", "company: company", "company\n", "write {field: company}"),
        ("{field: company}", "{field: compny}", "compny", 'unknown field "compny"; did you mean "company"?'),
        ("mql: NEW", "mqll: NEW", "mqll", 'unknown state "mqll"; did you mean "mql"?'),
        ("{owner: true}", "{owner: true, field: company}", "{owner", "one of from, field and {owner: true}"),
        ("wins: remote", "wins: theirs", "theirs", '"theirs" is not one of remote, ours'),
        ("both: {country", "both: {company: {field: company}, country", "company: {field: company}, country",
         "company stands under out too"),
        ("find: {by: email}", "find: {by: phone, field: fon}", "fon", 'unknown field "fon"'),
        ("object: contacts\n", "object: contacts\nallow_back: [stage]\n", "stage",
         'unknown field of out "stage"'),
        ("create", "creat", "creat", 'unknown key "creat"; did you mean "create"?'),
        ("create: true", "create: often", "often", '"often" is neither true nor false'),
        ("find: {by: email}\n", "", "true\n", "would be made twice"),
    ],
)  # fmt: skip
def test_each_fault_is_told_where_it_stands(was: str, by: str, where: str, words: str) -> None:
    whole = MAP + "create: true\n"
    text = whole.replace(was, by, 1)
    assert text != whole
    (fault,) = faults(text)
    assert fault.startswith(f"{place(text, where)} ")
    assert words in fault


def test_all_that_is_wrong_is_told_at_once() -> None:
    assert len(faults("out: {a: stat, b: {field: fon}}\nboth: {c: {field: fon}}\n")) == 4


def test_a_field_goes_one_way_but_under_both() -> None:
    hook, _, _ = read_map(
        "lead: {email: {column: properties.email}, company: {column: properties.firm},"
        " country: {column: properties.country}}\n"
    )
    with pytest.raises(MapInvalid) as told:
        check_one_way(MAP, "crm.link.yaml", OFFICE, hook)
    (finding,) = told.value.findings
    assert "company shows company, which the hook's map reads" in finding.message
    check_one_way(MAP.replace("  company: {field: company}\n", ""), "crm.link.yaml", OFFICE, hook)
    with pytest.raises(MapInvalid, match="country is written, which the hook's map reads"):
        check_one_way("object: a\nout: {country: state}\n", "crm.link.yaml", OFFICE, hook)
