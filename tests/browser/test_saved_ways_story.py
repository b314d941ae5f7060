"""Saved cards, autopay, a bank debit and links by e-mail on a phone without JavaScript; then axe on each page of them."""

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from playwright.sync_api import expect
from sqlalchemy import select

from portal import db
from portal.embedded import EmbeddedServer
from portal.models.pay_links import PayLink
from portal.services.issue_pay_link import Kind
from tests.browser.conftest import Visitor
from tests.browser.test_plan_story import seen, sign_in
from tests.demo_run import DemoRun
from tests.sandbox_server import ASKS

PLAIN = "4242 4242 4242 4242"
ANY = re.compile(".")
Phone = Callable[[], Visitor]
Visit = Callable[[str], Visitor]


def come_in(visitor: Visitor, name: str) -> Visitor:
    """Sign in as one of the demo's people who pay over time."""
    planners = {one["email"]: one for one in visitor.demo.addresses["planners"]}
    sign_in(visitor, visitor.patient_url, planners[f"{name}@example.com"])
    expect(visitor.page.locator("input[name=code]")).to_have_count(0)
    return visitor


def shows(visitor: Visitor, *words: str | re.Pattern[str]) -> None:
    for word in words:
        expect(visitor.page.locator("main")).to_contain_text(word)


def at_the_card_company(visitor: Visitor, number: str, button: str | re.Pattern[str]) -> None:
    page = visitor.page
    page.wait_for_url(re.compile(re.escape(visitor.demo.addresses["sandbox_url"])))
    page.get_by_label("Card number").fill(number)
    visitor.press(button)


def charges(visitor: Visitor, amount: str) -> int:
    """How many payments of exactly this sum the card company took."""
    page = visitor.page.context.new_page()
    page.goto(visitor.demo.addresses["sandbox_url"] + "/payments")
    return page.get_by_role("article").get_by_text(amount, exact=True).count()


def test_PLAN_9_a_card_is_saved_autopay_signed_and_stopped_by_one_press(phone: Phone) -> None:
    visitor = come_in(phone(), "missington.mockford")
    page = visitor.page
    page.goto(f"{visitor.patient_url}/pay/methods")
    shows(visitor, "You saved no way to pay")
    visitor.press("Add a card or bank account", "link")
    seen(visitor, "Add a way to pay")
    expect(page.locator("input[name=keep]")).not_to_be_checked()
    visitor.press("Go to the secure page")
    expect(page.locator("#errors")).to_contain_text("Enter a tick to go on")
    page.locator("input[name=keep]").check()
    visitor.press("Go to the secure page")
    at_the_card_company(visitor, PLAIN, "Save card")
    shows(visitor, "It is saved", "Visa ending 4242", "Used first")
    visitor.press("Autopay", "link")
    shows(visitor, "Autopay is off")
    choose_autopay(visitor)
    seen(visitor, "Read and sign")
    shows(visitor, "$120.00", "Visa ending 4242")
    visitor.press("Sign")
    expect(page.locator("#errors")).to_contain_text("Enter a tick to agree")
    visitor.fill("name", "Missington Mockford")
    page.locator("input[name=agree]").check()
    visitor.press("Sign")
    seen(visitor, "What you signed")
    shows(visitor, "$120.00", "Missington Mockford")
    page.goto(f"{visitor.patient_url}/pay/autopay")
    shows(visitor, "Visa ending 4242", "$120.00")
    visitor.press("Stop autopay")
    shows(visitor, "Nothing more is drawn", "Autopay is off")
    expect(page.get_by_role("button", name="Stop autopay")).to_have_count(0)


def choose_autopay(visitor: Visitor) -> None:
    visitor.page.goto(f"{visitor.patient_url}/pay/autopay/choose")
    visitor.fill("cap", "120")
    visitor.fill("day", "15")
    visitor.press("Read before you sign")


def test_PLAN_17_a_card_kept_by_a_tick_3D_passed_and_back_charges_once(phone: Phone) -> None:
    visitor = come_in(phone(), "askwell.fixture")
    page, amount = visitor.page, "$1.39"
    page.goto(f"{visitor.patient_url}/pay?amount=other")
    visitor.fill("amount", amount.strip("$"))
    visitor.press("Check my payment")
    expect(page.locator("input[name=keep]")).not_to_be_checked()
    page.locator("input[name=keep]").check()
    visitor.press(f"Pay {amount}")
    at_the_card_company(visitor, ASKS, f"Pay {amount}")
    visitor.press("Complete authentication")
    seen(visitor, "Your receipt")
    shows(visitor, amount)
    for _ in range(2):  # the bank's question, then the page of the card: both are over
        page.go_back()
        page.goto(page.url)
    expect(page.get_by_role("button", name=re.compile("^Pay"))).to_have_count(0)
    page.goto(f"{visitor.patient_url}/payments")
    expect(page.locator("main").get_by_text(amount, exact=True)).to_have_count(1)
    assert charges(visitor, amount) == 1
    page.goto(f"{visitor.patient_url}/pay/methods")
    shows(visitor, "Visa ending 3220")


def test_PLAN_17_a_bank_debit_is_shown_as_on_its_way_and_not_as_paid(phone: Phone) -> None:
    visitor = come_in(phone(), "bankford.facsimile")
    page = visitor.page
    page.goto(f"{visitor.patient_url}/bills")
    shows(visitor, re.compile("on its way", re.IGNORECASE))
    assert "$0.00" not in page.locator(".owed").inner_text()
    for path in ("/pay", "/pay?amount=other", "/pay/lines"):
        page.goto(visitor.patient_url + path)
        shows(visitor, "is on its way from your bank", "Please do not pay it again")
        expect(page.get_by_role("button", name=re.compile("^(Pay|Check)"))).to_have_count(0)
    page.goto(f"{visitor.patient_url}/payments")
    expect(page.get_by_role("link", name=re.compile("R-[0-9A-F]{10}"))).to_have_count(0)


def test_PCI_5_staffs_link_by_e_mail_pays_once_and_then_revoked_or_expired_opens_nothing(
    phone: Phone,
) -> None:
    office, guest = phone(), phone()
    story = json.loads((guest.demo.home / "demo/practice/story.json").read_text())
    who = next(person for person in story["people"] if person["key"] == "plan_offered")
    sign_in(office, office.staff_url, office.person(role="biller"))
    office.page.goto(f"{office.staff_url}/")
    office.page.get_by_label(re.compile("^Name, birth date")).first.fill("Offerta Quuxley")
    office.page.get_by_role("search").get_by_role("button").first.click()
    office.press("Links to pay", "link")
    link = mail_link(office)
    answer(guest, link, who)
    guest.press("Pay another amount", "link")
    guest.fill("amount", "1.41")
    guest.press("Check my payment")
    guest.press("Pay $1.41")
    at_the_card_company(guest, PLAIN, "Pay $1.41")
    seen(guest, "Thank you")
    for path in ("/bills", "/payments", "/pay/methods"):  # it pays, and opens nothing else
        guest.page.goto(guest.patient_url + path)
        expect(guest.page.locator("main")).not_to_contain_text("Quuxley")
    refused(phone(), link, who)
    link = mail_link(office, not_yet=link)
    office.press(re.compile("^Revoke"))
    shows(office, "Revoked")
    refused(phone(), link, who)
    link = mail_link(office, not_yet=link)
    expire_links(office.demo)
    refused(phone(), link, who)


def mail_link(office: Visitor, not_yet: str = " ") -> str:
    """Send one to the address on file; what arrives after the one before."""
    office.page.get_by_label("E-mail").check()
    office.press("Send the link")
    expect(office.page.get_by_text("The link is on its way")).to_be_visible()
    return office.mailed("offerta.quuxley@example.com", rf"(?!{re.escape(not_yet)})http\S+/p/\w+")


def answer(guest: Visitor, link: str, who: dict[str, str]) -> None:
    born = date.fromisoformat(who["birth_on"])
    guest.page.goto(link)
    seen(guest, "Pay a statement")
    guest.fill("birth_on", f"{born.month}/{born.day}/{born.year}")
    guest.fill("postal_code", who["postal_code"])
    guest.press("See what is owed")


def refused(guest: Visitor, link: str, who: dict[str, str]) -> None:
    answer(guest, link, who)
    expect(guest.page.get_by_role("alert")).to_contain_text("We could not match these")
    expect(guest.page.locator(".amount-value")).to_have_count(0)


def expire_links(demo: DemoRun) -> None:
    """As after 72 hours."""
    engine = db.connect(EmbeddedServer(demo.home).url)  # the demo's own, which stays up
    db.bind(engine)
    try:
        with db.transaction() as session:
            for link in session.scalars(select(PayLink).where(PayLink.kind == Kind.EMAIL)):
                link.expires_at = datetime.now(UTC) - timedelta(minutes=1)
    finally:
        engine.dispose()


def tour(visitor: Visitor, url: str, paths: tuple[str, ...]) -> None:
    """Look at each page; `> ...` follows the first link whose address matches, on the page before."""
    for path in paths:
        if path.startswith("> "):
            links = visitor.page.locator("main a[href]").evaluate_all("f => f.map(e => e.href)")
            visitor.page.goto(next(link for link in links if re.search(path[2:], link)))
        else:
            visitor.page.goto(url + path)
        visitor.look(ANY)


def test_axe_finds_nothing_on_saved_ways_and_choices(visit: Visit) -> None:
    visitor = come_in(visit("phone"), "automatia.standin")
    paths = ("/pay/methods", "/pay/methods/add", "/pay/autopay", "/pay/autopay/choose", "/credit")
    tour(visitor, visitor.patient_url, (*paths, "/pay/lines"))
    visitor.page.goto(f"{visitor.patient_url}/pay")
    visitor.page.get_by_text("Pay part with one card").click()
    visitor.look("Pay your bills")
    visitor.page.get_by_label("Amount on the first card").fill("0")
    visitor.press("Continue with the first card")
    visitor.look("Pay with two cards")
    choose_autopay(visitor)
    visitor.look("Read and sign")
    tour(visitor, visitor.patient_url, ("/plans/new",))
    visitor.press("See the payments")
    visitor.look("Your payments")
    tour(visitor, "", ("> /plans/agreement",))
    more_than_is_due(visitor)
    tour(visitor, visitor.patient_url, ("/credit",))
    shows(visitor, "$2.00")


def more_than_is_due(visitor: Visitor) -> None:
    """Pay two dollars too much, and say that this is meant."""
    page = visitor.page
    page.goto(f"{visitor.patient_url}/pay?amount=other")
    owed = page.locator(".amount-value").inner_text().strip("$")
    visitor.fill("amount", f"{float(owed) + 2:.2f}")
    visitor.press("Check my payment")
    page.locator("input[name=more]").check()
    visitor.press("Check my payment")
    visitor.press(re.compile(r"^Pay \$"))
    at_the_card_company(visitor, PLAIN, re.compile(r"^Pay \$[\d.]+$"))
    visitor.look("Your receipt")


def test_axe_finds_nothing_on_paying_toward_a_visit(visit: Visit) -> None:
    visitor = visit("phone")
    [mother] = [p for p in visitor.demo.addresses["sign_ins"] if p["email"].startswith("modela.")]
    sign_in(visitor, visitor.patient_url, mother)
    visitor.look(ANY)
    visitor.page.goto(f"{visitor.patient_url}/bills")
    bills = visitor.page.locator("main a[href^='/bills/']").evaluate_all("f => f.map(e => e.href)")
    for bill in dict.fromkeys(bills):
        visitor.page.goto(bill)
        if visitor.page.get_by_role("link", name="Pay toward it now").count():
            break
    visitor.press("Pay toward it now", "link")
    visitor.look("Pay toward a visit")
    shows(visitor, "This is not a bill.")


def test_axe_finds_nothing_on_a_plans_pages(visit: Visit) -> None:
    visitor = come_in(visit("phone"), "planna.sample")
    tour(visitor, visitor.patient_url, ("/agreements", r"> /versions/\d+$"))


def test_axe_finds_nothing_on_the_offices_pages_of_money(visit: Visit) -> None:
    visitor = visit("phone")
    sign_in(visitor, visitor.staff_url, visitor.person(role="manager"))
    visitor.look(ANY)
    plans, payouts = ("/plans/", "> /staff/plans/.{36}"), ("/payouts/", r"> /staff/payouts/\d")
    disputes = ("/disputes/", r"> /staff/disputes/\d", "> /answer$")
    checks = ("/refunds/checks/", "> /refunds/checks/.{36}")
    tour(visitor, visitor.staff_url, (*plans, *payouts, *disputes, "/batches/new", *checks))
