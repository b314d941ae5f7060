"""One item of the queue with the facts it rests on: the payer's claim, and the bill it is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.db import read_only
from portal.models.identity import Login
from portal.models.remittances import RemittanceClaim
from portal.queries.permissions import ROLES
from portal.queries.staff_decisions import Decision, decisions
from portal.queries.staff_queue import QueueFilter, WorkItemFacts, item_after, work_item
from portal.queries.viewer import StaffViewer

HELD = {"held", "unmatched"}
RELEASABLE = {"held_claim", "unmatched"}  # of a whole set that is held, nothing was posted


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkItemPage:
    """What is wrong, and what the payer said about it."""

    item: WorkItemFacts
    decision: Decision | None
    next_id: int | None
    owners: tuple[tuple[int, str], ...]

    @property
    def can_be_released(self) -> bool:
        """Whether the payer's money still waits here for a person."""
        held = self.decision is not None and self.decision.disposition in HELD
        return held and self.item.row.kind in RELEASABLE and not self.item.row.closed

    @property
    def can_be_decided(self) -> bool:
        """Whether a patient share waits here for a person to bill it or to take it off (OPS-8)."""
        waiting = self.decision is not None and bool(self.decision.under_review)
        return waiting and self.item.row.kind == "review" and not self.item.row.closed

    @property
    def account_ids(self) -> tuple[int, ...]:
        return (self.item.row.account_id,) if self.item.row.account_id else ()

    @property
    def patient_ids(self) -> tuple[int, ...]:
        found = self.decision.patient_id if self.decision else None
        return (found,) if found else ()


def work_item_page(
    viewer: StaffViewer, item_id: int, *, on: date, wanted: QueueFilter
) -> WorkItemPage | None:
    """One item, and which comes after it in the part of the queue that is worked on."""
    with read_only() as session:
        item = work_item(session, item_id, on=on)
        if item is None:
            return None
        found: tuple[Decision, ...] = ()
        if item.remittance_claim_id is not None and viewer.may("claims.view"):
            found = decisions(session, RemittanceClaim.id == item.remittance_claim_id)
        decides = viewer.may("work.decide")
        return WorkItemPage(
            item=item,
            decision=found[0] if found else None,
            next_id=item_after(session, item_id, wanted, on=on),
            owners=_owners(session) if decides else (),
        )


def _owners(session: Session) -> tuple[tuple[int, str], ...]:
    """Who may look after an item."""
    roles = [role for role, held in ROLES.items() if "work.decide" in held]
    rows = session.execute(
        select(Login.id, Login.name, Login.email)
        .where(Login.face == "staff", Login.active, Login.role.in_(roles))
        .order_by(Login.name, Login.email)
    )
    return tuple((login_id, name or email) for login_id, name, email in rows)
