"""Keep that a payer's code stands for one of ours from now on, as a person matched it by hand (C-18)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.accounts import Payer
from portal.models.posting import CodeEquivalence
from portal.queries.viewer import StaffViewer
from portal.services.practice_date import practice_date
from portal.services.record_access import add_staff_act
from portal.services.refusal import Refusal

NOTHING = (
    "Nothing here can stand from now on: only one line for one of ours, with another code and the same"
    " day and amount. Take the tick away to match it this once."
)


class StandsOtherwise(Refusal):
    """It cannot stand so; the message says why, and nothing was posted."""

    title = "Nothing was changed"


def keep_code_equivalences(
    session: Session,
    payer_id: int,
    swaps: Sequence[tuple[str, str]],
    *,
    reason: str,
    staff: StaffViewer,
    now: datetime,
) -> None:
    """Write a row for each pair (theirs, ours) that does not stand yet; in the caller's transaction.

    Raises StandsOtherwise where there is none, or where the payer's code stands for another of ours.
    """
    if not swaps:
        raise StandsOtherwise(NOTHING)
    session.execute(select(Payer.id).where(Payer.id == payer_id).with_for_update())
    rows = session.execute(
        select(CodeEquivalence.theirs, CodeEquivalence.ours).where(
            CodeEquivalence.payer_id == payer_id, CodeEquivalence.ended_at.is_(None)
        )
    )
    standing: dict[str, str] = {row.theirs: row.ours for row in rows}
    for theirs, ours in swaps:
        if standing.get(theirs) == ours:
            continue
        if theirs in standing:
            raise StandsOtherwise(
                f"Its {theirs} stands for our {standing[theirs]}. End that first, or match this one alone."
            )
        standing[theirs] = ours
        row = CodeEquivalence(
            payer_id=payer_id,
            theirs=theirs,
            ours=ours,
            effective_from=practice_date(session, now),
            reason=reason,
            made_by_id=staff.login_id,
            made_at=now,
        )
        session.add(row)
        session.flush()
        add_staff_act(
            session,
            staff,
            action="create",
            object_type="code_equivalence",
            object_id=row.id,
            reason=f"{theirs} is our {ours}",
            now=now,
        )
