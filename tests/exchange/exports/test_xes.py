"""The log as XES: traces, names, the life of a clock, and what XML cannot hold; on every database."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from xml.etree.ElementTree import Element, fromstring

import pytest
from support.builders import sealed
from support.lives import a_log, exported, life, of_a_clock, step, written

from slaflow.lifecycle.decision import KINDS, Draft
from slaflow.store.database import Database

STANDARD = "{http://www.xes-standard.org/}"
LIFE = ("concept:name", "lifecycle:transition")


@pytest.fixture(params=["sqlite", "postgresql"])
def dialect(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def log_of(file: Path) -> Element:
    return fromstring(file.read_bytes())


def traces(file: Path) -> dict[str, list[Element]]:
    """The events of each trace, by its name."""
    found = log_of(file).findall(f"{STANDARD}trace")
    return {said(trace)["concept:name"]: trace.findall(f"{STANDARD}event") for trace in found}


def said(element: Element) -> dict[str, str]:
    return {child.attrib["key"]: child.attrib["value"] for child in element if "key" in child.attrib}


def types(element: Element) -> dict[str, str]:
    return {
        child.attrib["key"]: child.tag.removeprefix(STANDARD) for child in element if "key" in child.attrib
    }


def test_each_lead_is_one_trace_with_its_entries_in_order(database: Database, tmp_path: Path) -> None:
    entries = a_log(database)
    report = exported(database, "xes", tmp_path / "log.xes")
    found = traces(tmp_path / "log.xes")
    assert list(found) == ["10", "2", "3"]
    for lead, events in found.items():
        own = [entry for entry in entries if str(entry.lead) == lead]
        assert [int(said(event)["id"]) for event in events] == [entry.id for entry in own]
        assert [said(event)["kind"] for event in events] == [entry.kind for entry in own]
    assert report.entries == sum(entry.lead is not None for entry in entries)


def test_a_life_reads_as_an_analyst_expects(database: Database, tmp_path: Path) -> None:
    written(database, sealed(life(2), 2))
    exported(database, "xes", tmp_path / "log.xes")
    events = [said(event) for event in traces(tmp_path / "log.xes")["2"]]
    assert [tuple(event[key] for key in LIFE) for event in events] == [
        ("created", "complete"),
        ("promote", "complete"),
        ("assigned", "complete"),
        ("respond", "start"),
        ("respond", "suspend"),
        ("respond", "resume"),
        ("respond warned", "complete"),
        ("respond breached", "complete"),
        ("win refused", "complete"),
        ("call", "complete"),
        ("check value", "complete"),
        ("accept", "complete"),
        ("respond", "complete"),
    ]
    instances = {event.get("concept:instance") for event in events if event["concept:name"] == "respond"}
    assert instances == {"respond 1"}
    assert [(e["org:resource"], e["org:role"]) for e in events[1:4]] == [
        ("mia@example.com", "marketing"), ("system", "system"), ("system", "sales"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("draft", "name"),
    [
        (of_a_clock(1, "clock_cancelled"), ("respond", "withdraw")),
        (of_a_clock(1, "clock_met"), ("respond", "complete")),
        (of_a_clock(1, "timer_fired", target="thaw"), ("thaw", "complete")),
        (of_a_clock(1, "escalated", step="+4h"), ("respond escalated", "complete")),
        (of_a_clock(1, "clock_moved"), ("respond moved", "complete")),
        (of_a_clock(1, "clock_restarted"), ("respond restarted", "complete")),
        (of_a_clock(1, "breach_lifted"), ("respond", "complete")),
        (of_a_clock(1, "breach_lifted", entry_class="input", reason="sick"), ("respond lifted", "complete")),
        (of_a_clock(1, "refused", trigger="accept"), ("accept refused", "complete")),
        (step(1, "refused", data={"activity": "call"}), ("call refused", "complete")),
        (step(1, "merged"), ("merged", "complete")),
    ],
)
@pytest.mark.parametrize("dialect", ["sqlite"])
def test_the_step_of_an_activity(
    database: Database, tmp_path: Path, draft: Draft, name: tuple[str, str]
) -> None:
    written(database, sealed([draft], 2))
    exported(database, "xes", tmp_path / "log.xes")
    (event,) = traces(tmp_path / "log.xes")["2"]
    assert tuple(said(event)[key] for key in LIFE) == name


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_every_kind_of_entry_can_be_an_event(database: Database, tmp_path: Path) -> None:
    with_target = [of_a_clock(seq, kind) for seq, kind in enumerate(KINDS, 1)]
    without = [step(seq, kind) for seq, kind in enumerate(KINDS, 1)]
    written(database, [*sealed(with_target, 2), *sealed(without, 3)])
    assert exported(database, "xes", tmp_path / "log.xes").entries == 2 * len(KINDS)
    events = [said(event) for course in traces(tmp_path / "log.xes").values() for event in course]
    assert all({*LIFE, "time:timestamp", "org:resource", "kind"} <= event.keys() for event in events)


def test_attributes_have_their_types_and_odd_characters_survive(database: Database, tmp_path: Path) -> None:
    a_log(database)
    exported(database, "xes", tmp_path / "log.xes")
    created, promoted, *_ = traces(tmp_path / "log.xes")["2"]
    assert said(created)["data.fields.company"] == "Ål & Øl \ufffd \u2028 😀\r\n"
    assert said(promoted)["data.inputs.note"] == 'call <soon> & "often"'
    found = {**types(created), **types(promoted)}
    assert {key: found[key] for key in ("time:timestamp", "seq", "handoff", "trigger")} == {
        "time:timestamp": "date", "seq": "int", "handoff": "boolean", "trigger": "string",
    }  # fmt: skip
    assert (found["data.fields.employees"], found["data.fields.on_hold"]) == ("int", "boolean")
    assert (found["data.handoff.score"], said(promoted)["data.handoff.score"]) == ("float", "62.5")
    assert said(created)["data.fields.tags"] == '["a","b"]'


def test_a_trace_says_what_the_lead_was_when_it_was_created(database: Database, tmp_path: Path) -> None:
    a_log(database)
    exported(database, "xes", tmp_path / "log.xes")
    found = {
        said(t)["concept:name"]: said(t) for t in log_of(tmp_path / "log.xes").findall(f"{STANDARD}trace")
    }
    assert (found["2"]["key"], found["2"]["lead.employees"]) == ("lead2@example.com", "12")
    assert set(found["3"]) == {"concept:name", "digest"}


def test_of_an_erased_lead_the_course_is_left_and_nothing_personal(
    database: Database, tmp_path: Path
) -> None:
    a_log(database)
    exported(database, "xes", tmp_path / "log.xes", lead=3)
    events = [said(event) for event in traces(tmp_path / "log.xes")["3"]]
    names = Counter(event["concept:name"] for event in events)
    assert (names["promote"], names["respond"], names["activity"], names["checked"], names["erased"]) == (
        1, 4, 1, 1, 1,
    )  # fmt: skip
    assert "example.com" not in {key for event in events for key in event if key.startswith("data.")}
    assert "lead3" not in (tmp_path / "log.xes").read_text()


def test_an_empty_log_is_a_log_without_traces(database: Database, tmp_path: Path) -> None:
    exported(database, "xes", tmp_path / "log.xes")
    log = log_of(tmp_path / "log.xes")
    assert (log.tag, log.findall(f"{STANDARD}trace")) == (f"{STANDARD}log", [])


def test_what_is_declared_stands_in_the_order_of_the_standard(database: Database, tmp_path: Path) -> None:
    a_log(database)
    exported(database, "xes", tmp_path / "log.xes")
    log = log_of(tmp_path / "log.xes")
    order = ["extension", "global", "classifier", "string", "trace"]
    places = [order.index(child.tag.removeprefix(STANDARD)) for child in log]
    assert places == sorted(places)
    prefixes = {child.attrib["prefix"] for child in log.findall(f"{STANDARD}extension")}
    used = {key.split(":")[0] for element in log.iter() for key in said(element) if ":" in key}
    assert used == prefixes == {"concept", "lifecycle", "org", "time"}


def test_the_first_so_many_are_those_of_the_log(database: Database, tmp_path: Path) -> None:
    entries = [entry for entry in a_log(database) if entry.lead is not None]
    exported(database, "xes", tmp_path / "log.xes", limit=7, after=entries[0].id)
    found = [int(said(event)["id"]) for events in traces(tmp_path / "log.xes").values() for event in events]
    assert sorted(found) == [entry.id for entry in entries[1:8]]
    assert len(traces(tmp_path / "log.xes")) == 2
