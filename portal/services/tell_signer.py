"""Tell whoever signed an authorisation what becomes of it: by text where chosen, else by e-mail (MSG-18)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.text_templates import PAYMENT_NEWS
from portal.models.accounts import GuarantorAccount
from portal.models.identity import Login
from portal.queries.notice_channel import About
from portal.services.letters import Letter
from portal.services.notify_patient import text_news
from portal.services.queue_letter import queue_letter


def tell_signer(
    session: Session, *, account_id: int, login_id: int, letter: Letter, about: str, now: datetime
) -> None:
    """Once for each `about`. Whoever wants paper is told by e-mail too: there is something to do."""
    account = session.get_one(GuarantorAccount, account_id)
    choice = About.PAYMENTS
    if not text_news(session, account, template=PAYMENT_NEWS, about=about, choice=choice, now=now):
        write_to_signer(
            session, account_id=account_id, login_id=login_id, letter=letter, about=about, now=now
        )


def write_to_signer(
    session: Session, *, account_id: int, login_id: int, letter: Letter, about: str, now: datetime
) -> int | None:
    """By e-mail whatever was chosen, where the law wants writing (PLAN-5, PLAN-6); the message's id."""
    address = session.scalar(select(Login.email).where(Login.id == login_id, Login.active))
    if address is None:
        return None
    return queue_letter(
        session,
        to=address,
        letter=letter,
        now=now,
        guarantor_account_id=account_id,
        dedupe_key=about,
    )
