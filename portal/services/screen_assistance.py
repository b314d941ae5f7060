"""Ask our own books whether an account is presumed to have assistance, and keep the answer (FA-8)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.db import transaction
from portal.models.accounts import GuarantorAccount
from portal.models.assistance_decisions import AssistanceScreening
from portal.queries.screening import Found, Screened, presume
from portal.services.close_account_work import close_account_work
from portal.services.open_work import open_work
from portal.services.refusal import NotFound

WHY = ("placement", "plan", "office", "dunning")
WORK = "screen_for_help"  # what the calendar opens on D60
PRESUMED = "assistance_presumed"  # the kind of work item


def screen_assistance(
    *, account_id: int, why: str, on: date, now: datetime, login_id: int | None = None
) -> Screened:
    """Screen one account; `why` is one of WHY. Raises NotFound."""
    with transaction() as session:
        if session.get(GuarantorAccount, account_id) is None:
            raise NotFound
        return add_screening(session, account_id, why=why, on=on, now=now, login_id=login_id)


def add_screening(
    session: Session,
    account_id: int,
    *,
    why: str,
    on: date,
    now: datetime,
    login_id: int | None = None,
) -> Screened:
    """The same in the caller's transaction. What is presumed opens work: help is given before anything is collected.

    The work that asked for a screening is done.
    """
    if why not in WHY:
        raise ValueError(f"a screening is for {', '.join(WHY)}, not {why}")
    found = presume(session, account_id, on=on)
    row = AssistanceScreening(
        guarantor_account_id=account_id,
        screened_on=on,
        screened_at=now,
        why=why,
        result=found.result,
        evidence=[*found.evidence, *found.look],
        asked_by_id=login_id,
    )
    session.add(row)
    session.flush()
    close_account_work(session, account_id, WORK, by=login_id, now=now)
    if found.presumed or found.look:
        _tell(session, account_id, found, on=on, now=now)
    return Screened(
        id=row.id,
        account_id=account_id,
        screened_on=on,
        screened_at=now,
        result=row.result,
        evidence=tuple(row.evidence),
    )


def _tell(session: Session, account_id: int, found: Found, *, on: date, now: datetime) -> None:
    open_work(
        session,
        key=f"{PRESUMED}:{account_id}:{found.result}:{on:%Y-%m}",
        kind=PRESUMED,
        reasons=[*found.evidence, *found.look],
        next_step="Give assistance, or write down why it is not due, before anything is collected.",
        account_id=account_id,
        now=now,
    )
