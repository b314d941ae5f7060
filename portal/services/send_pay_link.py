"""Staff send somebody a link to pay, by text or e-mail: nobody says a card number on the phone (PCI-5, PLAN-20)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.holds import Action, Denied
from billing.money import ZERO
from billing.text_templates import PAY_LINK
from portal.db import transaction
from portal.models.accounts import GuarantorAccount
from portal.models.pay_links import PayLink
from portal.queries.balances import balances
from portal.queries.conditions import conditions
from portal.queries.reach import mailbox, text_number
from portal.queries.text_consents import TextCategory, standing_consent
from portal.queries.viewer import StaffViewer
from portal.services import pay_letters
from portal.services.ask_gate import ask_gate
from portal.services.issue_pay_link import Kind, add_pay_link, name_pay_link
from portal.services.letters import Letter, letterhead
from portal.services.queue_letter import queue_letter
from portal.services.record_access import add_staff_act
from portal.services.record_payment import lock_account
from portal.services.refusal import NotFound, Refusal
from portal.services.send_message import queue_row

A_DAY = 3  # links to one account


class LinkNotSent(Refusal):
    """No link goes out; the words say why and what to do instead."""

    title = "No link was sent"


def send_pay_link(
    *,
    account_id: int,
    kind: Kind,
    staff: StaffViewer,
    keys: Sequence[bytes],
    public_url: str,
    on: date,
    now: datetime,
) -> None:
    """Queue one message with a link that pays this account, works once and for 72 hours.

    A text asks consent, gate, hours and caps again as it leaves, and gets its words then. Raises LinkNotSent.
    """
    with transaction() as session:
        lock_account(session, account_id)
        account = session.get(GuarantorAccount, account_id)
        if account is None:
            raise NotFound
        _refuse(session, account, on=on, now=now)
        link = add_pay_link(session, account_id=account_id, kind=kind, by=staff.login_id, now=now)
        if kind is Kind.TEXT:
            link.message_id = _text(session, account, link, now)
        else:
            head = letterhead(session, public_url=public_url)
            address = name_pay_link(link, now=now, keys=keys, public_url=public_url)
            letter = pay_letters.pay_link(head, link=address)
            link.message_id = _mail(session, account, link, letter, now)
        add_staff_act(
            session,
            staff,
            action="send",
            object_type="pay_link",
            object_id=link.id,
            account_ids=(account_id,),
            now=now,
        )


def _refuse(session: Session, account: GuarantorAccount, *, on: date, now: datetime) -> None:
    if not account.named or account.birth_on is None:
        raise LinkNotSent("Nobody is named, or no birth date is on file: the link would not open.")
    [balance] = balances(session, on=on, account_ids=[account.id])
    if balance.due_now <= ZERO:
        raise LinkNotSent("Nothing is due on this account now.")
    held = conditions(session, on=on, account_ids=[account.id]).of(account.id).kinds
    asked = ask_gate(
        session, held, Action.PORTAL_PAYMENT, asked_by="pay link", account_id=account.id
    )
    if isinstance(asked, Denied):
        raise LinkNotSent(f"This account may not be asked to pay ({', '.join(asked.rule_ids)}).")
    lately = select(func.count()).where(
        PayLink.guarantor_account_id == account.id,
        PayLink.kind != Kind.STATEMENT,
        PayLink.created_at > now - timedelta(days=1),
    )
    if (session.scalar(lately) or 0) >= A_DAY:
        raise LinkNotSent(
            f"{A_DAY} links went to this account within a day. Wait, or use the phone."
        )


def _text(session: Session, account: GuarantorAccount, link: PayLink, now: datetime) -> int | None:
    phone = text_number(session, account)
    category = TextCategory.BILLING
    consent = phone and standing_consent(
        session, phone=phone, category=category, guarantor_account_id=account.id
    )
    if not consent:
        raise LinkNotSent("They have not agreed to texts about bills (MSG-1). Send an e-mail.")
    return queue_row(
        session,
        channel="sms",
        recipient=phone,
        category=category.value,
        template=PAY_LINK,
        body="",  # worded when it leaves
        created_at=now,
        guarantor_account_id=account.id,
        dedupe_key=f"{PAY_LINK}:{link.id}",
    )


def _mail(
    session: Session, account: GuarantorAccount, link: PayLink, letter: Letter, now: datetime
) -> int | None:
    to = account.email and mailbox(session, account.email, account_id=account.id)
    if not to:
        raise LinkNotSent("There is no e-mail address that we may write to. Send a text.")
    return queue_letter(
        session,
        to=to,
        letter=letter,
        now=now,
        guarantor_account_id=account.id,
        dedupe_key=f"{PAY_LINK}:{link.id}",
    )
