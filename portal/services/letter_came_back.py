"""Staff hold an envelope that the post gave back: the letter reached nobody, as if the printer had said so (CORE-3)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from billing.mail_status import MailFate, MailStatus
from portal.db import transaction
from portal.models.notices import Notice, NoticeDelivery
from portal.models.statements import Statement
from portal.queries.viewer import StaffViewer
from portal.services.note_delivery import PAPER
from portal.services.practice_date import practice_date
from portal.services.record_access import add_staff_act
from portal.services.record_piece import KNOWN, record_piece
from portal.services.refusal import NotFound, Refusal


class CannotTakeBack(Refusal):
    """The role does not write down what the post did."""

    title = "Nothing was changed"


def letter_came_back(
    *, account_id: int, delivery_id: int, staff: StaffViewer, now: datetime
) -> bool:
    """Today it came back; false when that was known. Its D0 and its proof end where it was the only one.

    Raises CannotTakeBack, and NotFound for what never left on paper to this account.
    """
    if not staff.may("holds.set"):
        raise CannotTakeBack("Your role does not write down returned mail.")
    with transaction() as session:
        sent = session.get(NoticeDelivery, delivery_id)
        if sent is None or (sent.channel, sent.status) != (PAPER, "handed_over"):
            raise NotFound
        if _account_of(session, sent) != account_id:
            raise NotFound
        piece = sent.source.removesuffix(":handed_over")
        row = MailStatus(piece=piece, fate=MailFate.RETURNED, on=practice_date(session, now))
        told = record_piece(session, row, now)
        add_staff_act(
            session,
            staff,
            action="update",
            object_type="returned_mail",
            object_id=piece,
            account_ids=(account_id,),
            now=now,
        )
    return told != KNOWN


def _account_of(session: Session, sent: NoticeDelivery) -> int:
    if sent.notice_id is not None:
        return session.get_one(Notice, sent.notice_id).guarantor_account_id
    return session.get_one(Statement, sent.statement_id).guarantor_account_id
