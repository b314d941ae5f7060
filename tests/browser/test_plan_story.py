"""A plan of six months on a phone, without JavaScript: choose, read with the federal box, sign, pay the first payment."""

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.conftest import Visitor, next_code

OWES_ENOUGH = 60_00  # six payments of the least that this office asks


def test_a_plan_of_six_months_is_signed_and_its_first_payment_paid(
    phone: Callable[[], Visitor],
) -> None:
    offer_twelve_months(phone())
    visitor = owing(phone)
    page = visitor.page
    visitor.press("Set up a plan", "link")
    seen(visitor, "Set up a plan")
    page.locator("select[name=months]").select_option("6")
    visitor.press("See the payments")
    seen(visitor, "Your payments")
    expect(page.locator("main")).to_contain_text("6 payments, the last on")
    expect(page.locator("main")).to_contain_text("You miss a payment")
    visitor.press("Read the agreement", "link")
    seen(visitor, "Read and sign")
    for words in ("Annual percentage rate", "0.00%", "Late charge: none", "Section 1785.27"):
        expect(page.locator("main")).to_contain_text(words)
    visitor.press("Sign the plan")
    expect(page.locator("#errors")).to_contain_text("Enter your full name.")
    visitor.fill("name", "Six Month Sample")
    page.get_by_role("checkbox").check()
    visitor.press("Sign the plan")
    seen(visitor, "Your plan")
    expect(page.locator("main")).to_contain_text("You signed your plan.")
    visitor.press(re.compile(r"^Pay \$"))
    if page.get_by_role("heading", level=1, name="Before you pay by card").count():
        page.get_by_role("checkbox").check()
        visitor.press(re.compile("by card$"))
    page.wait_for_url(re.compile(re.escape(visitor.demo.addresses["sandbox_url"])))
    page.get_by_label("Name on card").fill("A Visitor")
    page.get_by_label("ZIP code").fill("43999")
    visitor.press(re.compile(r"^Pay \$"))
    page.wait_for_url(re.compile(re.escape(visitor.patient_url)))
    seen(visitor, "Your receipt")
    page.goto(f"{visitor.patient_url}/agreements")
    seen(visitor, "Your plan")
    expect(page.locator("main")).to_contain_text("Paid so far")
    expect(page.locator("td", has_text=re.compile("^Paid$"))).to_have_count(1)


def seen(visitor: Visitor, heading: str) -> None:
    """The page is there and fits: axe needs scripts, which this phone does not run."""
    expect(visitor.page.get_by_role("heading", level=1, name=heading)).to_be_visible()


def offer_twelve_months(visitor: Visitor) -> None:
    """A manager lets every balance be paid over twelve months, at $10.00 or more."""
    sign_in(visitor, visitor.staff_url, visitor.person(role="manager"))
    visitor.page.goto(f"{visitor.staff_url}/plans/policy/change")
    visitor.page.locator("textarea[name=tiers]").fill("rest, 12, 10")
    visitor.page.locator("textarea[name=reason]").fill("Smaller payments")
    visitor.press("Keep the new policy")
    seen(visitor, "What we offer as plans")


def sign_in(visitor: Visitor, url: str, person: dict[str, str]) -> None:
    """As everybody does; `Visitor.sign_in` looks with axe, which needs scripts."""
    visitor.page.goto(f"{url}/sign-in")
    visitor.fill("email", person["email"])
    visitor.fill("password", person["password"])
    visitor.press("Sign in")
    visitor.fill("code", next_code(person))
    visitor.press("Continue")


def owing(phone: Callable[[], Visitor]) -> Visitor:
    """Somebody of the demo who owes enough, and has no plan yet."""
    for person in phone().demo.addresses["sign_ins"]:
        if person["role"] != "patient":
            continue
        visitor = phone()
        page = visitor.page
        sign_in(visitor, visitor.patient_url, person)
        page.goto(f"{visitor.patient_url}/bills")
        if not page.locator(".amount-value").count():
            continue
        owed = re.sub(r"[^\d]", "", page.locator(".amount-value").first.inner_text())
        can_plan = page.get_by_role("link", name="Set up a plan").count()
        if can_plan and int(owed) >= OWES_ENOUGH:
            return visitor
    raise AssertionError("nobody of the demo owes enough for six months")
