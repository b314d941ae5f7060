"""Work out anew by when the next step on a denial must be done (OPS-5)."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.denials import NextAction
from portal.models.claims import Claim, Visit
from portal.models.denials import Denial
from portal.queries.payer_clocks import AskedBy, next_deadline, own_clocks


def set_deadline(session: Session, denial: Denial) -> None:
    """By its payer's rules of the day of its last notice; none where no further level is open."""
    filing_code, service_on = session.execute(
        select(Claim.filing_code, Visit.service_on)
        .join(Visit, Visit.id == Claim.visit_id)
        .where(Claim.id == denial.claim_id)
    ).one()
    asked = AskedBy(
        payer_id=denial.payer_id,
        filing_code=filing_code,
        service_on=service_on,
        noticed_on=denial.noticed_on,
        at_stake=denial.amount,
        remarks=denial.rarcs,
    )
    own = own_clocks(session, [denial.payer_id]).get(denial.payer_id, ())
    last = next_deadline(asked, own, level=denial.level, action=NextAction(denial.action))
    denial.deadline_on = last.on if last else None
    denial.deadline_of = last.what.value if last else ""
