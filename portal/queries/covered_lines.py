"""The services of an account that assistance covers, with what each one's whole share is (FA-4, FA-9, COLL-9)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session

from billing.assistance import CoveredLine
from billing.holds import Condition
from billing.ledger import Account
from billing.money import ZERO, Money
from portal.models.claims import Charge, Visit
from portal.models.ledger import LedgerAccount, PostingRow
from portal.queries.among import among
from portal.queries.balances import ChargeBalance, VisitBalance, balances

# What somebody's share will be is not known yet, or is nobody's: the line waits for its day.
NOT_YET = frozenset(
    {
        Condition.OPEN_CLAIM,
        Condition.MEDICAID_QMB,
        Condition.REVIEW,
        Condition.BILL_HELD,
        Condition.RECEIPTS_MISSING,
        Condition.WORKERS_COMP,
        Condition.VETERANS_AFFAIRS,
        Condition.COVERAGE_CHANGED,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """One service in the window. `helped` stood in the ledger as assistance before; the share counts it in."""

    account_id: int
    visit_id: int
    patient_id: int
    service_on: date
    line: CoveredLine
    helped: Money

    @property
    def due(self) -> Money:
        """What is open on it now."""
        return self.line.due - self.helped


def covered_lines(
    session: Session,
    account_ids: Collection[int],
    *,
    since: date,
    until: date,
    on: date,
) -> tuple[Covered, ...]:
    """By account and service. Bills first stated on `since` or later, or not stated yet, of services up to `until`.

    A visit whose share a plan or a person still decides is left out; the daily run finds it when it is known.
    """
    if not account_ids:
        return ()
    accounts = balances(session, on=on, account_ids=sorted(account_ids))
    visits = [visit for account in accounts for visit in account.visits]
    stated, helped = _known(session, [visit.visit_id for visit in visits])
    kept = [
        visit
        for visit in visits
        if not visit.conditions & NOT_YET
        and visit.service_on <= until
        and _in_window(stated.get(visit.visit_id), since)
    ]
    found = [
        _covered(visit, charge, helped.get(charge.charge_id, ZERO))
        for visit in kept
        for charge in visit.charges
    ]
    return tuple(one for one in found if one.line.share > ZERO)


def _known(
    session: Session, visit_ids: Collection[int]
) -> tuple[dict[int, date | None], dict[int, Money]]:
    """When each visit was first stated, and what stands in the ledger as assistance, by charge."""
    signed = case((PostingRow.side == "debit", PostingRow.amount), else_=-PostingRow.amount)
    assistance = (
        select(LedgerAccount.id)
        .where(LedgerAccount.code == Account.FINANCIAL_ASSISTANCE)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Visit.id, Visit.first_statement_on, Charge.id, func.sum(signed))
        .outerjoin(Charge, Charge.visit_id == Visit.id)
        .outerjoin(
            PostingRow,
            and_(PostingRow.charge_id == Charge.id, PostingRow.account_id == assistance),
        )
        .where(among(Visit.id, visit_ids))
        .group_by(Visit.id, Charge.id)
    ).all()
    stated = {visit_id: first_on for visit_id, first_on, _, _ in rows}
    helped = {charge_id: amount for _, _, charge_id, amount in rows if amount is not None}
    return stated, helped


def _in_window(first_statement_on: date | None, since: date) -> bool:
    return first_statement_on is None or first_statement_on >= since


def _covered(visit: VisitBalance, charge: ChargeBalance, helped: Money) -> Covered:
    return Covered(
        account_id=visit.guarantor_account_id,
        visit_id=visit.visit_id,
        patient_id=visit.patient_id,
        service_on=charge.service_on,
        line=CoveredLine(
            charge_id=charge.charge_id,
            gross=charge.billed,
            due=charge.patient_due + helped,
            paid=charge.patient_paid,
        ),
        helped=helped,
    )
