"""Keep which of our lines a person said each line of the payer's answers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from billing.decision import OpenCharge
from billing.line_differences import our_code, written_code
from billing.line_mapping import LineMap
from portal.models.remittances import LineMatch
from portal.queries.viewer import StaffViewer
from portal.x12.remittance import ClaimPayment


def keep_line_matches(
    session: Session,
    remittance_claim_id: int,
    clp: ClaimPayment,
    lines: LineMap,
    charges: Sequence[OpenCharge],
    *,
    staff: StaffViewer,
    now: datetime,
) -> list[list[str]]:
    """Write a row for each pair; the codes that stood for others, as (theirs, ours)."""
    ours = {charge.charge_id: our_code(charge) for charge in charges}
    swaps: set[tuple[str, str]] = set()
    for number, charge_ids in lines.items():
        line = clp.lines[number - 1]
        theirs = written_code(line.submitted_procedure or line.procedure)
        for charge_id in charge_ids:
            session.add(
                LineMatch(
                    remittance_claim_id=remittance_claim_id,
                    line_number=number,
                    charge_id=charge_id,
                    theirs=theirs,
                    ours=ours[charge_id],
                    login_id=staff.login_id,
                    at=now,
                )
            )
            if theirs != ours[charge_id]:
                swaps.add((theirs, ours[charge_id]))
    return [list(pair) for pair in sorted(swaps)]
