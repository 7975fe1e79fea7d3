"""What an erasure leaves behind: nothing in the files once they are scrubbed, and no cover for a change."""

from __future__ import annotations

import sqlite3

import pytest
from sqlalchemy.engine import make_url
from support.known_person import LATER, REASON, TOLD, a_person_is_known, files_of, found_in
from support.office import FRIDAY, HOUR, handed_over, on_one_database

from slaflow.engine.app import Engine
from slaflow.engine.leads.erase import scrub
from slaflow.engine.setup.doctor import examine
from slaflow.store.rows import leads as lead_store
from slaflow.store.scrubbing import TracesRemain

# Behind slaflow's back


@on_one_database
@pytest.mark.parametrize(
    ("change", "seq", "reason"),
    [
        ("data = NULL WHERE lead = 2 AND seq = 1", 1, "its data is gone, and nobody erased it"),
        ("data = NULL WHERE lead = 1 AND kind = 'erased'", None, "its data is gone, and nobody erased it"),
        ("data = NULL WHERE lead = 1 AND kind = 'clock_cancelled'", None, "its data is gone, and nobody"),
        ("data = '{}' WHERE lead = 1 AND seq = 1", 1, "its data was changed"),
        ("reason = 'nobody asked' WHERE lead = 1 AND kind = 'erased'", None, "it was changed"),
        ("kind = 'erased', data = NULL WHERE lead = 2 AND kind = 'activity'", None, "it was changed"),
    ],
)
def test_an_erasure_hides_no_change(
    app: Engine, office_url: str, change: str, seq: int | None, reason: str
) -> None:
    handed_over(app, "kim")
    handed_over(app, "liv")
    app.erase(1, REASON, "sales", at=FRIDAY + HOUR)
    assert app.verify().bad is None
    with sqlite3.connect(make_url(office_url).database or "") as connection:
        connection.execute("DROP TRIGGER entry_no_update")
        connection.execute(f"UPDATE entry SET {change}")
    connection.close()
    bad = app.verify().bad
    assert bad is not None
    assert bad.reason.startswith(reason)
    assert seq is None or bad.seq == seq


# The files


def test_no_file_holds_a_value_once_it_is_scrubbed(app: Engine, office_url: str) -> None:
    lead = a_person_is_known(app)
    for name in ("liv", "tor", "ulf"):
        handed_over(app, name)
    with app.database.write() as conn:
        salt = lead_store.read(conn, [lead])[lead].salt
        if app.database.dialect == "postgresql":
            conn.exec_driver_sql("ANALYZE")
            samples = conn.exec_driver_sql("SELECT histogram_bounds::text FROM pg_stats").scalars()
            assert any("zyxkim" in sample for sample in samples if sample)
    if not files_of(office_url):
        pytest.skip("the server keeps its files on another machine")
    assert found_in(files_of(office_url)) == set(TOLD)
    app.erase(lead, REASON, "marketing", at=LATER)
    assert scrub(app) == 1
    assert found_in(files_of(office_url)) == set()
    assert all(salt not in file.read_bytes() for file in files_of(office_url))
    assert found_in(files_of(office_url), ("request 17",)) == {"request 17"}
    assert app.verify().bad is None
    assert scrub(app) == 0


def test_while_somebody_reads_the_files_as_they_were_it_is_said_and_done_later(
    app: Engine, office_url: str
) -> None:
    lead = a_person_is_known(app)
    reader = Engine(office_url)
    with reader.database.read() as conn:
        assert lead_store.read(conn, [lead])[lead].fields["company"] == "Quuxborough Ltd"
        app.erase(lead, REASON, "marketing", at=LATER)
        with pytest.raises(TracesRemain, match="may still hold what was erased"):
            scrub(app, 0)
        told = {check.name: check for check in examine(app)}
        assert (told["erasure"].ok, "slaflow db scrub" in told["erasure"].detail) == (False, True)
    reader.database.dispose()
    assert scrub(app) == 1
    assert found_in(files_of(office_url)) == set()
    assert "erasure" not in {check.name for check in examine(app)}
