"""Whom random agreements let do what, beside parties; nobody recorded is an admin, so a bare party is one."""

from __future__ import annotations

from slaflow.workflow.model.parties import Grant

ROLES = ({"sales": "manager"}, {"marketing": "manager"}, {"sales": "admin"})
"""What a transition's ``by`` asks of some of its parties."""
LIFTED_BY = ({"sales": "manager"}, {"marketing": "member", "sales": "member"})
SET_BY = ({}, {"sales": "manager"}, {"marketing": "member"})
"""Who sets a field by hand; the first is nobody."""
OVERRIDES = ((Grant("sales"), Grant("marketing", "manager")), (Grant("sales", "manager"),))
