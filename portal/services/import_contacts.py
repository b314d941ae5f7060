"""Who is guarantor, how they may be reached, and what stands in the way: the contacts file (posting.md)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import phonenumbers
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.accounts import GuarantorAccount, Patient
from portal.models.identity import AccountAccess
from portal.models.work import WorkItem
from portal.queries.reach import standing_requests
from portal.services.find_patients import PatientFinder, find_patients
from portal.services.import_result import RefusedRecord
from portal.services.import_text_consents import (
    CONSENT_COLUMNS,
    FileConsent,
    import_text_consents,
    read_consent,
)
from portal.services.match_person import ADULT_YEARS, age_on, match_name
from portal.services.note_invitations import note_invitations
from portal.services.practice_date import practice_date
from portal.services.practice_file import Columns, Row, RowRefusedError
from portal.services.revise import revise
from portal.services.set_conditions import CONDITION_COLUMNS, Asked, set_conditions
from portal.services.share_accounts import SHARED_UNTIL, Wish, share_accounts

_GUARANTOR = (
    "guarantor_last_name",
    "guarantor_first_name",
    "guarantor_middle_name",
    "guarantor_suffix",
    "guarantor_birth_date",
    "guarantor_relationship",
)
_ADDRESS = ("street", "street2", "city", "state", "postal_code")
CONTACT_COLUMNS = Columns(
    id="practice_patient_id",
    needed=("last_name", "first_name", "birth_date"),
    optional=(
        *("middle_name", "suffix", "sex"),
        *_GUARANTOR,
        *_ADDRESS,
        *("mobile", "mobile_owner", "sms_billing_consent", *CONSENT_COLUMNS),
        *("email", "estatement_consent", "language", "paper_only", "confidential"),
        *CONDITION_COLUMNS,
    ),
)
LANGUAGES = ("en", "es")
# What people prove themselves on our pages; the practice's file never overwrites it.
_PROVEN = ("mobile", "mobile_owner", "email")


@dataclass(slots=True)
class _Contact:
    """One row, read: the patient, and what their account should say."""

    row: Row
    patient: Patient
    guarantor: dict[str, Any] = field(default_factory=dict)
    account: dict[str, Any] = field(default_factory=dict)
    consent: FileConsent | None = None
    confidential: bool = False
    conditions: tuple[Asked, ...] = ()
    paperless: bool = False  # said yes on the practice's paper


def import_contacts(
    session: Session, rows: Sequence[Row], *, file_id: int, now: datetime
) -> list[RefusedRecord]:
    """Link, name and reach the people of each good row; the rows refused."""
    source = f"contacts:{file_id}"
    refused: list[RefusedRecord] = []
    contacts: list[_Contact] = []
    finder, on = _find(session, rows), practice_date(session, now)
    for row in rows:
        try:
            contact = _read(row, finder, on=on)
        except RowRefusedError as refusal:
            refused.append(RefusedRecord(position=row.number, id=row.id, reason=str(refusal)))
        else:
            contacts.append(contact)
    _link(session, contacts, source=source, now=now)
    wishes = [
        Wish(
            patient=contact.patient,
            guarantor=contact.guarantor,
            own=contact.confidential or age_on(contact.patient.birth_on, on) >= SHARED_UNTIL,
            hidden=contact.confidential and not contact.guarantor,
        )
        for contact in contacts
    ]
    share_accounts(session, wishes, source=source, now=now)
    _write_accounts(session, contacts, source=source, now=now)
    set_conditions(
        session,
        [(contact.patient, contact.conditions) for contact in contacts],
        source="contacts",
        now=now,
    )
    return refused


def _find(session: Session, rows: Sequence[Row]) -> PatientFinder:
    people = []
    for row in rows:
        try:
            born = row.needed_day("birth_date")
        except RowRefusedError:
            continue  # refused with its reason when the row is read
        people.append((row.text("last_name"), row.text("first_name"), born))
    return find_patients(session, practice_ids={row.id for row in rows}, people=people)


def _read(row: Row, finder: PatientFinder, *, on: date) -> _Contact:
    born = row.needed_day("birth_date")
    if born > on:
        raise RowRefusedError("birth_date lies in the future")
    guarantor = _guarantor(row, born, on)
    account = _account(row)
    consent: FileConsent | None = read_consent(row, phone=account.get("mobile", ""))
    confidential, conditions = row.yes("confidential"), _conditions(row, on)
    if confidential and age_on(born, on) < ADULT_YEARS:
        # COLL-26: what a minor asked to keep private never reaches a parent by a file.
        guarantor, account, consent = {}, {}, None
    patient = _patient(row, born, finder)
    if patient is None:
        patient = Patient(
            practice_patient_id=row.id,
            last_name=row.text("last_name"),
            first_name=row.text("first_name"),
            middle_name=row.text("middle_name"),
            suffix=row.text("suffix"),
            match_name=match_name(row.text("last_name"), row.text("first_name")),
            birth_on=born,
            sex=row.text("sex", "U"),
            confidential=confidential,
            **{part: row.text(part) for part in _ADDRESS},
        )
        finder.add(patient)
    paperless = row.yes("estatement_consent") and bool(account)
    return _Contact(row, patient, guarantor, account, consent, confidential, conditions, paperless)


def _patient(row: Row, born: date, finder: PatientFinder) -> Patient | None:
    """By the practice's id, which must mean the same person; else by name and birth date."""
    known = finder.by_practice_id.get(row.id)
    name = match_name(row.text("last_name"), row.text("first_name"))
    if known is not None:
        if known.birth_on != born and known.match_name != name:
            raise RowRefusedError("this practice_patient_id belongs to somebody else here")
        return known
    free = [
        patient
        for patient in finder.namesakes(row.text("last_name"), row.text("first_name"), born)
        if patient.practice_patient_id is None
    ]
    if len(free) > 1:
        zip_code = row.text("postal_code")[:5]
        free = [patient for patient in free if patient.postal_code[:5] == zip_code]
        if len(free) != 1:
            raise RowRefusedError("more than one patient has this name and birth_date")
    return free[0] if free else None


def _guarantor(row: Row, born: date, on: date) -> dict[str, Any]:
    """The person who owes: named in the row, else the patient if grown up, else nobody yet."""
    last, first = row.text("guarantor_last_name"), row.text("guarantor_first_name")
    if last:
        birth_on = row.needed_day("guarantor_birth_date")
        if age_on(birth_on, on) < ADULT_YEARS:
            raise RowRefusedError("the guarantor is not yet 18")
        return {
            "last_name": last,
            "first_name": first,
            "middle_name": row.text("guarantor_middle_name"),
            "suffix": row.text("guarantor_suffix"),
            "birth_on": birth_on,
            "relationship": row.text("guarantor_relationship", "self").casefold(),
            "named": True,
        }
    if age_on(born, on) < ADULT_YEARS:
        return {}
    return {
        "last_name": row.text("last_name"),
        "first_name": row.text("first_name"),
        "middle_name": row.text("middle_name"),
        "suffix": row.text("suffix"),
        "birth_on": born,
        "relationship": "self",
        "named": True,
    }


def _account(row: Row) -> dict[str, Any]:
    """What the account should say; an address is never blanked out, a consent that is not there is no."""
    values: dict[str, Any] = {}
    if row.text("street"):
        values |= {part: row.text(part) for part in _ADDRESS}
    if row.has("mobile"):
        values |= {"mobile": _mobile(row), "mobile_owner": row.text("mobile_owner")}
    if row.has("email"):
        values["email"] = _email(row)
    if row.has("paper_only"):
        values["paper_only"] = row.yes("paper_only")
    if row.text("language"):
        values["language"] = row.one_of("language", LANGUAGES)
    return values


def _mobile(row: Row) -> str:
    written = row.text("mobile")
    if not written:
        return ""
    try:
        number = phonenumbers.parse(written, "US")
    except phonenumbers.NumberParseException:
        raise RowRefusedError("mobile is not a phone number") from None
    if not phonenumbers.is_possible_number(number):
        raise RowRefusedError("mobile is not a phone number")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _email(row: Row) -> str:
    email = row.text("email")
    local, _, domain = email.partition("@")
    if email and (not local or "." not in domain or " " in email):
        raise RowRefusedError("email is not an e-mail address")
    return email


def _conditions(row: Row, on: date) -> tuple[Asked, ...]:
    """Each condition column that the file has; `deceased` may be the day of death."""
    asked = []
    for column, kind in CONDITION_COLUMNS.items():
        if row.has(column):
            written = row.text(column)
            dated = column == "deceased" and "-" in written
            holds = row.needed_day(column) <= on if dated else row.yes(column)
            asked.append(Asked(kind, holds=holds))
    return tuple(asked)


def _link(session: Session, contacts: Sequence[_Contact], *, source: str, now: datetime) -> None:
    for contact in contacts:
        row, patient = contact.row, contact.patient
        wanted: dict[str, Any] = {"practice_patient_id": row.id}
        wanted |= {column: row.text(column) for column in ("last_name", "first_name")}
        for column in ("middle_name", "suffix", "sex"):
            if row.text(column):
                wanted[column] = row.text(column)
        if match_name(patient.last_name, patient.first_name) == match_name(
            wanted["last_name"], wanted["first_name"]
        ):
            # The same name in other letters is no change; the practice's spelling is the legal one.
            patient.last_name, patient.first_name = wanted["last_name"], wanted["first_name"]
        wanted["match_name"] = match_name(wanted["last_name"], wanted["first_name"])
        wanted["birth_on"] = row.needed_day("birth_date")
        if row.has("confidential"):
            wanted["confidential"] = contact.confidential
        if row.text("street") and not patient.street:
            wanted |= {part: row.text(part) for part in _ADDRESS}
        revise(session, patient, wanted, source=source, now=now)
    session.flush()


def _write_accounts(
    session: Session, contacts: Sequence[_Contact], *, source: str, now: datetime
) -> None:
    """The guarantor's own row speaks for a shared account; a child's row never changes it."""
    ids = {contact.patient.guarantor_account_id for contact in contacts}
    accounts = {
        account.id: account
        for account in session.scalars(select(GuarantorAccount).where(GuarantorAccount.id.in_(ids)))
    }
    proven = set(
        session.scalars(
            select(AccountAccess.guarantor_account_id).where(
                AccountAccess.guarantor_account_id.in_(ids), AccountAccess.ended_at.is_(None)
            )
        )
    )
    # Who asked to be reached apart owes for themself: a file names nobody else there (HIPAA-10).
    asked = standing_requests(session, ids).keys()
    spoken: set[int] = set()
    consents: list[tuple[GuarantorAccount, FileConsent]] = []
    invited: dict[int, str] = {}
    for contact in sorted(contacts, key=lambda one: not _is_self(one)):
        account = accounts[contact.patient.guarantor_account_id]
        if account.id in spoken:
            continue
        spoken.add(account.id)
        if not _is_self(contact) and _owns(account, contact.guarantor):
            continue
        wanted = {**contact.guarantor, **contact.account}
        if account.id in proven or account.id in asked:
            wanted = {key: value for key, value in wanted.items() if key not in _PROVEN}
            if contact.guarantor and not _is_named(account, contact.guarantor):
                session.add(_other_guarantor(account, contact, source, now))
                continue
        revise(session, account, wanted, source=source, now=now)
        if contact.consent is not None:
            consents.append((account, contact.consent))
        if contact.paperless:
            invited[account.id] = account.email
    session.flush()
    import_text_consents(session, consents, source=source, now=now)
    note_invitations(session, invited, source=source, now=now)


def _owns(account: GuarantorAccount, guarantor: dict[str, Any]) -> bool:
    """Whether the account is that of a guarantor who is a patient too: their own row speaks for it."""
    return account.relationship == "self" and bool(guarantor) and _is_named(account, guarantor)


def _is_named(account: GuarantorAccount, guarantor: dict[str, Any]) -> bool:
    name = match_name(guarantor["last_name"], guarantor["first_name"])
    return (
        account.named
        and match_name(account.last_name, account.first_name) == name
        and account.birth_on == guarantor["birth_on"]
    )


def _other_guarantor(
    account: GuarantorAccount, contact: _Contact, source: str, now: datetime
) -> WorkItem:
    """Somebody reads this account already: a person decides whether it may get another name."""
    return WorkItem(
        dedupe_key=f"{source}:guarantor:{account.id}",
        kind="guarantor_change",
        reasons=[f"row {contact.row.number} names another guarantor for an account in use"],
        next_step="Ask the practice who is responsible.",
        guarantor_account_id=account.id,
        opened_at=now,
    )


def _is_self(contact: _Contact) -> bool:
    guarantor, patient = contact.guarantor, contact.patient
    return bool(guarantor) and (
        match_name(guarantor["last_name"], guarantor["first_name"]) == patient.match_name
        and guarantor["birth_on"] == patient.birth_on
    )
