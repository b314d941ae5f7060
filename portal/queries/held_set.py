"""A remittance that is held as a whole: its three equations with their numbers, and what is off by how much (OPS-9)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from billing.money import Money

SHOWN = 20
# Claim-level amounts stand on a line of their own without a procedure; it has no equation of its own.
_OFF = text(
    """
    WITH lines AS (
        SELECT c.id AS claim, c.ordinal, c.position AS claim_position, c.patient_control_number AS number,
               c.billed_cents AS claim_billed, c.paid_cents AS claim_paid,
               l.procedure, l.position, l.billed_cents AS billed, l.paid_cents AS paid,
               COALESCE((SELECT sum(a.amount_cents) FROM line_adjustments a
                         WHERE a.remittance_line_id = l.id), 0) AS taken
        FROM remittance_claims c LEFT JOIN remittance_lines l ON l.remittance_claim_id = c.id
        WHERE c.remittance_id = :remittance
    ), claims AS (
        SELECT ordinal, number, claim_position AS position, min(claim_billed) AS billed, min(claim_paid) AS paid,
               COALESCE(sum(taken), 0) AS taken, COALESCE(sum(billed), 0) AS on_lines,
               bool_or(procedure <> '') AS has_lines
        FROM lines GROUP BY ordinal, number, claim_position
    )
    SELECT * FROM (
        SELECT ordinal, 0 AS part, 'claim' AS level, number AS what, position, billed, taken, paid,
               billed - taken - paid AS off FROM claims WHERE billed - taken <> paid
        UNION ALL
        SELECT ordinal, 1, 'lines', number, position, billed, 0, on_lines, billed - on_lines
        FROM claims WHERE has_lines AND on_lines <> billed
        UNION ALL
        SELECT ordinal, 2, 'line', procedure, position, billed, taken, paid, billed - taken - paid
        FROM lines WHERE procedure <> '' AND billed - taken <> paid
    ) AS off ORDER BY ordinal, part, position LIMIT :limit
    """
)
_TOTALS = text(
    """
    SELECT r.paid_cents, r.plb_cents, COALESCE(sum(c.paid_cents), 0) AS claims_cents, count(c.id) AS claims,
           EXISTS (SELECT 1 FROM remittances o WHERE o.trace = r.trace AND o.payer_tax_id = r.payer_tax_id
                   AND o.id <> r.id AND o.status = 'posted') AS resent
    FROM remittances r LEFT JOIN remittance_claims c ON c.remittance_id = r.id
    WHERE r.id = :remittance GROUP BY r.id
    """
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Off:
    """One equation that fails: billed - taken = paid, or the claim's billed = the sum of its lines."""

    level: str  # claim, lines, line
    what: str  # the claim number, or the procedure
    position: int
    billed: Money
    taken: Money
    paid: Money
    off: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldSet:
    """What the remittance says it pays, and what its parts sum to."""

    paid: Money  # BPR02, below zero when it takes money back
    claims: Money  # the sum of CLP04
    plb: Money  # the sum of PLB
    claim_count: int
    off: tuple[Off, ...]
    resent: bool  # another remittance of this number is posted

    @property
    def difference(self) -> Money:
        """BPR02 less (CLP04 - PLB): zero when the file itself adds up."""
        return self.paid - (self.claims - self.plb)


def held_set(session: Session, remittance_id: int) -> HeldSet:
    """The equations of a remittance, in two statements."""
    totals = session.execute(_TOTALS, {"remittance": remittance_id}).one()
    rows = session.execute(_OFF, {"remittance": remittance_id, "limit": SHOWN})
    return HeldSet(
        paid=Money(totals.paid_cents),
        claims=Money(int(totals.claims_cents)),
        plb=Money(totals.plb_cents),
        claim_count=totals.claims,
        resent=totals.resent,
        off=tuple(
            Off(
                level=row.level,
                what=row.what,
                position=row.position,
                billed=Money(int(row.billed)),
                taken=Money(int(row.taken)),
                paid=Money(int(row.paid)),
                off=Money(int(row.off)),
            )
            for row in rows
        ),
    )
