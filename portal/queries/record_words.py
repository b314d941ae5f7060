"""What a record said before it was changed, and what changed it, in words a person at the office uses."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.files import File
from portal.models.identity import Login

FILES = {"837p": "claims file", "contacts": "contacts file"}
PEOPLE = {"staff": "a member of staff", "login": "the account’s own sign-in"}
TEXT = "text"
FIELDS = {
    "bill_notices": "news of bills by",
    "birth_on": "birth date",
    "effective_on": "first day",
    "email": "e-mail",
    "ended_on": "last day",
    "guarantor_account_id": "account",
    "mobile_owner": "whose mobile",
    "paper_only": "paper only",
    "payment_notices": "news of payments by",
    "postal_code": "ZIP code",
    "practice_patient_id": "patient number",
    "street2": "apartment or unit",
    "text_grade": "how much a text says",
    "visit_notices": "news of visits by",
}
UNSAID = {"match_name", "named", "payer_id"}  # ours, beside what the person is called


def sources_told(session: Session, sources: Iterable[str]) -> dict[str, str]:
    """Each source, as `contacts:12` or `staff:3`, in words: `contacts file clinic.csv`, `Maria Example`."""
    wanted = set(sources)
    files = _ids(wanted, FILES)
    people = _ids(wanted, ("staff",))
    names = {
        row.id: row.name
        for row in session.execute(select(File.id, File.name).where(File.id.in_(files)))
    }
    staff = {
        row.id: row.name or row.email
        for row in session.execute(
            select(Login.id, Login.name, Login.email).where(Login.id.in_(people))
        )
    }
    return {source: _told(source, names, staff) for source in wanted}


def fields_told(before: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """The fields that said something, each with its words and what it said."""
    return tuple(
        (FIELDS.get(field, field.replace("_", " ")), _value(field, value))
        for field, value in before.items()
        if value not in ("", None) and field not in UNSAID
    )


def _ids(sources: set[str], kinds: Iterable[str]) -> set[int]:
    parts = (source.partition(":") for source in sources)
    return {int(number) for kind, _, number in parts if kind in kinds and number.isdecimal()}


def _told(source: str, files: dict[int, str], staff: dict[int, str]) -> str:
    kind, _, number = source.partition(":")
    known = int(number) if number.isdecimal() else 0
    if kind in FILES:
        return f"{FILES[kind]} {files.get(known, '')}".strip()
    if kind == TEXT:
        return "a text from this phone"
    if kind == "staff" and known in staff:
        return staff[known]
    return PEOPLE.get(kind, kind)


def _value(field: str, value: Any) -> str:
    if field == "guarantor_account_id":
        return "another one"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if field in {"birth_on", "subscriber_birth_on", "effective_on", "ended_on"}:
        day = date.fromisoformat(str(value))
        return f"{day:%b} {day.day}, {day.year}"
    return str(value)
