"""Somebody without a record, at 360 px: a card photographed, read and corrected, a question; the office finds whose it is."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import Visitor


def test_SCH_14_ID_1_the_card_and_the_question_of_somebody_new(
    visit: Callable[[str], Visitor],
) -> None:
    phone = visit("phone")
    phone.sign_in(phone.patient_url, phone.person(name="Newly Sample"))
    phone.look("Welcome")
    phone.press("Add your insurance", role="link")
    phone.look("Insurance")
    phone.press(re.compile("^Add a plan"))
    front = Path(phone.demo.addresses["card"])
    for side, file in (("front", front), ("back", front.with_name("card-back.jpg"))):
        phone.look(f"The {side} of the card")
        phone.page.locator("input[name=photo]").set_input_files(file)
        phone.press("Send this picture")
    read_and_corrected(phone)
    question(phone)
    desk = visit("desktop")
    desk.sign_in(desk.staff_url, desk.person(role="biller"))
    answered(desk)
    attached(desk)
    phone.page.goto(f"{phone.patient_url}/insurance")
    expect(phone.page.locator("main")).to_contain_text("On file")


def read_and_corrected(phone: Visitor) -> None:
    """What the machine read stands in the form; the person mends what it got wrong."""
    expect(phone.page.get_by_role("heading", level=1, name="What is on the card")).to_be_visible(
        timeout=60_000
    )
    phone.look("What is on the card")
    expect(phone.page.locator("input[name=member_id]")).to_have_value("ACM0599001")
    phone.fill("plan_name", "Acme Choice Plus")
    phone.press("Continue")
    phone.look("Whose plan is it?")
    phone.press("Continue")
    phone.look("When it pays")
    phone.press("Continue")
    phone.look("Is this right?")
    phone.press("Yes, send it")
    phone.look("We are checking it")


def question(phone: Visitor) -> None:
    """Texts and messages work without any record."""
    phone.page.goto(f"{phone.patient_url}/details/texts")
    phone.look("Texts")
    phone.page.goto(f"{phone.patient_url}/messages")
    phone.look("Messages", "newcomer-messages")
    phone.page.locator("textarea[name=text]").fill("Do you take new patients?")
    phone.press("Send your message")
    expect(phone.page.locator("main")).to_contain_text("Do you take new patients?")


def answered(desk: Visitor) -> None:
    """Staff see that nobody knows who it is."""
    desk.page.goto(f"{desk.staff_url}/messages/")
    desk.look("Messages")
    desk.press("Newly Sample", role="link")
    desk.look("Messages of somebody new")
    desk.page.locator("textarea[name=text]").fill("We do. Please call us.")
    desk.press("Send this answer")
    desk.look("Messages of somebody new")


def attached(desk: Visitor) -> None:
    """Found by a search; what differs asks for a second look."""
    desk.page.goto(f"{desk.staff_url}/insurance/")
    desk.page.get_by_role("row", name=re.compile("newly.sample")).get_by_role("link").first.click()
    desk.look(re.compile("to check"))
    desk.page.locator("main input[name=term]").fill("Varia Prototype")
    desk.press("Look for the patient")
    desk.look(re.compile("to check"), "staff_attach")
    desk.page.get_by_label(re.compile("^Varia Prototype")).check()
    desk.page.get_by_label("I saw a photo ID at the desk").check()
    desk.press("Accept and put on file")
    expect(desk.page.locator("#errors")).to_contain_text("tick this when you are sure")
    desk.look(re.compile("to check"))
    desk.page.get_by_label(re.compile("^I looked again")).check()
    desk.press("Accept and put on file")
    desk.look("Insurance to check")
