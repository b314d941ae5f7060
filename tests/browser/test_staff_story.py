"""The office's side in Chromium: yesterday's remittance is looked at, posted, and found in an account."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visitor

ROLES = {"phone": "biller", "desktop": "manager"}
FIRST_TO_POST = "desktop"


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_from_the_file_to_the_account(size: str, visit: Callable[[str], Visitor]) -> None:
    visitor = visit(size)
    page = visitor.page
    visitor.sign_in(visitor.staff_url, visitor.person(role=ROLES[size]))
    visitor.look(re.compile("[Rr]ecovery codes|Today’s work"))
    page.goto(visitor.staff_url + "/")
    visitor.look("Today’s work", "staff-home")
    post_yesterdays_file(visitor, again=size != FIRST_TO_POST)

    page.get_by_label(re.compile("^Name, birth date")).fill("Demo")
    page.get_by_role("search").get_by_role("button").click()
    visitor.look("Search")
    page.get_by_role("link", name="Devon Demo").click()
    visitor.look("Account", "staff-account")
    expect(page.get_by_role("row").filter(has_text="$281.00")).to_contain_text("$55.12")
    page.get_by_role("link", name="Ledger", exact=True).click()
    visitor.look(re.compile("."))
    page.get_by_role("link", name="Statements and payments").click()
    visitor.look(re.compile("."))
    page.goto(visitor.staff_url + "/queue/")
    visitor.look(re.compile("."))
    page.get_by_role("button", name="Sign out").click()
    visitor.look("Sign in")


def post_yesterdays_file(visitor: Visitor, *, again: bool) -> None:
    """Preview first; the same file a second time is harmless."""
    page = visitor.page
    page.locator("summary", has_text="Payers").click()
    page.get_by_role("link", name="Remittances", exact=True).first.click()
    visitor.look("Remittances")
    page.get_by_role("link", name="Upload 835 files").click()
    visitor.look("Upload 835 files")
    page.locator("input[type=file]").set_input_files(visitor.demo.addresses["upload"])
    page.get_by_role("button", name="Look at the file").click()
    if again:
        visitor.look(re.compile("."))
        expect(page.locator("main")).to_contain_text(re.compile("posted", re.IGNORECASE))
        return
    visitor.look("Before you post", "staff-preview")
    expect(page.locator("main")).to_contain_text("Acme Health")
    page.get_by_role("button", name="Post this file").click()
    visitor.look("What was posted")
    expect(page.locator("main")).to_contain_text("Posted")
