"""Tables hold exactly what the core's records and the contract name, in their order."""

from __future__ import annotations

from slaflow.clock.state import Clock
from slaflow.lifecycle.lead import Lead
from slaflow.log.entry import KEYS, Entry
from slaflow.store.tables.leads import clock, lead
from slaflow.store.tables.log import entry


def test_a_leads_columns_are_its_fields_and_its_failures() -> None:
    kept = [column.name for column in lead.c]
    assert kept == [*Lead.__dataclass_fields__, "failures", "retry_at", "failure"]


def test_a_clocks_columns_are_its_lead_and_its_fields() -> None:
    kept = [column.name for column in clock.c]
    assert kept[:2] == ["id", "lead"]
    named = ["seen" if name == "counts" else name for name in kept[2:]]  # as it was called at first
    assert [*named, "id"] == list(Clock.__dataclass_fields__)


def test_an_entrys_columns_are_the_contracts_keys() -> None:
    assert tuple(column.name for column in entry.c) == KEYS
    renamed = {"entry_class": "class", "from_state": "from", "to_state": "to", "data_text": "data"}
    assert tuple(renamed.get(name, name) for name in Entry._fields) == KEYS
