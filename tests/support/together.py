"""Which tests stay on one worker when several run them."""

from __future__ import annotations

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

FILES = (
    "cli/lead/test_erase.py",
    "crash/test_environment_fails.py",
    "crash/test_killed.py",
    "crash/test_replica.py",
    "engine/log/test_workers.py",
    "engine/tick/test_batch.py",
    "report/test_candour.py",
    "report/test_erased.py",
    "report/test_kept.py",
    "report/test_sla.py",
    "report/test_travels.py",
    "store/figures/test_renamed.py",
    "test_architecture.py",
    "test_forking.py",
    "test_packaging.py",
    "web/looks/test_walk.py",
)
"""Those that make something dear once for all their tests, or take so long that they begin early."""
LONGEST = (
    "web/api/test_schemathesis.py",
    "web/test_roles.py",
    "web/api/test_who_may.py",
    "cli/test_serve_several.py",
    "crash/test_senders_killed.py",
    "web/desk/test_countdown_in_chromium.py",
    "web/desk/test_rows_in_chromium.py",
    "web/test_let_in_in_chromium.py",
    "web/test_in_words.py",
    "web/test_nothing_is_told.py",
    "web/record/test_record.py",
    "engine/commitments/test_restated.py",
    "engine/leads/test_erase.py",
    "engine/log/test_pages.py",
    "notify/test_isolation.py",
    "notify/test_silence.py",
)
"""Those with tests of some seconds, which are handed out before the many of a tenth of one: whichever came
last would be waited for."""
SOON_DONE = tuple(
    f"tests/{name}/" for name in ("agreement", "clock", "hours", "lifecycle", "log", "trial", "workflow")
)
"""Folders whose tests take no longer than it takes to hand them out one by one."""


class Together(LoadScopeScheduling):  # type: ignore[misc]
    """Gives a worker test after test, but whole files of FILES and SOON_DONE, which come first."""

    @staticmethod
    def put_first(items: list[pytest.Item]) -> None:
        """Has the tests of LONGEST, as they are ordered among themselves, begin before all others."""
        items.sort(key=lambda each: not each.path.as_posix().endswith(LONGEST))

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return file if file.endswith(FILES) or file.startswith(SOON_DONE) else nodeid

    def mark_test_complete(self, node: Any, item_index: int, duration: float = 0) -> None:
        """Forgets what is done, which would be counted through after every test of thousands."""
        super().mark_test_complete(node, item_index, duration)
        scope = self._split_scope(self.registered_collections[node][item_index])
        if all(self.assigned_work[node][scope].values()):
            del self.assigned_work[node][scope]
