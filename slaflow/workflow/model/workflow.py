"""The compiled workflow: what the decision core runs.

Plain frozen values, made once by ``compile/`` from a checked document. Names are
resolved, expressions compiled, calendars prepared; nothing here can fail for a reason
that ``slaflow workflow check`` would not have told before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from slaflow.hours.calendar import Calendar
from slaflow.workflow.model.clocks import Span, Target
from slaflow.workflow.model.commitment import Commitment, Notes
from slaflow.workflow.model.flow import Action, State, Transition
from slaflow.workflow.model.lead import Account, Activity, Approaches, Check, Field, Scoring, Stage
from slaflow.workflow.model.parties import ROLES, Party, Route, Team


@dataclass(frozen=True, slots=True, eq=False)
class Workflow:
    """A checked and compiled agreement, compared by identity.

    ``digest`` is the SHA-256 of ``source``'s UTF-8 bytes.
    """

    name: str
    title: str | None
    source: str
    digest: str
    timezone: str
    parties: Mapping[str, Party]
    """The file's own parties, in order; ``lead`` and ``system`` are not among them."""
    fields: Mapping[str, Field]
    identity: tuple[str, ...]
    activities: Mapping[str, Activity]
    attempt_spacing: timedelta
    stages: tuple[str, ...]
    scoring: Scoring
    checks: Mapping[str, Check]
    states: Mapping[str, State]
    initial: str
    transitions: tuple[Transition, ...]
    targets: tuple[Target, ...]
    """Targets, then timers; ``target.index`` is the place here."""
    teams: Mapping[str, Team]
    routing: tuple[Route, ...] | None
    """None: the file has no ``routing``, so nobody is looked for."""
    calendars: Mapping[str, Calendar]
    """By name; ``always`` included."""
    first_calendar: str
    """What ``calendar: owner`` falls back to: the file's first, else ``always``."""
    late_evidence: timedelta = timedelta(hours=72)
    notify_within: timedelta = timedelta(hours=24)
    grace: Span | None = None
    """How long a clock has of which a move to this version leaves nothing; None: as the command says."""
    signatures: tuple[str, ...] = ()
    commitments: Mapping[str, Commitment] = field(default_factory=dict)
    notes: Notes | None = None
    """What is noted beside events so that commitments can be measured from the log; None: nothing."""
    takes_unseen: bool = False
    """Whether e-mail and web addresses may hold what nobody sees; so versions up to 0.1 read them, and their
    logs are decided again."""
    described: tuple[Stage, ...] = ()
    """Every stage with what the file says of it; none where it only names them."""
    pace: Approaches | None = None
    on_assign: tuple[Action, ...] = ()
    """``notify`` and ``set`` whenever somebody else becomes the owner."""
    kept_aside: tuple[str, ...] = ()
    """One line for each part of the file that is kept but not yet acted upon."""
    lift: Mapping[str, str] | None = None
    """Who may lift breaches where a target does not say; None: who may without a word of the file."""
    warnings: tuple[Any, ...] = ()
    account: Account | None = None
    """Which leads are one company's; None: nobody asks."""
    _targets_by_name: Mapping[str, Target] = field(init=False, repr=False)
    triggers: tuple[str, ...] = field(init=False, repr=False)
    """Every trigger's name, in file order, once."""
    has_owners_promises: bool = field(init=False, repr=False)
    skips_breached: bool = field(init=False, repr=False)
    """Whether routing asks under whom promises broke."""
    tells_stages: bool = field(init=False, repr=False)
    """Whether the file speaks of the journey: entries of activities say at which stage it was."""
    _demands: Mapping[tuple[str, str, str], tuple[str, ...]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_demands", demands(self))
        skips = any(route.skip_breached for route in self.routing or ())
        object.__setattr__(self, "skips_breached", skips)
        object.__setattr__(self, "triggers", tuple(dict.fromkeys(t.trigger for t in self.transitions)))
        object.__setattr__(self, "_targets_by_name", {t.name: t for t in self.targets})
        object.__setattr__(self, "has_owners_promises", any(t.per_owner for t in self.targets))
        fits = any(each.fits for each in self.activities.values())
        object.__setattr__(self, "tells_stages", bool(self.described or self.pace or fits))

    @property
    def reasons(self) -> tuple[str, ...]:
        """The inputs that transitions ask for which hand the lead over; a return is disputed by its own."""
        rows = [row for row in self.transitions if row.to is not None and self._hands_over(row)]
        return tuple(dict.fromkeys(name for row in rows for name in row.requires))

    def _hands_over(self, row: Transition) -> bool:
        taker = None if row.to is None else self.states[row.to].held_by
        return taker is not None and any(
            self.states[name].held_by not in (taker, None) for name in row.from_states
        )

    def target(self, name: str) -> Target:
        """The target or timer called *name*; KeyError if there is none."""
        return self._targets_by_name[name]

    def has_target(self, name: str) -> bool:
        """Whether there is a target or timer called *name*."""
        return name in self._targets_by_name

    def demanded(self, what: str, name: str, party: str) -> tuple[str, ...]:
        """The roles asked of *party* for a ``trigger``, its ``override``, an ``activity`` or ``check``."""
        return self._demands.get((what, name, party), ())

    def holder(self, state: str, before: str | None) -> str | None:
        """The party that holds a lead in *state*, coming from party *before*."""
        return self.states[state].held_by or before


def demands(workflow: Workflow) -> Mapping[tuple[str, str, str], tuple[str, ...]]:
    """Every role that a ``by`` of the agreement asks for, by what it is asked for, the name and the party."""
    asked = [
        *(("trigger", row.trigger, row.roles) for row in workflow.transitions if row.roles),
        *(
            ("override", row.trigger, {each.party: each.role})
            for row in workflow.transitions
            for each in row.override
            if each.role != ROLES[0]
        ),
        *(("activity", each.kind, each.roles) for each in workflow.activities.values() if each.roles),
        *(("check", each.name, each.roles) for each in workflow.checks.values() if each.roles),
    ]
    found: dict[tuple[str, str, str], tuple[str, ...]] = {}
    for what, name, roles in asked:
        for party, role in roles.items():
            found[what, name, party] = (*found.get((what, name, party), ()), role)
    return found
