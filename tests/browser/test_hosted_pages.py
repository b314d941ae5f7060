"""The hosted pages of the card company's stand-in, in Chromium without JavaScript, at both widths and in both themes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import stripe
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import SERIOUS, SIZES
from tests.sandbox_server import ASKS, DECLINED, SandboxServer

DAYS = 86_400
NOT_A_TEST_CARD = "4111111111111111"
LOOKS = [(size, theme) for size in SIZES for theme in ("light", "dark")]


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A phone without JavaScript."""
    context = browser.new_context(
        viewport=SIZES["phone"], java_script_enabled=False, locale="en-US"
    )
    yield context.new_page()
    context.close()


class Shop:
    """Makes Checkout sessions that come back to the stand-in's own inbox."""

    def __init__(self, sandbox: SandboxServer) -> None:
        self.sandbox = sandbox
        self.api = sandbox.client.v1

    def session(self, **more: object) -> stripe.checkout.Session:
        item = {
            "quantity": 1,
            "price_data": {
                "currency": "usd",
                "unit_amount": 18_240,
                "product_data": {"name": "Statement payment"},
            },
        }
        wanted = {
            "mode": "payment",
            "success_url": f"{self.sandbox.url}/inbox?paid",
            "cancel_url": f"{self.sandbox.url}/inbox?left",
            "line_items": [item],
            **more,
        }
        return self.api.checkout.sessions.create(params=wanted)  # type: ignore[arg-type]

    def now(self, session: stripe.checkout.Session) -> stripe.checkout.Session:
        return self.api.checkout.sessions.retrieve(session.id)

    def intent(self, session: stripe.checkout.Session) -> stripe.PaymentIntent:
        return self.api.payment_intents.retrieve(str(self.now(session).payment_intent))


@pytest.fixture
def shop(sandbox: SandboxServer) -> Shop:
    return Shop(sandbox)


def pay(page: Page, number: str, button: str = "Pay $182.40") -> None:
    page.get_by_label("Card number").fill(number)
    page.get_by_role("button", name=button, exact=True).click()


def came_back(page: Page) -> bool:
    return page.url.endswith("/inbox?paid")


def is_told(page: Page, words: str) -> None:
    expect(page.get_by_role("alert")).to_contain_text(words)


def test_paid(page: Page, shop: Shop) -> None:
    session = shop.session()
    page.goto(session.url or "")
    expect(page.get_by_text("Statement payment")).to_be_visible()
    expect(page.get_by_text("No real card is taken")).to_be_visible()
    pay(page, "4242 4242 4242 4242")
    assert came_back(page)
    assert (shop.now(session).status, shop.sandbox.charged()) == ("complete", 18_240)


def test_declined_then_paid_on_the_same_session(page: Page, shop: Shop) -> None:
    session = shop.session()
    page.goto(session.url or "")
    pay(page, DECLINED)
    is_told(page, "Your card was declined")
    assert shop.now(session).status == "open"
    pay(page, "4242424242424242")
    assert came_back(page)
    assert (len(shop.api.payment_intents.list().data), shop.sandbox.charged()) == (1, 18_240)


def test_three_d_secure_passed(page: Page, shop: Shop) -> None:
    page.goto(shop.session().url or "")
    pay(page, ASKS)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Your bank wants to check")
    assert shop.sandbox.charged() == 0
    page.get_by_role("button", name="Complete authentication").click()
    assert came_back(page)
    assert shop.sandbox.charged() == 18_240


def test_three_d_secure_failed_then_another_card(page: Page, shop: Shop) -> None:
    session = shop.session()
    page.goto(session.url or "")
    pay(page, ASKS)
    page.get_by_role("button", name="Fail authentication").click()
    is_told(page, "unable to authenticate")
    assert (shop.now(session).status, shop.sandbox.charged()) == ("open", 0)
    pay(page, "4242424242424242")
    assert came_back(page)
    assert shop.sandbox.charged() == 18_240


@pytest.mark.parametrize(
    ("account", "status", "charged"),
    [("000123456789", "succeeded", 18_240), ("000222222227", "requires_payment_method", 0)],
)
def test_bank_debit_is_on_its_way_for_days(
    page: Page, shop: Shop, account: str, status: str, charged: int
) -> None:
    session = shop.session()
    page.goto(session.url or "")
    page.get_by_text("Pay from a bank account").click()
    page.get_by_label("Test account number").fill(account)
    page.get_by_role("button", name="Pay $182.40 from the bank account").click()
    assert came_back(page)
    told = shop.now(session)
    assert (told.status, told.payment_status) == ("complete", "unpaid")
    assert (shop.intent(session).status, shop.sandbox.charged()) == ("processing", 0)
    shop.sandbox.control("clock", advance=5 * DAYS)
    assert (shop.intent(session).status, shop.sandbox.charged()) == (status, charged)


def test_a_saved_card_is_offered_and_pays(page: Page, shop: Shop) -> None:
    customer = shop.api.customers.create(params={}).id
    save = {"payment_intent_data": {"setup_future_usage": "off_session"}, "customer": customer}
    page.goto(shop.session(**save).url or "")
    pay(page, "5555555555554444")
    page.goto(shop.session(customer=customer).url or "")
    expect(page.get_by_label("Mastercard ending in 4444")).to_be_checked()
    page.get_by_role("button", name="Pay $182.40 with the saved card").click()
    assert came_back(page)
    assert shop.sandbox.charged() == 2 * 18_240


def test_setup_keeps_a_card_and_charges_nothing(page: Page, shop: Shop) -> None:
    customer = shop.api.customers.create(params={}).id
    session = shop.session(mode="setup", customer=customer, line_items=[], currency="usd")
    page.goto(session.url or "")
    pay(page, "4242424242424242", "Save card")
    assert came_back(page)
    assert (
        shop.api.setup_intents.retrieve(str(shop.now(session).setup_intent)).status == "succeeded"
    )
    [card] = shop.api.payment_methods.list(params={"customer": customer}).data
    assert card.card
    assert (card.card.last4, shop.sandbox.charged()) == ("4242", 0)


def test_an_expired_page_says_so_and_leads_back(page: Page, shop: Shop) -> None:
    session = shop.session()
    page.goto(session.url or "")
    shop.sandbox.control("clock", advance=25 * 3600)
    pay(page, "4242424242424242")
    expect(page.get_by_role("heading", level=1)).to_have_text("This payment page has expired")
    page.get_by_role("link", name="Go back").click()
    assert page.url.endswith("/inbox?left")
    assert shop.sandbox.charged() == 0


def test_PCI_1_a_number_that_is_no_test_card_is_refused(page: Page, shop: Shop) -> None:
    page.goto(shop.session().url or "")
    pay(page, NOT_A_TEST_CARD)
    is_told(page, "non test card")
    assert NOT_A_TEST_CARD not in page.content()
    assert shop.sandbox.charged() == 0


def test_leaving_without_paying(page: Page, shop: Shop) -> None:
    page.goto(shop.session().url or "")
    page.get_by_role("link", name="Go back without paying").click()
    assert page.url.endswith("/inbox?left")


def test_the_card_companys_side_moves_the_clock_and_disputes(page: Page, shop: Shop) -> None:
    page.goto(shop.session().url or "")
    pay(page, "4242424242424242")
    page.goto(f"{shop.sandbox.url}/payments")
    page.get_by_role("button", name="Dispute $182.40, Visa ending in 4242").click()
    expect(page.get_by_text("disputed", exact=True)).to_be_visible()
    [dispute] = shop.api.disputes.list().data
    assert dispute.status == "needs_response"
    page.get_by_role("button", name="Decide for the practice").click()
    expect(page.get_by_text("dispute won")).to_be_visible()
    before = shop.sandbox.control("totals")["now"]
    page.get_by_role("button", name="5 days later").click()
    assert shop.sandbox.control("totals")["now"] >= before + 5 * DAYS


@pytest.mark.parametrize(("size", "theme"), LOOKS)
def test_every_page_fits(browser: Browser, shop: Shop, size: str, theme: str) -> None:
    # With JavaScript, which no page has: axe is one that the test brings along.
    context = browser.new_context(viewport=SIZES[size], color_scheme=theme)
    page = context.new_page()
    for name, url in pages(shop).items():
        page.goto(url)
        found = Axe().run(page).response["violations"]
        bad = {v["id"] for v in found if v["impact"] in SERIOUS}
        assert bad <= ({"meta-refresh"} if name == "inbox" else set()), f"{name}: {bad}"
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, f"{name} is {wide} px too wide at {size}"
        if os.environ.get("KINDBILL_SHOTS"):
            folder = Path(os.environ["KINDBILL_SHOTS"])
            page.screenshot(path=folder / f"{name}-{size}-{theme}.png", full_page=True)
    context.close()


def pages(shop: Shop) -> dict[str, str]:
    """One of each kind, with what it shows at its fullest."""
    customer = shop.api.customers.create(params={}).id
    save = {"payment_intent_data": {"setup_future_usage": "off_session"}, "customer": customer}
    shop.sandbox.pay(shop.session(**save).url or "")
    shop.sandbox.pay(shop.session().url or "", account="000123456789")
    shop.sandbox.pay(shop.session().url or "", "4000000000000259")
    shop.sandbox.pay(shop.session().url or "", DECLINED)
    step = shop.sandbox.pay(shop.session().url or "", ASKS).headers["Location"]
    gone = shop.session()
    shop.api.checkout.sessions.expire(gone.id)
    [receipt, *_] = [c.receipt_url for c in shop.api.charges.list().data if c.receipt_url]
    return {
        "checkout": shop.session(customer=customer).url or "",
        "bank-step": shop.sandbox.url + step,
        "expired": f"{shop.sandbox.url}/c/pay/{gone.id}",
        "receipt": receipt,
        "missing": f"{shop.sandbox.url}/c/pay/cs_test_none",
        "payments": f"{shop.sandbox.url}/payments",
        "inbox": f"{shop.sandbox.url}/inbox",
    }
