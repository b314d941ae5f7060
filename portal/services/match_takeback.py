"""Say which claim a payer's takeback was for: the payer owes that claim again, and no patient owes more."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import case, func, select, type_coerce
from sqlalchemy.orm import Session

from billing import entries
from billing.entries import Line
from billing.free_text import check_free_text
from billing.ledger import Account, Party
from billing.money import ZERO, Money, total_of
from billing.payer_money import takeback_matched
from portal.db import Cents, transaction
from portal.models.claims import Charge, Claim
from portal.models.ledger import LedgerAccount, PostingRow
from portal.models.payer_money import TakebackMatch
from portal.models.remittances import ProviderAdjustmentRow, RemittanceRow
from portal.models.work import WorkItem
from portal.queries.prior_decisions import load_entries
from portal.queries.recoupment_balance import taken_open
from portal.queries.viewer import StaffViewer
from portal.queries.visit_books import ClaimOnFile, claims_on_file
from portal.services.lock_posting import lock_accounts, lock_posting
from portal.services.post_entry import post_entry
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound, Refusal
from portal.services.remittance_work import FIRST_TOUCH, PLB_STEP, provider_key

PAID = (Account.PAYER_CLEARING, Account.PAYER_SUSPENSE, Account.PAYER_RECOUPMENT)


class MatchRefused(Refusal):
    """The takeback cannot be matched so; the words say why."""

    title = "Nothing was matched"


@dataclass(frozen=True, slots=True, kw_only=True)
class Takeback:
    """What a payer took, by its own reference."""

    payer_id: int | None
    reference: str


def match_takeback(
    *,
    match_id: UUID,
    takeback: Takeback,
    claim_id: int,
    amount: Money,
    note: str,
    staff: StaffViewer,
    on: date,
    now: datetime,
) -> bool:
    """D insurance_receivable[claim], C payer_recoupment; False when the same page matched it before.

    Never more than is open under the reference, nor than this payer has paid on the claim.
    Raises MatchRefused, CardNumberRefused or NotFound.
    """
    note = check_free_text(note)
    if not note:
        raise MatchRefused("Say how you know: a note stays with the match.")
    with transaction() as session:
        lock_posting(session)
        if session.get(TakebackMatch, match_id) is not None:
            return False
        found = claims_on_file(session, Claim.id == claim_id)
        if not found:
            raise NotFound
        claim = found[0]
        if takeback.payer_id is not None and claim.payer_id != takeback.payer_id:
            raise MatchRefused("This claim went to another payer.")
        lock_accounts(session, {claim.guarantor_account_id})
        lines = _lines(session, takeback, claim, amount)
        entry = takeback_matched(
            source_ref=f"takeback:{match_id}",
            occurred_on=on,
            payer_id=takeback.payer_id,
            reference=takeback.reference,
            lines=lines,
            memo=note,
        )
        session.add(
            TakebackMatch(
                id=match_id,
                payer_id=takeback.payer_id,
                reference=takeback.reference,
                claim_id=claim_id,
                amount=amount,
                note=note,
                entry_id=post_entry(session, entry).entry_id,
                login_id=staff.login_id,
                at=now,
            )
        )
        session.flush()
        if taken_open(session, takeback.payer_id, takeback.reference) <= ZERO:
            _close_work(session, takeback, staff, now)
        _tell(session, staff, "create", match_id, account_id=claim.guarantor_account_id, now=now)
    return True


def undo_match(*, match_id: UUID, why: str, staff: StaffViewer, on: date, now: datetime) -> bool:
    """It was another claim after all: a reversing entry, and the work is open again; False when undone before.

    Raises MatchRefused, CardNumberRefused or NotFound.
    """
    why = check_free_text(why)
    if not why:
        raise MatchRefused("Say why: the reason stays with the match.")
    with transaction() as session:
        lock_posting(session)
        match = session.get(TakebackMatch, match_id, with_for_update=True)
        if match is None:
            raise NotFound
        if match.undone_id is not None:
            return False
        [claim] = claims_on_file(session, Claim.id == match.claim_id)
        lock_accounts(session, {claim.guarantor_account_id})
        back = entries.undo(
            load_entries(session, [match.entry_id])[match.entry_id],
            entry_id=match.entry_id,
            source_ref=f"takeback:{match_id}:undone",
            occurred_on=on,
            memo=why,
        )
        match.undone_id = post_entry(session, back).entry_id
        match.undone_by_id, match.undone_why = staff.login_id, why
        session.add(
            WorkItem(
                dedupe_key=f"takeback:{match_id}:undone",
                kind="plb",
                reasons=[f"PLB {match.reference}: a match was undone".strip()],
                next_step=PLB_STEP,
                amount=match.amount,
                opened_at=now,
                due_on=on + FIRST_TOUCH,
            )
        )
        _tell(session, staff, "update", match_id, account_id=claim.guarantor_account_id, now=now)
    return True


def _lines(session: Session, takeback: Takeback, claim: ClaimOnFile, amount: Money) -> list[Line]:
    """The amount over the lines, by what this payer paid on each."""
    left = taken_open(session, takeback.payer_id, takeback.reference)
    if amount <= ZERO or amount > left:
        raise MatchRefused(f"{left} of this takeback is not matched yet. Choose up to that.")
    paid = _paid(session, claim)
    if amount > total_of(paid.values()):
        raise MatchRefused(
            f"The payer has {total_of(paid.values())} on this claim now. Match up to that here, and"
            " the rest to another claim."
        )
    party = Party(
        guarantor_account_id=claim.guarantor_account_id,
        visit_id=claim.visit_id,
        claim_id=claim.claim_id,
        payer_id=claim.payer_id,
    )
    weights = [part.cents for part in paid.values()]
    return [
        Line(replace(party, charge_id=charge_id), part)
        for charge_id, part in zip(paid, amount.allocate(weights), strict=True)
    ]


def _paid(session: Session, claim: ClaimOnFile) -> dict[int, Money]:
    """What this payer's money on each line comes to, takebacks matched before taken off."""
    signed = case((PostingRow.side == "debit", PostingRow.amount), else_=-PostingRow.amount)
    rows = session.execute(
        select(PostingRow.charge_id, type_coerce(func.sum(signed), Cents()).label("net"))
        .join(LedgerAccount, LedgerAccount.id == PostingRow.account_id)
        .join(Charge, Charge.id == PostingRow.charge_id)
        .where(
            PostingRow.visit_id == claim.visit_id,
            PostingRow.payer_id == claim.payer_id,
            LedgerAccount.code.in_([account.value for account in PAID]),
        )
        .group_by(PostingRow.charge_id)
        .order_by(PostingRow.charge_id)
    )
    return {row.charge_id: row.net for row in rows if row.charge_id and row.net > ZERO}


def _close_work(session: Session, takeback: Takeback, staff: StaffViewer, now: datetime) -> None:
    """The items of its takebacks: every cent of them is explained now."""
    sets = select(ProviderAdjustmentRow.remittance_id).where(
        ProviderAdjustmentRow.reference == takeback.reference
    )
    pairs = (
        select(
            ProviderAdjustmentRow.remittance_id,
            ProviderAdjustmentRow.position,
            ProviderAdjustmentRow.reference,
            ProviderAdjustmentRow.ledger_account,
            # The pairs of one segment share its position; each has its own number in the set.
            func.row_number()
            .over(
                partition_by=ProviderAdjustmentRow.remittance_id, order_by=ProviderAdjustmentRow.id
            )
            .label("nth"),
        )
        .join(RemittanceRow, RemittanceRow.id == ProviderAdjustmentRow.remittance_id)
        .where(
            ProviderAdjustmentRow.remittance_id.in_(sets),
            RemittanceRow.payer_id == takeback.payer_id
            if takeback.payer_id is not None
            else RemittanceRow.payer_id.is_(None),
        )
        .subquery()
    )
    told = session.execute(
        select(pairs).where(
            pairs.c.reference == takeback.reference,
            pairs.c.ledger_account == Account.PAYER_RECOUPMENT.value,
        )
    )
    keys = [provider_key(row.remittance_id, row.position, row.nth - 1) for row in told]
    undone = select(TakebackMatch.id).where(
        TakebackMatch.payer_id == takeback.payer_id
        if takeback.payer_id is not None
        else TakebackMatch.payer_id.is_(None),
        TakebackMatch.reference == takeback.reference,
        TakebackMatch.undone_id.is_not(None),
    )
    keys += [f"takeback:{one}:undone" for one in session.scalars(undone)]
    if not keys:
        return
    items = session.scalars(
        select(WorkItem).where(
            WorkItem.kind == "plb", WorkItem.closed_at.is_(None), WorkItem.dedupe_key.in_(keys)
        )
    )
    for item in items:
        item.closed_at, item.closed_by_id, item.outcome = now, staff.login_id, "matched"


def _tell(
    session: Session,
    staff: StaffViewer,
    action: str,
    match_id: UUID,
    *,
    account_id: int,
    now: datetime,
) -> None:
    add_staff_act(
        session,
        staff,
        action=action,
        object_type="takeback_match",
        object_id=match_id,
        account_ids=(account_id,),
        now=now,
    )
