"""A new card, at 360 px: from the bill to two photos, the form that the machine filled in, and the office's answer."""

import io
import re
from collections.abc import Callable

from PIL import Image, ImageDraw
from playwright.sync_api import expect

from tests.browser.conftest import Visitor

SAID = ("Acme Health", "Member: Testa Sample", "Member ID: XYZ900112345", "Group: G77001", "PPO")


def card(*lines: str) -> dict[str, object]:
    """A flat picture of a card, as a phone's file."""
    picture = Image.new("RGB", (1400, 880), "white")
    pen = ImageDraw.Draw(picture)
    for number, line in enumerate(lines):
        pen.text((90, 90 + number * 120), line, fill="black", font_size=60)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=92)
    return {"name": "card.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def test_SCH_14_from_the_bill_to_the_offices_answer(visit: Callable[[str], Visitor]) -> None:
    phone = visit("phone")
    phone.sign_in(phone.patient_url, phone.person(name="Modela Example"))
    phone.look("Your bills")
    phone.page.get_by_role("link", name=re.compile("^Why")).first.click()
    phone.look("Your bill")
    phone.press("My insurance is wrong or new", role="link")
    phone.look("My insurance is wrong or new")
    phone.press("Hold this bill and show my card")
    phone.look("The front of the card")
    expect(phone.page.locator("main")).to_contain_text("Nothing is due for it")
    photograph(phone, card(*SAID))
    phone.look("The back of the card")
    photograph(phone, card("For help call 212-555-0142", "RxBIN: 610999", "RxPCN: ABC"))
    # By itself, from the waiting page to the form: the worker reads the card meanwhile.
    expect(phone.page.get_by_role("heading", level=1, name="What is on the card")).to_be_visible(
        timeout=60_000
    )
    phone.look("What is on the card", "insurance_card")
    expect(phone.page.locator("input[name=member_id]")).to_have_value("XYZ900112345")
    phone.press("Continue")
    phone.look("Whose plan is it?")
    phone.press("Continue")
    phone.look("When it pays")
    phone.press("Continue")
    phone.look("Is this right?")
    phone.press("Yes, send it")
    phone.look("We are checking it")
    phone.page.goto(f"{phone.patient_url}/insurance")
    phone.look("Insurance")
    the_office_sends_it_back(visit("desktop"))
    phone.page.reload()
    expect(phone.page.locator("main")).to_contain_text("Please look at this again")


def photograph(visitor: Visitor, picture: dict[str, object]) -> None:
    visitor.page.locator("input[name=photo]").set_input_files(picture)  # type: ignore[arg-type]
    visitor.press("Send this picture")


def the_office_sends_it_back(desk: Visitor) -> None:
    desk.sign_in(desk.staff_url, desk.person(role="biller"))
    desk.page.goto(f"{desk.staff_url}/insurance/")
    desk.look("Insurance to check")
    desk.page.locator("tbody a").last.click()  # three others wait in the demo
    desk.look(re.compile("to check"), "staff_insurance")
    desk.page.get_by_label("Turn right").first.check()
    desk.page.get_by_label("Large").first.check()
    desk.page.locator("textarea[name=reason]").fill("The back is hard to read.")
    desk.press("Send it back")
    desk.look("Insurance to check")
