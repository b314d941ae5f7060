"""The accounting of disclosures of an account: six years back, as a page, a table and a letter (HIPAA-11)."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select

from billing.disclosures import AUTHORITY_WORDS, Authority, counted_since
from portal.db import read_only
from portal.models.accounts import Patient
from portal.models.disclosures import AccountingRequest, Disclosure
from portal.models.identity import Login
from portal.queries.practice import PracticePage
from portal.queries.staff_account import AccountHeader, account_header

HEAD = ("date", "patient", "told to", "what", "what for", "under which rule")


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosureRow:
    """One disclosure in words."""

    on: date
    patient: str
    to_whom: str
    what: str
    purpose: str
    authority: str
    by: str

    def cells(self) -> tuple[str, ...]:
        """As the table and the letter tell it."""
        return (
            self.on.isoformat(),
            self.patient,
            self.to_whom,
            self.what,
            self.purpose,
            self.authority,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRow:
    """One request for the list."""

    asked_on: date
    due_on: date
    free: bool
    extended_on: date | None
    answered_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosuresPage:
    """What is counted from `since` on, the newest first, and the requests."""

    header: AccountHeader
    since: date
    rows: tuple[DisclosureRow, ...]
    requests: tuple[RequestRow, ...]

    @property
    def open_request(self) -> RequestRow | None:
        return next((one for one in self.requests if one.answered_on is None), None)


def disclosures_page(account_id: int, *, on: date) -> DisclosuresPage | None:
    """None when there is no such account."""
    since = counted_since(on)
    with read_only() as session:
        header = account_header(session, account_id)
        if header is None:
            return None
        found = session.execute(
            select(
                Disclosure,
                func.concat_ws(" ", Patient.first_name, Patient.last_name).label("patient"),
                func.coalesce(func.nullif(Login.name, ""), Login.email).label("by"),
            )
            .join(Patient, Patient.id == Disclosure.patient_id)
            .join(Login, Login.id == Disclosure.recorded_by_id)
            .where(Disclosure.guarantor_account_id == account_id, Disclosure.disclosed_on >= since)
            .order_by(Disclosure.disclosed_on.desc(), Disclosure.id.desc())
        ).all()
        requests = session.scalars(
            select(AccountingRequest)
            .where(AccountingRequest.guarantor_account_id == account_id)
            .order_by(AccountingRequest.id.desc())
        ).all()
    return DisclosuresPage(
        header=header,
        since=since,
        rows=tuple(_row(row.Disclosure, row.patient, row.by) for row in found),
        requests=tuple(
            RequestRow(
                asked_on=one.asked_on,
                due_on=one.due_on,
                free=one.free,
                extended_on=one.extended_on,
                answered_on=one.answered_on,
            )
            for one in requests
        ),
    )


def disclosures_csv(page: DisclosuresPage) -> str:
    """One row a disclosure; formulas are kept from spreadsheets."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEAD)
    for row in page.rows:
        writer.writerow([f"'{cell}" if cell[:1] in "=+-@\t\r" else cell for cell in row.cells()])
    return out.getvalue()


def disclosures_print(
    page: DisclosuresPage, practice: PracticePage, *, on: date
) -> Mapping[str, Any]:
    """For the printed layout `disclosures`."""
    return {
        "practice": practice.name,
        "address": list(practice.address),
        "phone": practice.phone,
        "account": page.header.number,
        "patients": ", ".join(patient.name for patient in page.header.patients),
        "since": _day(page.since),
        "on": _day(on),
        "rows": [[_day(row.on), *row.cells()[1:]] for row in page.rows],
    }


def _row(row: Disclosure, patient: str, by: str) -> DisclosureRow:
    return DisclosureRow(
        on=row.disclosed_on,
        patient=patient,
        to_whom=row.to_whom,
        what=row.what,
        purpose=row.purpose,
        authority=AUTHORITY_WORDS[Authority(row.authority)],
        by=by,
    )


def _day(value: date) -> str:
    return f"{value:%b} {value.day}, {value.year}"
