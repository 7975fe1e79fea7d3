"""How fast what waits reaches its receivers, and what one that hangs costs the others.

    python bench/outbox.py --n 10000 --receivers 4
    python bench/outbox.py --n 10000 --receivers 4 --hang 1 --db postgresql+psycopg://user@/postgres

A tick breaks promises, of which each receiver is told; then ``slaflow outbox send`` runs in a process of its
own, the receivers in another. With ``--db`` on PostgreSQL a server on which databases may be created. Prints
one JSON line: ``messages`` are those to receivers that answer, ``seconds`` until the last of them came,
``p95_lag_seconds`` how long after the start of sending 95 of 100 had, memory is the sender's.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import ground
from receivers import Receivers, receiving

SECRET = "whsec_" + "b" * 40
AGREEMENT = ground.AGREEMENT.replace("    steps:\n      100%: [{notify: owner}]\n", "")
RECEIVER = """\
[receivers.r{place}]
kind = "webhook"
url = "http://127.0.0.1:{port}/in"
secret_env = "BENCH_HOOK"
events = ["breached"]
"""
PATIENCE = 600


def slaflow(url: str, *words: str) -> list[str]:
    return [sys.executable, "-m", "slaflow", "--db", url, *words]


def measure(url: str, n: int, number: int, hanging: int) -> dict[str, object]:
    """Fills the outbox, sends, and tells how that went."""
    each = n // number
    environment = {**os.environ, "BENCH_HOOK": SECRET}
    engine = ground.prepared(url, AGREEMENT)
    with receiving(number, hanging) as receivers, tempfile.TemporaryDirectory() as folder:
        tables = [RECEIVER.format(place=place, port=port) for place, port in enumerate(receivers.ports)]
        net = '[net]\nallow = ["127.0.0.0/8"]\n'
        Path(folder, "slaflow.toml").write_text("\n".join((*tables, net)), encoding="utf-8")
        subprocess.run(slaflow(url, "receiver", "apply", "--quiet"), cwd=folder, env=environment, check=True)
        ground.fill(engine, each)
        engine.tick(ground.START + timedelta(days=1))
        engine.database.dispose()
        began = time.monotonic()
        with subprocess.Popen(
            slaflow(url, "outbox", "send", "--quiet"), cwd=folder, env=environment
        ) as sender:
            lags = _lags(receivers, sender, each, number - hanging, began)
            sender.terminate()
        peak = ground.mb(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
    return {
        "db": engine.database.dialect,
        "messages": len(lags),
        "receivers": number,
        "hang": hanging,
        "seconds": round(lags[-1], 3),
        "per_s": round(len(lags) / lags[-1]),
        "p95_lag_seconds": round(lags[len(lags) * 95 // 100], 3),
        "peak_rss_mb": peak,
    }


def _lags(
    receivers: Receivers, sender: subprocess.Popen[bytes], each: int, answering: int, began: float
) -> list[float]:
    """When what came to those that answer, in seconds after the start, once all of it has."""
    while time.monotonic() < began + PATIENCE:
        is_over = sender.poll() is not None
        arrived = receivers.arrived()[:answering]
        if all(len(theirs) >= each for theirs in arrived):
            return sorted(at - began for theirs in arrived for at in theirs)
        if is_over:
            break
        time.sleep(0.2)
    raise SystemExit(f"of {each} each these came: {', '.join(str(len(theirs)) for theirs in arrived)}")


def main() -> None:
    options = ground.options(__doc__, n=10_000)
    options.add_argument("--receivers", type=int, default=4)
    options.add_argument(
        "--hang", type=int, default=0, help="so many of them take a request and never answer"
    )
    given = options.parse_args()
    with ground.fresh_url(given.db) as url:
        ground.tell(**measure(url, given.n, given.receivers, given.hang))


if __name__ == "__main__":
    main()
