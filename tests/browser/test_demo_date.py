"""The demo's date, moved on by a manager who stays signed in: a week is lived through, and told row by row."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from portal.clock import CLOCK_FILE
from tests.browser.conftest import Visitor


@pytest.mark.ends_the_demo
def test_a_week_of_the_demo_is_lived_through_and_told(visit: Callable[[str], Visitor]) -> None:
    visitor = visit("desktop")
    page, clock_file = visitor.page, visitor.demo.home / "demo" / "clock" / "ahead"
    visitor.sign_in(visitor.staff_url, visitor.person(role="manager"))
    page.wait_for_load_state()
    page.goto(visitor.staff_url + "/demo-date/")
    visitor.look(re.compile("^It is "))
    before = page.get_by_role("heading", level=1).inner_text()
    page.get_by_role("button", name="7 days", exact=True).click()
    expect(page.get_by_role("heading", name="Everything, by day")).to_be_visible(timeout=120_000)
    assert page.get_by_role("heading", level=1).inner_text() != before
    visitor.look(re.compile("^It is "))
    assert float(clock_file.read_text()) > 6 * 86_400, CLOCK_FILE
    expect(page.get_by_text(re.compile(r"^7 days in \d+ second"))).to_be_visible()
    page.set_viewport_size({"width": 360, "height": 780})
    page.get_by_role("link", name="Texts and e-mails").click()
    visitor.look(re.compile("^It is "))
    expect(page.locator("#rows tbody tr").first).to_contain_text("Texts and e-mails")
