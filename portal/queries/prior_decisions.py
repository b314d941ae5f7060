"""Decisions of payers that stand, with their entries where a reversal may take them back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, or_, select
from sqlalchemy.orm import Session

from billing.decision import Adjustment, DecisionLine, Outcome
from billing.ledger import Account, Entry, Party, Posting, Side
from billing.money import ZERO, Money
from billing.reversals import PriorDecision
from portal.models.claims import Claim, Visit
from portal.models.ledger import JournalEntry, LedgerAccount, PostingRow
from portal.models.remittances import (
    LineAdjustment,
    RemittanceClaim,
    RemittanceLine,
    RemittanceRow,
)
from portal.queries.among import among


def prior_decisions(
    session: Session, visit_ids: Collection[int], *, with_entries: bool
) -> dict[int, list[PriorDecision]]:
    """The decisions that stand, by visit, oldest first."""
    priors: dict[int, list[PriorDecision]] = defaultdict(list)
    rows = session.execute(
        select(
            Claim.visit_id,
            Claim.payer_id,
            RemittanceClaim.id,
            RemittanceClaim.claim_id,
            RemittanceClaim.payer_claim_number,
            RemittanceClaim.billed,
            RemittanceClaim.paid,
            RemittanceClaim.entry_id,
            RemittanceClaim.share_returned_id,
            RemittanceRow.payer_tax_id,
        )
        .join(Claim, Claim.id == RemittanceClaim.claim_id)
        .join(RemittanceRow, RemittanceRow.id == RemittanceClaim.remittance_id)
        .where(
            among(Claim.visit_id, visit_ids),
            RemittanceClaim.disposition == "posted",
            RemittanceClaim.reversed_by_id.is_(None),
            RemittanceClaim.status_code != "22",
        )
        .order_by(RemittanceClaim.id)
    ).all()
    lines, shares, in_review = _prior_lines(session, [row.id for row in rows])
    entries = _prior_entries(session, rows) if with_entries else {}
    for row in rows:
        entry = entries.get(row.entry_id)
        returned = entries.get(row.share_returned_id)
        added = [entries.get(reference) for reference in added_references(row.id)]
        priors[row.visit_id].append(
            PriorDecision(
                remittance_claim_id=row.id,
                claim_id=row.claim_id,
                payer_id=row.payer_id,
                payer_claim_number=row.payer_claim_number,
                payer_tax_id=row.payer_tax_id,
                billed=row.billed,
                paid=row.paid,
                lines=tuple(lines[row.id]),
                patient_share=dict(shares[row.id]),
                in_review=dict(in_review[row.id]),
                entry_id=row.entry_id,
                entry=entry[1] if entry else None,
                added=tuple(one for one in added if one is not None),
                returned_id=row.share_returned_id,
                returned=returned[1] if returned else None,
            )
        )
    return priors


def added_references(remittance_claim_id: int) -> tuple[str, ...]:
    """How entries are named that add to a decision: a release, a review, a share passed on."""
    return tuple(f"{what}:{remittance_claim_id}" for what in ("release", "review", "passed"))


def _prior_entries(
    session: Session, rows: Sequence[Row[*tuple[Any, ...]]]
) -> dict[UUID | str | None, tuple[UUID, Entry]]:
    """The entries of these decisions by id and by reference."""
    ids = {e for row in rows for e in (row.entry_id, row.share_returned_id) if e is not None}
    references = {reference for row in rows for reference in added_references(row.id)}
    found: dict[UUID | str | None, tuple[UUID, Entry]] = {}
    for entry_id, entry in load_entries(session, ids, references).items():
        found[entry_id] = found[entry.source_ref] = (entry_id, entry)
    return found


_Shares = dict[int, dict[int, Money]]  # decision, charge


def _prior_lines(
    session: Session, ids: Collection[int]
) -> tuple[dict[int, list[DecisionLine]], _Shares, _Shares]:
    """Lines by decision; the patient's share as posted, and as it waits for a review."""
    found: dict[int, list[DecisionLine]] = defaultdict(list)
    shares: _Shares = defaultdict(lambda: defaultdict(lambda: ZERO))
    in_review: _Shares = defaultdict(lambda: defaultdict(lambda: ZERO))
    if not ids:
        return found, shares, in_review
    taken: dict[int, list[Adjustment]] = defaultdict(list)
    rows = session.execute(
        select(
            RemittanceLine.id,
            RemittanceLine.remittance_claim_id,
            RemittanceLine.charge_id,
            RemittanceLine.procedure,
            RemittanceLine.billed,
            RemittanceLine.paid,
        )
        .where(among(RemittanceLine.remittance_claim_id, ids))
        .order_by(RemittanceLine.id)
    ).all()
    owners = {row.id: row for row in rows}
    adjustments = session.execute(
        select(
            LineAdjustment.remittance_line_id,
            LineAdjustment.group_code,
            LineAdjustment.carc,
            LineAdjustment.amount,
            LineAdjustment.outcome,
        ).where(among(LineAdjustment.remittance_line_id, owners))
    )
    for line_id, group, carc, amount, outcome in adjustments:
        taken[line_id].append(Adjustment(group, carc, amount))
        shelf = {Outcome.POSTED.value: shares, Outcome.REVIEW.value: in_review}.get(outcome)
        if group == "PR" and shelf is not None:
            shelf[owners[line_id].remittance_claim_id][owners[line_id].charge_id] += amount
    for row in rows:
        found[row.remittance_claim_id].append(
            DecisionLine(
                procedure=row.procedure,
                billed=row.billed,
                paid=row.paid,
                adjustments=tuple(taken[row.id]),
                charge_id=row.charge_id,
            )
        )
    return found, shares, in_review


def load_entries(
    session: Session, ids: Collection[UUID], references: Collection[str] = ()
) -> dict[UUID, Entry]:
    """Entries as values, to be reversed leg by leg.

    The legs of a visit that moved to another account since stand on that one: there its balance is now.
    """
    holder = func.coalesce(Visit.guarantor_account_id, PostingRow.guarantor_account_id)
    rows = session.execute(
        select(JournalEntry, PostingRow, LedgerAccount.code, holder)
        .join(PostingRow, PostingRow.entry_id == JournalEntry.id)
        .join(LedgerAccount, LedgerAccount.id == PostingRow.account_id)
        .outerjoin(Visit, Visit.id == PostingRow.visit_id)
        .where(or_(JournalEntry.id.in_(ids), JournalEntry.source_ref.in_(references)))
        .order_by(PostingRow.id)
    )
    legs: dict[UUID, list[Posting]] = defaultdict(list)
    heads: dict[UUID, JournalEntry] = {}
    for head, row, code, account_id in rows:
        heads[head.id] = head
        party = Party(
            guarantor_account_id=account_id,
            visit_id=row.visit_id,
            charge_id=row.charge_id,
            claim_id=row.claim_id,
            payer_id=row.payer_id,
            reference=row.reference,
        )
        legs[head.id].append(Posting(Account(code), Side(row.side), row.amount, party))
    return {
        entry_id: Entry(
            head.kind,
            head.source_ref,
            head.occurred_on,
            tuple(legs[entry_id]),
            head.reverses_id,
            head.memo,
        )
        for entry_id, head in heads.items()
    }
