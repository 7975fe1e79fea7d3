"""The agreement as the core gets it."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from support.agreement import SMALL, STANDARD, compiled, place, small

from slaflow.workflow.errors import WorkflowError, WorkflowUnreadable
from slaflow.workflow.load import Workflow, load_workflow
from slaflow.workflow.model.clocks import Days, OpenTime, Pattern, UntilField
from slaflow.workflow.model.flow import Assign, Fire, Notify


def test_the_digest_is_of_the_very_bytes() -> None:
    text = SMALL.replace("\n", "\r\n")
    assert load_workflow(text).digest == hashlib.sha256(text.encode()).hexdigest()
    marked = b"\xef\xbb\xbf" + SMALL.encode()
    found = load_workflow(marked)
    assert found.digest == hashlib.sha256(marked).hexdigest()
    assert found.require().source.encode() == marked
    assert found.require().digest == found.digest


def test_the_sample_agreement_is_sound() -> None:
    found = load_workflow(STANDARD)
    assert found.errors == ()
    assert found.require().kept_aside == ()


def test_parties_calendars_and_periods() -> None:
    workflow = compiled(STANDARD)
    assert list(workflow.parties) == ["marketing", "sales"]
    assert workflow.parties["sales"].desk == "sales-desk@example.com"
    assert list(workflow.calendars) == ["office", "always"]
    assert workflow.first_calendar == "office"
    assert workflow.calendars["always"].timezone == "Europe/Stockholm"
    assert (workflow.late_evidence, workflow.notify_within) == (timedelta(hours=72), timedelta(hours=24))
    assert workflow.attempt_spacing == timedelta(hours=1)
    assert workflow.initial == "nurturing"


def test_without_calendars_owner_means_always() -> None:
    text = small(
        ("calendars:\n  office: {hours: {mon-fri: [09:00-17:00]}}\n", ""),
        ("calendar: office", "calendar: owner"),
    )
    assert compiled(text).first_calendar == "always"


def test_fields_carry_what_their_values_must_satisfy() -> None:
    text = small(
        ("employees: int", "employees: {type: int, min: 1, max: 1000000, default: 5}"),
        ("worth: decimal", "worth: {type: decimal, one_of: [1.50, 2], required: true}"),
        ("callback_on: date", "callback_on: {type: date, min: 2026-01-01}"),
    )
    fields = compiled(text).fields
    assert (fields["employees"].min, fields["employees"].max, fields["employees"].default) == (
        1,
        Decimal(10**6),
        5,
    )
    assert (fields["worth"].one_of, fields["worth"].required) == (("1.5", "2"), True)
    assert fields["callback_on"].min == date(2026, 1, 1)


def test_inputs_are_required_unless_the_file_says_otherwise() -> None:
    text = small(
        (
            "to: won, by: sales",
            "to: won, by: sales, requires: "
            "{a: int, b: {type: int, required: false}, c: {type: int, default: 1}}",
        )
    )
    requires = compiled(text).transitions[2].requires
    assert [name for name, given in requires.items() if given.required] == ["a"]
    assert not compiled(STANDARD).checks["compete"].fields["competitors"].required


def test_a_guard_is_split_where_and_joins_it() -> None:
    rows = compiled(STANDARD).transitions
    qualify = next(row for row in rows if row.trigger == "qualify")
    assert [clause.that.text for clause in qualify.guard] == [
        "contacted",
        "check.value",
        "check.profit",
        "check.compete",
    ]
    promote, returned = rows[0], rows[2]
    assert [clause.that.text for clause in promote.guard[:2]] == [
        "lead.score >= 50",
        "stage.reached('decision')",
    ]
    assert promote.auto
    assert [clause.otherwise for clause in returned.guard] == ["unreachable needs 6 attempts over 2 channels"]
    assert returned.reset == {"engagement", "stage", "checks"}


def test_a_star_is_every_state_that_is_not_final() -> None:
    row = compiled(small(("from: mql, to: won", "from: '*', to: won"))).transitions[2]
    assert row.from_states == ("new", "mql")


def test_the_breach_is_a_step_though_nobody_wrote_it() -> None:
    steps = (
        "steps: {50%: {notify: owner}, -30m: {notify: [owner, manager]}, "
        "+4h: {assign: next}, +2d: {notify: sales}}"
    )
    target = compiled(small(("calendar: office}", f"calendar: office, {steps}}}"))).target("answer")
    assert [step.label for step in target.steps] == ["50%", "-30m", "100%", "+4h", "+2d"]
    assert [step.kind for step in target.steps] == ["percent", "before", "percent", "after", "after_days"]
    assert [step.is_due for step in target.steps] == [False, False, True, False, False]
    assert target.steps[1].actions == (Notify(("owner", "manager")),)
    assert target.steps[3].actions == (Assign("next"),)
    assert (target.steps[3].offset, target.steps[4].days) == (timedelta(hours=4), 2)


def test_targets_come_first_then_timers_in_file_order() -> None:
    workflow = compiled(STANDARD)
    assert [target.index for target in workflow.targets] == list(range(len(workflow.targets)))
    thaw = workflow.targets[-1]
    assert (thaw.name, thaw.is_timer, thaw.meet) == ("thaw", True, ())
    assert [step.label for step in thaw.steps] == ["100%"]
    assert thaw.steps[0].actions == (Fire("recycle"),)


def test_what_starts_and_meets_a_clock() -> None:
    workflow = compiled(STANDARD)
    assert workflow.target("respond").meet == (Pattern("trigger", frozenset({"accept", "return"})),)
    assert workflow.target("persist").meet == (Pattern("attempts", times=6, channels=2), Pattern("contact"))
    assert workflow.target("callback").start == (Pattern("set", frozenset({"callback_on"})),)
    assert workflow.target("first_contact").lives_in == {"mql", "sales_accepted"}
    assert workflow.target("respond").lives_in is None
    restart = compiled(
        small(("calendar: office}", "calendar: office, restart: [assign, {activity: talk, times: 2}]}"))
    )
    assert restart.target("answer").restart == (
        Pattern("assign"),
        Pattern("activity", frozenset({"talk"}), times=2),
    )


def test_allowances_and_their_cases() -> None:
    workflow = compiled(STANDARD)
    first, second = workflow.target("respond").cases
    assert (first.allowance, second.allowance) == (
        OpenTime(timedelta(minutes=30), "30m"),
        OpenTime(timedelta(hours=4), "4h"),
    )
    assert first.when is not None
    assert second.when is None
    assert workflow.target("triage").cases[1].allowance == Days(5, "5d")
    pause = workflow.target("respond").pause
    assert pause is not None
    assert pause.at_most == Days(2, "2d")


def test_a_field_may_say_until_when() -> None:
    text = small(("within: 4h", "within: {until: lead.callback_on, before: 2d}"))
    allowance = compiled(text).target("answer").cases[0].allowance
    assert isinstance(allowance, UntilField)
    assert (allowance.field, allowance.is_date, allowance.before) == ("callback_on", True, Days(2, "2d"))
    assert allowance.text == "until lead.callback_on, 2d before"


def test_routes_of_every_kind() -> None:
    text = small(
        more="teams: {north: {party: sales}}\nrouting: [{to: previous}, {to: {field: email}}, "
        "{to: a@b.com, when: lead.on_hold}, {to: north}]\n"
    )
    routing = compiled(text).routing
    assert routing is not None
    assert [(route.kind, route.to) for route in routing] == [
        ("previous", "previous"),
        ("field", "email"),
        ("person", "a@b.com"),
        ("team", "north"),
    ]
    assert compiled(SMALL).routing is None


def test_scoring_and_activities() -> None:
    workflow = compiled(STANDARD)
    assert workflow.scoring.half_life == timedelta(days=30)
    assert workflow.scoring.fit[0].because == "mid-market or larger"
    assert workflow.scoring.score is not None
    assert workflow.scoring.score.names == {"fit", "engagement"}
    assert workflow.activities["pricing_page_view"].cap == 20
    assert workflow.activities["meeting"].attempt == "meeting"
    assert workflow.activities["meeting"].contact
    touch = compiled(
        small(("points: 10,", "points: 2 * touch.minutes, when: touch.minutes > 3, fields: {minutes: int},"))
    )
    assert touch.activities["visit"].when is not None


def test_set_stores_expressions_and_null_empties() -> None:
    text = small(
        (
            "to: won, by: sales",
            "to: won, by: sales, set: {country: null, worth: 5, callback_on: now, on_hold: true}",
        )
    )
    sets = compiled(text).transitions[2].sets
    assert [sets[name].evaluate({}) for name in ("country", "worth", "on_hold")] == [None, 5.0, True]


def test_signatures_are_whose_the_text_needs() -> None:
    workflow = compiled(STANDARD.replace("# signatures:", "signatures:"))
    assert (workflow.signatures, workflow.kept_aside) == (("marketing", "sales"), ())


def test_holidays_of_a_stored_version_win_over_the_library() -> None:
    text = small(("office: {", "office: {holidays: [SE], "))
    resolved = load_workflow(text, holidays={"SE": [date(2026, 3, 2)]}).require()
    days = [
        resolved.calendars["office"].open_days(date(2026, 3, day), date(2026, 3, day + 1)) for day in (2, 3)
    ]
    assert days == [0, 1]
    assert "not among those resolved" in load_workflow(text, holidays={}).errors[0].message


def test_errors_name_file_line_and_column(tmp_path: Path) -> None:
    file = tmp_path / "handoff.yaml"
    text = small(("to: won", "to: wonn"), ("within: 5d", "within: 5x"))
    file.write_text(text, encoding="utf-8")
    with pytest.raises(WorkflowError) as caught:
        Workflow.load(file)
    lines = str(caught.value).splitlines()
    assert lines[0] == f'{file}:{place(text, "wonn")}: unknown state "wonn"; did you mean "won"?'
    assert lines[1].startswith(f'{file}:{place(text, "5x")}: "5x" is no duration')
    assert len(caught.value.findings) == 2


def test_a_file_is_loaded_as_it_stands(tmp_path: Path) -> None:
    file = tmp_path / "w.yaml"
    file.write_bytes(SMALL.replace("\n", "\r\n").encode())
    assert Workflow.load(str(file)).digest == hashlib.sha256(file.read_bytes()).hexdigest()
    assert Workflow.parse(SMALL).name == "small"


def test_a_file_that_is_not_there_is_another_error(tmp_path: Path) -> None:
    with pytest.raises(WorkflowUnreadable, match="No such file"):
        Workflow.load(tmp_path / "none.yaml")
    with pytest.raises(WorkflowUnreadable):
        Workflow.load(tmp_path)


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "large.yaml"
    with file.open("wb") as stream:
        stream.truncate(100_000_000)
    with pytest.raises(WorkflowError, match="100,000,000 bytes"):
        Workflow.load(file)


def test_what_a_team_is_bounded_by_is_kept_and_nothing_is_said_to_wait() -> None:
    keys = "calendar: office, assign: least_loaded, capacity: 30, per_day: 10, only_open: true"
    workflow = compiled(
        small(more=f"teams: {{nordics: {{party: sales, {keys}}}, plain: {{party: sales}}}}\n")
    )
    nordics, plain = workflow.teams.values()
    assert (nordics.assign, nordics.capacity, nordics.per_day, nordics.only_open) == (
        "least_loaded", 30, 10, True,
    )  # fmt: skip
    assert (plain.assign, plain.capacity, plain.per_day, plain.only_open) == (
        "round_robin",
        None,
        None,
        False,
    )
    assert (nordics.is_bounded, plain.is_bounded, workflow.kept_aside) == (True, False, ())


BY_COMPANY = ("identity: [email]", "identity: [email]\n  account: country")


def test_a_rule_may_go_to_whoever_has_the_company_or_skip_who_broke_a_promise() -> None:
    text = small(
        BY_COMPANY, more="routing: [{to: previous, skip: breached}, {to: account, when: lead.on_hold}]\n"
    )
    previous, account = compiled(text).routing or ()
    assert (previous.kind, previous.skip_breached) == ("previous", True)
    assert (account.kind, account.to, account.skip_breached) == ("account", "account", False)
    assert account.when is not None


def test_a_team_called_account_goes_on_meaning_itself() -> None:
    team = "teams: {account: {party: sales}}\nrouting: [{to: account}]\n"
    for text in (small(more=team), small(BY_COMPANY, more=team)):
        assert [(each.kind, each.to) for each in compiled(text).routing or ()] == [("team", "account")]
    compiled(small(("parties: [marketing, sales]", "parties: [marketing, sales, account]")))


@pytest.mark.parametrize(
    ("account", "value", "company"),
    [
        ("country", " Ac\u0301me AB ", "a\u0107me ab"),
        ("country", "  ", None),
        ("country", None, None),
        ("{domain_of: email}", "Anna@Mail@Acme.SE", "acme.se"),
        ("{domain_of: email}", "anna", None),
        ("{domain_of: email}", "anna@", None),
        ("{domain_of: email, except: Gmail.com}", "anna@GMAIL.com", None),
        ("{domain_of: email, except: [gmail.com]}", "anna@mail.gmail.com", "mail.gmail.com"),
        ("{domain_of: email}", "anna@B\u00dcCHER.example", "b\u00fccher.example"),
    ],
)
def test_a_lead_belongs_to_the_company_that_a_field_or_a_domain_says(
    account: str, value: str | None, company: str | None
) -> None:
    made = compiled(small(("identity: [email]", f"identity: [email]\n  account: {account}"))).account
    assert made is not None
    assert made.of({made.field: value}) == company
    assert made.of({}) is None


def test_a_scenario_file_is_told_where_it_belongs() -> None:
    """Somebody checks every file of the folder: a scenario file is no broken agreement."""
    (finding,) = load_workflow("workflow: a.yaml\nscenarios: []\n").errors
    assert "slaflow workflow test" in finding.message
