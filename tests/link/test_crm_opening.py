"""A CRM is opened by its name, with what signs in; nothing is asked of it yet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from slaflow.errors import UnknownName
from slaflow.link.crm.opening import opened
from slaflow.settings.reach import Reach
from slaflow.settings.secret import SecretMissing

KINDS: dict[str, dict[str, Any]] = {
    "hubspot": {"token_env": "SECRET"},
    "salesforce": {
        "client_secret_env": "SECRET",
        "client_id": "app",
        "url": "https://example.my.salesforce.com",
    },
}


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_opened_by_its_name(kind: str) -> None:
    reach = Reach.model_validate(
        {"crms": {"crm": {"kind": kind, "map": Path("crm.link.yaml"), **KINDS[kind]}}}
    )
    crm = opened(reach, "crm", environment={"SECRET": "s3cret"})
    try:
        assert crm.most in (100, 200)
    finally:
        crm.close()
    with pytest.raises(SecretMissing, match="the variable SECRET is not set"):
        opened(reach, "crm", environment={})
    with pytest.raises(UnknownName, match='unknown receiver "cmr"; did you mean "crm"'):
        opened(reach, "cmr", environment={})
