"""Staff turn a message, a text or a call into a dispute (DISP-1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from billing.bill_disputes import Channel, Kind
from billing.free_text import check_free_text
from portal.db import transaction
from portal.models.claims import Visit
from portal.models.messages import ThreadMessage
from portal.queries.viewer import StaffViewer
from portal.services.answer_dispute import audit
from portal.services.dispute_letters import received_letter
from portal.services.keep_answer import may_answer
from portal.services.open_dispute import Filing, open_dispute
from portal.services.practice_date import practice_date
from portal.services.refusal import NotFound
from portal.services.tell_of_dispute import GOT_IT, tell_of_dispute


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """What somebody said, as staff wrote it down; with a message its own words count."""

    account_id: int
    visit_id: int
    kind: Kind
    words: str
    message_id: int | None = None


def enter_dispute(
    *, entered: Entered, form_id: UUID, staff: StaffViewer, public_url: str, now: datetime
) -> UUID:
    """The dispute's id; one message makes one dispute. Who cannot sign in gets the letter that we got it.

    Raises NotFound, NotAllowed, AlreadyDisputed, CardNumberRefused.
    """
    words = check_free_text(entered.words)
    may_answer(staff)
    with transaction() as session:
        visit = session.get(Visit, entered.visit_id)
        if visit is None or visit.guarantor_account_id != entered.account_id:
            raise NotFound
        channel = Channel.CALL
        if entered.message_id is not None:
            message = session.get(ThreadMessage, entered.message_id)
            if message is None or message.guarantor_account_id != entered.account_id:
                raise NotFound
            channel = Channel.TEXT if message.channel == "sms" else Channel.MESSAGE
            words = message.body
        filing = Filing(
            visit_id=visit.id,
            kind=entered.kind,
            channel=channel,
            words=words,
            message_id=entered.message_id,
        )
        row = open_dispute(
            session, filing, dispute_id=form_id, by_id=staff.login_id, face="staff", now=now
        )
        if row.filed_at == now:
            audit(session, row, visit, staff=staff, action="create", reason=channel.value, now=now)
            tell_of_dispute(session, row, words=GOT_IT, by_id=None, public_url=public_url, now=now)
            on = practice_date(session, now)
            received_letter(session, row, visit, public_url=public_url, on=on, now=now)
        return row.id
