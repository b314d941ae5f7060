"""A biller's morning without a mouse and without an address typed: sign in, exceptions, denials, remittances, the day."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import Visitor

# What the element that has the focus says of itself, as somebody hears it.
FOCUSED = """() => {
  const here = document.activeElement, label = here.labels?.[0]?.innerText ?? "";
  return (here.getAttribute("aria-label") || label || here.innerText || here.value || "").trim();
}"""


def reach(page: Page, words: str | re.Pattern[str]) -> None:
    """Go on with Tab until the focus is there; a person gives up much sooner."""
    pattern = re.compile(words if isinstance(words, str) else words.pattern)
    for _ in range(120):
        page.keyboard.press("Tab")
        if pattern.search(page.evaluate(FOCUSED)):
            return
    raise AssertionError(f"Tab never reaches {pattern.pattern!r} on {page.url}")


def choose(page: Page, menu: str, entry: str) -> None:
    """Open a head of the menu and one of its entries; a page that was read anew begins at its top, as by F5."""
    page.reload()
    reach(page, f"^{menu}$")
    page.keyboard.press("Enter")
    reach(page, f"^{entry}$")
    page.keyboard.press("Enter")
    page.wait_for_load_state()


def sign_in_by_keys(visitor: Visitor) -> None:
    person, page = visitor.person(role="manager"), visitor.page
    page.goto(visitor.staff_url + "/sign-in")
    reach(page, "E-?mail")
    page.keyboard.type(person["email"])
    reach(page, "Password")
    page.keyboard.type(person["password"])
    page.keyboard.press("Enter")
    visitor.look("Enter your code")
    reach(page, "[Cc]ode")
    page.keyboard.type(visitor.next_code(person))
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Sign out")


def test_OPS_3_a_billers_morning_by_keys_alone(visit: Callable[[str], Visitor]) -> None:
    visitor = visit("desktop")
    page = visitor.page
    heading = page.get_by_role("heading", level=1)
    sign_in_by_keys(visitor)

    visitor.look("Today’s work")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/queue/"))
    visitor.look(re.compile("."))
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("tr[aria-current=true] input[type=checkbox]")).to_be_checked()
    page.keyboard.press("b")
    expect(page.locator("#act")).to_be_focused()
    reach(page, "See what would change")
    page.keyboard.press("Enter")
    expect(heading).to_have_text("Give many to somebody")
    visitor.look("Give many to somebody")

    choose(page, "Payers", "Denials")
    visitor.look("Denials")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    visitor.look(re.compile("."))
    page.keyboard.press("w")
    page.keyboard.type("Called the payer: they look at the claim again.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Called the payer: they look at the claim again.")
    visitor.look(re.compile("."))

    choose(page, "Payers", "Remittances")
    visitor.look("Remittances")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    visitor.look(re.compile("."))

    choose(page, "Money", "Day")
    visitor.look("Day")
    lead = page.locator("main .page-header").inner_text()
    page.keyboard.press("p")
    expect(page.locator("main .page-header")).not_to_have_text(lead)
    visitor.look("Day")
