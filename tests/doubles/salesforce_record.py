"""Objects of Salesforce as records in it go: which fields they have, and why a value or a record is refused.

Written from what the vendor documents, and tried against no other: developer.salesforce.com, Object Reference
(Lead, Contact, User), SOAP API Developer Guide, "Core Data Types Used in API Calls" (StatusCode). Wordings of
messages, and which fields they name, are as users report them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
PREFIX = {"Lead": "00Q", "Contact": "003", "User": "005"}


@dataclass(frozen=True)
class Field:
    """A field: its kind, how long a text in it may be, who may choose it."""

    kind: str
    length: int = 0
    is_writable: bool = True
    is_needed: bool = False
    choices: tuple[str, ...] = ()
    is_restricted: bool = False


SYSTEM = {
    "Id": Field("id", is_writable=False),
    "IsDeleted": Field("boolean", is_writable=False),
    "CreatedDate": Field("datetime", is_writable=False),
    "LastModifiedDate": Field("datetime", is_writable=False),
    "LastModifiedById": Field("reference", is_writable=False),
    "SystemModstamp": Field("datetime", is_writable=False),
}
PERSON = {
    "LastName": Field("string", 80, is_needed=True),
    "FirstName": Field("string", 40),
    "Email": Field("email", 80),
    "Phone": Field("phone", 40),
    "OwnerId": Field("reference"),
    "Slaflow_State__c": Field("string", 40),
    "Slaflow_Due__c": Field("datetime"),
}
OBJECTS = {
    "Lead": {
        **SYSTEM,
        **PERSON,
        "Company": Field("string", 255, is_needed=True),
        "Status": Field("picklist", choices=("Open", "Working", "Qualified")),
        "Rating": Field("picklist", choices=("Hot", "Warm", "Cold"), is_restricted=True),
        "IsConverted": Field("boolean", is_writable=False),
        "DoNotCall": Field("boolean"),
        "NumberOfEmployees": Field("int"),
        "AnnualRevenue": Field("currency"),
        "Follow_Up__c": Field("date"),
        "Demo_Asked__c": Field("datetime"),
        "Handed_On__c": Field("datetime"),
    },
    "Contact": {**SYSTEM, **PERSON},
    "User": {
        **SYSTEM,
        "Username": Field("string", 80, is_needed=True),
        "Email": Field("email", 80),
        "IsActive": Field("boolean"),
        "UserType": Field("picklist"),
    },
}


NEVER_EMPTY = ("OwnerId",)
"""What has a value of its own where none is given, and is not to be emptied."""


class Unparsable(Exception):
    """A JSON value that is of another kind than the field: all of the request is refused."""


def made_id(object: str, number: int) -> str:
    """The id of the *number*-th record, with its three characters for those who lose its case."""
    digits = ""
    for _ in range(5):
        number, digit = divmod(number, len(ALPHABET))
        digits = ALPHABET[digit] + digits
    short = f"{PREFIX[object]}5f0000{digits}h"
    return short + check_characters(short)


def check_characters(short: str) -> str:
    """Source: help.salesforce.com, "CASESAFEID"; five characters, last first, are a binary number."""
    told = ""
    for start in (0, 5, 10):
        bits = "".join("1" if each in ALPHABET[10:36] else "0" for each in reversed(short[start : start + 5]))
        told += "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[int(bits, 2)]
    return told


def error(code: str, message: str, *fields: str) -> dict[str, Any]:
    return {"statusCode": code, "message": message, "fields": list(fields)}


def value_error(name: str, field: Field, value: Any) -> dict[str, Any] | None:
    """Why *field* does not take *value*. Raises ``Unparsable``."""
    if value is None:
        if field.is_needed or name in NEVER_EMPTY:
            return error("REQUIRED_FIELD_MISSING", f"{name} cannot be blank", name)
        if field.kind == "boolean":
            return error("INVALID_TYPE_ON_FIELD_IN_RECORD", f"{name}: value not of required type: null", name)
        return None
    kinds: dict[str, tuple[type, ...]] = {"boolean": (bool,), "int": (int,), "currency": (int, float)}
    right = kinds.get(field.kind, (str,))
    is_right = isinstance(value, right) and (field.kind == "boolean" or not isinstance(value, bool))
    if not is_right:
        raise Unparsable(f"Cannot deserialize instance of {field.kind} from value {value}")
    if field.kind in ("date", "datetime"):
        try:
            datetime.fromisoformat(value)
        except ValueError:
            raise Unparsable(
                f"Cannot deserialize instance of {field.kind} from VALUE_STRING {value}"
            ) from None
    if field.length and len(value) > field.length:
        message = f"{name}: data value too large: {value} (max length={field.length})"
        return error("STRING_TOO_LONG", message, name)
    if field.is_restricted and value not in field.choices:
        message = f"{name}: bad value for restricted picklist field: {value}"
        return error("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", message, name)
    return None


def describe(object: str, forbidden: set[str]) -> dict[str, Any]:
    """What an object tells of its fields, of what it tells the part that matters."""
    fields = [
        {
            "name": name,
            "type": field.kind,
            "length": field.length,
            "createable": field.is_writable,
            "updateable": field.is_writable and name not in forbidden,
            "nillable": not field.is_needed and name not in NEVER_EMPTY and field.kind != "boolean",
            "defaultedOnCreate": name in NEVER_EMPTY or field.kind == "boolean",
            "restrictedPicklist": field.is_restricted,
            "picklistValues": [
                {"active": True, "defaultValue": False, "label": each, "validFor": None, "value": each}
                for each in field.choices
            ],
        }
        for name, field in OBJECTS[object].items()
    ]
    return {"name": object, "keyPrefix": PREFIX[object], "updateable": True, "fields": fields}
