"""Which tests stay on one worker when several run them."""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

FILES = (
    "cli/lead/test_erase.py",
    "crash/test_environment_fails.py",
    "crash/test_killed.py",
    "crash/test_replica.py",
    "engine/tick/test_batch.py",
    "report/test_candour.py",
    "report/test_erased.py",
    "report/test_sla.py",
    "report/test_travels.py",
    "test_architecture.py",
    "test_forking.py",
    "test_packaging.py",
)
"""Those that make something dear once for all their tests, or take so long that they begin early."""


class Together(LoadScopeScheduling):  # type: ignore[misc]
    """Gives a worker test after test, of :data:`FILES` the whole file; those come first."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return file if file.endswith(FILES) else nodeid
