"""Tie a line of the bank's statement to what it answers, and post what that moves (OPS-10, posting.md)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing import entries
from billing.ledger import Entry, Party
from billing.money import Money, total_of
from billing.reassociation import Kind
from billing.transitions import CheckEvent, CheckState
from portal.models.bank import DepositBatch
from portal.models.day import BankDeposit, Payout
from portal.models.payer_money import PayerRefund
from portal.models.placements import AgencyRemittance
from portal.models.refunds import CheckRefund
from portal.models.remittances import RemittanceRow
from portal.queries.batch_parts import WHOLE, batch_parts
from portal.queries.viewer import StaffViewer
from portal.services.clear_payer_refund import clear_locked
from portal.services.lock_check import move_check
from portal.services.post_entry import post_entry
from portal.services.refusal import Refusal

OTHER_WAY = "One is money that came, the other money that left."
BANKED = "One of these batches, or a part of it, is in another deposit already."


class CannotMatch(Refusal):
    """This line of the bank cannot answer that; the message says why."""

    title = "Nothing was matched"


def answer_remittance(session: Session, deposit: BankDeposit, remittance_id: int) -> None:
    """D bank, C payer_clearing by what the bank shows; what it differs by stays for the day to explain."""
    remittance = session.scalars(
        select(RemittanceRow).where(RemittanceRow.id == remittance_id).with_for_update()
    ).one()
    taken = session.scalar(select(BankDeposit.id).where(BankDeposit.remittance_id == remittance_id))
    if remittance.status != "posted" or taken is not None:
        raise CannotMatch("This remittance is not posted, or has its money already.")
    if (deposit.amount.cents > 0) != (remittance.paid.cents > 0):
        raise CannotMatch(OTHER_WAY)
    deposit.remittance_id = remittance.id
    _post(
        session,
        deposit,
        entries.payer_deposit(
            source_ref=_reference(deposit),
            occurred_on=deposit.deposited_on,
            amount=deposit.amount,
            party=Party(payer_id=remittance.payer_id, reference=remittance.trace),
        ),
    )


def answer_payout(session: Session, deposit: BankDeposit, payout_id: int) -> None:
    """The card company's payout is posted by its own report; the bank's line only confirms it."""
    payout = session.scalars(select(Payout).where(Payout.id == payout_id).with_for_update()).one()
    taken = session.scalar(select(BankDeposit.id).where(BankDeposit.payout_id == payout_id))
    if taken is not None or payout.amount != deposit.amount:
        raise CannotMatch("This payout is another amount, or is confirmed already.")
    deposit.payout_id = payout_id


def answer_batches(session: Session, deposit: BankDeposit, wanted: list[tuple[UUID, str]]) -> None:
    """Batches, or their parts of one method, in one line: D bank, C practice_deposits by what the bank shows."""
    counted = _bank_batches(session, deposit, wanted)
    _post(
        session,
        deposit,
        entries.practice_deposit(
            source_ref=_reference(deposit),
            occurred_on=deposit.deposited_on,
            amount=deposit.amount,
            memo=_of_batches(wanted, counted),
        ),
    )


def _bank_batches(session: Session, deposit: BankDeposit, wanted: list[tuple[UUID, str]]) -> Money:
    """Tie them to the line, each once; what was counted of them together."""
    found = {one.batch_id: one for one in batch_parts(session, ids={one for one, _ in wanted})}
    if not wanted or len(set(wanted)) != len(wanted) or any(b not in found for b, _ in wanted):
        raise CannotMatch(BANKED)
    amounts: list[Money] = []
    for batch_id, part in wanted:
        amount = found[batch_id].open.get(part)
        if amount is None or (part and (batch_id, WHOLE) in wanted):
            raise CannotMatch(BANKED)
        amounts.append(amount)
    if deposit.amount.cents < 0:
        raise CannotMatch(OTHER_WAY)
    session.flush()
    session.add_all(
        DepositBatch(batch_id=batch_id, part=part, deposit_id=deposit.id)
        for batch_id, part in wanted
    )
    return total_of(amounts)


def _of_batches(wanted: list[tuple[UUID, str]], counted: Money) -> str:
    parts = any(part for _, part in wanted)
    return f"{len(wanted)} {'parts of batches' if parts else 'batches'} of {counted}"


def answer_agency(
    session: Session,
    deposit: BankDeposit,
    remittance_id: UUID,
    with_batches: list[tuple[UUID, str]],
) -> None:
    """An agency's own payment stands at the bank: D bank, C practice_deposits by what the bank shows.

    One that lay in one deposit with counted batches is matched together with them, and only to the cent.
    """
    row = session.scalars(
        select(AgencyRemittance).where(AgencyRemittance.id == remittance_id).with_for_update()
    ).one()
    taken = session.scalar(
        select(BankDeposit.id).where(BankDeposit.agency_remittance_id == remittance_id)
    )
    if taken is not None:
        raise CannotMatch("This payment of an agency has its money already.")
    if row.back_entry_id is not None:
        raise CannotMatch("This payment of an agency was taken back.")
    if deposit.amount.cents < 0:
        raise CannotMatch(OTHER_WAY)
    memo = f"payment of an agency, trace {row.trace}"
    if with_batches:
        counted = _bank_batches(session, deposit, with_batches)
        together = row.gross - row.fee + counted
        if together != deposit.amount:
            raise CannotMatch(
                f"What you chose makes {together}, and the bank shows {deposit.amount}."
            )
        memo += f", with {_of_batches(with_batches, counted)}"
    deposit.agency_remittance_id = row.id
    _post(
        session,
        deposit,
        entries.practice_deposit(
            source_ref=_reference(deposit),
            occurred_on=deposit.deposited_on,
            amount=deposit.amount,
            memo=memo,
        ),
    )


def answer_check(
    session: Session, deposit: BankDeposit, check: CheckRefund, staff: StaffViewer, now: datetime
) -> None:
    """A refund by check was cashed; it was posted when it was written. The caller holds the check."""
    if deposit.amount != -check.amount:
        raise CannotMatch("This check is another amount.")
    if move_check(session, check, CheckEvent.CLEAR, staff, now=now):
        check.cleared_on = deposit.deposited_on
    deposit.check_refund_id = check.id


def answer_payer_check(
    session: Session, deposit: BankDeposit, refund_id: UUID, staff: StaffViewer, now: datetime
) -> None:
    """Our check to a payer was cashed; it was posted when it was written."""
    refund = session.get(PayerRefund, refund_id, with_for_update=True)
    if refund is None or deposit.amount != -refund.amount:
        raise CannotMatch("This check is another amount.")
    taken = session.scalar(select(BankDeposit.id).where(BankDeposit.payer_refund_id == refund_id))
    if taken is not None or refund.state not in {CheckState.WRITTEN, CheckState.CLEARED}:
        raise CannotMatch("This check has its line already, or is void.")
    clear_locked(session, refund, on=deposit.deposited_on, staff=staff, now=now)
    deposit.payer_refund_id = refund.id


def what_it_answers(session: Session, deposit: BankDeposit) -> Kind | None:
    """What the line is matched to; None while it is nobody's."""
    if deposit.remittance_id is not None:
        return Kind.REMITTANCE
    if deposit.payout_id is not None:
        return Kind.PAYOUT
    if deposit.check_refund_id is not None:
        return Kind.CHECK
    if deposit.payer_refund_id is not None:
        return Kind.PAYER_CHECK
    if deposit.agency_remittance_id is not None:
        return Kind.AGENCY
    batch = session.scalar(
        select(DepositBatch.batch_id).where(DepositBatch.deposit_id == deposit.id).limit(1)
    )
    return Kind.BATCH if batch is not None else None


def _post(session: Session, deposit: BankDeposit, entry: Entry) -> None:
    deposit.entry_id = post_entry(session, entry).entry_id
    deposit.matches += 1


def _reference(deposit: BankDeposit) -> str:
    """The page or line of this deposit, and which match of it: one that was taken back may be made anew."""
    return f"deposit:{deposit.form_id}:{deposit.matches or 0}"
