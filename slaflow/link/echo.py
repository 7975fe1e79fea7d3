"""What slaflow itself wrote into a CRM and hears of again: it says nothing new."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from slaflow.settings.hooks import AnyHook, HubSpotHook, SalesforceHook

CLIENT = "client=slaflow"
"""What is said of the caller with each write to Salesforce, and comes back in ``changeOrigin``."""
SAME_FOR = 15
"""Characters of a Salesforce id; those that follow only say again which of them are capitals."""


def is_ours(hook: AnyHook, row: Mapping[str, str]) -> bool:
    """Whether the sender says that slaflow did it."""
    if isinstance(hook, HubSpotHook):
        app = str(hook.app_id)
        return hook.app_id is not None and any(
            text in (app, f"appId:{app}") for text in _all(row, "sourceId")
        )
    if isinstance(hook, SalesforceHook):
        # A change event tells what was changed in it; a message, all of a record that others change too.
        if any(CLIENT in origin.split(";") for origin in _all(row, "changeOrigin")):
            return True
        return hook.user is not None and any(
            text[:SAME_FOR] == hook.user[:SAME_FOR] for text in _all(row, "commitUser")
        )
    return False


def says_who(hook: AnyHook, row: Mapping[str, str]) -> bool:
    """Whether the sender says of just what was changed who did it: what is not ours is somebody else's then,
    whatever it says."""
    if isinstance(hook, HubSpotHook):
        return hook.app_id is not None and any(_all(row, "sourceId"))
    return isinstance(hook, SalesforceHook) and next(_all(row, "changeOrigin"), None) is not None


def is_told_whole_by_another(hook: AnyHook, row: Mapping[str, str]) -> bool:
    """Whether all of a record is told as somebody else left it: whatever differs in it is theirs."""
    is_signed = isinstance(hook, SalesforceHook) and hook.user is not None and "LastModifiedById" in row
    return is_signed and not is_written_last_by_us(hook, row)


def tells_just(hook: AnyHook, row: Mapping[str, str], column: str | None) -> bool:
    """Whether the sender says that just that field was changed, and not how all of a record is."""
    if column is None or column not in row:
        return False
    if isinstance(hook, HubSpotHook):
        return row.get("propertyName") == column.rpartition(".")[2]
    # Of an update what is empty and was not changed is left out as it comes in.
    is_update = row.get("ChangeEventHeader.changeType") == "UPDATE"
    return is_update and row.get("ChangeEventHeader.changedFields", "[]") != "[]"


def leaves_out_empty(hook: AnyHook, row: Mapping[str, str]) -> bool:
    """Whether a field that was chosen to be told, and is not, is empty: so Salesforce writes its messages."""
    return isinstance(hook, SalesforceHook) and "notification" in row


def is_written_last_by_us(hook: AnyHook, row: Mapping[str, str]) -> bool:
    """Whether slaflow's own user was the last to change a record of which all is told."""
    if not isinstance(hook, SalesforceHook) or hook.user is None:
        return False
    return any(text[:SAME_FOR] == hook.user[:SAME_FOR] for text in _all(row, "LastModifiedById"))


def _all(row: Mapping[str, str], name: str) -> Iterator[str]:
    return (text for column, text in row.items() if column.rpartition(".")[2] == name)
