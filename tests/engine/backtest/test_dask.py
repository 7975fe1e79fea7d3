"""What a Dask worker does of a backtest, and what is said where it cannot."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from support.archiving import at_rest, six_leads
from support.worlds import Fill

from slaflow.engine.app import Engine
from slaflow.engine.backtest import dask, run
from slaflow.engine.backtest.question import OtherDatabase, Question, asked_of
from slaflow.engine.backtest.shards import Shard, shard_teller
from slaflow.store.database import Database
from slaflow.workflow.load import load_workflow


@pytest.fixture
def app(world_of: Callable[[Fill], Database]) -> Engine:
    return at_rest(world_of(six_leads))


def a_question(app: Engine) -> Question:
    draft = load_workflow(app.active().source.replace("within: 4h", "within: 5h")).require()
    with app.database.read() as conn:
        return asked_of(app, conn, draft, "draft.yaml", None, None, (None, None), {})


def url_of(app: Engine) -> str:
    return app.database.url


def test_a_worker_tells_a_shard_on_the_database_of_its_own_environment(
    app: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLAFLOW_DB", url_of(app))
    question = a_question(app)
    with app.database.read() as conn:
        (shard,) = run.shards(conn, question)
        here = shard_teller(app.database, conn)(shard)
    there = dask.told_by_worker(shard, None)
    assert (there.tally, there.measures.found) == (here.tally, here.measures.found)
    assert there.tally.leads == 6


def test_a_worker_without_a_database_says_so(
    app: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SLAFLOW_DB", raising=False)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(dask.WorkerWithoutDatabase, match="set SLAFLOW_DB where it is started"):
        dask.told_by_worker(Shard(a_question(app), 0, None), None)


def test_a_worker_on_another_database_tells_nothing(
    app: Engine, world_of: Callable[[Fill], Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    question = a_question(app)
    monkeypatch.setenv("SLAFLOW_DB", url_of(Engine(world_of(nothing))))
    with pytest.raises(OtherDatabase, match="reads another database"):
        dask.told_by_worker(Shard(question, 0, None), None)


def nothing(database: Database) -> None:
    """Nobody put anything in force."""


@pytest.mark.parametrize(
    ("address", "kind"), [("nowhere", dask.NoDaskAddress), ("tcp://127.0.0.1:9", dask.DaskUnreachable)]
)
def test_where_nobody_listens_one_line_says_so(
    app: Engine, address: str, kind: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr(dask, "PATIENCE", "1s")
    with pytest.raises(kind) as error:
        run.backtest(app, app.active(), "draft.yaml", dask=address)
    assert "\n" not in str(error.value)
