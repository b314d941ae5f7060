"""A mailed statement paid by its code on a phone, without an account and with JavaScript off (PLAN-19).

Paid, declined and then paid, 3-D Secure failed, the back button, a double click, two tabs, and a code that opens nothing.
"""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select

from portal import db
from portal.config import Settings
from portal.embedded import EmbeddedServer
from portal.models.accounts import GuarantorAccount, Patient
from portal.services.issue_pay_link import issue_statement_code
from portal.wiring import build
from tests.browser.conftest import SIZES, Visitor
from tests.demo_run import DemoRun

MONEY = re.compile(r"\$[\d,]+\.\d\d")
WHO = "interest"
DECLINED, ASKS = "4000 0000 0000 0002", "4000 0000 0000 3220"


def code_for(demo: DemoRun, key: str) -> dict[str, str]:
    """A code as one mailed copy carries it; who it is for."""
    story = json.loads((demo.home / "demo/practice/story.json").read_text())
    person = next(p for p in story["people"] if p["key"] == key)
    settings = Settings.from_env(demo.environment())
    engine = db.connect(EmbeddedServer(demo.home).url)  # the demo's own, which stays up
    db.bind(engine)
    try:
        with db.transaction() as session:
            account = session.scalars(
                select(GuarantorAccount)
                .join(Patient, Patient.guarantor_account_id == GuarantorAccount.id)
                .where(Patient.practice_patient_id == person["practice_patient_id"])
            ).one()
            code = issue_statement_code(
                session,
                account_id=account.id,
                statement_id=None,
                now=datetime.now(UTC),
                keys=build(settings).hash_keys,
            )
            return {**person, "code": code}
    finally:
        engine.dispose()


@pytest.fixture
def still(browser: Browser) -> Iterator[BrowserContext]:
    """A phone whose browser runs no script."""
    context = browser.new_context(java_script_enabled=False, viewport=SIZES["phone"])  # type: ignore[arg-type]
    yield context
    context.close()


def heading(page: Page, words: str | re.Pattern[str]) -> None:
    expect(page.get_by_role("heading", level=1, name=words)).to_be_visible()


def press(page: Page, name: str | re.Pattern[str], role: Any = "button") -> None:
    page.get_by_role(role, name=name).locator("visible=true").first.click()


def come_in(page: Page, demo: DemoRun, person: dict[str, str], path: str = "") -> None:
    """Answer the questions, on the page of the square when a path is given."""
    born = date.fromisoformat(person["birth_on"])
    page.goto(demo.addresses["patient_url"] + (path or "/pay-statement"))
    heading(page, "Pay a statement")
    if not path:
        page.locator("input[name=code]").fill(person["code"])
    page.locator("input[name=birth_on]").fill(f"{born.month}/{born.day}/{born.year}")
    page.locator("input[name=postal_code]").fill(person["postal_code"])
    press(page, "See what is owed")
    heading(page, "Pay a statement")


def choose(page: Page, amount: str) -> None:
    press(page, "Pay another amount", "link")
    page.locator("input[name=amount]").fill(amount)
    press(page, "Check my payment")
    expect(page.locator("main")).to_contain_text(f"${amount}")


def card(page: Page, demo: DemoRun, number: str, amount: str) -> None:
    page.wait_for_url(re.compile(re.escape(demo.addresses["sandbox_url"])))
    page.get_by_label("Card number").fill(number)
    press(page, f"Pay ${amount}")


def test_PLAN_19_declined_then_3D_failed_then_paid_with_no_script(
    still: BrowserContext, demo: DemoRun
) -> None:
    person = code_for(demo, WHO)
    page = still.new_page()
    come_in(page, demo, person, f"/p/{person['code'].replace('-', '')}")
    assert person["code"].replace("-", "") not in page.url
    choose(page, "1.00")
    press(page, "Pay $1.00")
    card(page, demo, DECLINED, "1.00")
    expect(page.get_by_role("alert")).to_be_visible()
    card(page, demo, ASKS, "1.00")
    press(page, re.compile("fail", re.IGNORECASE))
    expect(page.get_by_role("alert")).to_be_visible()
    press(page, "Go back without paying", "link")
    heading(page, "You have not paid yet")
    press(page, "Pay $1.00")
    card(page, demo, "4242 4242 4242 4242", "1.00")
    heading(page, "Thank you")
    expect(page.locator("main")).to_contain_text(re.compile("R-[0-9A-F]{10}"))
    for told in (person.get("last_name", "nobody"), "visit"):
        expect(page.locator("main")).not_to_contain_text(told)
    page.go_back()  # to the card company's page: it is over, and leads here again
    page.goto(page.url)
    press(page, "Close this page")
    heading(page, "This page is closed")
    page.goto(demo.addresses["patient_url"] + "/pay-statement/amount")
    expect(page.locator("input[name=code]")).to_be_visible()


def test_PLAN_17_a_double_click_and_two_tabs_charge_once(
    still: BrowserContext, demo: DemoRun
) -> None:
    person = code_for(demo, WHO)
    first, second = still.new_page(), still.new_page()
    come_in(first, demo, person)
    choose(first, "1.10")
    second.goto(demo.addresses["patient_url"] + "/pay-statement/amount")
    choose(second, "1.20")
    first.get_by_role("button", name="Pay $1.10").locator("visible=true").first.dblclick()
    first.wait_for_url(re.compile(re.escape(demo.addresses["sandbox_url"])))
    page_of_first = first.url
    press(second, "Pay $1.20")
    second.wait_for_url(re.compile(re.escape(demo.addresses["sandbox_url"])))
    first.goto(page_of_first)  # the second tab closed it
    expect(first.locator("body")).to_contain_text(re.compile("expired|no longer", re.IGNORECASE))
    card(second, demo, "4242 4242 4242 4242", "1.20")
    heading(second, "Thank you")
    first.goto(demo.addresses["patient_url"] + "/pay-statement/amount")
    heading(first, "Pay a statement")


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_PLAN_19_the_pages_fit_and_axe_finds_nothing(
    size: str, visit: Callable[[str], Visitor]
) -> None:
    visitor = visit(size)
    person = code_for(visitor.demo, WHO)
    born = date.fromisoformat(person["birth_on"])
    visitor.page.goto(f"{visitor.patient_url}/pay-statement")
    visitor.look("Pay a statement", "pay-statement")
    visitor.fill("code", "ABCD-EFGH-JKMN")
    visitor.fill("birth_on", f"{born.month}/{born.day}/{born.year}")
    visitor.fill("postal_code", person["postal_code"])
    visitor.press("See what is owed")
    visitor.look("Pay a statement")
    expect(visitor.page.get_by_role("alert")).to_contain_text("We could not match these")
    visitor.fill("code", person["code"])
    visitor.press("See what is owed")
    visitor.look("Pay a statement", "pay-statement-amount")
    visitor.press("Pay another amount", "link")
    visitor.look("Pay another amount")
