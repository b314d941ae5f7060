"""Send the letters that wait: the gate and the address are asked now, then it is announced or printed (CORE-5, STMT-18, HIPAA-10).

One transaction a letter. A file is written before its letter is marked: killed in between, the next run writes the
same file again, and no piece is in two batches.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from billing.notices import NoticeKind
from portal.db import read_only, transaction
from portal.models.accounts import GuarantorAccount
from portal.models.messages import OutboundMessage
from portal.models.notices import Notice, NoticeDelivery
from portal.queries.notice_print import notice_print
from portal.queries.paperless import electronic_readers
from portal.queries.reach import paper_lines
from portal.queries.statement_sent import NEVER_ARRIVED, ON_ITS_WAY
from portal.services.deliver_statements import Shop
from portal.services.letters import letterhead
from portal.services.lock_posting import lock_accounts
from portal.services.mail_batch import Envelope, put_in_envelope
from portal.services.note_delivery import EMAIL, PAPER, Happened, digest, note_delivery, written
from portal.services.notice_mail import announce_notice
from portal.services.notice_standing import kept_back
from portal.services.open_work import open_work
from portal.services.prove_notice import prove_notice

PATIENCE = timedelta(days=2)  # an e-mail that nobody took in so long is given up: paper follows
NOWHERE = ("CORE-3",)


@dataclass(frozen=True, slots=True)
class NoticesSent:
    """How many letters went out on a day, and which were stopped, each with its rules."""

    printed: int = 0
    announced: int = 0
    stopped: tuple[tuple[int, str], ...] = ()

    def lines(self) -> Iterator[str]:
        """The result as the command prints it."""
        if self.printed or self.announced:
            yield f"{self.printed} letters printed, {self.announced} announced by e-mail"
        for notice_id, rules in self.stopped:
            yield f"letter {notice_id} not sent: {rules}"


def send_notices(*, on: date, now: datetime, shop: Shop, folder: Path) -> NoticesSent:
    """Every letter that waits, each once."""
    _give_up(now)
    with read_only() as session:
        waiting = session.scalars(
            select(Notice.id).where(Notice.state == "queued").order_by(Notice.id)
        ).all()
    printed, announced, stopped = 0, 0, []
    for notice_id in waiting:
        with transaction() as session:
            notice = _locked(session, notice_id)
            if notice.state != "queued":
                continue
            way = _send(session, notice, on=on, now=now, shop=shop, folder=folder)
            printed, announced = printed + (way == PAPER), announced + (way == EMAIL)
            if not way:
                stopped.append((notice_id, notice.gate))
    return NoticesSent(printed, announced, tuple(stopped))


def printed_on(*, on: date) -> tuple[Envelope, ...]:
    """The envelopes of the letters in this day's batch, earlier runs among them."""
    with read_only() as session:
        rows = session.execute(
            select(NoticeDelivery.source, GuarantorAccount)
            .select_from(Notice)
            .join(NoticeDelivery, NoticeDelivery.notice_id == Notice.id)
            .join(GuarantorAccount, GuarantorAccount.id == Notice.guarantor_account_id)
            .where(NoticeDelivery.batch == on.isoformat(), NoticeDelivery.status == "handed_over")
            .order_by(NoticeDelivery.id)
        ).all()
        lines = paper_lines(session, [account for _, account in rows])
        return tuple(
            Envelope(
                file=f"{source.partition(':')[0]}.pdf", name=one.display_name, lines=lines[one.id]
            )
            for source, one in rows
        )


def piece(notice_id: int, before: int = 0) -> str:
    """The name of the piece of mail, for ever: a letter that came back and goes elsewhere is another piece."""
    return f"notice-{notice_id}" + (f"-{before + 1}" if before else "")


def _printed_before(session: Session, notice_id: int) -> int:
    rows = select(NoticeDelivery.id).where(
        NoticeDelivery.notice_id == notice_id, NoticeDelivery.status == "handed_over"
    )
    return len(session.scalars(rows).all())


def _give_up(now: datetime) -> None:
    """What an e-mail could not carry goes on paper."""
    message = OutboundMessage
    with transaction() as session:
        late = select(message.id).where(
            message.id == Notice.message_id,
            message.state.in_(ON_ITS_WAY) & (message.created_at < now - PATIENCE)
            | message.state.in_((*NEVER_ARRIVED, "canceled")),
        )
        stuck = session.scalars(
            update(Notice)
            .where(Notice.state == "sending", late.exists())
            .values(state="queued")
            .returning(Notice.message_id)
            .execution_options(synchronize_session=False)
        ).all()
        session.execute(
            update(message)
            .where(message.id.in_(stuck), message.state.in_(ON_ITS_WAY))
            .values(state="failed", error="given up", ended_at=now)
        )


def _locked(session: Session, notice_id: int) -> Notice:
    account_id = session.scalar(select(Notice.guarantor_account_id).where(Notice.id == notice_id))
    lock_accounts(session, [account_id or 0])
    return session.scalars(select(Notice).where(Notice.id == notice_id).with_for_update()).one()


def _send(
    session: Session, notice: Notice, *, on: date, now: datetime, shop: Shop, folder: Path
) -> str:
    """The way it went; empty for one that was stopped."""
    rules = kept_back(session, notice, on=on)
    account_id = notice.guarantor_account_id
    account = session.get_one(GuarantorAccount, account_id)
    lines = paper_lines(session, [account])[account_id]
    reader = electronic_readers(session, account_ids=[account_id], now=now).get(account_id)
    if notice.message_id is not None:
        reader = None  # it came back once, or its reader does not want it that way any more
    if not rules and reader is None and not lines:
        rules = NOWHERE
    notice.gate = ", ".join(rules) or "allowed"
    if rules:
        notice.state = "stopped"
        _ask_a_person(session, notice, now)
        return ""
    if reader is not None:
        head = letterhead(session, public_url=shop.public_url)
        announce_notice(session, notice, to=reader.email, head=head, now=now)
        return EMAIL
    pdf = shop.printer.print("notice", notice_print(session, notice, account, lines, on=on))
    name = piece(notice.id, _printed_before(session, notice.id))
    put_in_envelope(folder, name, pdf)
    fact = Happened(
        source=f"{name}:handed_over",
        notice_id=notice.id,
        channel=PAPER,
        status="handed_over",
        address=written(session, account_id, lines),
        content_hash=notice.content_hash,
        document_hash=digest(pdf),
        batch=on.isoformat(),
        happened_on=on,
    )
    note_delivery(session, fact, now=now)
    notice.state, notice.sent_on = "sent", on
    prove_notice(session, notice, piece=name, on=on, now=now)
    return PAPER


def _ask_a_person(session: Session, notice: Notice, now: datetime) -> None:
    open_work(
        session,
        key=f"notice_stopped:{notice.id}",
        kind="notice_stopped",
        reasons=[f"A letter was not sent ({NoticeKind(notice.kind).value}): {notice.gate}."],
        next_step="Read why on the account's page. Send it anew when nothing stops it.",
        account_id=notice.guarantor_account_id,
        now=now,
    )
