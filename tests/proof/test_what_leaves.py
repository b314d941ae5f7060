"""Every parameter sent to Stripe and Twilio is on a list: what is not listed, or says anything of care, fails."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from importlib import import_module
from inspect import getmembers, isclass, isfunction
from pkgutil import iter_modules
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import update

from billing.evidence import FIELDS, FILE_FIELD
from billing.money import Money
from portal import adapters
from portal.adapters.stripe import StripeGateway
from portal.adapters.stripe_disputes import StripeDisputes
from portal.adapters.stripe_payouts import StripePayouts
from portal.adapters.twilio import TwilioSms
from portal.db import transaction
from portal.models.accounts import GuarantorAccount, Patient
from portal.ports import GatewayError, ObjectKind, RefundDenied, SavedCharge
from sandbox.twilio_api import ACCOUNT_SID, AUTH_TOKEN
from tests.adapters.test_stripe import ALLOWED, ANY_ID
from tests.proof.overheard import Overheard, overhearing
from tests.sandbox_server import KEY, PUBLIC_URL, SandboxServer
from tests.services.refund_desk import open_desk
from tests.services.till import open_till

# The one thing that may speak of a person: an answer to the bank, in fields of a closed list, each read before.
ALLOWED_TO_BANKS = {
    **{f"evidence[{name}]": "Words that a person read" for name in FIELDS},
    f"evidence[{FILE_FIELD}]": r"file_\w+",
    "metadata[evidence]": ANY_ID,
    "submit": "true",
    "purpose": "dispute_evidence",
    "file": "%PDF-1.7 invented",
}
HEARS_ONLY = {"verify_event", "verify_callback", "verify_inbound"}  # nothing leaves by these
ALLOWED_TO_TWILIO = {
    "To": r"\+1\d{10}",
    "From": r"\+1\d{10}",
    "Body": "A text",
    "StatusCallback": "http://localhost:8000/webhooks/twilio",
    "DateSent>": r"[\dT:.Z-]+",
    "PageSize": r"\d+",
}
SECRETS = (
    "Sentinella",
    "Careworth",
    "Colonoscopy",
    "1980",
    "sentinella@example.com",
    "99213",
    "CLM1",
)


def senders() -> dict[str, type]:
    """Every class of the adapters that holds an official client of the card company or of texts."""
    found: dict[str, type] = {}
    for module in iter_modules(adapters.__path__):
        if module.name.startswith(("stripe", "twilio")):
            names = getmembers(import_module(f"portal.adapters.{module.name}"), isclass)
            found |= {name: kind for name, kind in names if hasattr(kind, "_client")}
    return found


def ways_out(kind: type) -> set[str]:
    return {
        name
        for base in kind.__mro__
        for name, _ in getmembers(base, isfunction)
        if not name.startswith("_") and name not in HEARS_ONLY
    }


def something_of_everything(
    sandbox: SandboxServer, gateway: StripeGateway, now: datetime
) -> SimpleNamespace:
    """One object of each kind at the card company, for the calls that name one."""
    later, account, gone = now + timedelta(minutes=45), uuid4(), uuid4()
    page = gateway.start_checkout(payment_id=uuid4(), amount=Money(5_000), expires_at=later)
    sandbox.pay(page.checkout_url or "")
    paid = gateway.find_checkout(page.session_id or "")
    intent, customer = paid.intent_id or "", gateway.make_customer(account)
    refund = gateway.start_refund(refund_id=uuid4(), intent_id=intent, amount=Money(100))
    setup = gateway.start_setup(
        setup_id=uuid4(),
        customer_id=customer,
        back=f"{PUBLIC_URL}/pay/methods/{account}",
        expires_at=later,
    )
    sandbox.pay(setup.url or "")
    method = gateway.find_setup(setup.session_id).method_id or ""
    sandbox.control("dispute", charge=paid.charge_id)
    [dispute] = sandbox.client.v1.disputes.list().data
    day = {"since": now - timedelta(days=1), "until": now + timedelta(days=1)}
    sandbox.control("clock", advance=3 * 86_400)
    more = gateway.start_checkout(
        payment_id=uuid4(), amount=Money(9_000), expires_at=later + timedelta(days=3)
    )
    sandbox.pay(more.checkout_url or "")
    sandbox.control("clock", advance=3 * 86_400)
    sandbox.control("payout")
    [payout] = sandbox.client.v1.payouts.list().data
    return SimpleNamespace(
        account=account,
        customer=customer,
        day=day,
        dispute=dispute.id,
        gone=gone,
        intent=intent,
        later=later + timedelta(days=6),
        method=method,
        page=page.session_id or "",
        payout=payout.id,
        refund=refund.provider_id,
        setup=setup.session_id,
    )


def stripe_calls(
    sandbox: SandboxServer, base: str, now: datetime
) -> dict[str, list[Callable[[], Any]]]:
    """Every way out, in each of its shapes; a new method of an adapter is missing here until it is listed."""
    gateway = sandbox.gateway(base)
    payouts = StripePayouts(secret_key=KEY, api_base=base)
    desk = StripeDisputes(secret_key=KEY, api_base=base)
    of = something_of_everything(sandbox, gateway, now)

    def charge(kind: str, **more: Any) -> Callable[[], Any]:
        wish = {"payment_id": uuid4(), "amount": Money(700), "customer_id": of.customer}
        return lambda: gateway.charge_saved(
            SavedCharge(**wish, method_id=of.method, kind=kind, usage="recurring", **more)
        )

    def checkout(**more: Any) -> Callable[[], Any]:
        wish = {"amount": Money(900), "expires_at": of.later}
        return lambda: gateway.start_checkout(payment_id=uuid4(), **wish, **more)

    return {
        "start_checkout": [checkout(), checkout(bank_only=True), checkout(save_for=of.customer)],
        "find_checkout": [lambda: gateway.find_checkout(of.page)],
        "search_checkout": [lambda: gateway.search_checkout(payment_id=of.gone, started_at=now)],
        "expire_checkout": [lambda: gateway.expire_checkout(of.page)],
        "find_payment": [lambda: gateway.find_payment(of.intent)],
        "start_refund": [
            lambda: gateway.start_refund(
                refund_id=uuid4(), intent_id=intent_of(sandbox), amount=Money(50)
            )
        ],
        "find_refund": [lambda: gateway.find_refund(of.refund)],
        "declines_of": [lambda: gateway.declines_of(of.intent)],
        "refunds_of": [lambda: gateway.refunds_of(of.intent)],
        "find_dispute": [lambda: gateway.find_dispute(of.dispute)],
        "missed_events": [lambda: gateway.missed_events(since=now)],
        "list_objects": [
            lambda kind=kind, after=after: gateway.list_objects(kind=kind, after=after, **of.day)
            for kind in ObjectKind
            for after in (None, "pi_1")
        ],
        "make_customer": [lambda: gateway.make_customer(uuid4())],
        "start_setup": [
            lambda: gateway.start_setup(
                setup_id=uuid4(),
                customer_id=of.customer,
                back=f"{PUBLIC_URL}/pay/methods/{of.account}",
                expires_at=of.later,
            )
        ],
        "find_setup": [lambda: gateway.find_setup(of.setup)],
        "find_method": [lambda: gateway.find_method(of.method)],
        "charge_saved": [charge("card"), charge("us_bank_account", again=True)],
        "search_saved": [
            lambda: gateway.search_saved(
                payment_id=of.gone, customer_id=of.customer, started_at=now
            )
        ],
        "detach_method": [lambda: gateway.detach_method(of.method)],
        "find": [lambda: desk.find(of.dispute)],
        "upload": [lambda: desk.upload(evidence_id=uuid4(), content=b"%PDF-1.7 invented")],
        "answer": [
            lambda: desk.answer(
                evidence_id=uuid4(),
                provider_id=of.dispute,
                fields=dict.fromkeys(FIELDS, "Words that a person read"),
                file_id=desk.upload(evidence_id=uuid4(), content=b"%PDF-1.7 invented"),
            )
        ],
        "payouts": [lambda: payouts.payouts(since=now)],
        "lines": [lambda: payouts.lines(of.payout)],
        "balance_lines": [lambda: payouts.balance_lines(since=now)],
    }


def intent_of(sandbox: SandboxServer) -> str:
    """A payment that can be refunded."""
    found = sandbox.client.v1.charges.list().data
    return str(next(c.payment_intent for c in found if c.status == "succeeded" and not c.disputed))


def listed(heard: Overheard, allowed: dict[str, str]) -> list[str]:
    """What was said and may not be."""
    return [
        f"{name}={value}"
        for name, value in heard.said
        if not (name in allowed and re.fullmatch(allowed[name], value))
    ]


def test_HIPAA_18_every_way_out_to_stripe_is_listed(sandbox: SandboxServer, now: datetime) -> None:
    with overhearing(sandbox.url) as heard:
        calls = stripe_calls(sandbox, heard.url, now)
        exits = set().union(*(ways_out(k) for n, k in senders().items() if n != "TwilioSms"))
        assert set(calls) == exits, "a new way out to Stripe is called here, with all it may send"
        for each in calls.values():
            for call in each:
                heard_before = len(heard.bodies)
                with suppress(GatewayError, RefundDenied):  # an answer may be a no
                    call()
                assert len(heard.bodies) > heard_before, "nothing left by it"
    allowed = ALLOWED | ALLOWED_TO_BANKS
    assert listed(heard, allowed) == []
    assert heard.names == set(allowed), "the list holds what is sent, and nothing beside it"


def test_MSG_9_every_way_out_to_twilio_is_listed(sandbox: SandboxServer, now: datetime) -> None:
    with overhearing(sandbox.url) as heard:
        sms = TwilioSms(
            account_sid=ACCOUNT_SID,
            auth_token=AUTH_TOKEN,
            sender="+15005550006",
            callback_url=f"{PUBLIC_URL}/webhooks/twilio",
            api_base=heard.url,
        )
        assert ways_out(TwilioSms) == {"send", "find"}
        sms.send(to="+12125550142", body="A text")
        sms.find(to="+12125550142", body="A text", since=now - timedelta(days=1))
    assert listed(heard, ALLOWED_TO_TWILIO) == []
    assert heard.names == set(ALLOWED_TO_TWILIO)


@pytest.mark.usefixtures("database_url")
def test_HIPAA_18_a_whole_story_of_payments_says_nothing_of_care(
    sandbox: SandboxServer, now: datetime
) -> None:
    """Names, service, birth date, procedure and claim number of a patient who pays, is refunded and disputes."""
    sandbox.control("webhooks", mode="hold")
    desk = open_desk(open_till(sandbox, now))
    with transaction() as session:
        named = {"first_name": "Sentinella", "last_name": "Careworth"}
        session.execute(update(GuarantorAccount).values(email="sentinella@example.com", **named))
        session.execute(update(Patient).values(**named))
    with overhearing(sandbox.url) as heard:
        desk.till.gateway = sandbox.gateway(heard.url)
        refunded, disputed = desk.paid(10_000), desk.paid(2_000)
        desk.refunded(refunded, 3_000)
        sandbox.control("dispute", charge=desk.till.payment(disputed).charge_id)
        desk.till.deliver(*sandbox.events())
    assert len(heard.bodies) > 10
    assert listed(heard, ALLOWED) == []
    said = " ".join(heard.bodies)
    assert [secret for secret in SECRETS if secret in said] == []
