"""A patient pays: once, whatever happens on the way. The provider's own totals are the oracle."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Engine, select, text

from billing import entries
from billing.ledger import Account, Party
from billing.money import Money
from portal.db import read_only, transaction
from portal.models.messages import OutboundMessage
from portal.models.payments import PaymentAllocation
from portal.ports import RetryLater
from portal.queries.receipts import receipt_print
from portal.queries.viewer import PatientViewer
from portal.services.post_entry import post_entry
from portal.services.refusal import NotFound
from portal.services.sweep_payments import sweep_payments
from portal.services.take_payment import CannotPay, StillChecking, take_payment
from tests.sandbox_server import ASKS, DECLINED, PUBLIC_URL, SandboxServer
from tests.services.till import EMAIL, Till, open_till

MAKES_PAGE = {"method": "POST", "path": "/v1/checkout/sessions"}


@pytest.fixture
def till(database_url: str, sandbox: SandboxServer, now: datetime) -> Till:
    return open_till(sandbox, now)


def test_paying_everything_posts_it_once(till: Till) -> None:
    started = till.paid()
    till.look(started.payment_id)
    payment = till.payment(started.payment_id)
    assert (payment.state, payment.brand, payment.last4) == ("succeeded", "visa", "4242")
    till.agrees(18_240)


def test_STMT_21_own_amount_settles_the_oldest_bill_first(till: Till) -> None:
    started = till.paid(till.choose("own_amount", 7_000))
    till.look(started.payment_id)
    with read_only() as session:
        parts = session.scalars(
            select(PaymentAllocation.amount).order_by(PaymentAllocation.id)
        ).all()
    assert parts == [Money(5_000), Money(2_000)]
    till.agrees(7_000)


def test_STMT_21_a_chosen_bill_is_settled_before_an_older_one(till: Till) -> None:
    started = till.paid(till.choose("bill", 13_240, till.visit_ids[1]))
    till.look(started.payment_id)
    found = till.receipt(started.payment_id)
    assert found is not None
    assert [(line.what, line.amount) for line in found.lines] == [("Office visit", Money(13_240))]
    till.agrees(13_240)


def test_double_click_leads_to_one_page_and_one_charge(till: Till) -> None:
    payment_id = uuid4()
    with ThreadPoolExecutor(4) as pool:
        clicks = [pool.submit(till.start, till.choose(), payment_id) for _ in range(4)]
    pages = {click.result().checkout_url for click in clicks}
    assert len(pages) == 1
    page = pages.pop()
    assert page
    for _ in range(2):
        till.sandbox.pay(page)
    till.look(payment_id)
    till.agrees(18_240)


def test_the_same_id_with_other_wishes_is_refused(till: Till) -> None:
    started = till.start(till.choose("own_amount", 1_000))
    with pytest.raises(CannotPay):
        till.start(till.choose("own_amount", 2_000), started.payment_id)


def test_two_tabs_close_the_first_page(till: Till) -> None:
    first = till.start()
    second = till.start()
    assert first.checkout_url
    assert second.checkout_url
    assert (
        till.sandbox.pay(first.checkout_url)
        .headers["Location"]
        .endswith(first.checkout_url.removeprefix(till.sandbox.url))
    ), "an expired page sends back to itself, which says so"
    till.sandbox.pay(second.checkout_url)
    till.look(second.payment_id)
    assert till.payment(first.payment_id).state == "canceled"
    till.agrees(18_240)


def test_two_tabs_at_once_leave_one_page_open(till: Till) -> None:
    def press(_: int) -> str | None:
        try:
            return till.start().checkout_url
        except StillChecking:
            return None

    with ThreadPoolExecutor(6) as pool:
        pages = [page for page in pool.map(press, range(6)) if page]
    assert pages
    for page in pages:
        till.sandbox.pay(page)
    till.deliver(*till.sandbox.events())
    till.agrees(18_240)


def test_paid_in_the_first_tab_then_begun_again(till: Till) -> None:
    first = till.paid()
    with pytest.raises(CannotPay, match="owe nothing"):
        till.start()
    assert till.payment(first.payment_id).state == "succeeded"
    till.agrees(18_240)


def test_lost_response_is_looked_up_never_charged_again(till: Till) -> None:
    till.sandbox.control("faults", do="drop", where="after", times=3, **MAKES_PAGE)
    started = till.start()
    assert started.checkout_url is None
    assert till.payment(started.payment_id).state == "submitting"
    again = till.start(payment_id=started.payment_id)
    assert again.checkout_url
    till.sandbox.pay(again.checkout_url)
    till.look(started.payment_id)
    till.agrees(18_240)


def test_lost_response_and_key_lapsed_finds_the_page_by_our_id(till: Till) -> None:
    till.sandbox.control("faults", do="drop", where="after", times=3, **MAKES_PAGE)
    started = till.start()
    [page] = till.sandbox.client.v1.checkout.sessions.list().data
    till.sandbox.pay(page.url or "")
    till.now += timedelta(days=2)
    till.look(started.payment_id)
    assert till.payment(started.payment_id).state == "succeeded"
    till.agrees(18_240)


def test_request_that_never_arrived_is_proven_absent(till: Till) -> None:
    till.sandbox.control("faults", do="drop", where="before", times=3, **MAKES_PAGE)
    started = till.start()
    till.now += timedelta(days=2)
    till.look(started.payment_id)
    assert till.payment(started.payment_id).state == "canceled"
    till.agrees(0)


def test_while_unknown_no_second_payment_is_taken(till: Till) -> None:
    till.sandbox.control("faults", do="drop", where="before", times=3, **MAKES_PAGE)
    started = till.start()
    till.sandbox.control("faults", do="error", status=500, times=20, path="/v1/checkout/sessions")
    with pytest.raises(StillChecking):
        till.start()
    assert till.payment(started.payment_id).state == "submitting"
    till.agrees(0)


def test_a_clear_no_ends_the_try(till: Till) -> None:
    till.gateway._secret_key = "not-a-key"
    with pytest.raises(Exception, match="AuthenticationError"):
        till.start()
    till.gateway = till.sandbox.gateway()
    till.paid()
    assert till.sandbox.charged() == 18_240


def test_declined_then_paid_on_the_same_page(till: Till) -> None:
    started = till.start()
    assert started.checkout_url
    assert till.sandbox.pay(started.checkout_url, DECLINED).status_code == 402
    till.deliver(*till.sandbox.events())
    assert till.payment(started.payment_id).state == "submitting"
    till.sandbox.pay(started.checkout_url)
    till.deliver(*till.sandbox.events())
    till.agrees(18_240)


@pytest.mark.parametrize(("outcome", "cents"), [("complete", 18_240), ("fail", 0)])
def test_three_d_secure(till: Till, outcome: str, cents: int) -> None:
    started = till.start()
    assert started.checkout_url
    step = till.sandbox.pay(started.checkout_url, ASKS)
    till.deliver(*till.sandbox.events())
    assert till.payment(started.payment_id).state == "requires_action"
    till.sandbox.authenticate(step, outcome)
    till.deliver(*till.sandbox.events())
    till.agrees(cents)


def test_what_was_paid_at_the_desk_meanwhile_becomes_credit(till: Till) -> None:
    started = till.paid()
    with transaction() as session:
        row = session.execute(text("SELECT id, visit_id FROM charges ORDER BY id LIMIT 1")).one()
        party = Party(guarantor_account_id=till.account_id, visit_id=row.visit_id, charge_id=row.id)
        desk = entries.payment(
            source_ref="test:desk",
            occurred_on=till.now.date(),
            lines=[entries.Line(party, Money(5_000))],
            into=Account.CASH_DRAWER,
        )
        post_entry(session, desk)
    till.look(started.payment_id)
    assert (till.taken(), till.due(), till.credit()) == (18_240, 0, 5_000)
    found = till.receipt(started.payment_id)
    assert found is not None
    assert found.credit == Money(5_000)


def test_another_persons_account_is_not_found(till: Till) -> None:
    stranger = PatientViewer(till.viewer.login_id, frozenset({till.account_id + 1}))
    with pytest.raises(NotFound):
        take_payment(
            viewer=stranger,
            account_id=till.account_id,
            payment_id=uuid4(),
            choice=till.choose(),
            gateway=till.gateway,
            public_url=PUBLIC_URL,
            now=till.now,
        )


@pytest.mark.parametrize(
    ("scope", "cents", "words"),
    [
        ("own_amount", 18_241, "more than you owe"),
        ("own_amount", 49, "smallest amount"),
        ("own_amount", -500, "smallest amount"),
        ("all", 18_239, "has changed"),
    ],
)
def test_the_server_checks_the_amount_against_the_live_balance(
    till: Till, scope: str, cents: int, words: str
) -> None:
    with pytest.raises(CannotPay, match=words):
        till.start(till.choose(scope, cents))
    assert till.sandbox.client.v1.checkout.sessions.list().data == []


def test_the_sweep_takes_up_what_went_quiet(till: Till) -> None:
    till.paid()
    assert sweep_payments(now=till.now).payments == 0
    swept = sweep_payments(now=till.now + timedelta(minutes=90))
    assert (swept.payments, swept.overdue) == (1, 0)
    assert sweep_payments(now=till.now + timedelta(hours=2)).overdue == 1, "its page is long over"


def test_a_provider_out_of_reach_changes_nothing(till: Till) -> None:
    started = till.paid()
    till.sandbox.control("faults", do="drop", times=3, path="/v1/checkout/sessions")
    with pytest.raises(RetryLater):
        till.look(started.payment_id)
    assert till.payment(started.payment_id).state == "submitting"
    till.look(started.payment_id)
    till.agrees(18_240)


def test_the_receipt_goes_out_once_and_says_nothing_of_care(till: Till) -> None:
    started = till.paid()
    till.deliver(*till.sandbox.events())
    till.look(started.payment_id)
    with read_only() as session:
        [message] = session.scalars(select(OutboundMessage)).all()
    assert message.recipient == EMAIL
    assert "$" not in message.body
    assert "Receipt number: R-" in message.body
    for secret in ("Office visit", "Testa", "Sample", "January"):
        assert secret not in message.subject + message.body
    found = till.receipt(started.payment_id)
    assert found is not None
    printed = receipt_print(found)
    assert printed["method"] == "Visa card ending in 4242"
    assert printed["practice_tax_id"] == "99-9999999"
    assert [line["amount"] for line in printed["lines"]] == ["$50.00", "$132.40"]


def test_PCI_1_no_card_number_is_in_the_database(till: Till, owner_engine: Engine) -> None:
    till.paid()
    till.deliver(*till.sandbox.events())
    with owner_engine.connect() as connection:
        names = connection.scalars(
            text("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        ).all()
        rows = [
            str(value)
            for name in names
            for value in connection.scalars(text(f'SELECT to_jsonb(t)::text FROM "{name}" t'))
        ]
    assert len(rows) > 20
    assert not [n for row in rows for n in re.findall(r"\d{13,19}", row) if luhn(n)]
    assert "4242" in json.dumps(rows)


def luhn(number: str) -> bool:
    digits = [int(d) for d in reversed(number)]
    doubled = [d if i % 2 == 0 else sum(divmod(2 * d, 10)) for i, d in enumerate(digits)]
    return sum(doubled) % 10 == 0 and number[0] in "3456"
