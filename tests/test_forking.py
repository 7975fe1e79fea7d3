"""A process that is forked for a test ends, and is ended, as one that was started from nothing."""

from __future__ import annotations

import signal
import subprocess

import psutil
import pytest


@pytest.mark.parametrize(
    ("code", "ends"),
    [
        ("", 0),
        ("import sys; sys.exit(7)", 7),
        ("import sys; sys.exit('no')", 1),
        ("1 / 0", 1),
        ("import os; os.kill(os.getpid(), 9)", -signal.SIGKILL),
        ("import os; os.kill(os.getpid(), 15)", -signal.SIGTERM),
    ],
)
def test_it_ends_as_it_would_anywhere(loaded_python: list[str], code: str, ends: int) -> None:
    assert subprocess.run([*loaded_python, "-c", code], capture_output=True).returncode == ends


def test_it_is_killed_with_the_process_that_stands_for_it(loaded_python: list[str]) -> None:
    sleeps = "import os, time; print(os.getpid(), flush=True); time.sleep(600)"
    with subprocess.Popen([*loaded_python, "-c", sleeps], stdout=subprocess.PIPE) as started:
        assert started.stdout is not None
        forked = psutil.Process(int(started.stdout.readline()))
        started.kill()
    psutil.wait_procs([forked], timeout=30)
    assert not forked.is_running()


def test_an_interrupt_is_sent_on(loaded_python: list[str]) -> None:
    waits = """
import time
try:
    print("waits", flush=True)
    time.sleep(600)
except KeyboardInterrupt:
    print("interrupted")
"""
    with subprocess.Popen([*loaded_python, "-c", waits], stdout=subprocess.PIPE, text=True) as started:
        assert started.stdout is not None
        started.stdout.readline()
        started.send_signal(signal.SIGINT)
        assert (started.stdout.read(), started.wait()) == ("interrupted\n", 0)
