"""A patient moves to another e-mail and changes the address; an administrator minds who may sign in."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visitor

NEW = "modela.new@example.com"


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_another_email_and_address(size: str, visit: Callable[[str], Visitor]) -> None:
    visitor = visit(size)
    page, url = visitor.page, visitor.patient_url
    person = visitor.person(name="Modela Example")
    visitor.sign_in(url, person)
    page.wait_for_load_state()
    page.goto(f"{url}/account/security")
    visitor.press("Change your e-mail", "link")
    visitor.look("Change your e-mail")
    visitor.fill("email", NEW)
    visitor.press("Send me two codes")
    visitor.look("Enter both codes")
    pattern = r"(\d{6}) is your code to change"
    visitor.fill("new_code", visitor.mailed(NEW, pattern))
    visitor.fill("old_code", "000000")
    visitor.press("Change my e-mail")
    visitor.look("Enter both codes")

    page.goto(f"{url}/account/seen")
    visitor.look("Who looked at your record")
    page.goto(f"{url}/account/data")
    visitor.look("Download my data")
    with page.expect_download() as download:
        visitor.press("Download my data")
    assert download.value.suggested_filename == "my-data.zip"
    page.goto(f"{url}/contact/")
    visitor.look("How we reach you")
    visitor.press("Change your address", "link")
    visitor.look("Your mailing address")
    visitor.fill("street2", "Unit 2")
    visitor.press("Save the address")
    visitor.look("How we reach you")
    visitor.press("When and where not to call me about bills", "link")
    visitor.look("Calls about bills")
    page.locator("select[name=calls_from]").select_option("12:00")
    visitor.fill("number", "(212) 555-0143")
    visitor.press("Save my wishes")
    visitor.look("How we reach you")


def test_ID_6_what_one_types_can_be_shown(visit: Callable[[str], Visitor]) -> None:
    visitor = visit("phone")
    page = visitor.page
    page.goto(f"{visitor.patient_url}/sign-in")
    visitor.fill("password", "four invented words here")
    box = page.locator("input[name=password]")
    expect(box).to_have_attribute("type", "password")
    visitor.press("Show password")
    expect(box).to_have_attribute("type", "text")
    visitor.look("Sign in")
    visitor.press("Show password")
    expect(box).to_have_attribute("type", "password")


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_an_administrator_invites_and_shuts_out(size: str, visit: Callable[[str], Visitor]) -> None:
    visitor = visit(size)
    page, url = visitor.page, visitor.staff_url
    visitor.sign_in(url, visitor.person(role="sysadmin"))
    page.wait_for_load_state()
    page.goto(f"{url}/team/")
    visitor.look("Staff")
    visitor.press("Invite somebody", "link")
    visitor.look("Invite somebody")
    visitor.fill("email", f"nova.{size}@example.com")
    visitor.fill("name", f"Nova {size}")
    visitor.fill("location", "Annex")
    visitor.press("Send the invitation")
    visitor.look("Staff")
    link = visitor.mailed(f"nova.{size}@example.com", r"https?://\S+/invitation/\S+")
    visitor.press(f"Nova {size}", "link")
    visitor.look("Member of staff")
    visitor.press("Switch off")
    visitor.look("Member of staff")
    page.goto(f"{url}/team/")
    visitor.press("I reviewed this list")
    visitor.look("Staff")
    page.goto(link)
    visitor.complaints.clear()
    visitor.look(re.compile("not find"))
