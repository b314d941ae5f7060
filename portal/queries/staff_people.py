"""Who an account is about: how to reach the guarantor, what they agreed to, who insures whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.db import read_only
from portal.models.accounts import Coverage, GuarantorAccount, Patient, Payer, RecordVersion
from portal.models.consents import ESignConsent
from portal.models.identity import AccountAccess, Login
from portal.queries.paperless import is_demonstrated
from portal.queries.record_words import fields_told, sources_told
from portal.queries.staff_account import AccountHeader, account_header
from portal.queries.text_consents import ConsentRow, standing_consents


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """The guarantor's particulars and consents."""

    birth_on: date | None
    relationship: str
    address: tuple[str, ...]
    mobile: str
    mobile_owner: str
    email: str
    language: str
    text_consents: tuple[ConsentRow, ...]  # every yes to texts on this number that stands
    statements: str  # how they come, in words


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageRow:
    """One membership of one plan."""

    patient_name: str
    payer_name: str
    member_id: str
    group_number: str
    sequence: str
    subscriber: str
    first_service_on: date | None
    last_service_on: date | None
    effective_on: date | None
    ended_on: date | None
    verified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a record said before it was changed, and who changed it."""

    at: datetime
    record: str
    source: str  # in words
    before: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PeoplePage:
    """Everyone on the account."""

    header: AccountHeader
    contact: Contact
    coverages: tuple[CoverageRow, ...]
    changes: tuple[Change, ...]


RECORDS = {
    GuarantorAccount.__tablename__: "Guarantor",
    Patient.__tablename__: "Patient",
    Login.__tablename__: "Sign-in",
    Coverage.__tablename__: "Coverage",
}


def people_page(account_id: int) -> PeoplePage | None:
    """The people of an account; None when there is none by this id."""
    with read_only() as session:
        header = account_header(session, account_id)
        if header is None:
            return None
        return PeoplePage(
            header=header,
            contact=_contact(session, account_id),
            coverages=_coverages(session, account_id),
            changes=_changes(session, account_id, header.patient_ids),
        )


def _contact(session: Session, account_id: int) -> Contact:
    row = session.get_one(GuarantorAccount, account_id)
    town = f"{row.city}, {row.state} {row.postal_code}".strip(", ")
    return Contact(
        birth_on=row.birth_on,
        relationship=row.relationship,
        address=tuple(line for line in (row.street, row.street2, town) if line),
        mobile=row.mobile,
        mobile_owner=row.mobile_owner,
        email=row.email,
        language=row.language,
        text_consents=standing_consents(session, phone=row.mobile, account_id=account_id),
        statements=_how_statements_come(session, row),
    )


def _how_statements_come(session: Session, account: GuarantorAccount) -> str:
    if account.paper_only:
        return "On paper only"
    newest = session.scalar(
        select(ESignConsent)
        .where(ESignConsent.guarantor_account_id == account.id)
        .order_by(ESignConsent.id.desc())
        .limit(1)
    )
    if newest is None:
        return "On paper"
    if is_demonstrated(newest):
        return f"Without paper since {newest.at:%B} {newest.at.day}, {newest.at.year}"
    if newest.granted:
        return "On paper: agreed at the office, not tried on our site yet"
    return "On paper: e-mail came back" if newest.source == "bounce" else "On paper again"


def _coverages(session: Session, account_id: int) -> tuple[CoverageRow, ...]:
    rows = session.execute(
        select(
            Patient.first_name,
            Patient.last_name,
            Payer.name.label("payer_name"),
            Coverage.member_id,
            Coverage.group_number,
            Coverage.sequence,
            Coverage.subscriber_first_name,
            Coverage.subscriber_last_name,
            Coverage.first_service_on,
            Coverage.last_service_on,
            Coverage.effective_on,
            Coverage.ended_on,
            Coverage.verified_at,
        )
        .join(Patient, Patient.id == Coverage.patient_id)
        .join(Payer, Payer.id == Coverage.payer_id)
        .where(Patient.guarantor_account_id == account_id)
        .order_by(Patient.birth_on, Coverage.sequence, Coverage.id)
    )
    return tuple(
        CoverageRow(
            patient_name=f"{row.first_name} {row.last_name}".strip(),
            payer_name=row.payer_name,
            member_id=row.member_id,
            group_number=row.group_number,
            sequence=row.sequence,
            subscriber=f"{row.subscriber_first_name} {row.subscriber_last_name}".strip(),
            first_service_on=row.first_service_on,
            last_service_on=row.last_service_on,
            effective_on=row.effective_on,
            ended_on=row.ended_on,
            verified=row.verified_at is not None,
        )
        for row in rows
    )


def _changes(session: Session, account_id: int, patient_ids: tuple[int, ...]) -> tuple[Change, ...]:
    rows = session.execute(
        select(RecordVersion.at, RecordVersion.record, RecordVersion.source, RecordVersion.before)
        .where(
            or_(
                (RecordVersion.record == GuarantorAccount.__tablename__)
                & (RecordVersion.record_id == account_id),
                (RecordVersion.record == Patient.__tablename__)
                & RecordVersion.record_id.in_(patient_ids),
                (RecordVersion.record == Login.__tablename__)
                & RecordVersion.record_id.in_(
                    select(AccountAccess.login_id).where(
                        AccountAccess.guarantor_account_id == account_id
                    )
                ),
                (RecordVersion.record == Coverage.__tablename__)
                & RecordVersion.record_id.in_(
                    select(Coverage.id).where(Coverage.patient_id.in_(patient_ids))
                ),
            )
        )
        .order_by(RecordVersion.at.desc(), RecordVersion.id.desc())
        .limit(50)
    ).all()
    told = sources_told(session, {row.source for row in rows})
    return tuple(
        Change(
            at=row.at,
            record=RECORDS[row.record],
            source=told[row.source],
            before=fields_told(row.before),
        )
        for row in rows
    )
