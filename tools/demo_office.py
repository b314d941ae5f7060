"""What the back office of the demo finds: a disputed payment to answer, a payout that is right but for one line, a check to approve."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any
from uuid import UUID, uuid4

import stripe
from sqlalchemy import select

from billing.money import Money
from billing.payment_choice import Choice, Scope
from billing.refunds import RefundReason
from portal import wiring
from portal.config import Settings
from portal.db import read_only, transaction
from portal.models.accounts import GuarantorAccount, Patient
from portal.models.claims import Visit
from portal.models.identity import Login
from portal.models.statements import Statement
from portal.models.text_links import GuestSession, TextLink
from portal.queries.balances import balances
from portal.queries.check_books import credit_books
from portal.queries.credit import accounts_with_credit
from portal.queries.permissions import ROLES
from portal.queries.viewer import GuestViewer, StaffViewer
from portal.services.alarm_lines import alarm_lines
from portal.services.fetch_payouts import fetch_payouts
from portal.services.practice_date import practice_date
from portal.services.record_dispute import keep_dispute
from portal.services.request_check import CheckWish, request_check
from portal.services.settle_payment import settle_payment
from portal.services.take_payment import take_payment
from portal.services.walk_objects import walk_objects

CARD = "4242424242424242"
PAID_AGO = timedelta(days=8)
DAY = 86_400
LOOKED_AT = 60  # accounts
LEAST, MOST = Money(30_00), Money(400_00)


@dataclass(frozen=True, slots=True)
class Till:
    """Where the demo's payments are made: our services, and the card company's pages."""

    office: wiring.Gateways
    settings: Settings

    def control(self, name: str, **wanted: Any) -> dict[str, Any]:
        """The stand-in's clock and banks."""
        asked = urllib.request.Request(
            f"{self.settings.stripe_api_base}/_sim/{name}",
            data=json.dumps(wanted).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(asked, timeout=20) as answer:
            found: dict[str, Any] = json.loads(answer.read())
        return found

    def pay(self, account_id: int, amount: Money, now: datetime) -> str:
        """Somebody who came by a text pays by card; the charge's id."""
        viewer, payment_id = GuestViewer(_text_link(account_id, now), account_id), uuid4()
        started = take_payment(
            viewer=viewer,
            account_id=account_id,
            payment_id=payment_id,
            choice=Choice(Scope.OWN_AMOUNT, None, amount),
            gateway=self.office.payments,
            public_url=self.office.public_url,
            now=now,
        )
        form = {"number": CARD, "expiry": "12/34", "cvc": "123"}
        press(str(started.checkout_url), form)
        return self._settled(payment_id, now)

    def _settled(self, payment_id: UUID, now: datetime) -> str:
        office = self.office
        facts = settle_payment(
            payment_id=payment_id, gateway=office.payments, public_url=office.public_url, now=now
        ).facts
        if facts is None or facts.charge_id is None:
            raise RuntimeError("a payment of the demo did not go through")
        return facts.charge_id


def fill_office(settings: Settings, people: dict[str, Any], *, now: datetime) -> None:
    """Eight days ago two people paid, and a stranger on the same account; today one disputes another payment."""
    till = Till(wiring.build(settings), settings)
    paid_at = now - PAID_AGO
    first, second, third = _payers(people, on_day=now)[:3]
    till.control("clock", advance=-8 * DAY)
    till.pay(first, Money(30_00), paid_at)
    till.pay(second, Money(25_00), paid_at)
    _stranger(till)
    till.control("clock", advance=3 * DAY)
    till.control("payout")
    till.control("clock", advance=3 * DAY)
    till.control("clock", advance=2 * DAY)
    walk_objects(gateway=till.office.payments, now=now)
    _dispute(till, third, now)
    fetch_payouts(books=till.office.payouts, now=now)
    alarm_lines(now=now)
    _check(now)


def _dispute(till: Till, account_id: int, now: datetime) -> None:
    """Paid just now, and its bank waits for an answer."""
    charge = till.pay(account_id, Money(28_00), now)
    dispute = till.control("dispute", charge=charge)["dispute"]
    facts = till.office.payments.find_dispute(dispute)
    keep_dispute(facts, public_url=till.office.public_url, now=now)


def _stranger(till: Till) -> None:
    """Somebody else's payment on the same account of the card company: a line to explain."""
    _api(till).v1.payment_intents.create(
        params={
            "amount": 12_00,
            "currency": "usd",
            "payment_method": "pm_card_visa",
            "confirm": True,
            "return_url": till.office.public_url,
        }
    )


def _api(till: Till) -> stripe.StripeClient:
    base = str(till.settings.stripe_api_base)
    return stripe.StripeClient(till.settings.stripe_secret_key, base_addresses={"api": base})


def _check(now: datetime) -> None:
    """The first credit that no card can take: a check that waits for a second person."""
    with read_only() as session:
        biller = session.scalars(select(Login).where(Login.role == "biller")).first()
        on = practice_date(session, now)
        books = (
            (account_id, credit_books(session, account_id, on=on, now=now).by_check)
            for account_id in accounts_with_credit(session)
        )
        found = next(((account, left) for account, left in books if left.cents > 0), None)
    if biller is None or found is None:
        return
    wish = CheckWish(
        amount=found[1],
        reason=RefundReason.PAID_TOO_MUCH,
        note="Paid at the desk before the plan answered",
    )
    staff = StaffViewer(biller.id, biller.role, ROLES[biller.role])
    request_check(check_id=uuid4(), account_id=found[0], wish=wish, staff=staff, on=on, now=now)


def _payers(people: dict[str, Any], *, on_day: datetime) -> list[int]:
    """Ordinary accounts that owe enough; the people of the story keep theirs as it is told."""
    named = [person["practice_patient_id"] for person in people.values()]
    with read_only() as session:
        told = select(Patient.guarantor_account_id).where(Patient.practice_patient_id.in_(named))
        moved = (
            select(Visit.guarantor_account_id)
            .join(Patient, Patient.id == Visit.patient_id)
            .where(Patient.practice_patient_id.in_(named))
        )
        accounts = session.scalars(
            select(GuarantorAccount.id)
            .join(Statement, Statement.guarantor_account_id == GuarantorAccount.id)
            .where(GuarantorAccount.id.not_in(told), GuarantorAccount.id.not_in(moved))
            .where(GuarantorAccount.state != "NY")
            .distinct()
            .order_by(GuarantorAccount.id.desc())
            .limit(LOOKED_AT)
        ).all()
        on = practice_date(session, on_day)
        owing = balances(session, on=on, account_ids=list(accounts))
        return [one.guarantor_account_id for one in owing if LEAST < one.due_now < MOST]


def _text_link(account_id: int, now: datetime) -> int:
    """A link that was opened from a text; its account is proven."""
    with transaction() as session:
        link = TextLink(
            guarantor_account_id=account_id,
            phone="+16145550177",
            token_hash=f"demo-{uuid4()}",
            created_at=now - timedelta(hours=2),
            expires_at=now + timedelta(hours=70),
            used_at=now - timedelta(minutes=20),
        )
        session.add(link)
        session.flush()
        session.add(
            GuestSession(
                id_hash=f"demo-{uuid4()}",
                text_link_id=link.id,
                started_at=now - timedelta(minutes=20),
                seen_at=now,
                ended_at=now,
                device="Chrome on Android",
            )
        )
        return link.id


def press(address: str, form: dict[str, str]) -> None:
    """Press Pay; where the page leads next is for a browser."""

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: Any) -> None:
            return None

    opener = urllib.request.build_opener(Stay)
    try:
        opener.open(address, urllib.parse.urlencode(form).encode(), timeout=20)
    except urllib.error.HTTPError as answer:
        if answer.code != HTTPStatus.SEE_OTHER:
            raise
