"""One check told twice: an 835 and a typed EOB with the same number, payer and amount."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from billing.money import Money
from portal.models.eobs import EobEntry
from portal.models.remittances import RemittanceRow

LONGEST = 15  # banks print the number of a check with zeros before it


def number_spellings(number: str) -> frozenset[str]:
    """A number as typed, and with the zeros that others print before it."""
    bare = number.strip().upper().lstrip("0")
    return frozenset({number, bare, *(bare.zfill(n) for n in range(len(bare) + 1, LONGEST + 1))})


def typed_twin(
    session: Session, *, number: str, amount: Money, payer_ids: Collection[int]
) -> date | None:
    """The day of a posted EOB of this check, typed before; of an unknown payer any will do."""
    query = select(EobEntry.issued_on).where(
        EobEntry.number.in_(number_spellings(number)),
        EobEntry.total == amount,
        EobEntry.state == "posted",
    )
    if payer_ids:
        query = query.where(EobEntry.payer_id.in_(payer_ids))
    return session.scalar(query.limit(1))


def remittance_twin(
    session: Session, *, number: str, amount: Money, payer_id: int
) -> tuple[int, date] | None:
    """A remittance of this check that came in before, with its day; a held one put no money into the books."""
    row = session.execute(
        select(RemittanceRow.id, RemittanceRow.issued_on)
        .where(
            RemittanceRow.trace.in_(number_spellings(number)),
            RemittanceRow.paid == amount,
            RemittanceRow.status != "held",
            or_(RemittanceRow.payer_id == payer_id, RemittanceRow.payer_id.is_(None)),
        )
        .order_by(RemittanceRow.id)
        .limit(1)
    ).one_or_none()
    return (row.id, row.issued_on) if row else None
