"""Pages in another language: every word of ours is in it, no datum is, and what is written stays English."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest
from babel.dates import get_day_names, get_month_names
from babel.messages.pofile import read_po
from starlette.testclient import TestClient
from support.avtal import BENGT, SVENSKA, settled_in
from support.clicked import KEYS, PUBLIC, REACH, founded
from support.office import ANNA, FRIDAY, Present, on_one_database
from support.pages_sent import enter, form_to, press
from support.tongues import Bracketed, outside, texts, walked
from support.worlds import Fill

from slaflow import language
from slaflow.engine.agreement import texts as agreement_texts
from slaflow.engine.app import Engine
from slaflow.store.database import Database
from slaflow.web.app import made
from slaflow.web.site import Site

ROOT = "root@example.com"
CATALOGUE = Path(language.__file__).parent / "locale" / "sv" / "slaflow.po"
WORD = re.compile(r"[^\W\d_]{3,}")
OF_THE_LOG = """
    clock started consequence person input owner held target clock digest actor party system workflow state
    entered stage fields people lead entry seq recorded allowance seconds calendar due handoff score
    engagement version tick from number name kind stream cause role team email change was left
"""
"""Names in which the log keeps its data; they are shown as they are written."""
OF_THE_FILE = "transition to when check target scoring pass"
"""Keys of the file, beside the conditions as they are written."""
OTHER = """
    english svenska always sqlite slaflow sha utc europe stockholm yaml json csv
    jsonl parquet xes ocel read ingest write log manage
"""


def in_swedish(site: Site, client_of: Callable[..., TestClient] = TestClient) -> TestClient:
    return client_of(made(site), base_url=PUBLIC, headers={"accept-language": "sv-SE, en;q=0.5"})


@pytest.fixture
def swedish(world_of: Callable[[Fill], Database]) -> Iterator[tuple[Engine, TestClient]]:
    """A Swedish agreement, read in Swedish by one who may see everything."""
    app = Engine(world_of(settled_in), now=Present(FRIDAY))
    with in_swedish(Site(app, REACH, KEYS)) as client:
        enter(app, client, BENGT)
        yield app, client


def is_data(text: str, known: set[str]) -> bool:
    return {each.lower() for each in WORD.findall(text)} <= known


@on_one_database
def test_no_word_of_ours_is_unmarked(
    swedish: tuple[Engine, TestClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    app, client = swedish
    for what in ("_catalogue", "_words"):
        monkeypatch.setattr(language, what, lambda name: Bracketed())
    # What other tests have made in Swedish is kept by its name.
    monkeypatch.setattr(agreement_texts, "_document", agreement_texts._document.__wrapped__)
    data = [SVENSKA, OF_THE_LOG, OF_THE_FILE, OTHER, *(f"{each.email} {each.name}" for each in app.people())]
    data += [str(each.data) for each in app.log()]
    data += [*get_day_names(locale="sv").values(), *get_day_names("abbreviated", locale="sv").values()]
    data += [*get_month_names(locale="sv").values(), *get_month_names("abbreviated", locale="sv").values()]
    known = {each.lower() for each in WORD.findall(" ".join(data))}
    unmarked = {
        (address, text) for address, answer in walked(client) for text in texts(answer)
        if not is_data(outside(text), known)
    }  # fmt: skip
    assert unmarked == set(), "have these be said by _(), see docs/how-to/add-a-language.md"


@on_one_database
def test_every_page_is_in_swedish_and_nothing_of_it_in_english(swedish: tuple[Engine, TestClient]) -> None:
    _, client = swedish
    catalogue = read_po(BytesIO(CATALOGUE.read_bytes()), locale="sv")
    english = {
        each.id for each in catalogue
        if isinstance(each.id, str) and each.string != each.id and len(WORD.findall(each.id)) > 1
        and not re.search(r"[{%]", each.id)
    }  # fmt: skip
    assert len(english) > 500
    number = 0
    for address, answer in walked(client):
        number += 1
        assert '<html lang="sv"' in answer.text, address
        assert answer.status_code == (404 if "999" in address or "nothing" in address else 200), address
        said = set(texts(answer))
        assert not {each for each in said if each.rstrip(".") in english}, address
    assert number > 40
    queue = client.get("/queue?whose=party").text
    assert "4 h kvar" in queue
    assert "senast mån 9 mars" in queue


@on_one_database
def test_what_is_written_is_english_whoever_writes(world_of: Callable[[Fill], Database]) -> None:
    app = Engine(world_of(founded), now=Present(FRIDAY))
    app.fire(1, "accept", ANNA)
    app.change(1, {"company": None}, ANNA)
    app.record(1, "call", ANNA)

    def written(accepts: str) -> list[tuple[object, ...]]:
        before = max(each.id or 0 for each in app.log())
        with TestClient(made(Site(app, REACH, KEYS)), base_url=PUBLIC) as client:
            client.headers["accept-language"] = accepts
            enter(app, client, ANNA)
            assert press(client, "/leads/1", "/leads/1/log/call").status_code == 303
            page = client.get("/leads/1")
            assert f'<html lang="{accepts}"' in page.text
            # Refused by the engine itself, as its form would be after another's doing.
            form = {**form_to(page, "/leads/1/log/call"), "key": f"in {accepts}"}
            assert client.post("/leads/1/qualify", data=form).status_code == 409
        told = [each for each in app.log() if (each.id or 0) > before]
        return [(each.kind, each.actor, each.trigger, each.reason, each.data) for each in told]

    english = written("en")
    assert "refused" in {kind for kind, *_ in english}
    assert written("sv") == english


@on_one_database
def test_a_refusal_is_read_in_the_language_of_who_asked(world_of: Callable[[Fill], Database]) -> None:
    app = Engine(world_of(founded), now=Present(FRIDAY))
    app.add_person(ROOT, "sales", role="admin")
    with in_swedish(Site(app, REACH, KEYS)) as client:
        enter(app, client, ROOT)
        page = client.get("/leads/new")
        key = form_to(page, "/leads/new")
        none = texts(client.post("/leads/new", data={**key, "in.email": ""}))
        assert "Email krävs" in " ".join(none)
        other = texts(client.post("/leads/new", data={**key, "in.emial": "a@example.com"}))
        assert 'okänt namn: fält "emial"; menade du "email"?' in " ".join(other).lower()
        form = {"email": "cia@example.com", "name": "Cia", "party": "sale", "role": "member"}
        said = " ".join(texts(client.post("/admin/people/record", data={**key, **form})))
        assert 'okänt namn: part "sale"; menade du "sales"?' in said.lower()
        for given, because in (
            ({"email": "Cia"}, "en person kallas vid en e-postadress, som anna@example.com"),
            ({"email": "sales"}, '"sales" är en part'),
            ({"party": "sales", "weight": "200"}, "vikt är ett heltal från 0 till 100"),
        ):
            said = " ".join(texts(client.post("/admin/people/record", data={**key, **form, **given})))
            assert because in said
        assert "skriv en månad som 2026-03" in " ".join(texts(client.get("/record/by-click/spring")))
        assert "okänt namn: gruppering" in " ".join(texts(client.get("/record/sla?by=nothing"))).lower()
        assert "länken är avklippt" in " ".join(texts(client.get("/act/abc"))).lower()
