"""A person asks for the final notice, where the day's run could not: refused in words where a step lacks (COLL-4, COLL-12)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select

from billing.gate_words import in_words
from billing.holds import Action, Denied
from billing.notices import NoticeKind
from portal.db import transaction
from portal.models.notices import Notice
from portal.queries.viewer import StaffViewer
from portal.services.ask_to_collect import ask_to_collect
from portal.services.close_account_work import close_account_work
from portal.services.record_access import add_staff_act
from portal.services.refusal import Refusal
from portal.services.start_call import lock_for_call
from portal.services.warn_finally import warn_finally

WORK = "final_notice"
WAITS = ("queued", "sending")


class NoticeRefused(Refusal):
    """No letter was made; the words say what lacks, with the rules."""

    title = "No final notice was made"


def send_final_notice(
    *,
    staff: StaffViewer,
    form_id: UUID,
    account_id: int,
    public_url: str,
    on: date,
    now: datetime,
) -> None:
    """Queue the letter; the day's run asks again as it leaves. The same page twice is one letter.

    Raises NoticeRefused or NotFound.
    """
    if not staff.may("collections.work"):
        raise NoticeRefused("Your role does not work on cases.")
    key = f"final_notice:{account_id}:{form_id}"
    with transaction() as session:
        lock_for_call(session, account_id)
        mine = Notice.guarantor_account_id == account_id
        if session.scalar(select(Notice.id).where(mine, Notice.dedupe_key == key)):
            return
        if session.scalar(
            select(Notice.id).where(
                mine, Notice.kind == NoticeKind.FINAL_NOTICE.value, Notice.state.in_(WAITS)
            )
        ):
            raise NoticeRefused("A final notice waits to be sent already.")
        answer = ask_to_collect(
            session,
            Action.FINAL_NOTICE,
            account_id=account_id,
            on=on,
            asked_by="send_final_notice",
            login_id=staff.login_id,
        )
        if isinstance(answer, Denied):
            raise NoticeRefused(
                f"Lacking: {in_words(answer.rule_ids, answer.conditions, Action.FINAL_NOTICE)}."
            )
        if not warn_finally(
            session,
            account_id,
            key=key,
            public_url=public_url,
            on=on,
            now=now,
            made_by_id=staff.login_id,
        ):
            raise NoticeRefused(f"Lacking: {in_words(['COLL-12'])}.")
        close_account_work(session, account_id, WORK, by=staff.login_id, now=now)
        add_staff_act(
            session,
            staff,
            action="create",
            object_type="letter",
            object_id=account_id,
            account_ids=(account_id,),
            now=now,
        )
