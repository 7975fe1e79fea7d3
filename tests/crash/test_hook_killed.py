"""Who applies deliveries is killed between deciding and committing: nothing is lost, nothing done twice."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

from support.hooking import applied, arrived, deliver, fields, minute, reach_to, statuses
from support.small import AGREEMENT, NOW, kinds

from slaflow.engine.app import Engine
from slaflow.store.database import Database

KILLED = """
import os, signal, sys
from pathlib import Path
from datetime import datetime
from slaflow.engine.app import Engine
from slaflow.link import apply
from slaflow.link.run import run_once
from slaflow.settings.reach import Reach
from slaflow.store.database import Database

keep = apply.Round._keep

def kept(*given):
    keep(*given)
    os.kill(os.getpid(), signal.SIGKILL)

apply.Round._keep = kept
url, map, now = sys.argv[1:]
hook = {"kind": "hubspot", "secret_env": "S", "map": map}
reach = Reach.model_validate({"hooks": {"crm": hook}}, context={"folder": Path(map).parent})
at = datetime.fromisoformat(now)
run_once(Engine(Database(url), now=lambda: at), reach, "crm", now=at)
"""


def test_what_was_in_hand_is_applied_once_by_the_next(
    database_url: str, database: Database, loaded_python: list[str], tmp_path: Path
) -> None:
    app, reach = Engine(database, now=lambda: NOW), reach_to(tmp_path)
    app.activate(AGREEMENT)
    did = {"did": "visit", "did_at": minute(2).isoformat(), "who": "lead"}
    deliver(app, arrived("a", minute(1), email="a@example.com", employees="1"))
    deliver(app, arrived("b", minute(2), row=did, employees="2"))
    words = [database_url, str(tmp_path / "hook.yaml"), NOW.isoformat()]
    killed = subprocess.run([*loaded_python, "-c", KILLED, *words], env={**os.environ, "SLAFLOW_DB": ""})
    assert killed.returncode in (-signal.SIGKILL, 128 + signal.SIGKILL)
    assert statuses(app) == {"a": "waiting", "b": "waiting"}
    assert applied(app, reach).counts == {"applied": 2}
    assert kinds(app, "a@example.com") == ["created", "changed", "activity"]
    assert fields(app, "a@example.com")["employees"] == 2
    assert app.replay().findings == []
