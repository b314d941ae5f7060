"""Writes what an 837P cannot say: contacts, money taken at the desk, self-pay visits, the practice's settings."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import date

from sandbox.practice import catalogue
from sandbox.practice.model import Contact, Patient, Receipt, Visit

CONTACT_COLUMNS = (
    "practice_patient_id",
    "last_name",
    "first_name",
    "birth_date",
    "guarantor_last_name",
    "guarantor_first_name",
    "guarantor_birth_date",
    "guarantor_relationship",
    "street",
    "city",
    "state",
    "postal_code",
    "mobile",
    "mobile_owner",
    "sms_billing_consent",
    "sms_consent_date",
    "sms_consent_source",
    "sms_consent_text_version",
    "email",
    "estatement_consent",
    "language",
    "paper_only",
    "do_not_contact",
    "deceased",
    "bankruptcy",
)
RECEIPT_COLUMNS = (
    "receipt_id",
    "practice_patient_id",
    "control_number",
    "date",
    "method",
    "amount_cents",
    "kind",
    "covers_through",
)
CHARGE_COLUMNS = (
    "visit_id",
    "practice_patient_id",
    "date",
    "line",
    "procedure_code",
    "description",
    "units",
    "amount_cents",
    "provider_npi",
    "coverage_intent",
)


def contacts_file(patients: Iterable[tuple[Patient, date]]) -> str:
    """One row for each patient whose guarantor is known, with the day when they filled in the desk's form."""
    rows = (_contact(patient, patient.contact, on) for patient, on in patients if patient.contact)
    return _csv(CONTACT_COLUMNS, rows)


def receipts_file(receipts: Iterable[Receipt], *, through: date) -> str:
    """One row for each payment at the desk, and the last day that the file covers."""
    rows = (
        {
            "receipt_id": receipt.receipt_id,
            "practice_patient_id": receipt.visit.patient.practice_id,
            "control_number": receipt.visit.control_number,
            "date": receipt.on.isoformat(),
            "method": receipt.method,
            "amount_cents": str(receipt.amount),
            "kind": receipt.kind,
            "covers_through": through.isoformat(),
        }
        for receipt in receipts
    )
    return _csv(RECEIPT_COLUMNS, rows)


def nothing_received(*, through: date) -> str:
    """The receipts file of days on which the desk took nothing."""
    row = {"receipt_id": f"through-{through}", "covers_through": through.isoformat()}
    return _csv(RECEIPT_COLUMNS, [row])


def charges_file(visits: Iterable[Visit]) -> str:
    """One row for each service of a self-pay visit."""
    rows = (
        {
            "visit_id": visit.control_number,
            "practice_patient_id": visit.patient.practice_id,
            "date": visit.on.isoformat(),
            "line": str(number),
            "procedure_code": service.code,
            "description": service.words,
            "units": "1",
            "amount_cents": str(service.fee),
            "provider_npi": visit.provider.npi,
            "coverage_intent": "self_pay",
        }
        for visit in visits
        for number, service in enumerate(visit.services, start=1)
    )
    return _csv(CHARGE_COLUMNS, rows)


def practice_settings() -> str:
    """practice.toml: who the practice is on every page and letter."""
    address = catalogue.PRACTICE_ADDRESS
    values = {
        "name": catalogue.PRACTICE_NAME,
        "legal_name": f"{catalogue.PRACTICE_NAME} (an invented practice)",
        "npi": catalogue.PRACTICE_NPI,
        "tax_id": catalogue.PRACTICE_TAX_ID,
        "street": address.street,
        "city": address.city,
        "state": address.state,
        "postal_code": address.postal_code,
        "phone": "(614) 555-0100",
        "phone_hours": "Monday to Friday, 8 am to 5 pm",
        "email": "billing@riverside.example.com",
        "time_zone": "America/New_York",
        "accent_colour": "#14604F",
        "assistance_phone": "(614) 555-0199",
        "assistance_url": "https://riverside.example.com/help-paying",
    }
    lines = [f'{key} = "{value}"' for key, value in values.items()]
    return "\n".join([*lines, "statement_floor_cents = 500", ""])


def _contact(patient: Patient, contact: Contact, signed_on: date) -> dict[str, str]:
    person = patient.person
    guarantor, texts = contact.guarantor, contact.sms_consent and bool(contact.mobile)
    return {
        "practice_patient_id": patient.practice_id,
        "last_name": person.last,
        "first_name": person.first,
        "birth_date": person.birth_on.isoformat(),
        "guarantor_last_name": guarantor.last,
        "guarantor_first_name": guarantor.first,
        "guarantor_birth_date": guarantor.birth_on.isoformat(),
        "guarantor_relationship": contact.relationship,
        "street": guarantor.address.street,
        "city": guarantor.address.city,
        "state": guarantor.address.state,
        "postal_code": guarantor.address.postal_code,
        "mobile": contact.mobile,
        "mobile_owner": contact.mobile_owner if contact.mobile else "",
        "sms_billing_consent": _yes(texts),
        "sms_consent_date": signed_on.isoformat() if texts else "",
        "sms_consent_source": "desk form" if texts else "",
        "sms_consent_text_version": "2026-1" if texts else "",
        "email": contact.email,
        "estatement_consent": _yes(contact.estatement_consent),
        "language": contact.language,
        "paper_only": _yes(contact.paper_only),
        "do_not_contact": _yes(contact.do_not_contact),
        "deceased": _yes(contact.deceased),
        "bankruptcy": _yes(contact.bankruptcy),
    }


def _yes(flag: bool) -> str:
    return "yes" if flag else ""


def _csv(columns: tuple[str, ...], rows: Iterable[Mapping[str, str]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
