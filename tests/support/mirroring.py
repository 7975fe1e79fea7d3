"""A CRM that shows the office's leads: its map, its settings, and rounds of writing to it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from support.crm import Crm

from slaflow.engine.app import Engine
from slaflow.engine.setup import receivers
from slaflow.link.mirror import MirrorReport, run_once
from slaflow.settings.reach import Reach
from slaflow.store.linking import mirrors
from slaflow.store.linking.mirrors import Mirror

MAP = """\
object: contacts
find: {by: email}
out:
  slaflow_state: state
  slaflow_due: due.respond
  hs_lead_status: {from: state, is: {mql: NEW, accepted: OPEN}}
  hubspot_owner_id: {owner: true}
  company: {field: company}
both: {country: {field: country, wins: remote}}
"""


def reach_of(folder: Path, *names: str, text: str = MAP) -> Reach:
    """CRMs of those names, each by the map *text*."""
    file = folder / "crm.link.yaml"
    file.write_text(text, encoding="utf-8")
    crms = {name: {"kind": "hubspot", "token_env": "TOKEN", "map": file} for name in names}
    return Reach.model_validate({"crms": crms})


def mirrored(app: Engine, folder: Path, *names: str, text: str = MAP) -> Reach:
    """The same, made known to all that write."""
    reach = reach_of(folder, *names, text=text)
    receivers.apply(app, reach)
    return reach


def round_of(app: Engine, reach: Reach, crms: Mapping[str, Crm]) -> MirrorReport:
    """One round, in which nothing may go wrong that a CRM did not say."""
    report = run_once(app, reach, crms=crms)
    assert not report.problems
    return report


def row_of(app: Engine, lead: int, name: str = "crm") -> Mirror:
    with app.database.write() as conn:
        return mirrors.of_leads(conn, name, [lead])[lead]
