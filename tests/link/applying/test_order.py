"""However deliveries are shuffled, doubled and split: the fields of a lead end as the records have them."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from support.hooking import MAP, applied, arrived, deliver, fields, kept, minute, reach_to

from slaflow.engine.app import Engine
from slaflow.store.linking.inbox import Arrived

WHO = "anna@example.com"
COURSES = count()
TOLD = st.fixed_dictionaries(
    {"at": st.integers(1, 6), "remote": st.sampled_from(["x", "y"])},
    optional={
        "employees": st.sampled_from(["1", "2", ""]),
        "source": st.sampled_from(["web", "event"]),
        "email": st.just(True),
    },
)


def thing(lead: int, number: int, told: dict[str, Any]) -> Arrived:
    values = {name: text for name, text in told.items() if name in ("employees", "source")}
    if "email" in told:
        values["email"] = who(lead)
    return arrived(f"{lead} {number}", minute(told["at"]), remote=f"{lead} {told['remote']}", **values)


def who(lead: int) -> str:
    return f"{lead}@example.com"


def wanted(things: list[Arrived]) -> dict[str, Any]:
    """The latest of each field, of two at one instant that with the greater key."""
    found: dict[str, Any] = {}
    for each in sorted(things, key=lambda each: (each.occurred_at, each.key)):
        for column, text in each.row.items():
            if column.startswith("properties."):
                found[column.removeprefix("properties.")] = text
    found = {name: text for name, text in found.items() if text}
    return {name: int(text) if name == "employees" else text for name, text in found.items()}


SHORT = settings(
    max_examples=20,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # to shrink a course through a database takes long
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@SHORT
@given(told=st.lists(TOLD, max_size=6), data=st.data())
def test_fields_end_as_the_records_have_them(
    told: list[dict[str, Any]], data: st.DataObject, app: Engine, tmp_path: Path
) -> None:
    # Each course is another lead's, so that one database will do.
    reach, lead = reach_to(tmp_path, MAP + "clear: [employees]\n"), next(COURSES)
    things = [thing(lead, number, each) for number, each in enumerate(told)]
    # Each record says once whose it is.
    things += [thing(lead, 10 + n, {"at": 7, "remote": name, "email": True}) for n, name in enumerate("xy")]
    order = data.draw(st.permutations(things + data.draw(st.lists(st.sampled_from(things), max_size=3))))
    while order:
        size = data.draw(st.integers(1, len(order)))
        deliver(app, *order[:size])
        order = order[size:]
        applied(app, reach)
    applied(app, reach)
    assert fields(app, who(lead)) == wanted(things)
    ours = {each.status for key, each in kept(app).items() if key.startswith(f"{lead} ")}
    assert ours <= {"applied", "unchanged"}


def test_an_equal_value_told_again_outlasts_what_was_told_between(app: Engine, tmp_path: Path) -> None:
    """It makes no entry, so the lead's own log would not know of it."""
    reach = reach_to(tmp_path)
    for key, at, number in (("a", 1, "1"), ("c", 3, "1"), ("b", 2, "2")):
        deliver(app, arrived(key, minute(at), email=WHO, employees=number))
        applied(app, reach)
    assert fields(app, WHO)["employees"] == 1


@pytest.mark.parametrize("between", ["1", ""])
def test_an_equal_value_of_the_same_instant_outlasts_one_of_a_lesser_key(
    app: Engine, tmp_path: Path, between: str
) -> None:
    """Told twice it is no news, but it is the later of both that others of that instant are held against."""
    reach = reach_to(tmp_path, MAP + "clear: [employees]\n")
    for key, number in (("a", "2"), ("c", "2"), ("b", between)):
        deliver(app, arrived(key, minute(1), email=WHO, employees=number))
        applied(app, reach)
    assert fields(app, WHO)["employees"] == 2


def test_what_is_emptied_twice_is_empty_though_somebody_here_wrote_between(
    app: Engine, tmp_path: Path
) -> None:
    reach = reach_to(tmp_path, MAP + "clear: [employees]\n")
    deliver(app, arrived("a", minute(1), email=WHO, employees="2"))
    applied(app, reach)
    app.change(WHO, {"employees": 3}, "marketing", at=minute(5))
    for key, at in (("b", 3), ("c", 7)):
        deliver(app, arrived(key, minute(at), email=WHO, employees=""))
    applied(app, reach)
    assert "employees" not in fields(app, WHO)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_evidence_keeps_its_promise_in_any_order(app: Engine, tmp_path: Path, order: tuple[int, ...]) -> None:
    reach = reach_to(tmp_path)
    deliver(app, arrived("0", minute(0), email=WHO))
    applied(app, reach)
    things = [
        arrived(str(n), minute(n), row={"did": "call", "did_at": minute(n).isoformat(), "who": "sales"})
        for n in (1, 2, 3)
    ]
    for place in order:
        deliver(app, things[place], things[0])
        applied(app, reach)
    said = sorted(each.occurred_at for each in app.log() if each.kind == "activity")
    assert said == [minute(1), minute(2), minute(3)]
