"""What changes in Salesforce is heard by its messages and by asking it, and kept once however it comes."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from doubles.salesforce import ORGANIZATION, SalesforceDouble
from support.an_organization import a_lead
from support.office import Present

from slaflow.engine.app import Engine
from slaflow.link.crm.salesforce import Salesforce
from slaflow.link.pull import pull
from slaflow.link.receive import receive
from slaflow.link.shapes import Request
from slaflow.settings.reach import Reach
from slaflow.store.linking import inbox
from slaflow.store.linking.inbox import Delivered

MAP = "lead:\n  email: Email\n  company: Company\n  country: row.CreatedDate\n"
SOAP = (("content-type", "text/xml; charset=UTF-8"),)


@pytest.fixture
def reach(tmp_path: Path) -> Reach:
    file = tmp_path / "salesforce.hook.yaml"
    file.write_text(MAP, encoding="utf-8")
    crm = {"kind": "salesforce", "url": "https://acme.example.com", "client_id": "c", "map": file}
    hook = {"kind": "salesforce", "token_env": "TOKEN", "organization": ORGANIZATION[:15], "map": file}
    return Reach.model_validate(
        {"crms": {"crm": {**crm, "client_secret_env": "SECRET"}}, "hooks": {"salesforce": hook}}
    )


def heard(app: Engine) -> list[Delivered]:
    with app.database.read() as conn:
        return sorted(inbox.listed(conn, hook="salesforce"), key=lambda each: (each.occurred_at, each.key))


def test_what_was_heard_is_not_taken_again_by_asking(
    app: Engine, present: Present, reach: Reach, org: SalesforceDouble, crm: Salesforce
) -> None:
    org.watched = ("Id", "Email", "Company", "CreatedDate", "LastModifiedDate")
    org.page = 2
    present.at = since = org.now
    first, *others = [a_lead(org, f"{number}@example.com") for number in range(5)]
    org.now += timedelta(minutes=5)
    org.edit("Lead", first, Company="Ä & Ö <AB>")
    answers = iter((OSError(), None))

    def post(body: bytes) -> bytes:
        """Kept, and at first the answer is lost."""
        url = "https://sla.example.com/hooks/salesforce/token"
        said = receive(
            app, reach, "salesforce", Request("POST", url, "token", SOAP, body), {"TOKEN": "token"}
        )
        if (lost := next(answers)) is not None:
            raise lost
        return said.body

    assert (org.deliver(post), org.deliver(post), org.deliver(post)) == (0, 1, 0)
    (told,) = heard(app)
    assert (told.remote, told.row["Company"], told.occurred_at) == (first, "Ä & Ö <AB>", org.now)
    present.at = org.now + timedelta(minutes=1)
    found = pull(app, reach, "crm", crm, object="Lead", since=since)
    assert (found.records, found.taken) == (5, 4)
    assert {each.remote for each in heard(app)} == {first, *others}
    assert pull(app, reach, "crm", crm, object="Lead").taken == 0
