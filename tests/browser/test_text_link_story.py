"""A bill by text, at 360 px: from the text in the inbox to the receipt, without an account; then by keyboard."""

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from portal import db
from portal.config import Settings
from portal.embedded import EmbeddedServer
from portal.models.accounts import GuarantorAccount, Patient
from portal.services.issue_text_link import issue_text_link
from portal.services.send_message import queue_text
from portal.wiring import build
from tests.browser.conftest import Visitor
from tests.browser.test_by_keyboard import tab_to, type_into
from tests.demo_run import DemoRun

MONEY = re.compile(r"\$[\d,]+\.\d\d")
WHO = {"phone": "decided_again", "desktop": "self_pay", "keyboard": "takeback"}


def text_a_link(demo: DemoRun, key: str) -> dict[str, str]:
    """Text somebody of the sample practice a link, as the worker sends it; who it is."""
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
            link = issue_text_link(
                session,
                guarantor_account_id=account.id,
                phone=account.mobile,
                now=datetime.now(UTC),
                hash_keys=build(settings).hash_keys,
                public_url=demo.addresses["patient_url"],
            )
            words = f"Riverside: You have a new statement. See it: {link} Reply STOP to opt out."
            queue_text(
                session,
                to=account.mobile,
                template="text_link",
                body=words,
                now=datetime.now(UTC),
            )
            return {**person, "phone": account.mobile, "link": link}
    finally:
        engine.dispose()


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_MSG_9_a_bill_by_text_is_read_and_paid_without_an_account(
    size: str, visit: Callable[[str], Visitor]
) -> None:
    visitor = visit(size)
    page, demo = visitor.page, visitor.demo
    person = text_a_link(demo, WHO[size])
    born = date.fromisoformat(person["birth_on"])
    # Its own link: the practice texts this patient too, and only the newest link opens.
    link = visitor.mailed(person["phone"], f"({re.escape(person['link'])})")
    page.goto(demo.addresses["sandbox_url"] + "/inbox")
    page.get_by_role("heading", name="Phones").evaluate("it => it.scrollIntoView()")
    visitor.picture("text")  # the page reloads by itself, as no page of ours may
    page.goto(link)
    visitor.look("Open your bill", "text-link")
    assert "/t/" not in page.url
    visitor.fill("birth_on", f"{born.month}/{born.day}/{born.year - 1}")
    visitor.fill("postal_code", person["postal_code"])
    visitor.press("Continue")
    visitor.look("Open your bill")
    expect(page.get_by_role("alert")).to_contain_text("We could not match these")
    visitor.fill("birth_on", f"{born.month}/{born.day}/{born.year}")
    visitor.press("Continue")
    visitor.look("Enter the code we texted you")
    visitor.fill("code", visitor.mailed(person["phone"], r"\b(\d{6})\b is your code"))
    visitor.press("See my bill")
    visitor.look(re.compile("^Statement "))
    [owed, *_] = MONEY.findall(page.locator(".owed").inner_text())
    visitor.press(f"Pay {owed}", "link")
    visitor.look("Pay your bills")
    visitor.press(f"Pay {owed}")
    page.wait_for_url(re.compile(re.escape(demo.addresses["sandbox_url"])))
    page.get_by_label("Name on card").fill("A Visitor")
    visitor.press(f"Pay {owed}")
    page.wait_for_url(re.compile(re.escape(visitor.patient_url)))
    visitor.look("Your receipt")
    expect(page.locator("main")).to_contain_text(owed)
    page.get_by_role("link", name="Back to your bills").click()
    visitor.look("Your bills")
    expect(page.locator(".owed")).to_contain_text("$0.00")
    page.get_by_text("Menu", exact=True).click()
    visitor.press("Close my bill")
    visitor.look("Your bill is closed")
    page.go_back()
    expect(page.get_by_role("heading", level=1, name="Your bills")).to_have_count(0)


def test_the_questions_and_the_code_by_keyboard(visit: Callable[[str], Visitor]) -> None:
    visitor = visit("desktop")
    page = visitor.page
    person = text_a_link(visitor.demo, WHO["keyboard"])
    born = date.fromisoformat(person["birth_on"])
    page.goto(visitor.mailed(person["phone"], f"({re.escape(person['link'])})"))
    type_into(page, "^Your birth date", f"{born.month}/{born.day}/{born.year}")
    type_into(page, "^Your ZIP code", person["postal_code"])
    page.keyboard.press("Enter")
    expect(
        page.get_by_role("heading", level=1, name="Enter the code we texted you")
    ).to_be_visible()
    type_into(page, "^Code from the text", visitor.mailed(person["phone"], r"\b(\d{6})\b is your"))
    page.keyboard.press("Enter")
    expect(
        page.get_by_role("heading", level=1, name="Your bills")
    ).to_be_visible()  # he owes nothing
    tab_to(page, "^Menu")
    page.keyboard.press("Enter")
    tab_to(page, "^Close my bill")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Your bill is closed")).to_be_visible()
