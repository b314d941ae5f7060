"""Under which reference a held decision's money waits in suspense, and how a release takes it from there."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.ledger import Account, Party, Posting
from portal.models.ledger import PostingRow
from portal.models.remittances import RemittanceClaim


def suspense_of(session: Session, row: RemittanceClaim) -> Party:
    """The reference under which the money waits, so that release takes it from there."""
    reference = session.scalar(
        select(PostingRow.reference).where(PostingRow.entry_id == row.entry_id).limit(1)
    )
    return Party(reference=reference)


def from_suspense(leg: Posting, suspense: Party) -> Posting:
    """The payer's money, which came in when the decision was held, is taken from where it waits."""
    if leg.account is not Account.PAYER_CLEARING:
        return leg
    party = replace(leg.party, reference=suspense.reference)
    return replace(leg, account=Account.PAYER_SUSPENSE, party=party)
