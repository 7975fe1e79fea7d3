"""Teams of random agreements, some of which pass leads on, and the rules that ask nothing of a lead."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from hypothesis import strategies as st

from slaflow.workflow.model.parties import Route, Team

PLAIN = Team("nordics", "sales", "office")
BOUNDED = (
    replace(PLAIN, capacity=1),
    replace(PLAIN, assign="least_loaded", per_day=1),
    replace(PLAIN, assign="least_loaded", capacity=2, only_open=True),
)
RULES = (
    Route("team", "nordics"),
    Route("team", "solo"),
    Route("team", "growth"),
    Route("previous", "previous"),
    Route("previous", "previous", skip_breached=True),
    Route("account", "account"),
)


@cache
def teams() -> st.SearchStrategy[dict[str, Team]]:
    """Two of sales and one of marketing; the first is bounded now and then."""
    others = {"solo": Team("solo", "sales", "evenings"), "growth": Team("growth", "marketing")}
    first = st.sampled_from((PLAIN,) * 6 + BOUNDED)
    return first.map(lambda nordics: {"nordics": nordics, **others})
