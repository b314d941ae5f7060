"""Two people and one account, on phones: invited, accepted, acted for, paid, seen, and shut out (HIPAA-9)."""

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.conftest import Visitor

PATIENT = "Modela Example"
PAY = re.compile(r"^Pay \$")


def test_HIPAA_9_a_helper_pays_for_a_patient_who_then_shuts_them_out(
    visit: Callable[[str], Visitor],
) -> None:
    patient, helper = visit("phone"), visit("phone")
    someone = helper.person(name="Newly Sample")
    patient.sign_in(patient.patient_url, patient.person(name=PATIENT))
    patient.look("Your bills")
    accept(helper, someone, invite(patient, someone["email"]))
    act(helper)
    pay(helper)
    shut_out(patient, someone["email"])
    helper.page.goto(f"{helper.patient_url}/bills")
    helper.look("Welcome")
    ended = "Your access to the other person’s account has ended"
    expect(helper.page.locator("main")).to_contain_text(ended)
    expect(helper.page.locator(".acting")).to_have_count(0)


def invite(patient: Visitor, email: str) -> str:
    """What they may do and until when; the link that the invited person gets."""
    patient.page.goto(f"{patient.patient_url}/access/")
    patient.look("Who can see my account")
    patient.press("Invite somebody to help", "link")
    patient.look("Invite somebody to help", "invite-helper")
    patient.press("Send the invitation")
    patient.look("Invite somebody to help")
    patient.fill("email", email)
    patient.page.get_by_label("Caregiver").check()
    patient.page.get_by_label("Pay bills").check()
    patient.press("Send the invitation")
    patient.look("Who can see my account")
    expect(patient.page.locator("main")).to_contain_text("Invited")
    return patient.mailed(email, r"https?://\S+/access/invitation/\S+")


def accept(helper: Visitor, someone: dict[str, str], link: str) -> None:
    """The link tells nothing before the sign-in."""
    helper.page.goto(link)
    helper.look("You are invited to help")
    expect(helper.page.locator("main")).not_to_contain_text("Modela")
    helper.sign_in(helper.patient_url, someone)
    helper.page.wait_for_load_state()
    helper.page.goto(link)
    helper.look("You are invited to help")
    expect(helper.page.locator("main")).to_contain_text(PATIENT)
    helper.press("Yes, I will help")
    helper.look("Whose account?")


def acted(helper: Visitor, heading: str | re.Pattern[str], picture: str = "") -> None:
    """A page that says on whose behalf."""
    helper.look(heading, picture)
    expect(helper.page.locator(".acting")).to_contain_text(f"You are acting for {PATIENT}")


def act(helper: Visitor) -> None:
    """Each page that a payer reads."""
    page = helper.page
    helper.press(f"Act for {PATIENT}")
    acted(helper, "Bills", "acting")
    page.get_by_role("link", name=re.compile("^Why")).first.click()
    acted(helper, "Bill")
    expect(page.locator("main")).to_contain_text("“you” means Modela")
    page.goto(f"{helper.patient_url}/payments")
    acted(helper, "Payments")
    page.goto(f"{helper.patient_url}/messages")
    helper.complaints.clear()  # the browser's own word on a page that is refused
    acted(helper, "This page is not shared with you")
    page.goto(f"{helper.patient_url}/bills")


def pay(helper: Visitor) -> None:
    """On the hosted page, and back to a receipt that names both."""
    page = helper.page
    helper.press(PAY, "link")
    acted(helper, "Pay the bills")
    helper.press(PAY)
    page.wait_for_url(re.compile(re.escape(helper.demo.addresses["sandbox_url"])))
    page.get_by_label("Name on card").fill("A Helper")
    page.get_by_label("ZIP code").fill("43999")
    helper.press(PAY)
    page.wait_for_url(re.compile(re.escape(helper.patient_url)))
    acted(helper, "Receipt")
    expect(page.locator("main")).to_contain_text("You, for Modela")


def shut_out(patient: Visitor, email: str) -> None:
    """The patient sees who paid, and ends it by one press."""
    patient.page.goto(f"{patient.patient_url}/payments")
    patient.look("Your payments")
    expect(patient.page.locator("main")).to_contain_text(f"{email} paid this")
    patient.page.goto(f"{patient.patient_url}/access/")
    patient.press(f"End access of {email}")
    patient.look("Who can see my account")
    expect(patient.page.locator("main")).to_contain_text("Nobody but you can see your account here")


def test_a_parent_asks_to_see_a_childs_account(visit: Callable[[str], Visitor]) -> None:
    parent, desk = visit("phone"), visit("desktop")
    page = parent.page
    parent.sign_in(parent.patient_url, parent.person(name="Newly Sample"))
    page.wait_for_load_state()
    page.goto(f"{parent.patient_url}/access/")
    parent.press("Ask to see your child’s account", "link")
    parent.look("See your child’s account", "ask-child")
    parent.press("Ask our office")
    parent.look("See your child’s account")
    parent.fill("first_name", "Sampleton")
    parent.fill("last_name", "Example")
    parent.fill("birth_on", "4/28/2018")
    page.get_by_label("Legal guardian").check()
    page.get_by_label("A birth certificate").check()
    parent.press("Ask our office")
    parent.look("Whose account?")
    expect(page.locator("main")).to_contain_text("Sampleton Example")
    desk.sign_in(desk.staff_url, desk.person(role="manager"))
    desk.press(re.compile("1 parent asks"), "link")
    desk.look("Parents who ask")
    desk.press("Sampleton Example", "link")
    desk.look("A parent asks", "staff-parent-request")
