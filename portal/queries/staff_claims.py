"""Find the claim that a payer's decision is about, by the number a person reads off the paper."""

from __future__ import annotations

from sqlalchemy import func, select

from portal.db import read_only
from portal.models.claims import Claim
from portal.models.remittances import RemittanceClaim, RemittanceRow


def claims_numbered(number: str, *, remittance_claim_id: int) -> tuple[int, ...]:
    """Claims with our number or the payer's; only those to the payer that decided, where it has one."""
    wanted = number.strip().upper()
    same = func.upper(Claim.patient_control_number) == wanted
    with read_only() as session:
        payer_id = session.scalar(
            select(RemittanceRow.payer_id)
            .join(RemittanceClaim, RemittanceClaim.remittance_id == RemittanceRow.id)
            .where(RemittanceClaim.id == remittance_claim_id)
        )
        rows = session.execute(
            select(Claim.id, Claim.payer_id)
            .where(same | (func.upper(Claim.payer_claim_number) == wanted), Claim.state != "void")
            .order_by(Claim.id)
        ).all()
    of_payer = tuple(row.id for row in rows if row.payer_id == payer_id)
    return of_payer or tuple(row.id for row in rows)
