"""Write down what became of one piece of mail, told by a file of the printer or by a person: each fact counts once (CORE-3)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.mail_status import MailFate, MailStatus
from portal.models.accounts import GuarantorAccount
from portal.models.notices import Notice, NoticeDelivery
from portal.models.statements import Statement
from portal.queries.bad_addresses import usual_lines
from portal.services.bad_address import end_bad, mark_bad
from portal.services.lock_posting import lock_accounts
from portal.services.mail_came_back import mail_came_back
from portal.services.note_delivery import PAPER, SEALED, Happened, note_delivery
from portal.services.open_work import open_work
from portal.services.prove_notice import unprove_notice
from portal.services.revise import revise

KNOWN, UNKNOWN = "known", "unknown"
FIELDS = ("street", "street2", "city", "state", "postal_code")


def record_piece(session: Session, row: MailStatus, now: datetime) -> str:
    """In the caller's transaction: the fate, KNOWN where it was told before, UNKNOWN where no piece of ours has this name."""
    sent = session.scalars(
        select(NoticeDelivery).where(NoticeDelivery.source == f"{row.piece}:handed_over")
    ).one_or_none()
    if sent is None:
        return UNKNOWN
    account_id = _account_of(session, sent)
    lock_accounts(session, [account_id])
    fact = Happened(
        source=f"{row.piece}:{row.fate.value}",
        notice_id=sent.notice_id,
        statement_id=sent.statement_id,
        channel=PAPER,
        status=row.fate.value,
        address=sent.address,
        content_hash=sent.content_hash,
        document_hash=sent.document_hash,
        batch=sent.batch,
        happened_on=row.on,
    )
    if not note_delivery(session, fact, now=now):
        return KNOWN
    account = session.get_one(GuarantorAccount, account_id)
    if row.fate is MailFate.RETURNED:
        _take_back(session, sent, row, now)
        if _is_usual(sent, account):
            mark_bad(session, account, source=row.piece, day=row.on.isoformat(), now=now)
        else:
            _ask_a_person(session, account_id, row, now)
    if row.fate is MailFate.FORWARDED:
        _move(session, sent, account, row, now)
    return row.fate.value


def _account_of(session: Session, sent: NoticeDelivery) -> int:
    if sent.notice_id is not None:
        return session.get_one(Notice, sent.notice_id).guarantor_account_id
    return session.get_one(Statement, sent.statement_id).guarantor_account_id


def _take_back(session: Session, sent: NoticeDelivery, row: MailStatus, now: datetime) -> None:
    """It reached nobody: no D0 from it where it was the only one, and no proof."""
    if sent.notice_id is not None:
        notice = session.get_one(Notice, sent.notice_id)
        notice.state, notice.sent_on = "returned", None
        unprove_notice(session, notice, piece=row.piece, reason="the mail came back", now=now)
        return
    if sent.statement_id is not None:
        mail_came_back(session, sent.statement_id, on=row.on, now=now)


def _move(
    session: Session,
    sent: NoticeDelivery,
    account: GuarantorAccount,
    row: MailStatus,
    now: datetime,
) -> None:
    """The post knows where they live now. It was delivered there, so its D0 stays."""
    if row.address is None or not _is_usual(sent, account):
        _ask_a_person(session, account.id, row, now)
        return
    wanted = dict(zip(FIELDS, row.address, strict=True))
    if revise(session, account, wanted, source=f"post:{row.piece}", now=now):
        session.flush()
        end_bad(session, account, now=now)


def _is_usual(sent: NoticeDelivery, account: GuarantorAccount) -> bool:
    """Whether it went to the address that is on file now; a private one is a person's to look at."""
    return sent.address != SEALED and sent.address == ", ".join(usual_lines(account))


def _ask_a_person(session: Session, account_id: int, row: MailStatus, now: datetime) -> None:
    open_work(
        session,
        key=f"mail_returned:{row.piece}:{row.fate.value}",
        kind="mail_returned",
        reasons=[
            f"Mail was {row.fate.value}, from an address that is private or not on file any more."
        ],
        next_step="Ask the patient where they get their mail, and change it on the account's page.",
        account_id=account_id,
        now=now,
    )
