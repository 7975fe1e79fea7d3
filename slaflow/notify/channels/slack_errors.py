"""What Slack means by the errors of its Web API, and what to do about each.

Source: https://docs.slack.dev/reference/methods/chat.postMessage, "Errors", and .../users.lookupByEmail.
"""

from __future__ import annotations

import re
from datetime import timedelta

from slaflow.notify.answer import Again, Answer, Closed, Failed

NO_THREAD = frozenset(
    ("thread_not_found", "message_not_found", "cannot_reply_to_message", "restricted_action_thread_locked",
     "restricted_action_non_threadable_channel")
)  # fmt: skip
"""There is no answering to that message; one that stands alone would be taken."""
_WAIT = frozenset(("ratelimited", "rate_limited", "message_limit_exceeded"))
_NAMES = re.compile(r"[a-z0-9_]{1,60}")
_SCOPES = {"users.lookupByEmail": "users:read.email", "chat.postMessage": "chat:write"}

_TOKEN = "copy the token anew from OAuth & Permissions of the app"
_ADMINS = "ask the workspace's administrators"
_SIGNED_OUT = {
    "invalid_auth": _TOKEN,
    "not_authed": _TOKEN,
    "token_revoked": f"install the app again, and {_TOKEN}",
    "token_expired": _TOKEN,
    "account_inactive": f"install the app again, and {_TOKEN}",
    "not_allowed_token_type": "use the bot's token, which begins with xoxb-",
    "no_permission": _ADMINS,
    "access_denied": _ADMINS,
    "accesslimited": _ADMINS,
    "ekm_access_denied": _ADMINS,
    "enterprise_is_restricted": _ADMINS,
    "org_login_required": _ADMINS,
    "team_access_not_granted": _ADMINS,
}
_NO_ENTRY = "the app may not write there; " + _ADMINS
_BLOCKS = "slack does not take what its template makes; see slaflow outbox preview"
_NEVER = {
    "channel_not_found": "no such room, or a private one without the app; invite the app into it",
    "not_in_channel": "the app is not in the room; invite it, or give it the scope chat:write.public",
    "is_archived": "the room is archived; bring it back, or name another under [recipients]",
    "msg_too_long": "shorten its template",
    "no_text": _BLOCKS,
    "invalid_blocks": _BLOCKS,
    "invalid_blocks_format": _BLOCKS,
    "invalid_arguments": _BLOCKS,
    "too_many_attachments": _BLOCKS,
    "restricted_action": _NO_ENTRY,
    "restricted_action_read_only_channel": _NO_ENTRY,
    "restricted_action_thread_only_channel": _NO_ENTRY,
    "users_not_found": "nobody in the workspace has this e-mail address; name another way under [recipients]",
    "user_not_found": "nobody in the workspace has this id; name another way under [recipients]",
    "user_disabled": "this person has left the workspace; name another way under [recipients]",
    "cannot_dm_bot": "this is no person",
    "messages_tab_disabled": "the app has no place for messages; switch on Messages Tab under App Home",
    "channel_type_not_supported": _NO_ENTRY,
}


def meaning(error: str, method: str, after: timedelta | None) -> Answer:
    """What *error* of *method* means; what nobody has heard of is tried again."""
    # Words of the other side go into the database only if they can be an error's name.
    name = error if _NAMES.fullmatch(error) else "something else"
    if name in _WAIT:
        return Again("slack asks to wait", after)
    if name == "missing_scope":
        scope = _SCOPES.get(method, "chat:write")
        todo = f"give the app the scope {scope} under OAuth & Permissions, and install it again"
        return Closed(f"slack says {name}: {todo}", after)
    if name in _SIGNED_OUT:
        return Closed(f"slack says {name}: {_SIGNED_OUT[name]}", after)
    if name in _NEVER:
        return Failed(f"slack says {name}: {_NEVER[name]}")
    if name in NO_THREAD:
        return Failed(f"slack says {name}: {_NO_ENTRY}")
    return Again(f"slack says {name}", after)
