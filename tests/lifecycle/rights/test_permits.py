"""Who may do what, asked of the table: every operation, role and relation."""

from itertools import chain, combinations

import pytest

from slaflow.lifecycle.rights.permits import TABLE, WHO, Asker, may, refusal
from slaflow.workflow.model.parties import ROLES

RELATIONS = ("holds", "unowned", "theirs", "oneself", "owes", "other_owes", "own_party")
SETTINGS = [frozenset(each) for each in chain.from_iterable(combinations(RELATIONS, n) for n in range(8))]


@pytest.mark.parametrize("operation", TABLE)
def test_a_higher_role_may_whatever_a_lower_one_may(operation):
    for relations in SETTINGS:
        allowed = [may(Asker("kim", "sales", role), operation, relations) for role in ROLES]
        assert allowed == sorted(allowed)


@pytest.mark.parametrize("operation", TABLE)
def test_an_auditor_looks_and_changes_nothing_and_the_system_may_everything(operation):
    allowed = any(may(Asker("kim", "sales", "auditor"), operation, each) for each in SETTINGS)
    assert allowed == (operation in ("read", "verify", "export", "see_tokens", "see_outbox", "draft"))
    assert may(Asker("system", "system"), operation)


@pytest.mark.parametrize("operation", TABLE)
def test_the_prospect_does_what_names_it_and_nothing_else(operation):
    allowed = any(may(Asker("lead", "lead"), operation, each) for each in SETTINGS)
    assert allowed == (operation in ("fire", "answer", "record"))


@pytest.mark.parametrize("operation", sorted({*TABLE} - {"record_for_lead"}))
def test_a_bare_party_is_a_member_where_everybody_else_is_recorded(operation):
    bare = Asker("sales", "sales", None, frozenset(ROLES))
    for relations in SETTINGS:
        assert may(bare, operation, relations) == may(Asker("kim", "sales", "member"), operation, relations)


def test_a_bare_party_never_lifts_what_it_owes():
    assert not may(Asker("sales", "sales"), "lift", {"owes"})
    assert may(Asker("sales", "sales"), "lift", {"other_owes"})
    assert may(Asker("kim", "sales", "admin"), "lift", {"owes"})


def test_what_the_prospect_did_is_told_by_a_person_of_the_party_that_holds_the_lead():
    assert may(Asker("kim", "sales", "member"), "record_for_lead", {"holds"})
    assert not may(Asker("kim", "sales", "admin"), "record_for_lead")
    assert not may(Asker("sales", "sales"), "record_for_lead", {"holds"})


def test_a_bare_party_leaves_a_managers_deeds_to_its_manager():
    assert not may(Asker("sales", "sales", None, frozenset(["manager"])), "lift", {"other_owes"})


def test_a_refusal_says_who_may():
    assert refusal(Asker("kim", "sales", "auditor"), "set") == (
        "a member, manager or admin sets fields, not kim (auditor of sales)"
    )
    assert set(WHO) == set(TABLE)
