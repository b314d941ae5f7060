"""Several waiting remittances with one press: each in a transaction of its own, and what moved since the look is left (OPS-15)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from billing.posting_policy import Choice
from portal.ports import DocumentStore
from portal.queries.viewer import StaffViewer
from portal.queries.waiting_sets import MOST
from portal.services.post_waiting import post_waiting
from portal.services.refusal import NotFound, Refusal

GONE = "There is no such remittance any more, or its file cannot be read."


@dataclass(frozen=True, slots=True, kw_only=True)
class SetDone:
    """One remittance: how many claims posted and how many wait; or why it was left, with nothing of it posted."""

    id: int
    posted: int = 0
    held: int = 0
    left: str = ""


def post_many_waiting(
    *,
    seen: Mapping[int, int],
    choice: Choice,
    staff: StaffViewer,
    store: DocumentStore,
    now: datetime,
) -> tuple[SetDone, ...]:
    """Post each set that is as the preview showed it; `seen` is its ledger legs there, by id.

    One that is refused stops none of the others; the same press twice posts nothing twice.
    """
    done = []
    for remittance_id, legs in list(seen.items())[:MOST]:
        try:
            report = post_waiting(
                remittance_id=remittance_id,
                choice=choice,
                staff=staff,
                store=store,
                now=now,
                seen_legs=legs,
            )
        except NotFound:
            done.append(SetDone(id=remittance_id, left=GONE))
        except Refusal as refused:
            done.append(SetDone(id=remittance_id, left=str(refused)))
        else:
            posted = sum(1 for one in report.claims if one.disposition == "posted")
            done.append(SetDone(id=remittance_id, posted=posted, held=len(report.claims) - posted))
    return tuple(done)
