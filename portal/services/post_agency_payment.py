"""Money that an agency took for us, and a payment that a bank took back from it, in the ledger (COLL-21).

What stands of a bill depends on the sum of both alone, never on their order: bad debt comes back first, then what was
let go as a small balance, then open lines are paid, and the rest is credit; what is taken back leaves in the opposite order.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from billing.ledger import Account, Party
from billing.money import ZERO, Money
from billing.placement import Lost, agency_payment, agency_payment_back, share_out
from portal.models.ledger import JournalEntry, LedgerAccount, PostingRow
from portal.models.placements import AgencyReturn, Placement
from portal.queries.placed_bills import placed_bills, small_balance_lines
from portal.services.apply_credit import apply_credit
from portal.services.post_entry import post_entry

PAID, BACK = "agency_payment", "agency_payment_back"
WRITTEN_OFF, TAKEN_BACK = "bad_debt", "bad_debt_reversal"
# The two ways in which a bill is let go, each with the entries that do it and undo it.
LET_GO = {
    Account.BAD_DEBT: (WRITTEN_OFF, TAKEN_BACK),
    Account.SMALL_BALANCE: ("adjustment", "adjustment_reversal"),
}


def post_agency_payment(
    session: Session, told: AgencyReturn, placement: Placement, *, on: date
) -> None:
    """The gross amount pays the bill. The caller holds the posting lock and the account."""
    (bill,) = placed_bills(session, [placement], on=on)
    small = small_balance_lines(session, [placement.visit_id]).get(placement.visit_id, ())
    recovers, rest = share_out(told.amount, bill.written_off)
    reinstates, rest = share_out(rest, small)
    settles, rest = share_out(rest, bill.open_lines)
    entry = agency_payment(
        source_ref=_source(told),
        occurred_on=told.happened_on,
        settles=settles,
        recovers=recovers,
        reinstates=reinstates,
        leftover=Lost(_visit(placement), rest) if rest > ZERO else None,
        memo=f"{placement.number}, paid to the agency",
    )
    told.entry_id = post_entry(session, entry).entry_id
    session.flush()


def take_agency_payment_back(
    session: Session, told: AgencyReturn, placement: Placement, *, on: date
) -> None:
    """The payment is owed again. Credit of the visit is what it leaves first: it was paid for this bill."""
    credit, rest = share_out(
        told.amount, [Lost(_visit(placement), max(ZERO, _credit(session, placement)))]
    )
    paid = _paid_by_agency(session, placement)
    reopens, rest = share_out(rest, paid.settled)
    lets_go, rest = share_out(rest, paid.reinstated)
    loses, rest = share_out(rest, paid.recovered)
    if (
        rest > ZERO
    ):  # the credit was used or sent back since: it is below zero until it is made good
        credit = [Lost(_visit(placement), rest + sum((one.amount for one in credit), ZERO))]
    entry = agency_payment_back(
        source_ref=_source(told),
        occurred_on=told.happened_on,
        credit=credit,
        reopens=reopens,
        loses=loses,
        lets_go=lets_go,
        memo=f"{placement.number}, returned by the bank",
    )
    told.entry_id = post_entry(session, entry).entry_id
    session.flush()
    account_id = placement.guarantor_account_id
    apply_credit(session, guarantor_account_ids=[account_id], on=on, source=_source(told))


@dataclass(frozen=True, slots=True)
class _Paid:
    """By line, the last first: what agencies' payments settled, and what they brought back."""

    settled: tuple[Lost, ...]
    reinstated: tuple[Lost, ...]
    recovered: tuple[Lost, ...]


def _paid_by_agency(session: Session, placement: Placement) -> _Paid:
    """Once a person took a write-off back, what was brought back of it counts as settled."""
    signed = case((PostingRow.side == "debit", PostingRow.amount), else_=-PostingRow.amount)
    gross, lost, small = (
        func.sum(signed).filter(LedgerAccount.code == account)
        for account in (Account.AGENCY_CLEARING, *LET_GO)
    )
    rows = session.execute(
        select(PostingRow.charge_id, gross, lost, small)
        .join(LedgerAccount, LedgerAccount.id == PostingRow.account_id)
        .join(JournalEntry, JournalEntry.id == PostingRow.entry_id)
        .where(
            PostingRow.visit_id == placement.visit_id,
            PostingRow.charge_id.is_not(None),
            JournalEntry.kind.in_((PAID, BACK)),
        )
        .group_by(PostingRow.charge_id)
        .order_by(PostingRow.charge_id.desc())
    )
    stands = {account: _let_go_stands(session, placement, account) for account in LET_GO}
    settled, reinstated, recovered = [], [], []
    for charge_id, taken, off, let_go in rows:
        party = _visit(placement).on_charge(charge_id)
        back = -off if off and stands[Account.BAD_DEBT] else ZERO
        again = -let_go if let_go and stands[Account.SMALL_BALANCE] else ZERO
        settled.append(Lost(party, (taken or ZERO) - back - again))
        reinstated.append(Lost(party, again))
        recovered.append(Lost(party, back))
    return _Paid(tuple(settled), tuple(reinstated), tuple(recovered))


def _let_go_stands(session: Session, placement: Placement, account: Account) -> bool:
    """Whether the last that was done with the bill, agencies' payments apart, was to let it go."""
    does, undoes = LET_GO[account]
    last = session.scalar(
        select(JournalEntry.kind)
        .join(PostingRow, PostingRow.entry_id == JournalEntry.id)
        .join(LedgerAccount, LedgerAccount.id == PostingRow.account_id)
        .where(
            PostingRow.visit_id == placement.visit_id,
            PostingRow.payer_id.is_(None),
            LedgerAccount.code == account,
            JournalEntry.kind.in_((does, undoes)),
        )
        .order_by(PostingRow.id.desc())
        .limit(1)
    )
    return last == does


def _credit(session: Session, placement: Placement) -> Money:
    signed = case((PostingRow.side == "credit", PostingRow.amount), else_=-PostingRow.amount)
    found: Money | None = session.scalar(
        select(func.sum(signed))
        .join(LedgerAccount, LedgerAccount.id == PostingRow.account_id)
        .where(
            LedgerAccount.code == Account.PATIENT_CREDIT,
            PostingRow.guarantor_account_id == placement.guarantor_account_id,
            PostingRow.visit_id == placement.visit_id,
            PostingRow.charge_id.is_(None),
        )
    )
    return found or ZERO


def _visit(placement: Placement) -> Party:
    return Party(guarantor_account_id=placement.guarantor_account_id, visit_id=placement.visit_id)


def _source(told: AgencyReturn) -> str:
    return f"agency:{told.agency_id}:{told.ref}"
