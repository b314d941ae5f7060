"""Ask for the final notice of an account whose calendar says so: only where a placement could really follow (COLL-4, COLL-12)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.money import ZERO, Money
from billing.notices import DEADLINE_AFTER, SLACK, Intended, NoticeKind
from portal.models.placements import AgencyRow
from portal.queries.balances import balances
from portal.services.send_notice import AskedNotice, language_of, queue_notice

LINE = {"en": "Visit of {day}: {amount}", "es": "Consulta del {day}: {amount}"}


def warn_finally(
    session: Session,
    account_id: int,
    *,
    key: str,
    public_url: str,
    on: date,
    now: datetime,
    made_by_id: int | None = None,
) -> bool:
    """Queue the letter in the caller's transaction; false where no agency of ours could be meant.

    What a letter names must be true: without an agency whose contract two people approved, nobody is warned of one.
    Whether it leaves is asked as it leaves.
    """
    agency = _agency(session, on)
    if agency is None:
        return False
    bills = _bills(session, account_id, on)
    asked = AskedNotice(
        kind=NoticeKind.FINAL_NOTICE,
        account_id=account_id,
        key=key,
        facts={
            "amount": sum((owed for _, _, owed in bills), ZERO),
            "bills": _lines(bills, language_of(session, account_id)),
            "deadline": on + DEADLINE_AFTER + SLACK,
            "agency": agency,
        },
        visit_ids=tuple(visit_id for visit_id, _, _ in bills),
        intended=frozenset({Intended.PLACEMENT}),
        made_by_id=made_by_id,
    )
    queue_notice(session, asked, public_url=public_url, on=on, now=now)
    return True


def _agency(session: Session, on: date) -> str | None:
    """The name of the newest agency whose contract is approved and runs."""
    return session.scalar(
        select(AgencyRow.name)
        .where(
            AgencyRow.approved_at.is_not(None),
            AgencyRow.begins_on <= on,
            (AgencyRow.ends_on.is_(None)) | (AgencyRow.ends_on >= on),
        )
        .order_by(AgencyRow.id.desc())
        .limit(1)
    )


def _bills(session: Session, account_id: int, on: date) -> list[tuple[int, date, Money]]:
    [account] = balances(session, on=on, account_ids=[account_id])
    return [
        (v.visit_id, v.service_on, v.patient_due) for v in account.visits if v.patient_due > ZERO
    ]


def _lines(bills: Sequence[tuple[int, date, Money]], language: str) -> list[str]:
    return [LINE[language].format(day=f"{day:%m/%d/%Y}", amount=owed) for _, day, owed in bills]
