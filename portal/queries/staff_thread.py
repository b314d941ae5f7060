"""One account's thread for staff: what was written, and every text and e-mail that left, in one line of time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Select, and_, case, exists, func, literal, null, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from billing.text_templates import ANSWERS
from portal.db import read_only
from portal.models.accounts import GuarantorAccount
from portal.models.claims import Charge, Visit
from portal.models.identity import AccountAccess, Login
from portal.models.messages import OutboundMessage, ThreadMessage
from portal.queries.kept_answers import answer_titles, who_may_answer
from portal.queries.message_history import MessageHistory, message_histories
from portal.queries.paging import Page, limits, page_of
from portal.queries.patient_thread import FileOf, files_of
from portal.queries.staff_account import AccountHeader, account_header
from portal.queries.staff_threads import TO_ANSWER

TEMPLATE_WORDS = {
    "new_statement": "New statement",
    "statement_notice": "New statement",
    "access_granted": "Notice that somebody signed up",
    "receipt": "Receipt",
    "payment_returned": "Notice of a returned payment",
    "refund": "Notice of a refund",
    "refund_failed": "Notice of a refund that came back",
    "new_message": "Notice that a message waits",
    "due_soon": "Reminder: due soon",
    "due_passed": "Reminder: due date passed",
    "opt_out": "Answer to STOP",
    "opt_out_visit": "Answer to CANCEL: texts end, the visit stands",
    "visit_booked": "Notice: a visit is booked",
    "visit_given_back": "Notice: a visit was canceled as asked",
    "visit_reminder": "Reminder of a visit",
    "visits_reminder": "Reminder of several visits",
    "visit_canceled": "Notice: we called off a visit",
    "visit_moved": "Notice: we moved a visit",
    "visit_missed": "Offer of another time after a missed visit",
    "visit_tasks": "Reminder of forms before a visit",
    "wait_list": "Offer of an earlier time",
    "wait_list_gone": "Notice: an offered time was taken",
    "visit_confirmed": "Answer: the visit is confirmed",
    "visit_move": "Answer: a link to change the visit",
    "visit_which": "Answer: which visit do you mean",
    "offer_taken": "Answer: the earlier time is theirs",
    "offer_gone": "Answer: the earlier time was taken",
    "offer_passed": "Answer: they stay on the list",
    "opt_out_emergency": "Answer to STOP, with call 911",
    "opt_in": "Confirmation that texts were agreed to",
    "opt_in_again": "Answer to START",
    "help": "Answer to HELP",
    "text_received": "Automatic reply: a person will read it",
    "emergency": "Automatic reply: call 911",
    "sign_in_code": "Sign-in code",
    "code": "Sign-in code",
    "email_code": "E-mail code",
}
STATE_WORDS = {
    "queued": "waits to be sent",
    "sending": "on its way to the provider",
    "sent": "sent",
    "delivered": "delivered",
    "undelivered": "not delivered",
    "failed": "failed",
    "refused": "refused by the provider",
    "canceled": "not sent: no longer allowed or true",
}
LEFT = ("sent", "delivered", "undelivered", "failed")
ERROR_WORDS = {
    "21610": "the person has stopped our texts",
    "21211": "this is no valid number",
    "21614": "this is no mobile number",
    "21635": "this is a landline",
    "30003": "the phone could not be reached",
    "30004": "the carrier blocked it",
    "30005": "nobody has this number",
    "30006": "a landline, or a carrier that cannot be reached",
    "30007": "the carrier filtered it as spam",
    "30008": "the carrier gave no reason",
    "not_taken": "no mail server took it in three days",
    "too_late": "it could not be sent within the hour",
    "unknown": "nobody knows if it was sent: it is not sent again",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing written or sent. `author` is patient, staff or automatic."""

    id: int
    author: str
    who: str
    channel: str
    kind: str
    body: str
    status: str
    at: datetime
    visit_id: int | None
    service_on: date | None
    open: bool
    said: str = ""  # the words of a text of ours
    line: str = ""  # of the bill that it is about
    files: tuple[FileOf, ...] = ()
    history: MessageHistory | None = None  # of what was sent: wording, consent, gate, each status


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffThread:
    """The newest first. `can_read` is false when nobody can sign in to read an answer."""

    header: AccountHeader
    entries: Page[Entry]
    assigned_to: str
    assigned_to_id: int | None
    answerers: tuple[tuple[int, str], ...]
    answers: tuple[tuple[int, str], ...]  # kept ones, by title
    open: int
    can_read: bool
    before: tuple[tuple[int, str], ...] = ()  # who wrote before they were linked: sign-in, e-mail


def staff_thread(account_id: int, *, number: int = 1) -> StaffThread | None:
    """One page of an account's thread; None when there is no such account."""
    offset, limit = limits(number)
    with read_only() as session:
        header = account_header(session, account_id)
        if header is None:
            return None
        rows = session.execute(_entries(account_id).offset(offset).limit(limit)).all()
        sent = [row.id for row in rows if row.author == "automatic"]
        histories = message_histories(session, sent)
        written = [row.id for row in rows if row.author != "automatic"]
        files = files_of(session, written)
        waiting = _waiting(session, account_id)
        answerers, answers = who_may_answer(session), answer_titles(session)
        readers = session.execute(_readers(account_id)).all()
    return StaffThread(
        header=header,
        entries=page_of([_entry(row, histories, files) for row in rows], number),
        assigned_to=next((name or email or "" for _, name, email in waiting if name or email), ""),
        assigned_to_id=next((one for one, *_ in waiting if one), None),
        answerers=answerers,
        answers=answers,
        open=len(waiting),
        can_read=bool(readers),
        before=tuple((row.id, row.email) for row in readers if row.wrote_before),
    )


def _readers(account_id: int) -> Select[int, str, bool]:
    """The sign-ins that read the answers, and whether each wrote before it was linked (ID-1)."""
    wrote = exists().where(ThreadMessage.newcomer_id == Login.id)
    return (
        select(Login.id, Login.email, wrote.label("wrote_before"))
        .join(AccountAccess, AccountAccess.login_id == Login.id)
        .where(AccountAccess.guarantor_account_id == account_id, AccountAccess.ended_at.is_(None))
        .order_by(Login.id)
    )


def _waiting(session: Session, account_id: int) -> list[tuple[int | None, str | None, str | None]]:
    rows = session.execute(
        select(ThreadMessage.assigned_to_id, Login.name, Login.email)
        .select_from(ThreadMessage)
        .outerjoin(Login, Login.id == ThreadMessage.assigned_to_id)
        .where(
            ThreadMessage.guarantor_account_id == account_id,
            ThreadMessage.author == "patient",
            ThreadMessage.kind.in_(TO_ANSWER),
            ThreadMessage.answered_at.is_(None),
        )
    )
    return [(row[0], row[1], row[2]) for row in rows]


def _entries(account_id: int) -> Select[*tuple[Any, ...]]:
    answerer = aliased(Login)
    written = (
        select(
            ThreadMessage.id,
            ThreadMessage.author,
            answerer.name.label("name"),
            answerer.email.label("email"),
            ThreadMessage.channel,
            ThreadMessage.kind,
            ThreadMessage.body,
            literal("").label("state"),
            literal("").label("error"),
            ThreadMessage.at,
            ThreadMessage.visit_id,
            Visit.service_on,
            ThreadMessage.answered_at,
            ThreadMessage.seen_at,
            func.concat_ws(" ", Charge.procedure_code, Charge.description).label("line"),
        )
        .outerjoin(answerer, answerer.id == ThreadMessage.login_id)
        .outerjoin(Visit, Visit.id == ThreadMessage.visit_id)
        .outerjoin(Charge, Charge.id == ThreadMessage.charge_id)
        .where(ThreadMessage.guarantor_account_id == account_id)
    )
    mobile = (
        select(GuarantorAccount.mobile)
        .where(GuarantorAccount.id == account_id, GuarantorAccount.mobile != "")
        .scalar_subquery()
    )
    # Answers to a text, and to a choice on our pages, bear no account: the number tells whose they are.
    answers = and_(
        OutboundMessage.recipient == mobile, OutboundMessage.template.in_((*ANSWERS, "opt_in"))
    )
    # The words of a text that left, its link already taken out (MSG-20). What may open a sign-in is told by its kind.
    shown = and_(
        OutboundMessage.channel == "sms",
        OutboundMessage.state.in_(LEFT),
        or_(OutboundMessage.category != "", OutboundMessage.template.in_(ANSWERS)),
    )
    sent = select(
        OutboundMessage.id,
        literal("automatic"),
        null(),
        OutboundMessage.recipient,
        OutboundMessage.channel,
        OutboundMessage.template,
        case((shown, OutboundMessage.body), else_=""),
        OutboundMessage.state,
        OutboundMessage.error,
        OutboundMessage.created_at,
        null(),
        null(),
        null(),
        null(),
        literal(""),
    ).where(or_(OutboundMessage.guarantor_account_id == account_id, answers))
    both = union_all(written, sent).subquery()
    return select(both).order_by(both.c.at.desc(), both.c.author, both.c.id.desc())


def _entry(
    row: Row[*tuple[Any, ...]],
    histories: Mapping[int, MessageHistory],
    files: Mapping[int, tuple[FileOf, ...]],
) -> Entry:
    automatic = row.author == "automatic"
    is_open = row.author == "patient" and row.kind in TO_ANSWER and row.answered_at is None
    return Entry(
        id=row.id,
        author=row.author,
        who=row.name or row.email or "",
        channel=row.channel,
        kind=row.kind,
        body=template_words(row.kind) if automatic else row.body,
        status=sent_words(row.state, row.error) if automatic else _read_words(row),
        at=row.at,
        visit_id=row.visit_id,
        service_on=row.service_on,
        open=is_open,
        said=row.body if automatic else "",
        line=row.line or "",
        files=() if automatic else files.get(row.id, ()),
        history=histories.get(row.id) if automatic else None,
    )


def template_words(template: str) -> str:
    """What a text or e-mail was about."""
    plain = template.rpartition("/")[2].replace("_", " ").capitalize()
    return TEMPLATE_WORDS.get(template, plain)


def sent_words(state: str, error: str) -> str:
    """What became of it, and why not; a code is kept beside its words."""
    words = STATE_WORDS.get(state, state)
    if not error:
        return words
    return f"{words}: {ERROR_WORDS.get(error, 'the provider gave this code')} ({error})"


def _read_words(row: Row[*tuple[Any, ...]]) -> str:
    if row.author == "staff":
        return "read by the patient" if row.seen_at else "not read yet"
    return ""
