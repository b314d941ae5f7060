"""The Stripe adapter: what leaves us, and what each kind of failure lets the caller do."""

from __future__ import annotations

import http.server
import re
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qsl
from uuid import UUID, uuid4

import pytest

from billing.money import Money
from portal import wiring
from portal.adapters.stripe import StripeGateway
from portal.config import Settings
from portal.ports import (
    ForgedMessage,
    NoRefund,
    Notice,
    ObjectKind,
    Outcome,
    OutcomeUnknown,
    PaymentFacts,
    RefundDenied,
    RefundOutcome,
    Refused,
    RetryLater,
    SavedCharge,
)
from tests.conftest import NOW
from tests.sandbox_server import DECLINED, PUBLIC_URL, SandboxServer

ANY_ID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
PAGE = rf"http://localhost:8000/pay/(methods/)?{ANY_ID}"
# Everything that may ever leave for Stripe, and what it may say: no name, no service, no date of care.
ALLOWED = {
    "mode": "payment|setup",
    "ui_mode": "hosted_page",
    "client_reference_id": ANY_ID,
    "metadata[payment]": ANY_ID,
    "metadata[refund]": ANY_ID,
    "metadata[account]": ANY_ID,
    "metadata[setup]": ANY_ID,
    "metadata[saved]": "yes",
    "customer": r"cus_\w+",
    "payment_method": r"pm_\w+",
    "allowed_payment_method_types[0]": "card|us_bank_account",
    "payment_method_options[card][stored_credential_usage]": "recurring|installment",
    "confirm": "true",
    "off_session": "true",
    "description": "Statement payment",
    "statement_descriptor": "RETRY PYMT",
    "currency": "usd",
    "payment_intent_data[setup_future_usage]": "off_session",
    "payment_intent": r"pi_\w+",
    "amount": r"\d+",
    "payment_intent_data[description]": "Statement payment",
    "payment_intent_data[metadata][payment]": ANY_ID,
    "line_items[0][quantity]": "1",
    "line_items[0][price_data][currency]": "usd",
    "line_items[0][price_data][unit_amount]": r"\d+",
    "line_items[0][price_data][product_data][name]": "Statement payment",
    "success_url": rf"{PAGE}/return",
    "cancel_url": rf"{PAGE}/cancelled",
    "expires_at": r"\d+",
    "expand[0]": r"(payment_intent\.|data\.)?latest_charge|setup_intent",
    "created[gte]": r"\d+",
    "created[lte]": r"\d+",
    "limit": "100",
    "starting_after": "pi_1",
    "delivery_success": "false",
    "payout": r"po_\w+",
}


@pytest.fixture
def gateway(sandbox: SandboxServer) -> StripeGateway:
    return sandbox.gateway()


def begin(gateway: StripeGateway, now: datetime, payment_id: UUID | None = None) -> PaymentFacts:
    return gateway.start_checkout(
        payment_id=payment_id or uuid4(),
        amount=Money(5_000),
        expires_at=now + timedelta(minutes=45),
    )


@pytest.fixture
def overheard() -> Iterator[tuple[str, list[tuple[str, str]], list[str]]]:
    """A server that answers nothing useful and remembers every parameter and key it was sent."""
    seen: list[tuple[str, str]] = []
    keys: list[str] = []

    class Listener(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            seen.extend(parse_qsl(body))
            seen.extend(parse_qsl(self.path.partition("?")[2]))
            keys.append(self.headers.get("Idempotency-Key", ""))
            self.send_response(404)
            self.end_headers()

        do_GET = do_POST  # noqa: N815 - the name that the server calls

        def log_message(self, *args: object) -> None: ...

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", seen, keys
    server.shutdown()


def saved_charge(kind: str) -> SavedCharge:
    return SavedCharge(
        payment_id=uuid4(),
        amount=Money(5_000),
        customer_id="cus_1",
        method_id="pm_1",
        kind=kind,
        usage="recurring",
        again=True,
    )


def test_HIPAA_18_nothing_but_the_allowed_leaves_for_stripe(
    overheard: tuple[str, list[tuple[str, str]], list[str]], sandbox: SandboxServer, now: datetime
) -> None:
    base, seen, keys = overheard
    gateway, payment_id, refund_id = sandbox.gateway(base), uuid4(), uuid4()
    calls = (
        lambda: begin(gateway, now, payment_id),
        lambda: gateway.find_checkout("cs_test_1"),
        lambda: gateway.search_checkout(payment_id=payment_id, started_at=now),
        lambda: gateway.expire_checkout("cs_test_1"),
        lambda: gateway.find_payment("pi_1"),
        *(
            lambda kind=kind: gateway.list_objects(
                kind=kind, since=now - timedelta(days=1), until=now, after="pi_1"
            )
            for kind in ObjectKind
        ),
        lambda: gateway.make_customer(payment_id),
        lambda: gateway.start_checkout(
            payment_id=uuid4(), amount=Money(5_000), expires_at=now, save_for="cus_1"
        ),
        lambda: gateway.start_setup(
            setup_id=payment_id,
            customer_id="cus_1",
            back=f"{PUBLIC_URL}/pay/methods/{payment_id}",
            expires_at=now,
        ),
        lambda: gateway.find_setup("cs_test_1"),
        lambda: gateway.find_method("pm_1"),
        lambda: gateway.detach_method("pm_1"),
        lambda: gateway.charge_saved(saved_charge("card")),
        lambda: gateway.charge_saved(saved_charge("us_bank_account")),
        lambda: gateway.search_saved(payment_id=payment_id, customer_id="cus_1", started_at=now),
        lambda: gateway.start_refund(refund_id=refund_id, intent_id="pi_1", amount=Money(100)),
        lambda: gateway.find_refund("re_1"),
        lambda: gateway.refunds_of("pi_1"),
    )
    for call in calls:
        with pytest.raises((Refused, RetryLater, OutcomeUnknown)):
            call()
    assert len(seen) > 15
    for name, value in seen:
        assert name in ALLOWED, f"{name} was sent to Stripe"
        assert re.fullmatch(ALLOWED[name], value), f"{name}={value} was sent to Stripe"
    stored = {f"pay-{payment_id}", f"refund-{refund_id}"}
    assert stored <= set(keys), "our own stored key, never a passing one"


def test_real_keys_need_only_environment_variables(tmp_path: Path) -> None:
    given = {
        "KINDBILL_HOME": str(tmp_path),
        "KINDBILL_PUBLIC_URL": "https://bills.example.com",
        "STRIPE_SECRET_KEY": "sk_live_nothing",
        "STRIPE_WEBHOOK_SECRET": "whsec_nothing",
        "TWILIO_ACCOUNT_SID": "ACnothing",
        "TWILIO_AUTH_TOKEN": "nothing",
        "TWILIO_CAMPAIGN": "CMnothing",
        "KINDBILL_BAA_RECORDS": "BAA-1",
    }
    settings = Settings.from_env(given)
    doors = wiring.build(settings)
    assert isinstance(doors.payments, StripeGateway)
    client = doors.payments._client
    assert client._requestor._options.base_addresses["api"] == "https://api.stripe.com"
    assert settings.checkout_origin == "https://checkout.stripe.com"


def test_the_same_payment_gives_the_same_page(gateway: StripeGateway, now: datetime) -> None:
    payment_id = uuid4()
    first, second = begin(gateway, now, payment_id), begin(gateway, now, payment_id)
    assert first.session_id == second.session_id
    assert first.payment_id == payment_id


def test_the_page_carries_the_amount_and_nothing_else(
    gateway: StripeGateway, sandbox: SandboxServer, now: datetime
) -> None:
    begin(gateway, now)
    [session] = sandbox.client.v1.checkout.sessions.list().data
    [line] = sandbox.client.v1.checkout.sessions.line_items.list(session.id).data
    assert (session.amount_total, line.description) == (5_000, "Statement payment")


def test_a_paid_page_tells_card_and_charge(
    gateway: StripeGateway, sandbox: SandboxServer, now: datetime
) -> None:
    page = begin(gateway, now)
    assert page.checkout_url
    sandbox.pay(page.checkout_url)
    told = gateway.find_checkout(page.session_id or "")
    assert (told.outcome, told.amount, told.method) == (Outcome.SUCCEEDED, Money(5_000), "card")
    assert (told.brand, told.last4) == ("visa", "4242")
    assert told.checkout_url is None
    assert gateway.find_payment(told.intent_id or "").charge_id == told.charge_id


def test_a_decline_leaves_the_page_open(
    gateway: StripeGateway, sandbox: SandboxServer, now: datetime
) -> None:
    page = begin(gateway, now)
    sandbox.pay(page.checkout_url or "", DECLINED)
    assert gateway.find_checkout(page.session_id or "").outcome is Outcome.OPEN


def test_expiring_a_paid_page_tells_that_it_was_paid(
    gateway: StripeGateway, sandbox: SandboxServer, now: datetime
) -> None:
    page = begin(gateway, now)
    sandbox.pay(page.checkout_url or "")
    assert gateway.expire_checkout(page.session_id or "").outcome is Outcome.SUCCEEDED


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"do": "drop", "where": "after"}, OutcomeUnknown),
        ({"do": "drop"}, OutcomeUnknown),
        ({"do": "error", "status": 500, "where": "after"}, OutcomeUnknown),
        ({"do": "error", "status": 503}, OutcomeUnknown),
        ({"do": "error", "status": 409}, OutcomeUnknown),
        ({"do": "error", "status": 429}, RetryLater),
    ],
)
def test_each_failure_says_what_the_caller_may_do(
    gateway: StripeGateway,
    sandbox: SandboxServer,
    now: datetime,
    fault: dict[str, object],
    error: type[Exception],
) -> None:
    sandbox.control("faults", times=3, path="/v1/checkout/sessions", **fault)
    with pytest.raises(error):
        begin(gateway, now)


def test_a_request_that_stripe_refuses_is_a_definite_no(
    gateway: StripeGateway, now: datetime
) -> None:
    with pytest.raises(Refused):
        gateway.start_checkout(payment_id=uuid4(), amount=Money(10), expires_at=now)


def test_a_used_key_with_other_wishes_is_not_a_no(gateway: StripeGateway, now: datetime) -> None:
    payment_id = uuid4()
    begin(gateway, now, payment_id)
    with pytest.raises(OutcomeUnknown):
        gateway.start_checkout(
            payment_id=payment_id, amount=Money(9_900), expires_at=now + timedelta(minutes=45)
        )


def test_a_lost_page_is_found_by_our_id(gateway: StripeGateway, now: datetime) -> None:
    payment_id = uuid4()
    page = begin(gateway, now, payment_id)
    found = gateway.search_checkout(payment_id=payment_id, started_at=now)
    assert found
    assert found.session_id == page.session_id
    assert gateway.search_checkout(payment_id=uuid4(), started_at=now) is None


def paid_intent(gateway: StripeGateway, sandbox: SandboxServer, now: datetime) -> str:
    page = begin(gateway, now)
    sandbox.pay(page.checkout_url or "")
    return gateway.find_checkout(page.session_id or "").intent_id or ""


def test_the_same_refund_is_made_once_and_found_by_our_id(
    gateway: StripeGateway, sandbox: SandboxServer, now: datetime
) -> None:
    intent_id, refund_id = paid_intent(gateway, sandbox, now), uuid4()
    wish = {"refund_id": refund_id, "intent_id": intent_id, "amount": Money(2_000)}
    first, second = gateway.start_refund(**wish), gateway.start_refund(**wish)
    assert first == second
    assert (first.refund_id, first.amount) == (refund_id, Money(2_000))
    assert first.outcome is RefundOutcome.SUCCEEDED
    other = gateway.start_refund(refund_id=uuid4(), intent_id=intent_id, amount=Money(1_000))
    assert gateway.refunds_of(intent_id) == (first, other), "oldest first"
    assert gateway.find_refund(first.provider_id) == first


@pytest.mark.parametrize(
    ("cents", "before", "why"),
    [
        (5_001, "", NoRefund.OTHER),
        (5_000, "disputed", NoRefund.DISPUTED),
        (5_000, "refunded", NoRefund.NOTHING_LEFT),
    ],
)
def test_a_refund_that_stripe_will_not_make_says_why(
    gateway: StripeGateway,
    sandbox: SandboxServer,
    cents: int,
    before: str,
    why: NoRefund,
) -> None:
    intent_id = paid_intent(gateway, sandbox, NOW)
    if before == "disputed":
        sandbox.control("dispute", charge=gateway.find_payment(intent_id).charge_id)
    if before == "refunded":
        gateway.start_refund(refund_id=uuid4(), intent_id=intent_id, amount=Money(5_000))
    with pytest.raises(RefundDenied) as denied:
        gateway.start_refund(refund_id=uuid4(), intent_id=intent_id, amount=Money(cents))
    assert denied.value.why is why


def test_a_lost_answer_to_a_refund_is_unknown(
    gateway: StripeGateway, sandbox: SandboxServer, now: datetime
) -> None:
    intent_id = paid_intent(gateway, sandbox, now)
    sandbox.control("faults", do="drop", where="after", times=3, path="/v1/refunds")
    with pytest.raises(OutcomeUnknown):
        gateway.start_refund(refund_id=uuid4(), intent_id=intent_id, amount=Money(100))


def test_PCI_6_without_a_secret_no_event_is_genuine(sandbox: SandboxServer) -> None:
    open_door = StripeGateway(secret_key="sk_test_x", webhook_secret="", page_url=PUBLIC_URL)
    with pytest.raises(ForgedMessage):
        open_door.verify_event(body=b"{}", signature="t=1,v1=00")


def test_an_event_says_where_to_look(
    gateway: StripeGateway, sandbox: SandboxServer, now: datetime
) -> None:
    page = begin(gateway, now)
    sandbox.pay(page.checkout_url or "")
    told: dict[str, Notice] = {}
    for event in sandbox.events():
        told[event.type] = gateway.verify_event(body=event.body, signature=event.signature)
    intent = told["payment_intent.succeeded"]
    assert intent.object_id == intent.intent_id == told["charge.succeeded"].intent_id
    assert told["checkout.session.completed"].object_id == page.session_id
