"""How the site that says who people are does, for ``slaflow doctor``; it is asked where that is wanted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from slaflow.engine.setup.doctor import Check
from slaflow.errors import SlaflowError
from slaflow.net.client import Client
from slaflow.net.discovery import discovered
from slaflow.settings.environment import variables
from slaflow.settings.reach import Reach

NAME = "oidc"
TIMEOUT = timedelta(seconds=10)


def examine(reach: Reach, environment: Mapping[str, str] | None = None) -> list[Check]:
    """Whether people could be sent there; nothing where no such site is named."""
    if (told := reach.web.oidc) is None:
        return []
    place = told.place("web.oidc", "secret")
    assert place is not None, "the settings were looked at"
    try:
        place.read(variables() if environment is None else environment)
    except SlaflowError as error:
        return [Check(NAME, False, str(error))]
    if reach.public_url is None:
        mend = "write public_url, and tell that site of it with /sign-in/back behind"
        return [Check(NAME, False, f"nobody but this machine comes back from there; {mend}")]
    ways = "alone" if told.only else "or with a password"
    back = f"{reach.public_url.rstrip('/')}/sign-in/back"
    return [Check(NAME, True, f"people sign in with {told.name} {ways}, and come back to {back}")]


def tried(reach: Reach) -> list[Check]:
    """What that site says of itself now."""
    if (told := reach.web.oidc) is None:
        return []
    client = Client(reach.net.allow, TIMEOUT)
    try:
        discovered(client, told.issuer)
    except SlaflowError as error:
        return [Check("try", False, f"{NAME}: {error}")]
    finally:
        client.close()
    return [Check("try", True, f"{NAME}: {told.name} could be asked who people are now")]
