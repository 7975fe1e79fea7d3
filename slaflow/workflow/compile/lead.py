"""The lead's part of a document into the model: fields, activities, scoring, checks."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping, Sequence
from datetime import date
from decimal import Decimal

from slaflow.errors import InvalidValue
from slaflow.workflow.compile.assignment import HOLDS_PEOPLE
from slaflow.workflow.compile.findings import Findings
from slaflow.workflow.compile.names import check_input_names
from slaflow.workflow.compile.parts import Parts
from slaflow.workflow.compile.rights import actors
from slaflow.workflow.document.lead import ActivityDoc, CheckDoc, ClauseDoc, FieldDoc, FitDoc
from slaflow.workflow.expressions.cel import ExpressionInvalid, Scope, split_conjunction
from slaflow.workflow.expressions.tokens import MAX_LENGTH
from slaflow.workflow.expressions.value import Clause, Expression, Guard
from slaflow.workflow.identity import folded, shown
from slaflow.workflow.model.lead import Account, Activity, Approaches, Check, Field, FitRule, Scoring, Stage
from slaflow.workflow.model.values import TEXTUAL, comparable, matches, parse_value
from slaflow.workflow.yaml.tree import Path

DOMAIN = re.compile(r"[^\s@]+\.[^\s@]+")
ORDERED = frozenset(("int", "decimal", "date", "datetime"))


def field(name: str, doc: FieldDoc, path: Path, parts: Findings, timezone: str, required: bool) -> Field:
    """The field *doc* declares; what does not go with its type is told and left out."""
    plain = Field(name, doc.type)
    reader = _FieldReader(plain, path, parts, timezone)
    one_of = tuple(reader.value(value, "one_of", i) for i, value in enumerate(doc.one_of or ()))
    reader.check_keys(doc)
    made = Field(
        name=name,
        type=doc.type,
        required=required if doc.required is None else doc.required,
        one_of=tuple(dict.fromkeys(value for value in one_of if value is not None)),
        min=reader.bound(doc.min, "min"),
        max=reader.bound(doc.max, "max"),
        min_length=doc.min_length if doc.type in TEXTUAL else None,
        pattern=reader.pattern(doc.pattern),
        title=doc.title,
    )
    return reader.with_default(made, doc)


class _FieldReader:
    """Reads the particulars of one field by its type."""

    def __init__(self, plain: Field, path: Path, findings: Findings, timezone: str) -> None:
        self.plain = plain
        self.path = path
        self.findings = findings
        self.timezone = timezone

    def value(self, raw: object, *where: str | int) -> str | int | bool | None:
        try:
            value = parse_value(self.plain, raw, self.timezone, takes_unseen=self.findings.stored)
        except InvalidValue as error:
            self.findings.error((*self.path, *where), str(error))
            return None
        if value is None:
            self.findings.error((*self.path, *where), f"{self.plain.name}: no value is given")
        return value

    def bound(self, raw: object, key: str) -> Decimal | date | None:
        if raw is None or self.plain.type not in ORDERED or (value := self.value(raw, key)) is None:
            return None
        size: Decimal | date = comparable(self.plain.type, value)
        return size

    def pattern(self, text: str | None) -> str | None:
        if text is None or self.plain.type not in TEXTUAL:
            return None
        try:
            matches(text)
        except ExpressionInvalid as invalid:
            self.findings.error((*self.path, "pattern"), "; ".join(p.message for p in invalid.problems))
            return None
        return text

    def check_keys(self, doc: FieldDoc) -> None:
        for key in ("min", "max"):
            if getattr(doc, key) is not None and doc.type not in ORDERED:
                self.findings.error((*self.path, key), f"{key} does not go with {doc.type}", key=True)
        for key in ("min_length", "pattern"):
            if getattr(doc, key) is not None and doc.type not in TEXTUAL:
                self.findings.error((*self.path, key), f"{key} does not go with {doc.type}", key=True)

    def with_default(self, made: Field, doc: FieldDoc) -> Field:
        """The field with its default, which must satisfy all the rest."""
        if made.min is not None and made.max is not None and made.min > made.max:  # type: ignore[operator]
            self.findings.error((*self.path, "max"), f"{made.name}: max is below min")
            return made
        if doc.default is None:
            return made
        self.plain = made
        default = self.value(doc.default, "default")
        return Field(**{name: getattr(made, name) for name in Field.__slots__} | {"default": default})


def fields(
    docs: Mapping[str, FieldDoc], path: Path, parts: Findings, timezone: str, *, required: bool = False
) -> dict[str, Field]:
    """The fields of one mapping; *required* is what stands where the file does not say."""
    check_input_names(path, docs, parts)
    return {
        name: field(name, doc, (*path, name), parts, timezone, required and doc.default is None)
        for name, doc in docs.items()
    }


_ALIKE = frozenset(("string", "text"))


def agree_with_lead(inputs: Mapping[str, Field], path: Path, parts: Parts) -> None:
    """An input named like a lead field is stored in it, so it must fit."""
    for name, given in inputs.items():
        stored = parts.fields.get(name)
        if stored is None:
            continue
        alike = given.type == stored.type or (given.type in TEXTUAL and stored.type in _ALIKE)
        if not alike:
            words = f"lead.{name} is {stored.type} and this input would be stored in it, but is {given.type}"
            parts.findings.error((*path, name), words)
        elif stored.one_of and (strange := [v for v in given.one_of if v not in stored.one_of]):
            parts.findings.error((*path, name, "one_of"), f'lead.{name} may not be "{strange[0]}"')


def guard(clauses: Sequence[ClauseDoc], path: Path, parts: Parts, scope: Scope) -> Guard | None:
    """A clause for each condition: those of a list, or those that ``&&`` joins at the top. None: faults."""
    made: list[Clause] = []
    sound = True
    for index, clause in enumerate(clauses):
        where = (*path, index, "that")
        whole = clause.otherwise is not None or len(clause.that) > MAX_LENGTH
        for text, offset in [(clause.that, 0)] if whole else split_conjunction(clause.that):
            that = parts.findings.compile(where, text, scope, offset=offset)
            sound = sound and that is not None
            if that is not None:
                made.append(Clause(that, clause.otherwise, index))
    return tuple(made) if sound else None


def activity(kind: str, doc: ActivityDoc, parts: Parts) -> Activity:
    path: Path = ("activities", kind)
    touch = fields(doc.fields, (*path, "fields"), parts.findings, parts.timezone)
    scope = parts.scopes.given("touch", touch)
    by, roles = actors(doc.by, (*path, "by"), parts)
    if doc.stage is not None:
        parts.lookup.one((*path, "stage"), "stage", doc.stage, parts.names.stages)
    return Activity(
        kind=kind,
        by=by,
        roles=roles,
        points=points(doc.points, (*path, "points"), parts, scope),
        when=parts.findings.compile((*path, "when"), doc.when, scope) if doc.when else None,
        cap=doc.cap,
        fits=parts.lookup.many((*path, "fits"), "stage", doc.fits, parts.names.stages),
        stage=doc.stage if doc.stage in parts.names.stages else None,
        attempt=doc.attempt,
        contact=doc.contact,
        automated=doc.automated,
        fields=touch,
        title=doc.title,
    )


def points(
    value: Decimal | str | None, path: Path, parts: Parts, scope: Scope
) -> Expression | Decimal | None:
    return parts.findings.compile(path, value, scope, "number") if isinstance(value, str) else value


def scoring(parts: Parts) -> Scoring:
    doc = parts.document.scoring
    half_life = doc.engagement.half_life if doc.engagement else None
    decay = parts.span(("scoring", "engagement", "half_life"), half_life)
    rules = [_fit_rule(index, rule, parts) for index, rule in enumerate(doc.fit) if rule is not None]
    score = None
    if doc.score is not None:
        score = parts.findings.compile(("scoring", "score"), doc.score, parts.scopes.score, "number")
    return Scoring(tuple(rule for rule in rules if rule is not None), decay, score)


def _fit_rule(index: int, doc: FitDoc, parts: Parts) -> FitRule | None:
    path: Path = ("scoring", "fit", index)
    when = parts.findings.compile((*path, "when"), doc.when, parts.scopes.fit)
    worth = points(doc.points, (*path, "points"), parts, parts.scopes.fit)
    return FitRule(when, worth, doc.because) if when is not None and worth is not None else None


def account(parts: Parts) -> Account | None:
    """Which leads are one company's, as ``lead.account`` says; None where it does not, or not soundly."""
    doc, path = parts.document.lead.account, ("lead", "account")
    if doc is None:
        return None
    if isinstance(doc, str):
        words = "text; name a field that says the company, or {domain_of: FIELD} of an address"
        return Account(doc) if _is_text(doc, path, parts, TEXTUAL, words) else None
    excepted = [folded(each) for each in doc.excepted]
    for index, domain in enumerate(excepted):
        if not DOMAIN.fullmatch(domain):
            words = f'"{shown(domain[:60])}" is no domain; write what stands after the @, such as gmail.com'
            parts.findings.error((*path, "except", index), words)
    words = "an address; domain_of takes an email or string field"
    if not _is_text(doc.domain_of, (*path, "domain_of"), parts, HOLDS_PEOPLE, words):
        return None
    return Account(doc.domain_of, True, frozenset(excepted))


def _is_text(name: str, path: Path, parts: Parts, types: Container[str], words: str) -> bool:
    if not parts.lookup.one(path, "field", name, parts.names.fields):
        return False
    field = parts.fields.get(name)
    if field is not None and field.type not in types:
        parts.findings.error(path, f"lead.{name} is {field.type}, not {words}")
    return field is not None and field.type in types


def described(parts: Parts) -> tuple[Stage, ...]:
    """Every stage, where the file describes one of them."""
    docs = [doc for doc in parts.document.stages if doc is not None]
    if not any(doc.title or doc.about or doc.signal for doc in docs):
        return ()
    return tuple(Stage(doc.name, doc.title, doc.about, doc.signal) for doc in docs)


def pace(parts: Parts) -> Approaches | None:
    """How often a prospect is approached, and by whom."""
    doc = parts.document.pace
    if doc is None:
        return None
    by = parts.lookup.many(("pace", "by"), "party", doc.by, parts.names.parties)
    per = parts.span(("pace", "per"), doc.per)
    return None if per is None else Approaches(by, doc.at_most, per)


def check(name: str, doc: CheckDoc, parts: Parts) -> Check:
    path: Path = ("checks", name)
    answer = fields(doc.fields, (*path, "fields"), parts.findings, parts.timezone)
    agree_with_lead(answer, (*path, "fields"), parts)
    by, roles = actors(doc.by, (*path, "by"), parts)
    passes = guard(doc.passes, (*path, "pass"), parts, parts.scopes.given("answer", answer))
    return Check(
        name=name,
        fields=answer,
        passes=passes or (),
        question=doc.question,
        by=by,
        roles=roles,
        valid_for=parts.span((*path, "valid_for"), doc.valid_for),
        title=doc.title,
    )
