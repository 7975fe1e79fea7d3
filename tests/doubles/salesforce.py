"""An organization of Salesforce: leads, contacts and people in it, over its REST API.

Written from what the vendor documents, errors included, and tried against no other: developer.salesforce.com,
REST API Developer Guide, "Update Records Using sObject Collections", "Create Records Using sObject
Collections", "Execute a SOQL Query", "sObject Describe", "Assignment Rule Header", "Call Options Header",
"Limit Info Header", "Status Codes and Error Responses"; Salesforce Help, "OAuth 2.0 Client Credentials Flow
for Server-to-Server Integration". Bodies of errors are as users report them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from support.faulty import Answer, FaultyServer, Seen, answer, hang_up

from doubles.salesforce_record import OBJECTS, Unparsable, describe, error, made_id, value_error
from doubles.salesforce_sending import (
    AT_ONCE,
    Notification,
    Post,
    change_event,
    is_acknowledged,
    message,
)
from doubles.soql import Malformed, NoColumn, Question, Reader, Row

CLIENT_ID, CLIENT_SECRET = "3MVG9double.consumer.key", "double-consumer-secret"
ORGANIZATION = "00D5f000000DbleEAC"
VERSION = "v61.0"
BY_HAND: dict[str, str] = {}


@dataclass
class Left:
    """Pages of an answer that were not fetched yet."""

    question: Question
    rows: list[Row]
    total: int


class SalesforceDouble(FaultyServer):
    """The organization: everything a test may change stands open.

    ``rules``: who every lead is given to that is saved while assignment rules may run. ``pace``: how much
    time passes with each save. ``locked``: how often a record is still locked. ``lost``: how many saves no
    answer comes to. ``watched``: what outbound messages tell. ``silent``: whose changes set off
    none, as the flow that sends them says.
    """

    def forget(self) -> None:
        """Two people, of whom the app runs as the second, and no lead."""
        super().forget()
        self.now, self.pace = datetime(2026, 3, 9, 12, tzinfo=UTC), timedelta(seconds=1)
        self.records: dict[str, dict[str, dict[str, Any]]] = {object: {} for object in OBJECTS}
        self.sessions: list[str] = []
        self.signed_in = 0
        self.sign_in_error: tuple[str, str] | None = None
        self.used, self.allowed = 0, 100_000
        self.rules: str | None = None
        self.locked: dict[str, int] = {}
        self.forbidden: set[str] = set()
        self.unshared: set[str] = set()
        self.unreachable_owners: set[str] = set()
        self.errors: list[Answer] = []
        self.lost, self.is_down = 0, False
        self.silent: set[str] = set()
        self.page = 2000
        self.watched: tuple[str, ...] = (
            "Id",
            "Email",
            "Status",
            "OwnerId",
            "LastModifiedById",
            "LastModifiedDate",
        )
        self.notifications: list[Notification] = []
        self.events: list[dict[str, Any]] = []
        self._made, self._transactions, self._notified = 0, 0, 0
        self._left: dict[str, Left] = {}
        self.anna = self.has("User", Username="anna@acme.example", Email="Anna@example.com")
        self.app_user = self.has("User", Username="slaflow@acme.example", Email="slaflow@example.com")

    # What tests do by hand

    def has(self, object: str, **fields: Any) -> str:
        """A record that was always there: no rule ran, nothing was sent. Its id."""
        self._made += 1
        id, at = made_id(object, self._made * 37), self._stamp()
        row: dict[str, Any] = dict.fromkeys(OBJECTS[object])
        row |= {name: False for name, each in OBJECTS[object].items() if each.kind == "boolean"}
        row |= {"Id": id, "CreatedDate": at, "LastModifiedDate": at, "SystemModstamp": at}
        if object == "User":
            row |= {"IsActive": True, "UserType": "Standard"}
        else:
            row |= {"OwnerId": self.anna, "LastModifiedById": self.anna}
        self.records[object][id] = row | fields
        return id

    def edit(self, object: str, id: str, **fields: Any) -> None:
        """Somebody changes a record in the browser."""
        self._begun()
        self._save(object, self.records[object][id], fields, 1, BY_HAND)

    def expire(self) -> None:
        """Every session ends."""
        self.sessions.clear()

    def deliver(self, post: Post) -> int:
        """Sends what nobody acknowledged, a hundred at once; how much is acknowledged now."""
        waiting = [each for each in self.notifications if not each.is_acknowledged]
        taken = 0
        for object in OBJECTS:
            mine = [each for each in waiting if each.object == object]
            for start in range(0, len(mine), AT_ONCE):
                part = mine[start : start + AT_ONCE]
                told = [(each, self._told(each)) for each in part]
                for each in part:
                    each.tries += 1
                try:
                    done = is_acknowledged(post(message(ORGANIZATION, told)))
                except OSError:
                    done = False
                for each in part:
                    each.is_acknowledged = done
                taken += len(part) if done else 0
        return taken

    # Requests

    def answer_to(self, seen: Seen) -> Answer:
        with self._lock:
            self.seen.append(seen)
            to = urlsplit(seen.path)
            if to.path == "/services/oauth2/token":
                return self._sign_in(seen)
            if self.is_down:
                return _fault(503, "SERVER_UNAVAILABLE", "The service is unavailable")
            if self.errors:
                return self.errors.pop(0)
            if seen.headers.get("authorization", "").removeprefix("Bearer ") not in self.sessions:
                return _fault(401, "INVALID_SESSION_ID", "Session expired or invalid")
            self.used += 1
            if self.used > self.allowed:
                return self._limited(
                    _fault_body("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."), 403
                )
            status, body = self._asked(seen, to.path.removeprefix(f"/services/data/{VERSION}/"), to.query)
            if self.lost and seen.verb != "GET":
                self.lost -= 1
                return hang_up
            return self._limited(body, status)

    def _limited(self, body: Any, status: int) -> Answer:
        usage = f"api-usage={self.used}/{self.allowed}"
        kind = "application/json;charset=UTF-8"
        return answer(
            status,
            json.dumps(body).encode(),
            Sforce_Limit_Info=usage,
            Content_Type=kind,
            Date=format_datetime(self.now.astimezone(UTC), usegmt=True),
        )

    def _sign_in(self, seen: Seen) -> Answer:
        given = {name: texts[0] for name, texts in parse_qs(seen.body.decode()).items()}
        told = self.sign_in_error
        if seen.verb != "POST" or given.get("grant_type") != "client_credentials":
            told = ("unsupported_grant_type", "grant type not supported")
        elif given.get("client_id") != CLIENT_ID:
            told = ("invalid_client_id", "client identifier invalid")
        elif given.get("client_secret") != CLIENT_SECRET:
            told = ("invalid_client", "invalid client credentials")
        if told is not None:
            return answer(400, json.dumps({"error": told[0], "error_description": told[1]}).encode())
        self.signed_in += 1
        self.sessions.append(f"00D5f000000Dble!AQ.session.{self.signed_in}")
        said = {"access_token": self.sessions[-1], "instance_url": "https://elsewhere.example.com"}
        return answer(200, json.dumps({**said, "token_type": "Bearer", "scope": "api"}).encode())

    def _asked(self, seen: Seen, path: str, query: str) -> tuple[int, Any]:
        if path == "composite/sobjects" and seen.verb in ("POST", "PATCH"):
            return self._collection(seen)
        if path == "query" and seen.verb == "GET":
            return self._query(parse_qs(query).get("q", [""])[0])
        if path.startswith("query/") and seen.verb == "GET":
            return self._more(unquote(path.removeprefix("query/")))
        known = re.fullmatch(r"sobjects/(\w+)/describe", path)
        if known is not None and known[1] in OBJECTS:
            return 200, describe(known[1], self.forbidden)
        return 404, _fault_body("NOT_FOUND", "The requested resource does not exist")

    # Reading

    def _query(self, asked: str) -> tuple[int, Any]:
        def kinds_of(object: str) -> Mapping[str, str] | None:
            fields = OBJECTS.get(object)
            return None if fields is None else {name: each.kind for name, each in fields.items()}

        try:
            question = Reader(asked, kinds_of).question()
        except Malformed as problem:
            message = f"\n{asked}\n ^\nERROR at Row:1:Column:1\n{problem}"
            return 400, _fault_body("MALFORMED_QUERY", message)
        except NoColumn as missing:
            message = f"\n{asked}\n ^\nERROR at Row:1:Column:8\nNo such column '{missing.name}' on entity"
            return 400, _fault_body("INVALID_FIELD", message)
        except LookupError as missing:
            return 400, _fault_body("INVALID_TYPE", f"sObject type '{missing}' is not supported.")
        rows: list[Row] = [row for row in self.records[question.object].values() if not row["IsDeleted"]]
        found = question.answer(rows)
        return 200, self._paged(Left(question, found, len(found)))

    def _more(self, locator: str) -> tuple[int, Any]:
        left = self._left.pop(locator, None)
        if left is None:
            return 400, _fault_body("INVALID_QUERY_LOCATOR", "invalid query locator")
        return 200, self._paged(left)

    def _paged(self, left: Left) -> dict[str, Any]:
        now, rest = left.rows[: self.page], left.rows[self.page :]
        names, object = left.question.fields, left.question.object
        records = [{"attributes": {"type": object}, **{name: row[name] for name in names}} for row in now]
        said: dict[str, Any] = {"totalSize": left.total, "done": not rest, "records": records}
        if rest:
            locator = f"01g5f00000Dble{len(self._left)}AAA-{left.total - len(rest)}"
            self._left[locator] = Left(left.question, rest, left.total)
            said["nextRecordsUrl"] = f"/services/data/{VERSION}/query/{locator}"
        return said

    # Saving

    def _collection(self, seen: Seen) -> tuple[int, Any]:
        """Each record by itself, in order; what can't be read at all spoils the request."""
        try:
            given = json.loads(seen.body)
            records = given["records"]
        except (ValueError, KeyError):
            return 400, _fault_body("JSON_PARSER_ERROR", "Unexpected character")
        if len(records) > 200:
            return 400, _fault_body(
                "EXCEEDED_ID_LIMIT", "record limit reached. cannot submit more than 200 records"
            )
        ids = [record["id"][:15] for record in records if "id" in record]
        if len(set(ids)) < len(ids):
            return 400, _fault_body("INVALID_INPUT", "duplicate id in list")
        try:
            for record in records:
                self._parse(record)
        except Unparsable as problem:
            return 400, _fault_body("JSON_PARSER_ERROR", str(problem))
        except NoColumn as missing:
            return 400, _fault_body("INVALID_FIELD", f"No such column '{missing.name}' on sobject of type")
        self._begun()
        return 200, [
            self._one(record, number, seen.headers, seen.verb == "POST")
            for number, record in enumerate(records, 1)
        ]

    def _parse(self, record: dict[str, Any]) -> None:
        known = OBJECTS[record["attributes"]["type"]]
        for name, value in record.items():
            if name not in ("attributes", "id"):
                if name not in known:
                    raise NoColumn(name)
                value_error(name, known[name], value)

    def _one(
        self, record: dict[str, Any], number: int, headers: Mapping[str, str], is_new: bool
    ) -> dict[str, Any]:
        object = record["attributes"]["type"]
        fields = {name: value for name, value in record.items() if name not in ("attributes", "id")}
        row = None if is_new else self._row(object, record.get("id", ""))
        fault = self._refusal(object, row, fields, is_new)
        if fault is not None:
            return {"success": False, "errors": [fault]}
        if row is None:
            row = self.records[object][self.has(object, OwnerId=self.app_user)]
            fields["Id"] = row["Id"]
        self._save(object, row, fields, number, headers)
        return {"id": row["Id"], "success": True, "errors": []}

    def _row(self, object: str, id: str) -> dict[str, Any] | None:
        return next((row for each, row in self.records[object].items() if each[:15] == id[:15]), None)

    def _refusal(
        self, object: str, row: dict[str, Any] | None, fields: dict[str, Any], is_new: bool
    ) -> dict[str, Any] | None:
        if row is None and not is_new:
            return error("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
        if row is not None:
            if row["IsDeleted"]:
                return error("ENTITY_IS_DELETED", "entity is deleted")
            if row.get("IsConverted"):
                return error("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")
            if self.locked.get(row["Id"], 0) > 0:
                self.locked[row["Id"]] -= 1
                return error("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record")
            if row["Id"] in self.unshared:
                return error("INSUFFICIENT_ACCESS_OR_READONLY", f"insufficient access rights on {row['Id']}")
        known = OBJECTS[object]
        closed = [name for name in fields if not known[name].is_writable or name in self.forbidden]
        if closed:
            message = (
                f"Unable to create/update fields: {', '.join(closed)}. Please check the security settings"
            )
            return error("INVALID_FIELD_FOR_INSERT_UPDATE", message, *closed)
        missing = [name for name, each in known.items() if is_new and each.is_needed and not fields.get(name)]
        if missing:
            message = f"Required fields are missing: [{', '.join(missing)}]"
            return error("REQUIRED_FIELD_MISSING", message, *missing)
        owner = fields.get("OwnerId")
        if owner in self.unreachable_owners:
            message = f"insufficient access rights on cross-reference id: {owner}"
            return error("INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", message, "OwnerId")
        found = (value_error(name, known[name], value) for name, value in fields.items())
        return next((each for each in found if each is not None), None)

    def _begun(self) -> None:
        self._transactions += 1
        self.now += self.pace

    def _save(
        self,
        object: str,
        row: dict[str, Any],
        fields: dict[str, Any],
        number: int,
        headers: Mapping[str, str],
    ) -> None:
        """Changes a record, lets rules run that the request does not hold back, and tells of it."""
        is_by_api = headers is not BY_HAND
        by = self.app_user if is_by_api else self.anna
        at = self._stamp()
        before = dict(row)
        row |= {name: value if value != "" else None for name, value in fields.items()}
        # Who edits a page leaves the box unticked; over the API rules run unless it is said that they shan't.
        if object == "Lead" and self.rules and is_by_api:
            if headers.get("sforce-auto-assign", "TRUE").upper() != "FALSE":
                row["OwnerId"] = self.rules
        row |= {"LastModifiedDate": at, "SystemModstamp": at, "LastModifiedById": by}
        changed = {name: value for name, value in row.items() if before[name] != value or name in fields}
        client = re.search(r"client=([^,;]+)", headers.get("sforce-call-options", ""))
        origin = f"com/salesforce/api/rest/{VERSION[1:]}" + (f";client={client[1]}" if client else "")
        kind = "CREATE" if "Id" in fields else "UPDATE"
        told = {name: value for name, value in changed.items() if name not in ("Id", "SystemModstamp")}
        self.events.append(
            change_event(
                object,
                row["Id"],
                kind,
                told,
                by=by,
                origin=origin if is_by_api else "",
                transaction=self._transactions,
                sequence=number,
                at=self.now,
            )
        )
        self._notified += 1
        if by not in self.silent:
            self.notifications.append(Notification(f"04l5f0000{self._notified:06d}AAA", object, row["Id"]))

    def _told(self, each: Notification) -> dict[str, Any]:
        row = self.records[each.object][each.record]
        return {name: row[name] for name in self.watched if name in row}

    def _stamp(self) -> str:
        return self.now.strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def _fault_body(code: str, message: str) -> list[dict[str, str]]:
    return [{"message": message, "errorCode": code}]


def _fault(status: int, code: str, message: str) -> Answer:
    return answer(status, json.dumps(_fault_body(code, message)).encode())
