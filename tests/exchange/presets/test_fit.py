"""What a preset comes to for an agreement and a header, before any database is asked."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.exports import AGREEMENT, BULK, DATA_LOADER, HUBSPOT, MARKETO, SALESFORCE

from slaflow.errors import UnknownName
from slaflow.exchange.errors import PresetUnfit
from slaflow.exchange.imports.map import read_map
from slaflow.exchange.presets.fit import check_identity, fitted_to
from slaflow.exchange.presets.preset import preset_named, preset_names
from slaflow.exchange.presets.text import map_text
from slaflow.workflow.load import load_workflow
from slaflow.workflow.model.workflow import Workflow


@pytest.fixture(scope="module")
def workflow() -> Workflow:
    compiled = load_workflow(AGREEMENT, "handoff.yaml").workflow
    assert compiled is not None
    return compiled


@pytest.mark.parametrize("name", preset_names())
def test_a_preset_is_a_map_without_any_file_too(workflow: Workflow, name: str) -> None:
    fitted = fitted_to(preset_named(name), workflow, None)
    document, _, findings = read_map(map_text(fitted))
    assert findings == []
    assert {"mail", "company_name", "first_name", "phone", "country"} <= document.lead.keys()
    assert document.created_at is not None
    assert fitted.dates == list(preset_named(name).dates)


@pytest.mark.parametrize(
    ("preset", "text", "complaint"),
    [
        ("hubspot", SALESFORCE, "export.csv: these columns are not those of a HubSpot contacts export; "
                                "they look like those of a Salesforce lead export: --map salesforce"),
        ("salesforce", MARKETO, "export.csv: these columns are not those of a Salesforce lead export; "
                                "they look like those of a Marketo lead export: --map marketo"),
        ("marketo", HUBSPOT, "export.csv: these columns are not those of a Marketo lead export; "
                             "they look like those of a HubSpot contacts export: --map hubspot"),
        ("hubspot", "a,b\n1,2\n", "export.csv: these columns are not those of a HubSpot contacts export; "
                                  "it has Record ID or Record ID - Contact or Contact ID"),
        ("hubspot", "Record ID,First Name\n1,Kim\n",
         '"handoff" knows a lead by mail, and no column of this HubSpot contacts export is known to hold it; '
         "say which one does in the map that --show-map prints"),
    ],
    ids=["hubspot", "salesforce", "marketo", "of nobody", "no identity"],
)  # fmt: skip
def test_a_file_the_preset_is_not_for_is_refused_in_one_line(
    workflow: Workflow, tmp_path: Path, preset: str, text: str, complaint: str
) -> None:
    file = tmp_path / "export.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(PresetUnfit) as refused:
        check_identity(fitted_to(preset_named(preset), workflow, file))
    assert str(refused.value) == complaint


def test_a_map_may_be_shown_before_it_is_known_what_identifies_a_lead(
    workflow: Workflow, tmp_path: Path
) -> None:
    file = tmp_path / "export.csv"
    file.write_text("Record ID,E-post\n1,kim@example.com\n", encoding="utf-8")
    fitted = fitted_to(preset_named("hubspot"), workflow, file)
    assert "  # mail: COLUMN" in map_text(fitted)
    with pytest.raises(PresetUnfit):
        check_identity(fitted)


def test_an_unknown_preset_names_the_nearest() -> None:
    with pytest.raises(UnknownName, match='unknown preset "hubspt"; did you mean "hubspot"'):
        preset_named("hubspt")


def test_rows_that_name_their_own_columns_are_for_a_map(workflow: Workflow, tmp_path: Path) -> None:
    file = tmp_path / "export.jsonl"
    file.write_text('{"Record ID": 1, "Email": "kim@example.com"}\n', encoding="utf-8")
    with pytest.raises(PresetUnfit, match="save the map that --show-map prints"):
        fitted_to(preset_named("hubspot"), workflow, file)


def test_only_the_system_itself_is_told_by_its_columns() -> None:
    headers = {"hubspot": [HUBSPOT], "salesforce": [SALESFORCE, DATA_LOADER], "marketo": [MARKETO, BULK]}
    for name, texts in headers.items():
        for text in texts:
            columns = [cell.strip('"') for cell in text.lstrip("\ufeff").splitlines()[0].split(",")]
            assert [each for each in preset_names() if preset_named(each).made(columns)] == [name]


def test_what_identifies_a_lead_may_be_the_other_systems_number() -> None:
    agreement = AGREEMENT.replace("[mail]", "[hubspot_id]").replace("mail: email", "hubspot_id: string")
    compiled = load_workflow(agreement, "handoff.yaml").workflow
    assert compiled is not None
    hubspot = fitted_to(preset_named("hubspot"), compiled, None)
    assert [each.column for each in hubspot.taken if each.field.name == "hubspot_id"] == ["Record ID"]
    assert fitted_to(preset_named("marketo"), compiled, None).missing == ["hubspot_id"]


@pytest.mark.parametrize(
    ("dates", "format", "said"),
    [
        (["3/6/2026", "3/14/2026, 2:30 PM"], "%m/%d/%Y", "3/14/2026 is read with the month first"),
        (["", "06/03/2026", "14/03/2026 14:30"], "%d/%m/%Y", "14/03/2026 is read with the day first"),
        (["06/03/2026"], "%m/%d/%Y", "06/03/2026 is read with the month first, as no date of the file says "
                                     "otherwise; change format in the map if it is not"),
        (["2026-03-06", "06.03.2026"], "%m/%d/%Y", None),
    ],
    ids=["American", "British", "either", "neither"],
)  # fmt: skip
def test_the_files_own_dates_tell_whether_the_month_stands_first(
    workflow: Workflow, tmp_path: Path, dates: list[str], format: str, said: str | None
) -> None:
    file = tmp_path / "report.csv"
    rows = "".join(f'00Q{n},{n}@example.com,"{day}"\n' for n, day in enumerate(dates))
    file.write_text(f"Lead ID,Email,Create Date\n{rows}", encoding="utf-8")
    fitted = fitted_to(preset_named("salesforce"), workflow, file)
    assert fitted.formats[1] == format
    assert ([note for note in fitted.notes() if "is read with" in note] or [None])[0] == said
