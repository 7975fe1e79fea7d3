"""A portal of HubSpot with its contacts, leads, owners and webhooks, as far as the link goes.

Written from what the vendor documents and from answers that were recorded in public, errors included, and
tried against no other: developers.hubspot.com/docs, pages api-reference/latest/crm/objects (batch/read,
batch/update, batch/create), api-reference/crm/search-the-crm, api-reference/error-handling,
developer-tooling/platform/usage-guidelines, api-reference/webhooks, apps/authentication/validating-requests;
paths and forms by github.com/HubSpot/HubSpot-public-api-spec-collection, CRM, 2026-09; that rules on what is
required count from that version on: developers.hubspot.com/changelog/crm-api-write-validation-enforcement;
that a stage goes back by way of none only: integrate.hubspot.com/t/update-lifecycle-stage-using-api/1333.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from email.utils import format_datetime
from itertools import count
from random import Random
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
from support.faulty import Answer, FaultyServer, Seen

from doubles.hubspot_words import (
    NOON,
    Change,
    Refusal,
    Stored,
    Time,
    batch,
    is_back,
    limited,
    milliseconds,
    missing,
    more_after,
    parsed,
    passes,
    shown,
    signed,
    sorted_by,
    standard_properties,
    told,
    wrong_in,
)

TOKEN = "pat-eu1-double-token"
PORTAL, APP = 891472211, 7906213
HOLDS_TO_RULES = "2026-09"
CALLED = re.compile(r"/crm/(?:v3/|(?=\w+/20))(\w+)(?:/(20\d\d-\d\d))?(?:/(\w+)/?(.*))?")
DAY = timedelta(days=1)
TYPES = {"contacts": "0-1", "leads": "0-136"}
CHANGED = {"contacts": "lastmodifieddate", "leads": "hs_lastmodifieddate"}
UNIQUE = {"contacts": "email"}
FORWARD_ONLY = "lifecyclestage"
MOST, MOST_WITH_HISTORY, MOST_FOUND, MOST_A_PAGE, SEARCHES = 100, 50, 10_000, 100, 5
MOST_ASKED = 3_000


Asked = tuple[Mapping[str, Any], Stored | None]


class HubSpotDouble(FaultyServer):
    """The portal: everything a test may change stands open, under the vendor's names."""

    def forget(self) -> None:
        """No record; two owners; an app with all scopes that hears of each change."""
        super().forget()
        self.time = Time()
        self.tokens = {TOKEN}
        self.missing_scopes: list[str] = []
        self.objects: dict[str, dict[str, Stored]] = {name: {} for name in TYPES}
        self.properties = {name: standard_properties(name) for name in TYPES}
        self.owners = {"anna@example.com": "41488296", "Åsa@Example.com": "41488297"}
        self.owners_a_page = 1
        self.required: dict[tuple[str, str], str] = {}
        self.since = ""
        self.burst, self.interval, self.daily = 100, timedelta(seconds=10), 250_000
        self.heeds_traces = True
        self.retry_after: str | None = "10"
        self.lag = timedelta()
        self.pending: list[dict[str, Any]] = []
        self.calls: list[datetime] = []
        self.searches: list[datetime] = []
        self._numbers, self._events = count(31612976545), count(3816279340)
        self._sorted: dict[str, list[tuple[datetime, int]]] = {}

    @property
    def api(self) -> str:
        return self.url("/")

    @property
    def written(self) -> int:
        """How many calls wrote something."""
        return sum(seen.path.endswith(("/batch/update", "/batch/create")) for seen in self.seen)

    # What others do in it

    def add(self, object: str, at: datetime | None = None, **properties: str) -> str:
        """A person makes a record, at that instant."""
        return self._made(object, properties, at or self._later(), "CRM_UI", "userId:9555737").id

    def change(self, object: str, id: str, at: datetime | None = None, **properties: str) -> None:
        """A person changes it, at that instant."""
        self._set(
            object, self.objects[object][id], properties, at or self._later(), "CRM_UI", "userId:9555737"
        )

    def archive(self, object: str, id: str) -> None:
        self.objects[object][id].is_archived = True
        self._sorted.clear()

    def deliver(
        self, take: Callable[[Mapping[str, str], bytes], int], url: str, *, chance: Random | None = None,
        doubled: bool = False, most: int = 100,
    ) -> None:  # fmt: skip
        """Sends what happened, signed (v3); what *take* answers no 2xx to is sent again the next time.

        With *chance* in any order; *doubled*: some of it twice, as at least once allows.
        """
        events, self.pending = self.pending, []
        if chance is not None:
            chance.shuffle(events)
        if doubled:
            events += [{**each, "eventId": next(self._events)} for each in events[:: 3 if chance else 1]]
        for place in range(0, len(events), most):
            batch = events[place : place + most]
            body = orjson.dumps(batch)
            if take(signed("POST", url, body, self.time.now()), body) // 100 != 2:
                self.pending += [{**each, "attemptNumber": each["attemptNumber"] + 1} for each in batch]

    # What it answers

    def answer_to(self, seen: Seen) -> Answer:
        with self._lock:
            self.seen.append(seen)
            if seen.path in self._answers:
                answers = self._answers[seen.path]
                return answers.popleft() if len(answers) > 1 else answers[0]
            is_search = seen.path.endswith("/search")
            try:
                self._admit(seen, is_search)
                status, said = self._called(seen)
            except Refusal as refusal:
                again = (
                    {"retry_after": self.retry_after} if self.retry_after and refusal.status == 429 else {}
                )
                return told(refusal.status, refusal.body, **again, **self._limits(is_search))
            date = format_datetime(self.time.now(), usegmt=True)
            return told(status, said, date=date, **self._limits(is_search))

    def _admit(self, seen: Seen, is_search: bool) -> None:
        now = self.time.now()
        if seen.headers.get("authorization", "").removeprefix("Bearer ") not in self.tokens:
            raise Refusal(401, "INVALID_AUTHENTICATION", "Authentication credentials not found.")
        if self.missing_scopes:
            message = "This app hasn't been granted all required scopes to make this call."
            lacking = [{"context": {"requiredGranularScopes": self.missing_scopes}}]
            raise Refusal(403, "MISSING_SCOPES", message, errors=lacking)
        if sum(at > now - DAY for at in self.calls) >= self.daily:
            raise limited("DAILY", "daily")
        if sum(at > now - self.interval for at in self.calls[-self.burst :]) >= self.burst:
            raise limited("TEN_SECONDLY_ROLLING", "ten_secondly_rolling")
        if is_search and sum(at > now - timedelta(seconds=1) for at in self.searches[-SEARCHES:]) >= SEARCHES:
            raise limited("SECONDLY", "secondly")
        self.calls.append(now)
        self.searches += [now] * is_search

    def _limits(self, is_search: bool) -> dict[str, str]:
        if is_search:
            return {}
        made = sum(at > self.time.now() - self.interval for at in self.calls[-self.burst :])
        milliseconds = round(self.interval.total_seconds() * 1000)
        return {
            "x_hubspot_ratelimit_daily": str(self.daily),
            "x_hubspot_ratelimit_daily_remaining": str(max(self.daily - len(self.calls), 0)),
            "x_hubspot_ratelimit_interval_milliseconds": str(milliseconds),
            "x_hubspot_ratelimit_max": str(self.burst),
            "x_hubspot_ratelimit_remaining": str(max(self.burst - made, 0)),
        }

    def _called(self, seen: Seen) -> tuple[int, dict[str, Any]]:
        to = urlsplit(seen.path)
        if (found := CALLED.fullmatch(to.path)) is None:
            raise Refusal(404, "OBJECT_NOT_FOUND", "resource not found")
        place, self.since, object, what = found.groups(default="")
        if place == "owners":
            return 200, self._owners(parse_qs(to.query))
        if object not in self.objects:
            raise Refusal(400, "VALIDATION_ERROR", f"Unable to infer object type from: {object}")
        if place == "properties":
            return 200, {"results": list(self.properties[object].values())}
        if what == "search" and len(seen.body.decode()) > MOST_ASKED:
            raise Refusal(400, "VALIDATION_ERROR", "The query is longer than 3000 characters.")
        given = orjson.loads(seen.body)
        known = {
            "batch/read": self._read, "batch/update": self._update, "batch/create": self._create,
            "search": self._search,
        }  # fmt: skip
        return known[what](object, given)

    def _owners(self, query: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        first, people = int(query.get("after", ["0"])[0]), list(self.owners.items())
        end = first + min(self.owners_a_page, int(query.get("limit", ["100"])[0]))
        results = [
            {"id": id, "email": email, "type": "PERSON", "archived": False} for email, id in people[first:end]
        ]
        return {"results": results, **more_after(end, len(people))}

    def _read(self, object: str, given: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
        with_history = given.get("propertiesWithHistory", [])
        inputs = self._inputs(given, MOST_WITH_HISTORY if with_history else MOST)
        found = [(each, self._live(object, each["id"])) for each in inputs]
        names = [*given.get("properties", []), *with_history]
        results = [self._shown(object, at, names, with_history) for _, at in found if at is not None]
        gone = [each["id"] for each, at in found if at is None]
        return batch(results, [missing(object, {"ids": gone})] if gone else [])

    def _update(self, object: str, given: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
        inputs = self._inputs(given, MOST)
        return self._written(
            object, [(each, self._live(object, each["id"])) for each in inputs], is_new=False
        )

    def _create(self, object: str, given: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
        return self._written(object, [(each, None) for each in self._inputs(given, MOST)], is_new=True)

    def _written(self, object: str, asked: Sequence[Asked], *, is_new: bool) -> tuple[int, dict[str, Any]]:
        """With ids of their own to trace them by (objectWriteTraceId) each input stands for itself."""
        traced = self.heeds_traces and all("objectWriteTraceId" in each for each, _ in asked)
        faults = [self._fault(object, each, at, is_new) for each, at in asked]
        for fault in faults:
            if fault is not None and not traced and fault["category"] != "OBJECT_NOT_FOUND":
                status = 409 if fault["category"] == "CONFLICT" else 400
                raise Refusal(status, fault["category"], fault["message"], context=fault["context"])
        results = []
        for (each, at), fault in zip(asked, faults, strict=True):
            if fault is not None:
                continue
            given, now = each["properties"], self._later()
            if at is None:
                at = self._made(object, given, now, "INTEGRATION", str(APP))
            else:
                self._set(object, at, given, now, "INTEGRATION", str(APP))
            trace = {"objectWriteTraceId": each["objectWriteTraceId"]} if traced else {}
            results.append({**self._shown(object, at, list(given)), **trace})
        return batch(results, [fault for fault in faults if fault is not None], 201 if is_new else 200)

    def _fault(
        self, object: str, each: Mapping[str, Any], at: Stored | None, is_new: bool
    ) -> dict[str, Any] | None:
        trace = [each["objectWriteTraceId"]] if "objectWriteTraceId" in each else []
        context: dict[str, Any] = {"objectWriteTraceId": trace} if trace else {}
        if at is None and not is_new:
            return missing(object, {**context, "ids": [each["id"]]})
        wrong = [
            told
            for name, text in each["properties"].items()
            if (told := wrong_in(self.properties[object].get(name), name, text))
        ]
        if wrong:
            message = f"Property values were not valid: {orjson.dumps(wrong).decode()}"
            return {"status": "error", "category": "VALIDATION_ERROR", "message": message, "context": context}
        asked = self.required.keys() & each["properties"].items() if self.since >= HOLDS_TO_RULES else ()
        if lacking := [name for name in map(self.required.get, asked) if not (at and at.value(name))]:
            message = f"Error updating {object.upper()}. Some required properties were not set."
            context |= {"properties": lacking}
            return {"status": "error", "category": "VALIDATION_ERROR", "message": message, "context": context}
        unique = UNIQUE.get(object, "")
        taken = self._having(object, unique, each["properties"].get(unique)) if is_new else None
        if taken is not None:
            message = f"Contact already exists. Existing ID: {taken.id}"
            context |= {"existingId": [taken.id]}
            return {"status": "error", "category": "CONFLICT", "message": message, "context": context}
        return None

    def _search(self, object: str, given: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
        limit, first = given.get("limit", 10), int(given.get("after", 0))
        filters = [each for group in given.get("filterGroups", []) for each in group["filters"]]
        unknown = [
            each["propertyName"] for each in filters if each["propertyName"] not in self.properties[object]
        ]
        if (
            unknown
            or limit > MOST_A_PAGE
            or len(given.get("filterGroups", [])) > 1
            or len(given.get("sorts", [])) > 1
        ):
            raise Refusal(400, "VALIDATION_ERROR", "There was a problem with the request.")
        if first + limit > MOST_FOUND:
            raise Refusal(400, "VALIDATION_ERROR", "The request exceeds the maximum of 10000 results.")
        found = self._matching(object, filters)
        sort = (given.get("sorts") or [{"propertyName": "hs_object_id", "direction": "ASCENDING"}])[0]
        if sort["propertyName"] != CHANGED[object]:
            found.sort(key=sorted_by(sort["propertyName"]))
        if sort.get("direction") == "DESCENDING":
            found.reverse()
        results = [
            self._shown(object, each, given.get("properties", [])) for each in found[first : first + limit]
        ]
        return 200, {"total": len(found), "results": results, **more_after(first + limit, len(found))}

    def _matching(self, object: str, filters: Sequence[Mapping[str, Any]]) -> list[Stored]:
        """By instant of the last change, which has an index here as it is asked for most."""
        records = self.objects[object]
        if object not in self._sorted:
            live = (each for each in records.values() if not each.is_archived)
            self._sorted[object] = sorted((each.changed, int(each.id)) for each in live)
        index = self._sorted[object]
        low, high = 0, bisect_right(index, (self.time.now() - self.lag, 1 << 62)) if self.lag else len(index)
        rest = []
        for each in filters:
            operator, by = each["operator"], each["propertyName"]
            at = parsed(each["value"]) if by == CHANGED[object] else NOON
            if by == CHANGED[object] and operator in ("GTE", "EQ"):
                low = max(low, bisect_left(index, (at, 0)))
            if by == CHANGED[object] and operator in ("LTE", "EQ"):
                high = min(high, bisect_right(index, (at, 1 << 62)))
            if by != CHANGED[object]:
                rest.append(each)
        found = [records[str(id)] for _, id in index[low:high]]
        return [each for each in found if all(passes(each, one) for one in rest)] if rest else found

    # What it keeps

    def _inputs(self, given: Mapping[str, Any], most: int) -> list[dict[str, Any]]:
        inputs: list[dict[str, Any]] = given["inputs"]
        if len(inputs) > most:
            raise Refusal(400, "VALIDATION_ERROR", f"The number of inputs must not exceed {most}.")
        ids = [each["id"] for each in inputs if "id" in each]
        if twice := sorted({each for each in ids if ids.count(each) > 1}):
            message = f"Duplicate IDs found in batch input: [{', '.join(twice)}]. IDs must be unique"
            raise Refusal(400, "VALIDATION_ERROR", message, context={"ids": twice})
        return inputs

    def _live(self, object: str, id: str) -> Stored | None:
        found = self.objects[object].get(id)
        return None if found is None or found.is_archived else found

    def _having(self, object: str, name: str, text: str | None) -> Stored | None:
        live = (each for each in self.objects[object].values() if not each.is_archived)
        folded, more = (text or "").lower(), f"hs_additional_{name}s"
        return next(
            (
                each for each in live
                if folded and folded in f"{each.value(name)};{each.value(more)}".lower().split(";")
            ),
            None,
        )  # fmt: skip

    def _made(
        self, object: str, properties: Mapping[str, str], at: datetime, source: str, source_id: str
    ) -> Stored:
        made = Stored(str(next(self._numbers)), at, at)
        self.objects[object][made.id] = made
        self._happened(object, made, at, source, source_id, "creation", changeFlag="CREATED")
        self._set(object, made, properties, at, source, source_id)
        self._sorted.pop(object, None)
        return made

    def _set(
        self, object: str, record: Stored, properties: Mapping[str, str], at: datetime, source: str,
        source_id: str,
    ) -> None:  # fmt: skip
        for name, text in properties.items():
            before = record.value(name)
            if text == (before or "") or (
                name == FORWARD_ONLY and is_back(self.properties[object][name], before, text)
            ):
                continue
            record.history.setdefault(name, []).append(Change(text, at, source, source_id))
            record.changed = max(record.changed, at)
            said = {"propertyName": name, "propertyValue": text}
            self._happened(object, record, at, source, source_id, "propertyChange", **said)
        self._sorted.pop(object, None)

    def _happened(
        self, object: str, record: Stored, at: datetime, source: str, source_id: str, what: str, **more: Any
    ) -> None:
        kind = {"subscriptionType": f"contact.{what}"}
        if object != "contacts":
            kind = {"subscriptionType": f"object.{what}", "objectTypeId": TYPES[object]}
        said = {
            "eventId": next(self._events), "subscriptionId": 686627, "portalId": PORTAL, "appId": APP,
            "occurredAt": milliseconds(at), "attemptNumber": 0, "objectId": int(record.id),
            "changeSource": source, "sourceId": source_id,
        }  # fmt: skip
        self.pending.append({**said, **kind, **more})

    def _shown(
        self, object: str, record: Stored, names: Iterable[str], with_history: Sequence[str] = ()
    ) -> dict[str, Any]:
        known = [name for name in names if name in self.properties[object]]
        return shown(record, CHANGED[object], known, with_history)

    def _later(self) -> datetime:
        self.time.at += timedelta(milliseconds=1)
        return self.time.at
