"""Importing a file: leads and their dated history, some thousand events to a transaction.

The file is read once into a spool, sorted there, and applied through ``engine/apply.py``, the one write
path. What cannot be used is refused with its reason, counted and written out; importing the same file
again changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slaflow.engine.files.own import Protected
from slaflow.engine.transaction import tried, uncollected
from slaflow.errors import SlaflowError
from slaflow.exchange.errors import FileUnreadable
from slaflow.exchange.imports.actors import Actors, record_new
from slaflow.exchange.imports.batch import Applied, Batch
from slaflow.exchange.imports.binding import ImportMap, bind
from slaflow.exchange.imports.footer import Footer
from slaflow.exchange.imports.map import read_map
from slaflow.exchange.imports.rejects import places, write_rejected
from slaflow.exchange.imports.row import Reading, RowReader
from slaflow.exchange.imports.source import open_table
from slaflow.exchange.imports.spool import SIZE_AT_ONCE, Item, Spool, open_spool
from slaflow.exchange.imports.table import Form, Row
from slaflow.exchange.presets.fit import check_identity, fitted_to
from slaflow.exchange.presets.preset import Preset
from slaflow.exchange.presets.text import map_text
from slaflow.hours.zones import micros_at
from slaflow.store import statistics
from slaflow.store.database import Connection
from slaflow.store.rows import imported as import_store
from slaflow.store.rows import leads as lead_store
from slaflow.store.rows import people as people_store
from slaflow.workflow.model.workflow import Workflow

if TYPE_CHECKING:
    from slaflow.engine.app import Engine

AT_ONCE = 2500
"""Rows read, and things applied in one transaction, at a time."""
REJECTED_SHOWN = 1000
"""Refusals in the report; the file has all."""

Progress = Callable[[str, int, int | None], None]
"""Called with what is being done (``reading`` or ``importing``), how much is done, and of how much."""


@dataclass(slots=True)
class ImportReport:
    """What an import did. ``refused`` counts every refusal, of which ``rejected`` holds the first.

    ``unchanged`` are rows of which nothing was applied and nothing refused: all they say was known.
    ``notes`` are lines for a person, about the map and about people that were recorded.
    """

    rows: int = 0
    leads_added: int = 0
    resurrected: int = 0
    leads_updated: int = 0
    events: int = 0
    unchanged: int = 0
    refused: int = 0
    rejected: list[tuple[int, str]] = field(default_factory=list)
    lines: dict[int, int | None] = field(default_factory=dict)
    """The line of the file on which each of the rows in ``rejected`` begins; None: the file has no lines."""
    rejected_file: Path | None = None
    notes: list[str] = field(default_factory=list)
    done: int = 0
    to_do: int = 0
    _last_changed: str | None = None

    @property
    def ok(self) -> bool:
        """Whether everything the file says was taken; else the command ends with 1."""
        return not self.refused

    def count(self, applied: Applied, last: str) -> None:
        """Adds a batch; *last* is the lead it ended with, which the next one may go on with."""
        self.leads_added += applied.leads_added
        self.resurrected += applied.resurrected
        self.leads_updated += len(applied.changed - {self._last_changed})
        self.events += applied.events
        if last in applied.changed:
            self._last_changed = last
        elif self._last_changed != last:
            self._last_changed = None

    def as_json(self) -> dict[str, Any]:
        """The report as json.md, "The rest", promises it."""
        return {
            "rows": self.rows,
            "leads_added": self.leads_added,
            "leads_updated": self.leads_updated,
            "events": self.events,
            "unchanged": self.unchanged,
            "rejected": [
                {"row": row, "line": self.lines.get(row), "reason": reason} for row, reason in self.rejected
            ],
            "rejected_file": None if self.rejected_file is None else str(self.rejected_file),
        }


class ImportStopped(SlaflowError):
    """Somebody stopped the import between two batches; ``report`` says what was done until then."""

    code = "import_stopped"

    def __init__(self, report: ImportReport) -> None:
        self.report = report
        super().__init__(
            f"stopped after {report.done} of {report.to_do} steps: {report.leads_added} leads added, "
            f"{report.leads_updated} updated, {report.events} events applied; "
            "import the same file again to go on from there"
        )


def import_file(
    app: Engine,
    file: Path,
    map: Path | Preset,
    *,
    now: datetime | None = None,
    dry_run: bool = False,
    rejected: Path | None = None,
    retry: bool = False,
    resurrect: bool = False,
    workflow: str | None = None,
    progress: Progress | None = None,
) -> ImportReport:
    """Imports *file* by *map*, a file or a preset, under the active version of *workflow*.

    Args:
        now: the command's clock; None: the engine's.
        dry_run: decide everything, change nothing, write no file.
        rejected: where refused rows go; None: ``FILE.rejected.csv`` beside *file*, else here.
        retry: try again what an earlier import of these events was refused.
        resurrect: record anew leads that were erased, which are refused otherwise.
        workflow: which agreement, where several are active.

    Raises:
        MapInvalid: the map does not fit the workflow or the file; nothing was read.
        PresetUnfit: the file is not what the preset is for, or does not tell which leads it is about.
        FileUnreadable: *file* or *map* cannot be opened.
        RowsInDoubt: nobody can tell where a row of *file* ends; nothing was imported.
        FileProtected: refused rows would be written over *file*, *map* or something else of one's own.
        ImportStopped: interrupted; batches are whole or absent.

    Source: import-map.md; rules.md, 2 and 24. Memory is bounded by the batch.
    """
    protected = Protected(app, (file,) if isinstance(map, Preset) else (file, map))
    for place in places(file, rejected):
        protected.check(place)
    run = _Run(app, app.active(workflow), now or app.now(), retry, resurrect, progress or _nobody)
    with open_spool() as spool:
        form = run.read(file, map, spool)
        try:
            run.apply(spool, dry_run)
        except KeyboardInterrupt:
            run.finish(spool, file, rejected, form, dry_run)
            raise ImportStopped(run.report) from None
        run.finish(spool, file, rejected, form, dry_run)
    return run.report


def _nobody(what: str, done: int, of: int | None) -> None:
    """Progress that nobody watches."""


class _Run:
    """One import on its way."""

    def __init__(
        self, app: Engine, workflow: Workflow, now: datetime, retry: bool, resurrect: bool, progress: Progress
    ) -> None:
        self.app = app
        self.workflow = workflow
        self.now = now
        self.retry = retry
        self.resurrect = resurrect
        self.progress = progress
        self.report = ImportReport()
        with app.database.read() as conn:
            self.actors = Actors(workflow, people_store.directory(conn), now)

    def read(self, file: Path, map: Path | Preset, spool: Spool) -> Form:
        """Fills *spool*; gives how the file is written."""
        text = self._fitted(map, file) if isinstance(map, Preset) else _map_text(map)
        name = map.name if isinstance(map, Preset) else str(map)
        document, _, _ = read_map(text)
        with open_table(file, document.delimiter, document.columns()) as table:
            bound = bind(text, name, self.workflow, table.columns, self.actors)
            reader = RowReader(bound, self.actors, self.now)
            footer = Footer(document.footer)
            rows = footer.below(table)
            while batch := _batch(rows, reader):
                spool.add(batch)
                self.progress("reading", spool.rows, None)
        self.report.rows = spool.rows
        self._note_unseen(bound)
        self._note_footer(footer)
        return table.form if table.columns else replace(table.form, columns=bound.all_columns())

    def _fitted(self, preset: Preset, file: Path) -> str:
        """The map that *preset* comes to for *file*."""
        fitted = fitted_to(preset, self.workflow, file)
        check_identity(fitted)
        self.report.notes += [f"{preset.name}: {note}" for note in fitted.notes()]
        return map_text(fitted)

    def _note_footer(self, footer: Footer) -> None:
        if footer.lines:
            lines = (
                "the last line is" if len(footer.lines) == 1 else f"the last {len(footer.lines)} lines are"
            )
            self.report.notes.append(f'{lines} no rows but a footer, from "{footer.lines[0][:60]}" on')

    def _note_unseen(self, bound: ImportMap) -> None:
        """Says which columns of the map no row had, where there is no header to check them against."""
        if bound.names.columns is None and self.report.rows:
            unseen = [column for column in bound.columns if column not in bound.names.seen]
            self.report.notes += [f'no row has a column "{column}"' for column in unseen]

    def apply(self, spool: Spool, dry_run: bool) -> None:
        """Applies everything in the spool, or in a dry run seems to."""
        now = micros_at(self.now)
        spool.gather_leads(now)
        if not dry_run:
            self._apply_all(spool, now, None)
            return
        with self.app.database.rehearsal() as conn:
            self._apply_all(spool, now, conn)

    def _apply_all(self, spool: Spool, now: int, rehearsal: Connection | None) -> None:
        for keys in spool.lead_keys(AT_ONCE):
            with self._reading(rehearsal) as conn:
                spool.mark_known(_known_since(conn, keys))
        known: list[str] = []
        for keys in spool.former_keys(AT_ONCE):
            with self._reading(rehearsal) as conn:
                known += import_store.known(conn, keys)
        spool.keep_former(known)
        self.report.to_do = spool.put_in_order(now)
        self._record_people(rehearsal)
        position = 0
        while items := spool.after(position, AT_ONCE):
            applied = self._apply_batch(items, rehearsal)
            position = items[-1].position
            spool.refuse(applied.refusals)
            spool.mark_applied(applied.rows)
            self.report.count(applied, items[-1].key)
            self.report.done += len(items)
            self.progress("importing", self.report.done, self.report.to_do)

    @contextmanager
    def _reading(self, rehearsal: Connection | None) -> Iterator[Connection]:
        if rehearsal is not None:
            yield rehearsal
            return
        with self.app.database.read() as conn:
            yield conn

    @contextmanager
    def _writing(self, rehearsal: Connection | None) -> Iterator[Connection]:
        """A transaction of its own, or in a dry run the one that is not to last."""
        if rehearsal is not None:
            yield rehearsal
            return
        with self.app.database.write() as conn:
            yield conn

    def _record_people(self, rehearsal: Connection | None) -> None:
        """Records those whom the file names first, from the command's clock on."""
        if not self.actors.new:
            return
        with self._writing(rehearsal) as conn:
            record_new(conn, self.actors, self.now)
        number = len(self.actors.new)
        who, were = ("1 person", "was") if number == 1 else (f"{number} people", "were")
        done = "would be" if rehearsal is not None else were
        self.report.notes.append(f"{who} {done} recorded who {were} not known before")

    def _apply_batch(self, items: list[Item], rehearsal: Connection | None) -> Applied:
        def once() -> Applied:
            with uncollected(), self._writing(rehearsal) as conn:
                batch = Batch(
                    self.app, conn, self.workflow,
                    now=self.now, retry=self.retry, resurrect=self.resurrect,
                )  # fmt: skip
                return batch.apply(items, rehearsed=rehearsal is not None)

        return once() if rehearsal is not None else tried(once)

    def finish(self, spool: Spool, file: Path, rejected: Path | None, form: Form, dry_run: bool) -> None:
        """Completes the report and writes the file of what was refused."""
        if self.report.done == self.report.to_do:
            self.report.unchanged = spool.unchanged()
        self._note_resurrected(dry_run)
        for refused in spool.refusals():
            self.report.refused += 1
            if self.report.refused <= REJECTED_SHOWN:
                self.report.rejected.append((refused.row, refused.reason))
                self.report.lines[refused.row] = refused.line
        if self.report.refused and not dry_run:
            self.report.rejected_file = write_rejected(file, rejected, form, spool.refusals)
        if not dry_run:
            # All is done; who is in a hurry goes without, and autovacuum sees to it.
            with suppress(KeyboardInterrupt):
                statistics.refresh(self.app.database)

    def _note_resurrected(self, dry_run: bool) -> None:
        if number := self.report.resurrected:
            leads, were = ("1 erased lead", "was") if number == 1 else (f"{number} erased leads", "were")
            self.report.notes.append(f"{leads} {'would be' if dry_run else were} recorded anew")


def _batch(rows: Iterator[Row], reader: RowReader) -> list[tuple[Row, Reading]]:
    """The next rows with what was read in each; none where the file is at its end."""
    batch: list[tuple[Row, Reading]] = []
    size = 0
    with uncollected():
        for row in rows:
            batch.append((row, reader.read(row)))
            size += len(row.raw)
            if len(batch) == AT_ONCE or size > SIZE_AT_ONCE:
                break
    return batch


def _map_text(map: Path) -> bytes:
    try:
        return map.read_bytes()
    except OSError as error:
        raise FileUnreadable(map, f"the map cannot be read: {error.strerror or error}") from error


def _known_since(conn: Connection, keys: list[str]) -> dict[str, int]:
    ids = lead_store.ids_by_key(conn, keys)
    leads = lead_store.read(conn, list(ids.values())) if ids else {}
    return {key: micros_at(leads[lead_id].created_at) for key, lead_id in ids.items()}
