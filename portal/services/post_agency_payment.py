"""Money that an agency took for us, and a payment that a bank took back from it, in the ledger (COLL-21).

What stands of a bill depends on the sum of both alone, never on their order: bad debt comes back first, then open
lines are paid, and the rest is credit; what is taken back leaves in the opposite order.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from billing.ledger import Account, Party
from billing.money import ZERO, Money
from billing.placement import Lost, agency_payment, agency_payment_back, share_out
from portal.models.ledger import JournalEntry, LedgerAccount, PostingRow
from portal.models.placements import AgencyReturn, Placement
from portal.queries.placed_bills import placed_bills
from portal.services.apply_credit import apply_credit
from portal.services.post_entry import post_entry

PAID, BACK = "agency_payment", "agency_payment_back"
WRITTEN_OFF, TAKEN_BACK = "bad_debt", "bad_debt_reversal"


def post_agency_payment(
    session: Session, told: AgencyReturn, placement: Placement, *, on: date
) -> None:
    """The gross amount pays the bill. The caller holds the posting lock and the account."""
    (bill,) = placed_bills(session, [placement], on=on)
    recovers, rest = share_out(told.amount, bill.written_off)
    settles, rest = share_out(rest, bill.open_lines)
    entry = agency_payment(
        source_ref=_source(told),
        occurred_on=told.happened_on,
        settles=settles,
        recovers=recovers,
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
    settled, recovered = _paid_by_agency(session, placement)
    reopens, rest = share_out(rest, settled)
    loses, rest = share_out(rest, recovered)
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
        memo=f"{placement.number}, returned by the bank",
    )
    told.entry_id = post_entry(session, entry).entry_id
    session.flush()
    account_id = placement.guarantor_account_id
    apply_credit(session, guarantor_account_ids=[account_id], on=on, source=_source(told))


def _paid_by_agency(
    session: Session, placement: Placement
) -> tuple[Sequence[Lost], Sequence[Lost]]:
    """By line, the last first: what agencies' payments settled, and what they brought back from bad debt.

    Once a person took the write-off back, what was brought back counts as settled.
    """
    signed = case((PostingRow.side == "debit", PostingRow.amount), else_=-PostingRow.amount)
    of = {
        account: func.coalesce(func.sum(signed).filter(LedgerAccount.code == account), 0)
        for account in (Account.AGENCY_CLEARING, Account.BAD_DEBT)
    }
    rows = session.execute(
        select(PostingRow.charge_id, of[Account.AGENCY_CLEARING], -of[Account.BAD_DEBT])
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
    stands = _write_off_stands(session, placement)
    settled, recovered = [], []
    for charge_id, gross, lost in rows:
        party = _visit(placement).on_charge(charge_id)
        back = Money(lost.cents if isinstance(lost, Money) else lost) if stands else ZERO
        taken = gross if isinstance(gross, Money) else Money(gross)
        settled.append(Lost(party, taken - back))
        recovered.append(Lost(party, back))
    return settled, recovered


def _write_off_stands(session: Session, placement: Placement) -> bool:
    """Whether the last that people did with the bill was to write it off, and not to take that back."""
    last = session.scalar(
        select(JournalEntry.kind)
        .join(PostingRow, PostingRow.entry_id == JournalEntry.id)
        .where(
            PostingRow.visit_id == placement.visit_id,
            JournalEntry.kind.in_((WRITTEN_OFF, TAKEN_BACK)),
        )
        .order_by(PostingRow.id.desc())
        .limit(1)
    )
    return last == WRITTEN_OFF


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
