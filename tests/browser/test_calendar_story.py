"""The office's calendar without a mouse: days, a visit, its marks, a time for somebody, the settings."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.conftest import Visitor


def test_SCH_2_the_calendar_by_keys_alone(visit: Callable[[str], Visitor]) -> None:
    visitor = visit("desktop")
    page = visitor.page
    visitor.sign_in(visitor.staff_url, visitor.person(role="manager"))
    page.wait_for_selector("text=Sign out")
    page.goto(visitor.staff_url + "/calendar/")
    visitor.look("Calendar", "staff-calendar")
    today = page.url

    page.keyboard.press("n")
    expect(page.locator("[data-key=t]")).not_to_have_attribute("aria-current", "page")
    page.keyboard.press("p")
    page.keyboard.press("t")
    expect(page.locator("[data-key=t]")).to_have_attribute("aria-current", "page")
    page.keyboard.press("w")
    expect(page.locator("[data-key=d]")).to_be_visible()
    visitor.look("Calendar")
    page.keyboard.press("d")
    expect(page.locator("[data-key=w]")).to_be_visible()
    page.keyboard.press("r")
    visitor.look("Calendar")

    page.goto(today)
    page.keyboard.press("j")
    expect(page.locator("tr[aria-current=true] a").first).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Calendar")
    visitor.look("Appointment" if "/appointments/" in page.url else "Book a visit")

    page.goto(today)
    page.keyboard.press("b")
    visitor.look("Book a visit")
    page.get_by_label("Patient").fill("devon demo")
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr").first).to_be_visible()
    page.keyboard.press("Escape")
    page.locator("tbody tr a").first.focus()
    page.keyboard.press("Enter")
    visitor.look("Choose a time")
    page.locator("#type").select_option(index=1)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Show free times").click()
    visitor.look("Choose a time")
