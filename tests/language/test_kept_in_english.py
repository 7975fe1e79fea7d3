"""What is refused is kept in English, whoever asked, and said to them in their own language."""

from __future__ import annotations

import pickle
from collections.abc import Callable

import pytest
from support.clicked import founded
from support.office import ANNA, BO, FRIDAY, MIA, NORA, Present, on_one_database
from support.worlds import Fill

from slaflow.engine.app import Engine
from slaflow.engine.leads.commands import Refused
from slaflow.errors import SlaflowError, UnknownName
from slaflow.language import ENGLISH, _, anew, grouped, joined, ngettext, put, speaking, spoken, writing
from slaflow.store.database import Database

Told = Callable[[Engine], object]
LONG, SHORT = "they will decide in the spring", "no"
REFUSED: tuple[tuple[str, Told, tuple[str, ...]], ...] = (
    ("nowhere", lambda app: app.fire(1, "qualify", ANNA), (
        "qualify leder inte från mql; möjligt därifrån: accept, return, note, praise, escalate_return",
    )),
    ("guard", lambda app: app.fire(1, "return", ANNA, {"reason": "unreachable", "feedback": SHORT}), (
        "feedback: det som angavs är kortare än 10 tecken",
        "two calls first (inte så: input.reason != 'unreachable' || attempts.total >= 2"
        " (attempts.total är 0))",
    )),
    ("missing", lambda app: app.fire(1, "return", ANNA, {"feedbak": LONG, "reason": "not_ready"}), (
        'okänd uppgift "feedbak"; menade du "feedback"?', "feedback krävs",
    )),
    ("role", lambda app: app.fire(1, "praise", ANNA), (
        "praise är något för en chef hos sales, inte för en medlem hos sales",
    )),
    ("party", lambda app: app.record(1, "call", NORA), ("call noteras av sales, inte av marketing",)),
    ("right", lambda app: app.dispute(1, "respond", "the line was down", NORA), (
        "en medlem hos parten som gav löftet bestrider att det bröts, inte "
        "nora@example.com (medlem hos marketing)",
    )),
    ("unbroken", lambda app: app.dispute(1, "respond", "the line was down", ANNA), (
        "ingen klocka för respond är bruten",
    )),
    ("owner", lambda app: app.assign(1, NORA, MIA), (
        "nora@example.com är från marketing, och sales har kontakten; ange någon hos sales: "
        "mia@example.com, anna@example.com, bo@example.com",
    )),
)  # fmt: skip
UNKNOWN: tuple[tuple[Told, str], ...] = (
    (lambda app: app.fire(1, "prais", ANNA), 'okänt namn: steg "prais"; menade du "praise"?'),
    (lambda app: app.record(1, "cal", ANNA), 'okänt namn: aktivitet "cal"; menade du "call"?'),
    (lambda app: app.answer(1, "rich", ANNA, {}), 'okänt namn: kontrollfråga "rich"'),
    (lambda app: app.dispute(1, "respnd", "why", ANNA), 'okänt namn: löfte "respnd"; menade du "respond"?'),
    (lambda app: app.change(1, {"compny": "x"}, ANNA), 'okänt namn: fält "compny"; menade du "company"?'),
)


@pytest.fixture
def app(world_of: Callable[[Fill], Database]) -> Engine:
    return Engine(world_of(founded), now=Present(FRIDAY))


def refused(app: Engine, told: Told) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
    """Why it was refused, as it was said and as it was kept."""
    before = max(each.id or 0 for each in app.log())
    with pytest.raises(Refused) as found:
        told(app)
    kept = [each for each in app.log() if (each.id or 0) > before]
    return found.value.because, [(each.kind, each.reason, (each.data or {}).get("because")) for each in kept]


@on_one_database
@pytest.mark.parametrize(
    ("name", "told", "said"), REFUSED, ids=lambda each: each if type(each) is str else ""
)
def test_a_refusal(app: Engine, name: str, told: Told, said: tuple[str, ...]) -> None:
    english, in_english = refused(app, told)
    with speaking("sv"):
        swedish, in_swedish = refused(app, told)
    assert swedish == said
    assert not {*swedish} & {*english}, "each of them, whole"
    assert in_swedish == in_english, "what is kept is the same"
    assert in_english == ([] if name == "owner" else [("refused", "; ".join(english), list(english))])
    assert app.replay().ok


@on_one_database
@pytest.mark.parametrize(("told", "said"), UNKNOWN)
def test_a_name_that_nobody_declared(app: Engine, told: Told, said: str) -> None:
    with pytest.raises(UnknownName) as found:
        told(app)
    assert str(found.value).startswith("unknown ")
    assert _read_in_swedish(app, told) == said
    assert app.replay().ok


def _read_in_swedish(app: Engine, told: Told) -> str:
    with speaking("sv"):
        try:
            told(app)
        except UnknownName as error:
            return str(error)
    raise AssertionError("it has that name")


@on_one_database
def test_a_value_that_no_clock_is_kept_for(app: Engine) -> None:
    given = {"reason": "not_ready", "feedback": LONG, "call_on": "9999-01-01T09:00+01:00"}
    with speaking("sv"):
        with pytest.raises(SlaflowError) as found:
            app.fire(1, "return", BO, given)
        assert "ligger utanför åren" in str(found.value)
    assert "lies beyond the years" in str(found.value), "who reads it in English has it so"


def test_what_is_written_is_english_and_is_said_anew_with_all_that_is_in_it() -> None:
    with speaking("sv"), writing():
        assert spoken() == ENGLISH
        who = _(" or ").join(["sales", _("nobody")])
        told = _("{name} is set by {who}").format(name="vip", who=who)
        listed = joined("; ", [told, put("{n}: {words}", n=grouped(100_000), words=_("nobody"))])
        days = ngettext("{n} open day", "{n} open days", 2).format(n=2)
    assert [told, listed, days] == [
        "vip is set by sales or nobody", "vip is set by sales or nobody; 100,000: nobody", "2 open days",
    ]  # fmt: skip
    assert anew(told) == told
    with speaking("sv"):
        assert anew(told) == "vip sätts av sales eller ingen"
        assert anew(listed) == "vip sätts av sales eller ingen; 100\N{NO-BREAK SPACE}000: ingen"
        assert anew(days) == "2 öppna dagar"
        assert (anew("as it is"), anew(None)) == ("as it is", None)
    assert type(pickle.loads(pickle.dumps(told))) is str  # our own
