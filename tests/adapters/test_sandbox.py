"""The stand-in itself: test cards only, money that adds up, signed events that are tried again."""

from __future__ import annotations

import http.server
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import pytest
import requests
import stripe

from sandbox.app import create_app
from sandbox.control import controls
from sandbox.twilio_api import ACCOUNT_SID, AUTH_TOKEN, Messages
from sandbox.webhooks import signature
from sandbox.world import World
from tests.sandbox_server import ASKS, DECLINED, SandboxServer, free_port

REAL_LOOKING = "4111111111111111"


@pytest.fixture
def api(sandbox: SandboxServer) -> stripe.StripeClient:
    return sandbox.client


def session_of(api: stripe.StripeClient, **more: object) -> stripe.checkout.Session:
    return api.v1.checkout.sessions.create(
        params={
            "mode": "payment",
            "success_url": "http://localhost:8000/done",
            "cancel_url": "http://localhost:8000/left",
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {
                        "currency": "usd",
                        "unit_amount": 5_000,
                        "product_data": {"name": "Statement payment"},
                    },
                }
            ],
            **more,
        }
    )


def charge(api: stripe.StripeClient, cents: int = 5_000, **more: object) -> stripe.PaymentIntent:
    wanted = {"amount": cents, "currency": "usd", "payment_method": "pm_card_visa"}
    return api.v1.payment_intents.create(params={**wanted, "confirm": True, **more})


def test_PCI_1_a_number_that_is_no_test_card_is_refused_and_not_kept(
    api: stripe.StripeClient, sandbox: SandboxServer
) -> None:
    page = session_of(api).url or ""
    answer = sandbox.pay(page, REAL_LOOKING)
    assert answer.status_code == 402
    assert "non test card" in answer.text
    assert REAL_LOOKING not in answer.text
    assert sandbox.charged() == 0


def test_only_test_keys_open_the_api(sandbox: SandboxServer) -> None:
    for key in ("sk_live_x", "pk_test_x", "nothing"):
        client = stripe.StripeClient(key, base_addresses={"api": sandbox.url})
        with pytest.raises(stripe.AuthenticationError):
            client.v1.customers.list()


def test_it_does_not_start_beside_a_live_key() -> None:
    started = subprocess.run(
        [sys.executable, "-m", "sandbox", "--port", str(free_port())],
        env={**os.environ, "STRIPE_SECRET_KEY": "sk_live_anything"},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert started.returncode == 2
    assert "live key" in started.stderr


def test_a_newcomers_demo_mounts_clock_disputes_and_totals_alone(tmp_path: Path) -> None:
    world = World(str(tmp_path / "sandbox.sqlite"))
    messages = Messages(world, sid=ACCOUNT_SID, token=AUTH_TOKEN)
    demo = create_app(world, messages, demo=tmp_path / "demo.json").test_client()
    known = controls(world, messages)
    mounted = {name for name in known if demo.post(f"/_sim/{name}", json={}).status_code != 404}
    assert mounted == {"clock", "close_dispute", "dispute", "payout", "totals"}
    assert {"faults", "webhooks", "reset", "purge", "sms"} <= set(known) - mounted
    assert (demo.get("/inbox").status_code, demo.get("/payments").status_code) == (200, 200)


@pytest.mark.parametrize(("where", "made"), [("before", 0), ("after", 1)])
def test_a_kept_500_is_given_again_for_its_key(
    api: stripe.StripeClient, sandbox: SandboxServer, where: str, made: int
) -> None:
    sandbox.control("faults", do="error", where=where, kept=True, path="/v1/payment_intents")
    for key in ("first", "first", "second"):
        try:
            api.v1.payment_intents.create(
                params={"amount": 900, "currency": "usd"}, options={"idempotency_key": key}
            )
        except stripe.APIError:
            assert key == "first"
        else:
            assert key == "second", "its own key is answered as ever"
    assert len(api.v1.payment_intents.list().data) == made + 1


def test_every_page_carries_the_banner_and_the_policy(
    api: stripe.StripeClient, sandbox: SandboxServer
) -> None:
    open_page, closed = session_of(api), session_of(api)
    api.v1.checkout.sessions.expire(closed.id)
    asks = sandbox.pay(session_of(api).url or "", ASKS).headers["Location"]
    paths = (open_page.url, f"{sandbox.url}/c/pay/{closed.id}", sandbox.url + asks)
    for url in (*paths, f"{sandbox.url}/inbox", f"{sandbox.url}/c/pay/cs_test_none"):
        page = requests.get(url or "", timeout=5)
        policy = page.headers["Content-Security-Policy"]
        assert "No real card is taken" in page.text
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "<script" not in page.text
    form = requests.get(open_page.url or "", timeout=5).headers["Content-Security-Policy"]
    assert "http://localhost:8000" in form, "the way back must be allowed, or Chrome stays"


def test_a_saved_card_pays_again(api: stripe.StripeClient, sandbox: SandboxServer) -> None:
    customer = api.v1.customers.create(params={}).id
    save = {"payment_intent_data": {"setup_future_usage": "off_session"}, "customer": customer}
    sandbox.pay(session_of(api, **save).url or "")
    [card] = api.v1.payment_methods.list(params={"customer": customer}).data
    page = session_of(api, customer=customer).url or ""
    assert "ending in 4242" in requests.get(page, timeout=5).text
    assert sandbox.pay(page, saved=card.id).status_code == 303
    assert sandbox.charged() == 10_000


def test_an_expired_page_cannot_be_paid_by_an_open_bank_step(
    api: stripe.StripeClient, sandbox: SandboxServer
) -> None:
    session = session_of(api)
    step = sandbox.pay(session.url or "", ASKS)
    api.v1.checkout.sessions.expire(session.id)
    sandbox.authenticate(step, "complete")
    assert sandbox.charged() == 0


def test_parameters_are_checked_by_the_librarys_own_types(api: stripe.StripeClient) -> None:
    for wrong in ({"descripton": "x"}, {"payment_method_types": ["card"]}, {"ui_mode": "hosted"}):
        with pytest.raises(stripe.InvalidRequestError):
            session_of(api, **wrong)


def test_a_payout_is_the_sum_of_its_lines(api: stripe.StripeClient, sandbox: SandboxServer) -> None:
    intent = charge(api)
    charge(api, 12_345)
    api.v1.refunds.create(params={"payment_intent": intent.id, "amount": 1_000})
    sandbox.control("clock", advance=3 * 86_400)
    payout = sandbox.control("payout")
    lines = api.v1.balance_transactions.list(params={"payout": payout["payout"]}).data
    assert payout["amount"] == sum(line.net for line in lines if line.type != "payout")
    assert sandbox.control("totals")["balance"] == 0


def test_a_dispute_takes_money_and_fee_and_a_won_one_gives_them_back(
    api: stripe.StripeClient, sandbox: SandboxServer
) -> None:
    intent = charge(api, payment_method="pm_card_createDispute")
    before = sandbox.control("totals")["balance"]
    [dispute] = api.v1.disputes.list(params={"payment_intent": intent.id}).data
    with pytest.raises(stripe.InvalidRequestError):
        api.v1.refunds.create(params={"payment_intent": intent.id})
    sandbox.control("close_dispute", id=dispute.id, status="won")
    assert sandbox.control("totals")["balance"] == before + 5_000 + 1_500


def test_a_refund_may_fail_a_day_later(api: stripe.StripeClient, sandbox: SandboxServer) -> None:
    card = {"number": "4000000000005126", "exp_month": 12, "exp_year": 2034}
    method = api.v1.payment_methods.create(params={"type": "card", "card": card})
    intent = charge(api, payment_method=method.id)
    refund = api.v1.refunds.create(params={"payment_intent": intent.id})
    sandbox.control("clock", advance=2 * 86_400)
    assert api.v1.refunds.retrieve(refund.id).status == "failed"


def test_a_key_replays_its_answer_even_a_decline(api: stripe.StripeClient) -> None:
    declined = {"number": DECLINED, "exp_month": 12, "exp_year": 2034}
    method = api.v1.payment_methods.create(params={"type": "card", "card": declined}).id
    charges = set()
    for _ in range(2):
        with pytest.raises(stripe.CardError) as refused:
            api.v1.payment_intents.create(
                params={
                    "amount": 500,
                    "currency": "usd",
                    "payment_method": method,
                    "confirm": True,
                },
                options={"idempotency_key": "once"},
            )
        assert refused.value.error
        charges.add(refused.value.error.charge)
    assert len(charges) == 1


def test_events_are_signed_and_tried_again(
    api: stripe.StripeClient, sandbox: SandboxServer
) -> None:
    taken: list[tuple[str, bytes]] = []

    class Hook(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            taken.append((self.headers["Stripe-Signature"], body))
            self.send_response(500 if len(taken) == 1 else 200)
            self.end_headers()

        def log_message(self, *args: object) -> None: ...

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/hook"
    endpoint = api.v1.webhook_endpoints.create(params={"url": url, "enabled_events": ["*"]})
    sandbox.control("webhooks", retry=[0.1, 0.1])
    charge(api)
    for _ in range(100):
        if sandbox.control("totals")["webhooks"].get("done") == 3:
            break
        time.sleep(0.05)
    server.shutdown()
    events = [stripe.Webhook.construct_event(b, s, endpoint.secret) for s, b in taken]
    assert Counter(event.type for event in events).most_common(1)[0][1] == 2
    assert {event.type for event in events} == {
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
    }


def test_a_signature_is_the_librarys_own(api: stripe.StripeClient) -> None:
    body = b'{"id": "evt_1", "object": "event", "type": "x", "api_version": null}'
    header = signature(body, "whsec_x", int(time.time()))
    assert stripe.WebhookSignature.verify_header(body.decode(), header, "whsec_x", 300)
