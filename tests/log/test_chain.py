"""What is hashed, and that anybody can hash it again."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta, timezone
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.builders import DIGEST, MONDAY, SALT, a_breach, a_draft, sealed

from slaflow.log.chain import seal
from slaflow.log.entry import GENESIS, KEYS, canonical
from slaflow.log.errors import Unsealable

EXACT = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(st.characters(codec="utf-8")),
    lambda parts: st.lists(parts, max_size=3) | st.dictionaries(st.text(st.characters(codec="utf-8")), parts),
    max_leaves=8,
)


def by_the_standard_library(shown: dict[str, Any], salt: bytes, data_text: str) -> str:
    """The hash of an entry as ``log list`` shows it, computed without slaflow."""
    header = {key: value for key, value in shown.items() if key not in ("id", "data", "hash")}
    header["data_hash"] = hashlib.sha256(salt + data_text.encode()).hexdigest()
    text = json.dumps(header, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def test_entries_link_onto_each_other() -> None:
    entries, head = seal(
        [a_draft(1), a_draft(2), a_draft(3)],
        stream="lead:1",
        lead=1,
        salt=SALT,
        digest=DIGEST,
        head=GENESIS,
        recorded_at=MONDAY,
    )
    assert [entry.prev for entry in entries] == [GENESIS, entries[0].hash, entries[1].hash]
    assert head == entries[2].hash
    assert len({entry.hash for entry in entries}) == 3


def test_sealing_in_two_parts_is_sealing_at_once() -> None:
    drafts = [a_draft(1), a_breach(2)]
    first = sealed(drafts[:1])
    assert [*first, *sealed(drafts[1:], head=first[0].hash)] == sealed(drafts)


def test_nothing_sealed_leaves_the_head_where_it_was() -> None:
    assert seal([], stream="s", lead=None, salt=b"", digest=None, head="a" * 64, recorded_at=MONDAY) == (
        [],
        "a" * 64,
    )


@given(
    data=st.dictionaries(st.text(st.characters(codec="utf-8")), EXACT, max_size=4),
    reason=st.none() | st.text(st.characters(codec="utf-8")),
)
@settings(max_examples=30)
def test_the_standard_library_computes_the_same_hash(data: dict[str, Any], reason: str | None) -> None:
    at = MONDAY + timedelta(microseconds=5)
    entry = sealed([a_draft(1, data=data, reason=reason, at=at)])[0]
    assert entry.data_text is not None
    assert entry.data == data
    assert entry.data_text == json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert by_the_standard_library(entry.as_json(), SALT, entry.data_text) == entry.hash


def test_an_entry_is_shown_in_the_contracts_keys_and_order() -> None:
    shown = sealed([a_draft(1, trigger="accept", from_state="mql", to_state="sales_accepted")])[0].as_json()
    assert tuple(shown) == KEYS
    assert (shown["class"], shown["from"], shown["to"]) == ("input", "mql", "sales_accepted")
    assert shown["at"] == "2026-03-02T09:00:00Z"
    assert shown["recorded_at"] == "2026-03-02T09:01:00Z"
    assert shown["data"] == {"fields": {"country": "SE"}}


def test_the_zone_an_instant_is_given_in_does_not_matter() -> None:
    stockholm = datetime(2026, 3, 2, 10, 0, tzinfo=timezone(timedelta(hours=1)))
    abroad = a_draft(1, at=stockholm, arrived_at=stockholm, occurred_at=stockholm)
    assert sealed([abroad]) == sealed([a_draft(1)])
    assert sealed([a_draft(1)], recorded_at=stockholm) == sealed([a_draft(1)], recorded_at=MONDAY)


def test_the_order_of_keys_in_data_does_not_matter() -> None:
    one = a_draft(1, data={"a": 1, "b": {"y": 1, "x": [2, 1]}})
    other = a_draft(1, data=MappingProxyType({"b": MappingProxyType({"x": (2, 1), "y": 1}), "a": 1}))
    assert sealed([one]) == sealed([other])


CHANGES: dict[str, Any] = {
    "seq": 2, "kind": "checked", "entry_class": "consequence", "at": MONDAY + timedelta(microseconds=1),
    "actor": "bo@example.com", "party": None, "arrived_at": None, "occurred_at": None, "owner": "x",
    "held_by": "x", "trigger": "x", "from_state": "x", "to_state": "x", "target": "x", "clock": 1,
    "step": "x", "handoff": True, "reason": "", "caused_by": 1, "data": {},
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_everything_a_draft_says_is_under_the_hash(name: str) -> None:
    draft = a_draft(1)
    setattr(draft, name, CHANGES[name])
    assert sealed([draft])[0].hash != sealed([a_draft(1)])[0].hash


@pytest.mark.parametrize(
    "place",
    [
        {"stream": "lead:2"},
        {"lead": 2},
        {"salt": b""},
        {"digest": None},
        {"head": "a" * 64},
        {"recorded_at": MONDAY},
    ],
)
def test_where_and_when_it_is_written_is_under_the_hash(place: dict[str, Any]) -> None:
    values = {"stream": "lead:1", "lead": 1, "salt": SALT, "digest": DIGEST, "head": GENESIS}
    values["recorded_at"] = MONDAY + timedelta(minutes=1)
    entry = seal([a_draft(1)], **{**values, **place})[0][0]  # type: ignore[arg-type]
    assert entry.hash != sealed([a_draft(1)])[0].hash


@pytest.mark.parametrize(
    "data",
    [
        {"score": 1.5},
        {"parts": [{"score": float("nan")}]},
        {"parts": ({"deep": [1.0]},)},
        {"number": 2**63},
        {"number": [-(2**63) - 1]},
        {"text": "\ud800"},
        {"at": MONDAY},
        {"set": {1, 2}},
        {1: "a key that is no text"},
        {"bytes": b"x"},
    ],
)
def test_what_is_not_exact_is_refused(data: dict[str, Any]) -> None:
    with pytest.raises(Unsealable, match='an entry "changed" cannot be written to the log'):
        sealed([a_draft(1, data=data)])


def test_text_that_is_no_text_is_refused_outside_data_too() -> None:
    with pytest.raises(Unsealable):
        sealed([a_draft(1, reason="\ud800")])


def test_canonical_json_sorts_and_spends_no_space() -> None:
    assert canonical({"b": "ö", "a": [1, None, True]}) == '{"a":[1,null,true],"b":"ö"}'.encode()
