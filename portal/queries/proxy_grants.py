"""What a grant opens at this moment: the one reading that sessions, payments and lists share (HIPAA-9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, exists, func, select
from sqlalchemy.orm import Session, aliased

from billing.proxy_access import ProxyScope, Standing, is_live, opened
from portal.models.accounts import GuarantorAccount, Patient
from portal.models.practice import Practice
from portal.models.proxies import ProxyGrant


@dataclass(frozen=True, slots=True, kw_only=True)
class ActingFor:
    """On whose behalf somebody acts, and in what."""

    grant_id: int
    patient_id: int
    account_id: int
    name: str
    first_name: str
    scopes: frozenset[ProxyScope]


GrantRow = Any  # a row that holds GRANT_COLUMNS, by their names
_Other = aliased(Patient)


def is_own_account() -> ColumnElement[bool]:
    """For a query over Patient and their GuarantorAccount: the patient is the one who owes."""
    return and_(
        GuarantorAccount.named,
        GuarantorAccount.birth_on == Patient.birth_on,
        func.lower(GuarantorAccount.last_name) == func.lower(Patient.last_name),
        func.lower(GuarantorAccount.first_name) == func.lower(Patient.first_name),
    )


def is_shared() -> ColumnElement[bool]:
    """For the same: others' bills stand there too, and it is not the patient who may show them."""
    others = exists().where(
        _Other.guarantor_account_id == Patient.guarantor_account_id,
        _Other.id != Patient.id,
        _Other.merged_into_id.is_(None),  # that is the same person
    )
    return and_(others, ~func.coalesce(is_own_account(), False))


# Read beside a ProxyGrant, its Patient and their GuarantorAccount; `acting_for` makes sense of them.
GRANT_COLUMNS = (
    ProxyGrant.id.label("grant_id"),
    ProxyGrant.scopes,
    ProxyGrant.accepted_at,
    ProxyGrant.ended_at,
    ProxyGrant.ends_on,
    ProxyGrant.of_minor,
    Patient.id.label("patient_id"),
    Patient.guarantor_account_id.label("account_id"),
    Patient.first_name.label("patient_first"),
    Patient.last_name.label("patient_last"),
    Patient.birth_on.label("patient_born"),
    Patient.confidential.label("patient_confidential"),
    is_shared().label("is_shared"),
    Practice.time_zone.label("grant_zone"),
)


def grants() -> Select[*tuple[Any, ...]]:
    """Grants with what decides about them."""
    return (
        select(*GRANT_COLUMNS)
        .select_from(ProxyGrant)
        .join(Patient, Patient.id == ProxyGrant.patient_id)
        .join(GuarantorAccount, GuarantorAccount.id == Patient.guarantor_account_id)
        .outerjoin(Practice, Practice.id == 1)
    )


def is_standing(row: GrantRow, on: date, *, if_accepted: bool = False) -> bool:
    """Whether a row of `grants` opens its patient's account on this day, or would once it is accepted."""
    facts = Standing(
        accepted=if_accepted or row.accepted_at is not None,
        ended=row.ended_at is not None,
        ends_on=row.ends_on,
        of_minor=row.of_minor,
        birth_on=row.patient_born,
        confidential=row.patient_confidential,
        shared=row.is_shared,
    )
    return is_live(facts, on)


def acting_for(row: GrantRow, *, now: datetime) -> ActingFor | None:
    """Whom a row of `grants` lets its proxy act for at this moment; None when nobody."""
    on = now.astimezone(ZoneInfo(row.grant_zone or "America/New_York")).date()
    if not is_standing(row, on):
        return None
    return ActingFor(
        grant_id=row.grant_id,
        patient_id=row.patient_id,
        account_id=row.account_id,
        name=f"{row.patient_first} {row.patient_last}".strip(),
        first_name=row.patient_first or row.patient_last,
        scopes=opened(row.scopes, of_minor=row.of_minor, birth_on=row.patient_born, on=on),
    )


def grant_standing(
    session: Session, grant_id: int, *, login_id: int, now: datetime, lock: bool = False
) -> ActingFor | None:
    """What one grant opens for this sign-in now.

    With `lock` it cannot end before the transaction does: whoever revokes it waits, or came first.
    """
    mine = (ProxyGrant.id == grant_id, ProxyGrant.proxy_login_id == login_id)
    if lock:
        session.execute(select(ProxyGrant.id).where(*mine).with_for_update(read=True))
    row = session.execute(grants().where(*mine)).one_or_none()
    return acting_for(row, now=now) if row is not None else None
