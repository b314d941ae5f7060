"""The demo's payments of today: a saved card with autopay, and a bank debit that is on its way."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from sqlalchemy import select

from billing.money import Money
from billing.payment_choice import Choice, Scope
from portal.db import read_only
from portal.models.payment_methods import PaymentMethod
from portal.services.add_method import CONSENT, Agreed, add_method
from portal.services.keep_method import keep_method
from portal.services.settle_payment import settle_payment
from portal.services.sign_autopay import Signature, Wish, autopay_paper, sign_autopay
from portal.services.take_payment import take_payment
from portal.wiring import Gateways
from tools.demo_office import press
from tools.demo_plans import Planner

CARD = {"number": "4242424242424242", "expiry": "12/34", "cvc": "123"}
BANK = {"account": "000123456789"}
CAP, DAY = Money(500_00), 15
BROWSER = {"ip": "127.0.0.1", "user_agent": "demo"}


def sign_for_autopay(payer: Planner, *, office: Gateways, now: datetime) -> None:
    """Save a card on the card company's page, then sign that it may be drawn from each month."""
    setup = uuid4()
    page = add_method(
        viewer=payer.viewer,
        account_id=payer.account_id,
        setup_id=setup,
        agreed=Agreed(text=" ".join(CONSENT), language="en", **BROWSER),
        read=None,
        gateway=office.payments,
        public_url=office.public_url,
        now=now,
    )
    press(str(page), CARD)
    keep_method(consent_id=setup, gateway=office.payments, public_url=office.public_url, now=now)
    with read_only() as session:
        method_id = session.scalars(
            select(PaymentMethod.id).where(PaymentMethod.guarantor_account_id == payer.account_id)
        ).one()
    wish = Wish(method_id=method_id, cap=CAP, day=DAY)
    paper = autopay_paper(
        viewer=payer.viewer, account_id=payer.account_id, wish=wish, words=str, now=now
    )
    sign_autopay(
        viewer=payer.viewer,
        account_id=payer.account_id,
        wish=wish,
        signature=Signature(typed_name=payer.name, text_hash=paper.hash, language="en", **BROWSER),
        words=str,
        public_url=office.public_url,
        now=now,
    )


def pay_from_bank(payer: Planner, *, office: Gateways, now: datetime) -> None:
    """Pay all that is due by bank debit: some days pass before anybody knows whether it came."""
    payment_id = uuid4()
    started = take_payment(
        viewer=payer.viewer,
        account_id=payer.account_id,
        payment_id=payment_id,
        choice=Choice(Scope.ALL),
        gateway=office.payments,
        public_url=office.public_url,
        now=now,
    )
    press(str(started.checkout_url), BANK)
    settle_payment(
        payment_id=payment_id, gateway=office.payments, public_url=office.public_url, now=now
    )
