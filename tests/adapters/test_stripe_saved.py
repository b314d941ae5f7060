"""Saved ways to pay at Stripe: opaque there, charged once, and every no told in the bank's own word."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
import stripe

from billing.money import Money
from portal.adapters.stripe import StripeGateway
from portal.ports import MethodFacts, Outcome, OutcomeUnknown, PaymentFacts, Refused, SavedCharge
from tests.sandbox_server import GOOD, PUBLIC_URL, SandboxServer

BANK_OK, BANK_EMPTY, BANK_CLOSED = "000123456789", "000222222227", "000111111113"
LATER_DECLINED, ALWAYS_ASKS = "4000000000000341", "4000002760003184"
NO_MONEY, LOST = "4000000000009995", "4000000000009987"


@pytest.fixture
def gateway(sandbox: SandboxServer) -> StripeGateway:
    return sandbox.gateway()


def saved(
    gateway: StripeGateway, sandbox: SandboxServer, now: datetime, **typed: str
) -> MethodFacts:
    """A way to pay that somebody added on the provider's page."""
    customer = gateway.make_customer(uuid4())
    page = gateway.start_setup(
        setup_id=uuid4(),
        customer_id=customer,
        back=f"{PUBLIC_URL}/pay/methods/x",
        expires_at=now + timedelta(minutes=45),
    )
    answer = sandbox.pay(page.url or "", **typed)
    if "/c/3ds/" in answer.headers.get("Location", ""):
        sandbox.authenticate(answer, "complete")
    found = gateway.find_setup(page.session_id)
    assert (found.setup_id, found.outcome) == (page.setup_id, Outcome.SUCCEEDED)
    return gateway.find_method(found.method_id or "")


def order(method: MethodFacts, payment_id: UUID | None = None, **more: object) -> SavedCharge:
    values = {"amount": Money(5_000), "usage": "recurring", **more}
    return SavedCharge(
        payment_id=payment_id or uuid4(),
        customer_id=method.customer_id or "",
        method_id=method.provider_id,
        kind=method.kind,
        **values,  # type: ignore[arg-type]  # as above
    )


def test_HIPAA_18_a_customer_has_an_opaque_id_and_no_name(
    gateway: StripeGateway, sandbox: SandboxServer
) -> None:
    reference = uuid4()
    first, again = gateway.make_customer(reference), gateway.make_customer(reference)
    assert first == again
    [customer] = sandbox.client.v1.customers.list().data
    assert customer.metadata.to_dict() == {"account": str(reference)}
    assert (customer.name, customer.email, customer.phone) == (None, None, None)


def test_PCI_1_brand_last_four_and_expiry_are_all_we_hear_of_a_card(
    gateway: StripeGateway, sandbox: SandboxServer, now: datetime
) -> None:
    card = saved(gateway, sandbox, now, number=GOOD)
    assert (card.kind, card.brand, card.last4) == ("card", "visa", "4242")
    assert (card.exp_month, card.exp_year, card.funding) == (12, 2034, "credit")
    bank = saved(gateway, sandbox, now, account=BANK_OK)
    assert (bank.kind, bank.last4, bank.exp_year) == ("us_bank_account", "6789", None)


def test_PLAN_9_a_draft_names_its_agreement_to_the_card_networks(
    gateway: StripeGateway, sandbox: SandboxServer, now: datetime
) -> None:
    charge = order(saved(gateway, sandbox, now, number=GOOD), usage="installment")
    first, again = gateway.charge_saved(charge), gateway.charge_saved(charge)
    assert first == again
    assert (first.outcome, first.payment_id) == (Outcome.SUCCEEDED, charge.payment_id)
    [intent] = sandbox.client.v1.payment_intents.list().data
    options = intent.payment_method_options.to_dict()
    assert options == {"card": {"stored_credential_usage": "installment"}}
    assert sandbox.charged() == 5_000


@pytest.mark.parametrize(
    ("number", "decline"),
    [
        (LATER_DECLINED, "generic_decline"),
        (NO_MONEY, "insufficient_funds"),
        (LOST, "lost_card"),
        (ALWAYS_ASKS, "authentication_required"),
    ],
)
def test_PLAN_10_a_decline_is_an_answer_in_the_banks_word(
    gateway: StripeGateway, sandbox: SandboxServer, now: datetime, number: str, decline: str
) -> None:
    method = saved(gateway, sandbox, now, number=LATER_DECLINED)
    sandbox.control("behave", method=method.provider_id, number=number)
    charge = order(method)
    told = gateway.charge_saved(charge)
    assert (told.outcome, told.decline) == (Outcome.FAILED, decline)
    looked_up = gateway.find_payment(told.intent_id or "")
    assert (looked_up.outcome, looked_up.decline) == (Outcome.FAILED, decline)
    assert sandbox.charged() == 0


@pytest.mark.parametrize(
    ("account", "decline"), [(BANK_EMPTY, "insufficient_funds"), (BANK_CLOSED, "account_closed")]
)
def test_PLAN_10_a_bank_debit_comes_back_days_later_with_its_reason(
    gateway: StripeGateway, sandbox: SandboxServer, now: datetime, account: str, decline: str
) -> None:
    told = gateway.charge_saved(order(saved(gateway, sandbox, now, account=account), again=True))
    assert told.outcome is Outcome.PROCESSING
    [intent] = sandbox.client.v1.payment_intents.list().data
    assert intent.statement_descriptor == "RETRY PYMT"
    sandbox.control("clock", advance=5 * 86_400)
    back = gateway.find_payment(told.intent_id or "")
    assert (back.outcome, back.decline) == (Outcome.FAILED, decline)


def test_a_lost_answer_is_unknown_and_found_by_customer_and_our_id(
    gateway: StripeGateway, sandbox: SandboxServer, now: datetime
) -> None:
    charge = order(saved(gateway, sandbox, now, number=GOOD))
    path = {"method": "POST", "path": "/v1/payment_intents"}
    sandbox.control("faults", do="drop", where="after", times=3, **path)
    with pytest.raises(OutcomeUnknown):
        gateway.charge_saved(charge)
    wanted = {"payment_id": charge.payment_id, "customer_id": charge.customer_id}
    found = gateway.search_saved(**wanted, started_at=now)
    assert isinstance(found, PaymentFacts)
    assert (found.outcome, found.amount) == (Outcome.SUCCEEDED, Money(5_000))
    assert gateway.search_saved(**{**wanted, "payment_id": uuid4()}, started_at=now) is None


def test_a_removed_way_to_pay_is_useless_for_good(
    gateway: StripeGateway, sandbox: SandboxServer, now: datetime
) -> None:
    method = saved(gateway, sandbox, now, number=GOOD)
    for _ in range(2):
        gateway.detach_method(method.provider_id)
    gateway.detach_method("pm_nowhere")
    assert gateway.find_method(method.provider_id).customer_id is None
    with pytest.raises(Refused):
        gateway.charge_saved(order(method))
    assert sandbox.charged() == 0


def test_a_card_is_kept_while_paying_only_when_asked(
    gateway: StripeGateway, sandbox: SandboxServer, now: datetime
) -> None:
    customer = gateway.make_customer(uuid4())
    kept = []
    for save_for in (None, customer):
        page = gateway.start_checkout(
            payment_id=uuid4(),
            amount=Money(5_000),
            expires_at=now + timedelta(minutes=45),
            save_for=save_for,
        )
        sandbox.pay(page.checkout_url or "")
        paid = gateway.find_checkout(page.session_id or "")
        kept.append(gateway.find_method(paid.method_id).customer_id)
    assert kept == [None, customer]


def test_a_bank_that_renews_a_card_is_heard_of(
    gateway: StripeGateway, sandbox: SandboxServer, now: datetime
) -> None:
    method = saved(gateway, sandbox, now, number=GOOD)
    card = {"exp_month": 6, "exp_year": 2040, "last4": "0005"}
    sandbox.control("renew_card", method=method.provider_id, card=card)
    event = next(e for e in sandbox.events() if e.type == "payment_method.automatically_updated")
    notice = gateway.verify_event(body=event.body, signature=event.signature)
    assert notice.object_id == method.provider_id
    renewed = gateway.find_method(notice.object_id)
    assert (renewed.exp_month, renewed.exp_year, renewed.last4) == (6, 2040, "0005")


def test_the_stand_in_refuses_what_stripe_no_longer_takes(sandbox: SandboxServer) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="no longer supported"):
        sandbox.client.v1.payment_intents.create(
            params={"amount": 500, "currency": "usd", "payment_method_types": ["card"]}  # type: ignore[typeddict-unknown-key]  # on purpose
        )
