"""A patient says what we do with their credit: keep it for the next bill, or send it back (STMT-11)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import uuid4

from sqlalchemy.orm import Session

from billing.money import ZERO
from portal.db import transaction
from portal.models.work import WorkItem
from portal.queries.balances import balances
from portal.queries.credit import ASKED, FOUND, KEPT, SENT_WITHIN, free_credit, open_items
from portal.queries.viewer import PatientViewer
from portal.services.record_access import Access, add_access
from portal.services.record_payment import lock_account
from portal.services.refusal import NotFound, Refusal

WISH = "The patient asks for the credit back."
NEXT_STEP = "Refund it from a card payment on the account’s page; what no card takes goes by check. It closes with the last of it."


class NoCredit(Refusal):
    """There is nothing to send back, or to use."""

    title = "There is no credit now"


def ask_credit_back(*, viewer: PatientViewer, account_id: int, on: date, now: datetime) -> bool:
    """Open the work of sending it back, due within 30 days (OPS-20); false when it was asked before.

    Raises NoCredit or NotFound.
    """
    with transaction() as session:
        _hold(session, viewer, account_id)
        if open_items(session, [account_id], (ASKED,)):
            return False
        [account] = balances(session, on=on, account_ids=[account_id])
        amount = free_credit(account)
        if amount <= ZERO:
            raise NoCredit("Your credit was used or sent back meanwhile. Your bills show how.")
        found = open_items(session, [account_id], (FOUND,))
        # What the daily look found before runs on its own, earlier clock.
        due = min((item.due_on for item in found if item.due_on), default=on + SENT_WITHIN)
        session.add(
            WorkItem(
                dedupe_key=f"{ASKED}:{account_id}:{uuid4()}",
                kind=ASKED,
                reasons=[WISH],
                next_step=NEXT_STEP,
                amount=amount,
                guarantor_account_id=account_id,
                opened_at=now,
                due_on=due,
            )
        )
        for item in found:
            item.closed_at, item.outcome = now, "asked_by_patient"
        _tell(session, viewer, account_id, "ask_back", now)
    return True


def keep_credit(*, viewer: PatientViewer, account_id: int, now: datetime) -> None:
    """The patient changed their mind: it stays for the next bill."""
    with transaction() as session:
        _hold(session, viewer, account_id)
        for item in open_items(session, [account_id], (ASKED,)):
            item.closed_at, item.outcome = now, KEPT
        _tell(session, viewer, account_id, "keep", now)


def _hold(session: Session, viewer: PatientViewer, account_id: int) -> None:
    if account_id not in viewer.account_ids:
        raise NotFound
    lock_account(session, account_id)


def _tell(
    session: Session, viewer: PatientViewer, account_id: int, action: str, now: datetime
) -> None:
    access = Access(
        face="patient",
        login_id=viewer.login_id,
        action=action,
        object_type="credit",
        object_id=str(account_id),
        account_ids=(account_id,),
        acting_for=viewer.grant_id,
    )
    add_access(session, access, now=now)
