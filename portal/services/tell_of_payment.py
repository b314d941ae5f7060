"""Tell whoever paid of a receipt or a refund, by the way that the account chose for payments (MSG-18)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.text_templates import PAYMENT_NEWS
from portal.models.accounts import GuarantorAccount
from portal.models.identity import Login
from portal.models.payments import Payment
from portal.queries.notice_channel import About, Channel, chosen
from portal.services.letters import Letter
from portal.services.notify_patient import text_news
from portal.services.queue_letter import queue_letter


def tell_of_payment(
    session: Session, payment: Payment, letter: Letter, *, about: str, now: datetime
) -> None:
    """Once for each `about`. Who chose paper is sent nothing: it stands on the next statement and on our pages.

    Somebody who paid for another person is told by e-mail, whatever the account chose.
    """
    if payment.login_id is None:  # a guest: the page itself was the receipt
        return
    if payment.proxy_grant_id is None:
        account = session.get_one(GuarantorAccount, payment.guarantor_account_id)
        if chosen(account, About.PAYMENTS) is Channel.PAPER:
            return
        choice = About.PAYMENTS
        if text_news(session, account, template=PAYMENT_NEWS, about=about, choice=choice, now=now):
            return
    mail_payer(session, payment, letter, now=now, dedupe_key=about)


def mail_payer(
    session: Session, payment: Payment, letter: Letter, *, now: datetime, dedupe_key: str
) -> None:
    """By e-mail whatever was chosen: the patient has to do something."""
    address = session.scalar(select(Login.email).where(Login.id == payment.login_id))
    if address is not None:
        queue_letter(
            session,
            to=address,
            letter=letter,
            now=now,
            guarantor_account_id=payment.guarantor_account_id,
            dedupe_key=dedupe_key,
        )
