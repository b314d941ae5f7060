"""Take over an address that an agency found, or leave ours: a person's word, once (COLL-18)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from billing.agency_returns import Return
from portal.db import transaction
from portal.models.accounts import GuarantorAccount
from portal.models.placements import AgencyReturn, Placement
from portal.models.work import WorkItem
from portal.queries.agency_address import found_address, work_key
from portal.queries.proven_email import proven_emails
from portal.queries.viewer import StaffViewer
from portal.services.judge_reach import judge_reach
from portal.services.letters import address_changed, letterhead, signed
from portal.services.queue_letter import queue_letter
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound, Refusal
from portal.services.revise import revise

TAKEN, LEFT = "taken over", "left as it is"


class NoAddress(Refusal):
    """The row names no whole address, or somebody decided before."""

    title = "Nothing was changed"


def take_agency_address(*, return_id: int, take: bool, staff: StaffViewer, now: datetime) -> None:
    """Keep what stood there before, and tell whoever signs in to the account, as for any other change.

    A phone or an e-mail is never taken over by this: nobody said that it may be used (COLL-20). Raises NoAddress
    or NotFound.
    """
    if not staff.may("collections.work"):
        raise NoAddress("Your role cannot change an address that an agency found.")
    with transaction() as session:
        row = session.get(AgencyReturn, return_id)
        if row is None or row.kind != Return.ADDRESS:
            raise NotFound
        placement = session.get_one(Placement, row.placement_id)
        account = session.scalars(
            select(GuarantorAccount)
            .where(GuarantorAccount.id == placement.guarantor_account_id)
            .with_for_update()
        ).one()
        item = session.scalars(
            select(WorkItem).where(WorkItem.dedupe_key == work_key(return_id)).with_for_update()
        ).one()
        if item.closed_at is not None:
            raise NoAddress("Somebody decided about this address before.")
        address = found_address(row.told)
        if take and not address:
            raise NoAddress("The agency told no whole address. Call, and write down what is right.")
        if take and revise(session, account, address, source=f"agency_return:{row.id}", now=now):
            judge_reach(session, account.id, now=now, new_address=True)
            head = letterhead(session, public_url="")
            for email in proven_emails(session, account_id=account.id):
                queue_letter(session, to=email, letter=signed(address_changed(), head), now=now)
        item.closed_at, item.closed_by_id = now, staff.login_id
        item.outcome = TAKEN if take else LEFT
        add_staff_act(
            session,
            staff,
            action="update",
            object_type="agency_return",
            object_id=row.id,
            account_ids=(account.id,),
            reason=item.outcome,
            now=now,
        )
