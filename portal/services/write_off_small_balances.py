"""Write off what costs more to ask for than it brings, the same for everybody (OPS-19, posting.md)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from billing import entries
from billing.holds import Action, Allowed, Condition, allowed
from billing.ledger import Account, Entry, Party
from billing.money import ZERO, Money
from billing.settings import Key, Settings
from portal.db import transaction
from portal.models.accounts import GuarantorAccount
from portal.models.claims import Visit
from portal.models.ledger import JournalEntry, LedgerAccount, PostingRow
from portal.models.statements import Statement, StatementDelivery
from portal.queries.balances import AccountBalance, balances
from portal.queries.settings import settings_on
from portal.services.post_entry import PostedEntry, post_entries

MEMO = "Small balance: smaller than what it costs to ask for it"


@dataclass(frozen=True, slots=True)
class WrittenOff:
    """How many accounts, and how much together."""

    accounts: int
    amount: Money


@dataclass(frozen=True, slots=True)
class _Asked:
    """How often an account was asked by statement, and since when."""

    times: int
    since: date | None


def write_off_small_balances(*, on: date) -> WrittenOff:
    """Clear balances too small to bill that have been quiet for 60 days; again on the same day: nothing."""
    with transaction() as session:
        settings = settings_on(session, on)
        account_ids = _quiet_accounts(session, settings, on)
        if not account_ids:
            return WrittenOff(0, ZERO)
        asked = _asked(session, account_ids)
        small = [
            account
            for account in balances(session, on=on, account_ids=account_ids)
            if _may_go(account, asked.get(account.guarantor_account_id), settings, on)
        ]
        outcomes = post_entries(session, [_entry(account, on) for account in small])
        posted = [a for a, o in zip(small, outcomes, strict=True) if isinstance(o, PostedEntry)]
    return WrittenOff(len(posted), sum((account.patient_due for account in posted), ZERO))


def _quiet_accounts(session: Session, settings: Settings, on: date) -> Sequence[int]:
    """Locked accounts that owe a little and where nothing was posted for 60 days."""
    signed = case((PostingRow.side == "debit", PostingRow.amount), else_=-PostingRow.amount)
    owed = func.sum(signed).filter(LedgerAccount.code == Account.PATIENT_RECEIVABLE)
    quiet = (
        select(PostingRow.guarantor_account_id)
        .join(LedgerAccount, LedgerAccount.id == PostingRow.account_id)
        .join(JournalEntry, JournalEntry.id == PostingRow.entry_id)
        .where(PostingRow.guarantor_account_id.is_not(None))
        .group_by(PostingRow.guarantor_account_id)
        .having(
            owed > ZERO,
            owed <= settings.money(Key.SMALL_BALANCE_AT_MOST),
            func.max(JournalEntry.occurred_on) <= on - settings.span(Key.SMALL_BALANCE_QUIET_DAYS),
        )
    )
    return session.scalars(
        select(GuarantorAccount.id)
        .where(GuarantorAccount.id.in_(quiet))
        .order_by(GuarantorAccount.id)
        .with_for_update()
    ).all()


def _asked(session: Session, account_ids: Sequence[int]) -> dict[int, _Asked]:
    sent = session.execute(
        select(
            Statement.guarantor_account_id,
            func.count(Statement.id.distinct()),
            func.min(Visit.first_statement_on),
        )
        .join(StatementDelivery, StatementDelivery.statement_id == Statement.id)
        .join(Visit, Visit.guarantor_account_id == Statement.guarantor_account_id)
        .where(Statement.guarantor_account_id.in_(account_ids), Statement.amount_due > ZERO)
        .group_by(Statement.guarantor_account_id, Visit.id)
    )
    found: dict[int, _Asked] = {}
    for account_id, times, since in sent:
        known = found.get(account_id, _Asked(times, since))
        found[account_id] = _Asked(times, max(filter(None, (known.since, since)), default=None))
    return found


def _may_go(account: AccountBalance, asked: _Asked | None, settings: Settings, on: date) -> bool:
    """Too small ever to be billed, or asked for twice and 60 days; nothing held, waiting or disputed."""
    waits = {
        Condition.OPEN_CLAIM,
        Condition.REVIEW,
        Condition.DISPUTED,
        Condition.APPEAL_OPEN,
        Condition.ASSISTANCE_PENDING,
    }
    conditions = {condition for visit in account.visits for condition in visit.conditions}
    open_for_billing = isinstance(allowed(conditions, Action.STATEMENT), Allowed)
    if conditions & waits or not open_for_billing or account.credit:
        return False
    if any(charge.patient_due < ZERO for visit in account.visits for charge in visit.charges):
        return False
    if ZERO < account.patient_due < settings.money(Key.STATEMENT_FLOOR):
        return True
    return (
        ZERO < account.patient_due <= settings.money(Key.SMALL_BALANCE_AT_MOST)
        and asked is not None
        and asked.times >= settings.count(Key.SMALL_BALANCE_STATEMENTS)
        and asked.since is not None
        and asked.since <= on - settings.span(Key.SMALL_BALANCE_QUIET_DAYS)
    )


def _entry(account: AccountBalance, on: date) -> Entry:
    return entries.adjustment(
        source_ref=f"small_balance:{account.guarantor_account_id}:{account.position}",
        occurred_on=on,
        account=Account.SMALL_BALANCE,
        lines=[
            entries.Line(
                Party(
                    guarantor_account_id=account.guarantor_account_id,
                    visit_id=visit.visit_id,
                    charge_id=charge.charge_id,
                ),
                charge.patient_due,
            )
            for visit in account.visits
            for charge in visit.charges
            if charge.patient_due
        ],
        memo=MEMO,
    )
