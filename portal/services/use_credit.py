"""A patient pays bills with their credit: the services they chose, the oldest first (STMT-11, STMT-21)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from uuid import uuid4

from sqlalchemy.orm import Session

from billing.allocation import Share, allocate_payment
from billing.ledger import Account, Entry, Party, Posting, transfer
from billing.money import ZERO, Money, total_of
from portal.db import transaction
from portal.queries.balances import AccountBalance, balances
from portal.queries.credit import free_credit, undecided
from portal.queries.payments import open_lines
from portal.queries.viewer import PatientViewer
from portal.services.choose_credit import NoCredit
from portal.services.post_entry import post_entry
from portal.services.record_access import Access, add_access
from portal.services.record_payment import lock_account
from portal.services.refusal import NotFound


def use_credit(
    *,
    viewer: PatientViewer,
    account_id: int,
    charge_ids: Collection[int],
    on: date,
    now: datetime,
) -> Money:
    """Settle these charges from the account's free credit; how much was used.

    Credit on account goes first, then what lies on visits that are decided. A second press finds the
    charges paid, and raises NoCredit.
    """
    if account_id not in viewer.account_ids:
        raise NotFound
    with transaction() as session:
        lock_account(session, account_id)
        used = settle_from_credit(
            session, account_id, charge_ids, source=f"patient:{uuid4()}", on=on
        )
        access = Access(
            face="patient",
            login_id=viewer.login_id,
            action="use",
            object_type="credit",
            object_id=str(account_id),
            account_ids=(account_id,),
            acting_for=viewer.grant_id,
        )
        add_access(session, access, now=now)
        return used


def settle_from_credit(
    session: Session,
    account_id: int,
    charge_ids: Collection[int],
    *,
    source: str,
    on: date,
    memo: str | None = None,
) -> Money:
    """Settle these lines from what is free; raises NoCredit where that is nothing."""
    [account] = balances(session, on=on, account_ids=[account_id])
    wanted = [line for line in open_lines(account) if not line.held]
    shares: tuple[Share, ...] = ()
    if free_credit(account) > ZERO:
        shares = allocate_payment(
            free_credit(account), wanted, chosen_charges=charge_ids, only_chosen=True
        ).shares
    if not shares:
        raise NoCredit("Nothing was changed. Your bills show what is due and what was used.")
    legs = _legs(account, shares)
    post_entry(session, Entry("credit_application", source, on, tuple(legs), memo=memo))
    return total_of(share.amount for share in shares)


def _legs(account: AccountBalance, shares: Collection[Share]) -> list[Posting]:
    """First to the visit that is paid, then to its line: each leg names where the money lay."""
    owner = account.guarantor_account_id
    lying: list[tuple[int | None, Money]] = [(None, account.unapplied_credit)]
    lying += [(v.visit_id, v.credit) for v in account.visits if not undecided(v)]
    legs: list[Posting] = []
    for share in shares:
        visit, missing = share.line.visit_id, share.amount
        for at, (source, left) in enumerate(lying):
            part = min(missing, max(left, ZERO))
            lying[at] = (source, left - part)
            missing -= part
            if source != visit:
                legs += transfer(
                    part,
                    debit_to=(Account.PATIENT_CREDIT, _party(owner, source)),
                    credit_to=(Account.PATIENT_CREDIT, _party(owner, visit)),
                )
        there = _party(owner, visit, share.line.charge_id)
        legs += transfer(
            share.amount,
            debit_to=(Account.PATIENT_CREDIT, there),
            credit_to=(Account.PATIENT_RECEIVABLE, there),
        )
    return legs


def _party(owner: int, visit_id: int | None, charge_id: int | None = None) -> Party:
    return Party(guarantor_account_id=owner, visit_id=visit_id, charge_id=charge_id)
