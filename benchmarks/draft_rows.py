"""Accounts that owe, with a saved card at the stand-in and a draft that is due today; written in bulk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from billing import entries
from billing.money import ZERO, Money
from portal.db import transaction
from portal.models.accounts import GuarantorAccount
from portal.models.drafts import Draft
from portal.models.identity import Login
from portal.models.messages import OutboundMessage
from portal.models.payment_methods import (
    Autopay,
    MethodConsent,
    PaymentAuthorisation,
    PaymentMethod,
)
from portal.services.post_entry import post_entries
from sandbox.stripe_api.customers import create_customer, keep_method, make_method
from sandbox.world import World
from tests.services.ledger_book import Book, party_of

CARD = {"type": "card", "card": {"number": "4242424242424242", "exp_month": 12, "exp_year": 2034}}
NOTICED = timedelta(days=12)


@dataclass(frozen=True, slots=True)
class Saved:
    """One customer at the card company, and the card kept for it."""

    customer: str
    method: str


def saved_cards(path: Path, number: int) -> list[Saved]:
    """Written straight into the stand-in's file before it is started."""
    world = World(str(path))
    world.outbox.delivery.mode = "mute"
    found = []
    with world.store.transaction():
        for _ in range(number):
            customer = create_customer(world, {})
            method = make_method(world, CARD)
            method["_set_up"] = True
            keep_method(world, method, customer["id"])
            found.append(Saved(customer["id"], method["id"]))
    return found


def due_drafts(cards: list[Saved], *, on: date, cents: int, first: int = 0) -> None:
    """Each was signed for a while ago and told in time; with `first`, in a practice that has so many accounts."""
    for start in range(0, len(cards), 500):
        with transaction() as session:
            book = Book(session)
            if start == first == 0:
                book.practice()
            book.counter = first + start * 10
            for card in cards[start : start + 500]:
                _draft(book, card, on, cents)


def _draft(book: Book, card: Saved, on: date, cents: int) -> None:
    session, before = book.session, datetime.now(UTC) - NOTICED
    account: GuarantorAccount = book.account(provider_customer_id=card.customer)
    patient = book.patient(account)
    service_on = on - timedelta(days=60)
    visit, [charge] = book.visit(
        patient, [cents], service_on=service_on, coverage_intent="self_pay"
    )
    line = entries.Line(party_of(visit, charge), Money(cents))
    ref = f"bench:{visit.id}"
    post_entries(
        session,
        [entries.self_pay_charge(source_ref=ref, occurred_on=service_on, lines=[line])],
    )
    email = f"{account.number}@example.com"
    login = book.add(Login(face="patient", email=email, fs_uniquifier=email))
    whose = {"guarantor_account_id": account.id, "login_id": login.id}
    signed = _signed(book, card, whose, on, cents)
    autopay = book.add(
        Autopay(
            guarantor_account_id=account.id,
            authorisation_id=signed.id,
            cap=Money(cents),
            day=on.day,
            state="on",
            started_at=before,
        )
    )
    notice = book.add(
        OutboundMessage(
            channel="email",
            recipient=email,
            template="draft_ahead",
            body="",
            state="sent",
            created_at=before,
        )
    )
    session.add(
        Draft(
            id=uuid4(),
            guarantor_account_id=account.id,
            authorisation_id=signed.id,
            autopay_id=autopay.id,
            month=on.replace(day=1),
            due_on=on,
            amount=Money(cents),
            signed=ZERO,
            state="noticed",
            state_at=before,
            created_at=before,
            next_try_on=on,
            notice_message_id=notice.id,
            noticed_on=before.date(),
        )
    )


def _signed(
    book: Book, card: Saved, whose: dict[str, int], on: date, cents: int
) -> PaymentAuthorisation:
    """The card is kept, and its owner signed that money may be drawn with it."""
    before = datetime.now(UTC) - NOTICED
    consent = book.add(
        MethodConsent(
            id=uuid4(), **whose, state="kept", text="Keep it.", text_version="1", agreed_at=before
        )
    )
    method = book.add(
        PaymentMethod(
            **whose,
            consent_id=consent.id,
            provider_id=card.method,
            kind="card",
            brand="visa",
            last4="4242",
            added_at=before,
            updated_at=before,
        )
    )
    authorisation: PaymentAuthorisation = book.add(
        PaymentAuthorisation(
            guarantor_account_id=whose["guarantor_account_id"],
            payment_method_id=method.id,
            kind="autopay",
            cap=Money(cents),
            day=on.day,
            text="Draw it.",
            text_version="1",
            text_hash="0",
            typed_name="Testa Sample",
            signed_at=before,
            signed_by_login_id=whose["login_id"],
        )
    )
    return authorisation
