"""Keeps schemathesis from taking away what it asks by: the people it asks for, and their tokens."""

from __future__ import annotations

from typing import Any

import schemathesis

MARK = "@example.com"


@schemathesis.hook
def filter_case(context: Any, case: Any) -> bool:
    """Whether to send it: nobody recorded from the beginning is removed or moved, and no token revoked."""
    path, named = case.operation.path, case.path_parameters or {}
    if case.method in ("DELETE", "PUT") and path == "/people/{email}":
        return MARK not in str(named.get("email", "")).lower()
    return not (case.method == "DELETE" and path == "/tokens/{name}" and str(named.get("name")) in KNOWN)


KNOWN = ("party", "manager", "admin")
