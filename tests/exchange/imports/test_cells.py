"""What a CRM's export means by its cells: words for true and false, its numbers, its texts for nothing."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support.small import AGREEMENT, NOW, reasons
from support.worlds import Fill

from slaflow.engine.app import Engine
from slaflow.exchange.errors import MapInvalid
from slaflow.exchange.imports.actors import Actors
from slaflow.exchange.imports.binding import bind
from slaflow.exchange.imports.cells import unescaped
from slaflow.exchange.imports.run import ImportReport, import_file
from slaflow.lifecycle.people import Directory
from slaflow.store.database import Database
from slaflow.workflow.load import load_workflow

CRM = AGREEMENT.replace(
    "lost_reason: string\n", "lost_reason: string\n    hot: bool\n    revenue: decimal\n", 1
)
COLUMNS = ("email", "hot", "revenue", "source", "employees", "at")
HOT = '{column: hot, true: [Yes, "1"], false: [No, ""]}'
REVENUE = '{column: revenue, decimal: ",", thousands: "."}'


def agreed(database: Database) -> None:
    Engine(database, now=lambda: NOW).activate(CRM)


@pytest.fixture
def app(world_of: Callable[[Fill], Database]) -> Engine:
    return Engine(world_of(agreed), now=lambda: NOW)


def imported(app: Engine, folder: Path, map: str, file: str, content: str | bytes) -> ImportReport:
    (folder / "map.yaml").write_text(map, encoding="utf-8")
    (folder / file).write_bytes(content if isinstance(content, bytes) else content.encode())
    return import_file(app, folder / file, folder / "map.yaml")


def of_kim(app: Engine) -> dict[str, object]:
    return told_of(app, "kim@x.se")


def told_of(app: Engine, key: str) -> dict[str, object]:
    """The fields of a lead that have a value, but its address."""
    fields = app.show(key)["fields"].items()
    return {name: value for name, value in fields if name != "email" and value is not None}


def complaints(map: str) -> list[str]:
    workflow = load_workflow(CRM, "crm.yaml").require()
    with pytest.raises(MapInvalid) as invalid:
        bind(map, "map.yaml", workflow, COLUMNS, Actors(workflow, Directory(), NOW))
    return [line.removeprefix("map.yaml:") for line in str(invalid.value).splitlines()]


@pytest.mark.parametrize(
    ("cell", "meant"),
    [("Yes", True), ("YES", True), ("1", True), ("true", True), ("No", False), ("", False), ("false", False)],
)
def test_true_and_false_have_the_words_of_the_file(
    app: Engine, tmp_path: Path, cell: str, meant: bool
) -> None:
    imported(app, tmp_path, f"lead: {{email: email, hot: {HOT}}}", "a.csv", f"email,hot\nkim@x.se,{cell}\n")
    assert of_kim(app) == {"hot": meant}


def test_another_word_is_neither_true_nor_false(app: Engine, tmp_path: Path) -> None:
    map = f"lead: {{email: email, hot: {HOT}}}"
    assert reasons(imported(app, tmp_path, map, "a.csv", "email,hot\nkim@x.se,maybe\n")) == [
        'hot: "maybe" is neither true nor false'
    ]


@pytest.mark.parametrize(
    ("notation", "cell", "stored"),
    [
        ('decimal: ",", thousands: "."', "1.234.567,80", "1234567.8"),
        ('decimal: ",", thousands: "."', "1234567,8", "1234567.8"),
        ('decimal: ","', "-12,5", "-12.5"),
        ('thousands: ","', "1,234.5", "1234.5"),
        ('thousands: ","', "12,34,567", "1234567"),  # as India writes it
        ('decimal: ",", thousands: " "', "1\u00a0234,5", "1234.5"),
        ('decimal: ",", thousands: "\'"', "1'234", "1234"),
    ],
)
def test_numbers_are_read_in_the_files_own_notation(
    app: Engine, tmp_path: Path, notation: str, cell: str, stored: str
) -> None:
    map = f"lead: {{email: email, revenue: {{column: revenue, {notation}}}}}"
    imported(app, tmp_path, map, "a.csv", f'email,revenue\nkim@x.se,"{cell}"\n')
    assert of_kim(app) == {"revenue": stored}


@pytest.mark.parametrize("cell", ["12.5", "1.23,4", "1,2,3", "1.234.56", "1e3", "€ 5", ".5"])
def test_a_number_in_another_notation_is_refused_and_never_read_as_a_hundred_times_as_much(
    app: Engine, tmp_path: Path, cell: str
) -> None:
    map = f"lead: {{email: email, revenue: {REVENUE}}}"
    (reason,) = reasons(imported(app, tmp_path, map, "a.csv", f'email,revenue\nkim@x.se,"{cell}"\n'))
    assert (
        reason == f'revenue: "{cell}" is not a number with "," before the decimals and "." between thousands'
    )


def test_a_whole_number_may_have_a_zero_after_its_point_from_any_file(app: Engine, tmp_path: Path) -> None:
    map = "lead: {email: email, employees: employees}"
    imported(app, tmp_path, map, "a.csv", "email,employees\nkim@x.se,120.0\n")
    assert of_kim(app) == {"employees": 120}
    imported(app, tmp_path, map, "a.jsonl", '{"email": "kim@x.se", "employees": 121.0}\n')
    assert of_kim(app) == {"employees": 121}
    refused = imported(app, tmp_path, map, "a.csv", "email,employees\nkim@x.se,120.5\nlee@x.se,1e3\n")
    assert reasons(refused) == [
        'employees: "120.5" is not a whole number', 'employees: "1e3" is not a whole number',
    ]  # fmt: skip


def test_a_whole_number_may_have_thousands(app: Engine, tmp_path: Path) -> None:
    map = 'lead: {email: email, employees: {column: employees, decimal: ",", thousands: "."}}'
    imported(app, tmp_path, map, "a.csv", 'email,employees\nkim@x.se,"1.200,0"\n')
    assert of_kim(app) == {"employees": 1200}


def test_what_a_file_itself_holds_as_a_number_or_truth_needs_no_notation(app: Engine, tmp_path: Path) -> None:
    """1.234 in JSON is a little over one, whatever the file's texts mean."""
    map = f"lead: {{email: email, revenue: {REVENUE}, hot: {HOT}}}"
    kim = '{"email": "kim@x.se", "revenue": 1.234, "hot": true}'
    lee = '{"email": "lee@x.se", "revenue": "1.234", "hot": 1}'
    imported(app, tmp_path, map, "a.jsonl", f"{kim}\n{lee}\n")
    assert of_kim(app) == {"revenue": "1.234", "hot": True}
    assert told_of(app, "lee@x.se") == {"revenue": "1234", "hot": True}
    table = pa.table({"email": ["kim@x.se", "mia@x.se", "bo@x.se"], "hot": [False, True, None],
                      "revenue": [2.5, 1234.0, 1e-3]})  # fmt: skip
    pq.write_table(table, tmp_path / "a.parquet")
    imported(app, tmp_path, map, "a.parquet", (tmp_path / "a.parquet").read_bytes())
    assert of_kim(app) == {"revenue": "2.5", "hot": False}
    assert told_of(app, "bo@x.se") == {"revenue": "0.001", "hot": False}
    pq.write_table(pa.table({"email": ["mia@x.se"], "revenue": [Decimal("1.500")]}), tmp_path / "b.parquet")
    map = f"lead: {{email: email, revenue: {REVENUE}}}"
    imported(app, tmp_path, map, "b.parquet", (tmp_path / "b.parquet").read_bytes())
    assert told_of(app, "mia@x.se") == {"revenue": "1.5", "hot": True}


def test_null_is_an_empty_cell_in_one_column_or_in_all(app: Engine, tmp_path: Path) -> None:
    kim = "email,source,employees\nkim@x.se,web,12\n"
    imported(app, tmp_path, "lead: {email: email, source: source, employees: employees}", "a.csv", kim)
    one = 'lead: {email: email, source: {column: source, null: [n/a, "-", NULL]}, employees: employees}'
    for cell in ("n/a", "-", "NULL"):
        again = imported(app, tmp_path, one, "a.csv", f"email,source,employees\nkim@x.se,{cell},12\n")
        assert again.unchanged == 1
    assert reasons(imported(app, tmp_path, one, "a.csv", "email,source,employees\nkim@x.se,null,n/a\n")) == [
        'source: "null" is not one of web, event; employees: "n/a" is not a whole number'
    ]
    all_of_them = "null: [n/a, NULL]\nlead: {email: email, source: {column: source, empty: event}}"
    imported(app, tmp_path, all_of_them, "a.csv", "email,source\nkim@x.se,NULL\n")
    assert of_kim(app) == {"source": "event", "employees": 12}


def test_null_in_all_columns_is_empty_for_when_and_instants_too(app: Engine, tmp_path: Path) -> None:
    map = """
null: "-"
lead: {email: email}
created_at: {column: source}
events: [{activity: visit, at: at, when: "row.at != ''"}]
"""
    report = imported(app, tmp_path, map, "a.csv", "email,source,at\nkim@x.se,-,-\n")
    assert (report.leads_added, report.events, report.refused) == (1, 0, 0)


def test_an_instant_that_is_null_says_so(app: Engine, tmp_path: Path) -> None:
    map = 'lead: {email: email}\nevents: [{activity: visit, at: {column: at, null: "-"}}]'
    (reason,) = reasons(imported(app, tmp_path, map, "a.csv", "email,at\nkim@x.se,-\n"))
    assert reason.startswith("at is empty; ")


@pytest.mark.parametrize(
    ("map", "expected"),
    [
        ("hot: {column: hot, true: [Y, n], false: [N]}", ['1:62: "n" is true as well as false']),
        ('hot: {column: hot, true: ["-"], null: "-"}', ['1:60: "-" is null, and true or false']),
        ('hot: {column: hot, empty: No, false: [No, ""]}',
         ["1:27: what an empty cell means is said twice: keep one of empty, true and false"]),
        ("hot: {column: hot, true: []}",
         ['1:47: true is a text of the file or a list of them, such as [Yes, "1"]']),
        ("hot: {column: hot, null: {a: b}}",
         ['1:47: null is a text of the file or a list of them, such as [Yes, "1"]']),
        ("source: {column: source, true: Yes}",
         ["1:39: true and false are for fields that are bool; source is string"]),
        ('source: {column: source, thousands: "."}',
         ["1:39: decimal and thousands are for numbers; source is string",
          '1:58: "." also stands before the decimals; say what does, as in decimal: ","']),
        ('revenue: {column: revenue, decimal: ",", thousands: ","}',
         ['1:74: "," also stands before the decimals']),
        ('revenue: {column: revenue, decimal: ";"}', ['1:58: decimal is one of "." ","']),
        ("revenue: {column: revenue, thousand: x}",
         ['1:49: unknown key "thousand"; did you mean "thousands"?']),
        ('source: source}\nfooter: [Total, ""]\ncreated_at: {column: at, format: [iso, "%Q"]',
         ["2:9: a line of footer begins with something; an empty text would begin every line",
          "3:34: cannot read by \"%Q\": 'Q' is a bad directive in format '%Q'"]),
        ("revenue: revenue}\ncreated_at: {column: at, decimal: '.'",
         ['2:26: unknown key "decimal"; known here: column, empty, null, timezone, format']),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_told_when_the_map_is_read(map: str, expected: list[str]) -> None:
    assert complaints(f"lead: {{email: email, {map}}}") == expected


def test_a_word_that_is_null_in_all_columns_cannot_be_true_in_one() -> None:
    map = 'null: ["-"]\nlead: {email: email, hot: {column: hot, true: "-"}}'
    assert complaints(map) == ['2:47: "-" is true, and null in all columns']


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("'+46 8 123", "+46 8 123"), ("'=1", "=1"), ("'-", "-"), ("'@kim", "@kim"), ('="00123"', "00123"),
        ('="say ""hi"""', 'say "hi"'), ("'s-Hertogenbosch", "'s-Hertogenbosch"), ("=1", "=1"), ("", ""),
    ],
)  # fmt: skip
def test_what_keeps_a_spreadsheet_from_calculating_is_no_part_of_a_text(text: str, meant: str) -> None:
    assert unescaped(text) == meant
