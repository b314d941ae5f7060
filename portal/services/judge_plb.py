"""What a payer kept or gave beside the claims (PLB): never a patient's, and explained or asked about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from billing import entries
from billing.ledger import Account, Entry, Party
from billing.money import ZERO, Money
from portal.models.ledger import LedgerAccount, PostingRow
from portal.x12.remittance import ProviderAdjustment, Remittance

AUTHORISED_RETURN = "72"


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedPlb:
    """One PLB pair, its entry, and how much of it nobody has explained yet."""

    found: ProviderAdjustment
    account: Account
    entry: Entry | None
    unexplained: Money


def judge_plb(
    session: Session,
    remittance: Remittance,
    *,
    set_ref: str,
    issued_on: date,
    payer_id: int | None,
) -> list[PostedPlb]:
    """An entry for each pair; what a takeback finds no earlier debt for is left to a person."""
    pairs = remittance.provider_adjustments
    carried = _carried(session, payer_id, {pair.reference for pair in pairs}) if pairs else {}
    open_debts = _unexplained(pairs, carried)
    posted = []
    for number, pair in enumerate(pairs, start=1):
        amount, account = Money(pair.amount_cents), entries.plb_account(pair.reason)
        entry = None
        if amount:
            entry = entries.provider_adjustment(
                source_ref=f"{set_ref}:plb:{number}",
                occurred_on=issued_on,
                reason=pair.reason,
                amount=amount,
                party=Party(payer_id=payer_id, reference=pair.reference or None),
            )
        unexplained = abs(amount) if account is Account.PAYER_SUSPENSE else ZERO
        if account is Account.PAYER_RECOUPMENT and amount > ZERO:
            unexplained = min(amount, open_debts[pair.reference])
            open_debts[pair.reference] -= unexplained
        posted.append(PostedPlb(found=pair, account=account, entry=entry, unexplained=unexplained))
    return posted


def _unexplained(
    pairs: tuple[ProviderAdjustment, ...], carried: Mapping[str, Money]
) -> dict[str, Money]:
    """By reference: what is taken beyond the debts carried forward here or earlier."""
    taken: dict[str, Money] = defaultdict(lambda: ZERO)
    returned = ZERO
    for pair in pairs:
        if entries.plb_account(pair.reason) is Account.PAYER_RECOUPMENT:
            taken[pair.reference] += Money(pair.amount_cents)
            if pair.reason == AUTHORISED_RETURN:
                returned -= Money(pair.amount_cents)
    open_debts: dict[str, Money] = defaultdict(lambda: ZERO)
    for reference, amount in taken.items():
        debt = max(ZERO, amount - carried.get(reference, ZERO))
        # A 72 comes with its WO, at times under another reference.
        covered = min(debt, max(ZERO, returned))
        returned -= covered if amount > ZERO else ZERO
        open_debts[reference] = debt - covered
    return open_debts


def _carried(session: Session, payer_id: int | None, references: set[str]) -> dict[str, Money]:
    """Debts that this payer carried forward under these references and has not taken yet."""
    signed = case((PostingRow.side == "credit", PostingRow.amount), else_=-PostingRow.amount)
    rows = session.execute(
        select(PostingRow.reference, func.sum(signed).label("net"))
        .join(LedgerAccount, LedgerAccount.id == PostingRow.account_id)
        .where(
            LedgerAccount.code == Account.PAYER_RECOUPMENT.value,
            PostingRow.payer_id.is_(None) if payer_id is None else PostingRow.payer_id == payer_id,
            PostingRow.reference.in_(references),
        )
        .group_by(PostingRow.reference)
    )
    return {row.reference: row.net for row in rows}
