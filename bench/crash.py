"""Does work that is killed go on where it stopped, with nothing lost, doubled or half written?

    python bench/crash.py --db sqlite --kills 200
    python bench/crash.py --db postgresql --kills 200      # a server of its own; or the URL of one

Types the course of some days (``crashing/course.py``) once undisturbed. Then over and over, each time in
an empty database: one command after another, each killed before and after every commit of something
written and at random statements; or many at once, killed at random moments. What was killed is typed
again, a command of a lead only if the log does not have it. After that the log, the leads, the import
keys and the outbox must be what they were undisturbed. Prints one JSON line; exits with 1 where they
are not, and says on stderr what differs.

With fewer kills than three times the commits only a share of the places is taken, by chance. ``--strictly``
takes every one: each commit is killed at once before and after it, and none is passed over.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from crashing.course import Typed, course
from crashing.places import NewDatabase, databases
from crashing.processes import Death, Ended, Process, data
from crashing.standing import Standing, differences, happened, let_go, standing, verified

LONG_AFTER = timedelta(days=30)
VERIFY_EVERY = 10
MOST_COMMITS = 100
MOST_AT_RANDOM = 3
"""Times one command is killed at a random moment before it is let be."""


@dataclass
class Run:
    """The whole bench: what was wanted, what was done, what was found wrong."""

    folder: Path
    new: NewDatabase
    wanted_kills: int
    chance: random.Random
    size: tuple[int, int]
    strictly: bool = False
    commits: int = 0
    kills: int = 0
    commit_boundaries: int = 0
    wrong: list[str] = field(default_factory=list)
    codes: dict[Typed, int | None] = field(default_factory=dict)
    seconds: dict[Typed, float] = field(default_factory=dict)
    traceless: set[Typed] = field(default_factory=set)
    """Refused without an entry: no log can tell whether it happened, and it may be typed again."""
    standing: Standing = field(default_factory=Standing)
    steps: list[list[Typed]] = field(default_factory=list)

    def undisturbed(self, seed: int) -> None:
        """Types everything once; what stands then is what every other time must come to."""
        self.steps = course(self.folder, seed, *self.size)
        url = self.new()
        for typed in (each for together in self.steps for each in together):
            began = time.monotonic()
            ended = self._start(url, typed).wait()
            self.codes[typed], self.seconds[typed] = ended.code, time.monotonic() - began
            self.commits += ended.commits
            if ended.code and not self._is_done(url, typed, otherwise=True):
                self.traceless.add(typed)
            if ended.code not in (0, 1):
                self.wrong.append(f"undisturbed {' '.join(typed.words)}: {ended}")
        self.standing = standing(url, self._end)

    @property
    def _end(self) -> datetime:
        return self.steps[-1][-1].at + LONG_AFTER

    def disturbed(self) -> None:
        """Does it over until enough was killed: first at every commit, then at random moments."""
        first = True
        while first or (self.kills < self.wanted_kills and not self.wrong):
            url = self.new()
            for together in self.steps:
                if first or len(together) == 1:
                    for typed in together:
                        self._through_every_commit(url, typed)
                else:
                    self._all_at_once(url, together)
            self._compare(url)
            first = False

    def _through_every_commit(self, url: str, typed: Typed) -> None:
        """Each life of the command commits once at most, until one has nothing left to do."""
        for death in self._deaths():
            if self.chance.random() > self._share:
                death = None
            ended = self._start(url, typed, death).wait()
            if not self._died(url, typed, ended):
                return
            self.commit_boundaries += death is not None and death.place != "statement"
            if self._is_done(url, typed):
                return
        self.wrong.append(f"{' '.join(typed.words)} never ended")

    @property
    def _share(self) -> float:
        """Of the places to die at, how many are taken: all, unless that is more than was asked for."""
        places = 3 * self.commits
        return 1.0 if self.strictly or self.wanted_kills >= places else self.wanted_kills / (2 * places)

    def _deaths(self) -> Iterator[Death | None]:
        for _ in range(MOST_COMMITS):
            yield Death("before", 1)
            if not self.strictly:
                # It may be beyond a commit, which then goes by without being killed at.
                yield Death("statement", self.chance.randint(1, 30))
            yield Death("after", 1)

    def _all_at_once(self, url: str, together: list[Typed]) -> None:
        """Every command of a round runs at once; each is killed some times at moments of its life."""
        running = {typed: self._alive(url, typed, 0) for typed in together}
        while running:
            time.sleep(0.001)
            for typed, (process, dies_at, deaths) in list(running.items()):
                ended = process.poll()
                if ended is None:
                    if time.monotonic() >= dies_at:
                        process.kill()
                        running[typed] = (process, float("inf"), deaths)
                    continue
                del running[typed]
                if self._died(url, typed, ended) and not self._is_done(url, typed):
                    running[typed] = self._alive(url, typed, deaths + 1)

    def _alive(self, url: str, typed: Typed, deaths: int) -> tuple[Process, float, int]:
        lasts = self.chance.uniform(0, 4 * self.seconds[typed])
        dies_at = time.monotonic() + lasts if deaths < MOST_AT_RANDOM else float("inf")
        return self._start(url, typed), dies_at, deaths

    def _start(self, url: str, typed: Typed, death: Death | None = None) -> Process:
        words = ("--db", url, "--format", "json", *typed.words)
        return Process(self.folder, words, f"typed-{abs(hash(typed))}", death)

    def _died(self, url: str, typed: Typed, ended: Ended) -> bool:
        """Whether it was killed; what ends by itself must end as it did undisturbed, and stay done."""
        if ended.killed:
            self.kills += 1
            let_go(url, ended.name)
            if self.kills % VERIFY_EVERY == 0:
                self._verify(url)
            return True
        if ended.code != self.codes[typed]:
            self.wrong.append(f"{' '.join(typed.words)} ended with {ended.code}: {ended.err} {ended.out}")
        elif not self._is_done(url, typed, otherwise=True):
            self.wrong.append(f"{' '.join(typed.words)} said it was done, and the log does not have it")
        return False

    def _is_done(self, url: str, typed: Typed, otherwise: bool = False) -> bool:
        if typed.stream is None or typed in self.traceless:
            return otherwise
        return happened(url, typed.stream, typed.at)

    def _verify(self, url: str) -> None:
        ended = Process(self.folder, ("--db", url, "--format", "json", "log", "verify"), "verify").wait()
        # A kill in 'db upgrade' leaves a database without tables, and that is all it may leave.
        if ended.code != 0 and "has no tables yet" not in ended.err and "no such file" not in ended.err:
            self.wrong.append(f"log verify: {ended}")

    def _compare(self, url: str) -> None:
        """Whether everything is as it was undisturbed, also once every file is imported again."""
        ticks = [typed.at for together in self.steps for typed in together if typed.words[0] == "tick"]
        self.wrong += differences(standing(url, self._end), self.standing, ticks)
        for typed in (each for together in self.steps for each in together if each.is_import):
            told = data(self._start(url, typed).wait())
            if told["leads_added"] or told["leads_updated"] or told["events"]:
                self.wrong.append(f"{' '.join(typed.words)} again: {told}")
        self.wrong += differences(standing(url, self._end), self.standing, ticks)
        found = verified(url)
        if not found.ok:
            self.wrong.append(f"log verify: {found}")


def measure(
    wanted: str, kills: int, seed: int, size: tuple[int, int], strictly: bool
) -> tuple[dict[str, object], list[str]]:
    """The line to print, and what was found wrong."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="slaflow-crash-") as folder, databases(wanted) as new:
        run = Run(Path(folder), new, kills, random.Random(seed), size, strictly)
        run.undisturbed(seed)
        run.disturbed()
    if strictly and run.commit_boundaries < 2 * run.commits:
        run.wrong.append(f"{run.commits} commits, killed before and after only {run.commit_boundaries} times")
    told = {
        "db": "sqlite" if wanted == "sqlite" else "postgresql",
        "kills": run.kills,
        "commits": run.commits,
        "commit_boundaries": run.commit_boundaries,
        "entries": sum(map(len, run.standing.log.values())),
        "messages": run.standing.told.total(),
        "seconds": round(time.monotonic() - began, 1),
        "ok": not run.wrong,
    }
    return told, run.wrong


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--db", default="sqlite", metavar="sqlite|postgresql|URL")
    options.add_argument("--kills", type=int, default=40)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--rounds", type=int, default=4, help="rounds of commands in the course typed")
    options.add_argument("--leads", type=int, default=24, help="leads that it begins with, at least 9")
    options.add_argument("--strictly", action="store_true", help="killed before and after every commit")
    given = options.parse_args()
    size = (given.rounds, given.leads)
    told, wrong = measure(given.db, given.kills, given.seed, size, given.strictly)
    for line in wrong[:20]:
        sys.stderr.write(f"{line[:2000]}\n")
    sys.stdout.write(json.dumps(told) + "\n")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
