"""On a phone: asking for help, disputing a line, and checking an EOB, each page read by axe (FA-6, DISP-1, STMT-5)."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from babel.messages.mofile import read_mo
from playwright.sync_api import expect

from portal.web.languages import COMPILED
from tests.browser.conftest import Visitor
from tests.web.insurance_world import photo

WHO = {"en": "automatia.standin@example.com", "es": "bankford.facsimile@example.com"}
STORIES = {"en": "en-US", "es": "es-US"}


class Speaker:
    """The words of our pages in one language."""

    def __init__(self, language: str) -> None:
        with COMPILED.open("rb") as source:
            self._known = read_mo(source) if language == "es" else None

    def __call__(self, words: str, **parts: str) -> str:
        found = self._known.get(words) if self._known is not None else None
        return (
            (str(found.string) if found else words) % parts
            if parts
            else str(found.string if found else words)
        )


def planner(visitor: Visitor, email: str) -> dict[str, str]:
    return next(p for p in visitor.demo.addresses["planners"] if p["email"] == email)


def sign_in_here(visitor: Visitor, person: dict[str, str], say: Speaker) -> None:
    """On the sign-in page that somebody was led to; it leads on to where they wanted to go."""
    visitor.look(say("Sign in"))
    visitor.fill("email", person["email"])
    visitor.fill("password", person["password"])
    visitor.press(say("Sign in"))
    visitor.look(say("Enter your code"))
    visitor.fill("code", visitor.next_code(person))
    visitor.press(say("Continue"))


@pytest.mark.parametrize("language", STORIES)
def test_FA_6_from_the_public_page_to_the_timeline(
    language: str, visit: Callable[[str], Visitor], tmp_path: Path
) -> None:
    visitor, say = visit("phone"), Speaker(language)
    page = visitor.page
    page.goto(f"{visitor.patient_url}/help-paying")
    if language == "es":
        visitor.press("Español")
    visitor.look(say("Help with paying"))
    visitor.press(say("Apply for help"), "link")
    person = planner(visitor, WHO[language])
    sign_in_here(visitor, person, say)
    visitor.look(say("Apply for help"))
    visitor.press(say("Start"))
    visitor.look(say("About you"))
    visitor.fill("applicant", person["name"])
    visitor.fill("residence_state", "OH")
    page.locator("input[name=preferred_contact]").first.check()
    page.locator(f"input[name=language][value={language}]").check()
    visitor.press(say("Go on"))
    visitor.look(say("Who lives on your income?"))
    # They stop here, and go on later with what is kept.
    page.goto(f"{visitor.patient_url}/help-paying/apply")
    visitor.look(say("Apply for help"))
    visitor.press(say("Go on with it"))
    visitor.look(say("About you"))
    assert page.locator("input[name=applicant]").input_value() == person["name"]
    at = page.url.rsplit("/", 1)[0]
    page.goto(f"{at}/income")
    visitor.look(say("Your income"))
    page.locator("select[name=source]").select_option("wages")
    page.locator("select[name=period]").select_option("monthly")
    visitor.fill("amount", "3,900")
    visitor.press(say("Add this income"))
    visitor.look(say("Your income"))
    page.goto(f"{at}/coverage")
    visitor.look(say("Insurance and programs"))
    for name in ("insured", "another_plan", "medicaid"):
        page.locator(f"input[name={name}][value=no]").check()
    visitor.press(say("Go on"))
    visitor.look(say("Anything else?"))
    page.goto(f"{at}/papers")
    visitor.look(say("Papers"))
    stub = tmp_path / "stub.jpg"
    stub.write_bytes(photo(words="PAY STUB"))
    choose_first(page, "kind")
    page.locator("input[name=photo]").set_input_files(stub)
    visitor.press(say("Send this paper"))
    visitor.look(say("Papers"))
    page.goto(f"{at}/sign")
    visitor.look(say("Check and sign"))
    visitor.fill("name", person["name"])
    page.locator("input[name=agree]").check()
    visitor.press(say("Sign and send"))
    visitor.look(re.compile(".*-"), "help-status" if language == "en" else "")
    main = page.locator("main")
    expect(main).to_contain_text(say("You sent it. We have it."))
    expect(main).to_contain_text(say("You started it."))
    bill_says_that_it_waits(visitor, say)


def choose_first(page: Any, name: str) -> None:
    """The first choice of a list, whether it stands as a select or as radios."""
    if page.locator(f"select[name={name}]").count():
        page.locator(f"select[name={name}]").select_option(index=1)
    else:
        page.locator(f"input[name={name}]").first.check()


def bill_says_that_it_waits(visitor: Visitor, say: Speaker) -> None:
    """Where the bill stands: on hold for the request, with no step named."""
    page = visitor.page
    page.goto(f"{visitor.patient_url}/bills")
    bill = page.locator("main a[href^='/bills/']").first.get_attribute("href")
    assert bill
    page.goto(f"{visitor.patient_url}{bill.split('?')[0]}/where")
    visitor.look(say("Where this bill stands"), "where" if say("Now") == "Now" else "")
    expect(page.locator("main")).to_contain_text(say("You asked for help with your bills."))


def test_DISP_1_one_line_is_disputed_from_the_bill(visit: Callable[[str], Visitor]) -> None:
    visitor = visit("phone")
    page = visitor.page
    person = planner(visitor, "askwell.fixture@example.com")
    visitor.sign_in(visitor.patient_url, person)
    visitor.look("Your bills")
    page.locator("main a[href^='/bills/']").first.click()
    visitor.look("Your bill")
    page.locator("details.service").first.locator("summary").click()
    page.get_by_role("link", name=re.compile("^This line is wrong")).locator(
        "visible=true"
    ).first.click()
    visitor.look("What is wrong?")
    page.get_by_label("The amount is wrong").check()
    visitor.press("Continue")
    visitor.look("Which services?")
    assert page.locator("input[name=charges]:checked").count() == 1
    visitor.press("Continue")
    visitor.look("How much of it is wrong?")
    visitor.press("Continue")
    visitor.look("Tell us more")
    page.locator("textarea[name=words]").fill("You told me a lower price for this one.")
    visitor.press("Send it to the office")
    visitor.look("We are looking at it")
    expect(page.locator("main")).to_contain_text("It is on hold from this moment.")
    page.goto(f"{visitor.patient_url}/disputes")
    visitor.look("Disputes")


def test_STMT_5_an_EOB_that_matches_and_one_line_that_does_not(
    visit: Callable[[str], Visitor], tmp_path: Path
) -> None:
    visitor = visit("phone")
    page = visitor.page
    visitor.sign_in(visitor.patient_url, visitor.person(name="Devon Demo"))
    visitor.look("Your bills")
    bills = page.locator("main a[href^='/bills/']").evaluate_all("all => all.map((a) => a.href)")
    for bill in bills:  # of some no plan answered, or nothing is there to compare any more
        page.goto(bill)
        visitor.look(re.compile("^Your (bill|visit)$"))
        if page.get_by_role("link", name="Check it against your EOB").count():
            break
    page.get_by_role("link", name="Check it against your EOB").first.click()
    visitor.look("Check against your EOB")
    check = page.url
    visitor.fill("amount", "1.23")
    visitor.press("Check the amount")
    visitor.look("Check against your EOB")
    told = re.findall(r"Your plan told us \$([\d.,]+\d)", page.locator("main").inner_text())[0]
    page.goto(check)
    visitor.fill("amount", told)
    visitor.press("Check the amount")
    visitor.look("Check against your EOB")
    expect(page.locator("main")).to_contain_text("It matches.")
    page.goto(check)
    page.locator("input[name=what]").nth(1).check()
    visitor.fill("amount", "1.23")
    visitor.press("Check the amount")
    visitor.look("Check against your EOB")
    expect(page.locator("main")).to_contain_text("It does not match.")
    visitor.press("Dispute it with both amounts")
    visitor.look("Send us both amounts", "eob-differs")
    eob = tmp_path / "eob.jpg"
    eob.write_bytes(photo(words="YOU MAY OWE 1.23"))
    page.locator("input[name=photo]").set_input_files(eob)
    visitor.press("Send it to the office")
    visitor.look("We are looking at it")
    for said in ("The EOB says", "$1.23", "The plan told us", "Picture 1"):
        expect(page.locator("main")).to_contain_text(said)


def test_STMT_5_a_photographed_EOB_is_read_and_confirmed(
    visit: Callable[[str], Visitor], tmp_path: Path
) -> None:
    visitor = visit("phone")
    page = visitor.page
    visitor.sign_in(visitor.patient_url, visitor.person(name="Devon Demo"))
    visitor.look("Your bills")
    bills = page.locator("main a[href^='/bills/']").evaluate_all("all => all.map((a) => a.href)")
    for bill in bills:
        page.goto(bill)
        visitor.look(re.compile("^Your (bill|visit)$"))
        if page.get_by_role("link", name="Check it against your EOB").count():
            break
    page.get_by_role("link", name="Check it against your EOB").first.click()
    visitor.look("Check against your EOB")
    eob = tmp_path / "eob.jpg"
    eob.write_bytes(photo(words="YOU MAY OWE $9876.50"))
    page.locator("input[type=file][name=photo]").set_input_files(eob)
    visitor.press("Read the amount")
    expect(page.locator("main")).to_contain_text(
        "We read $9,876.50. Is this right?", timeout=60_000
    )
    visitor.look("Check against your EOB")
    expect(page.locator("input[name=amount]")).to_have_value("9,876.50")
    visitor.press("Check the amount")
    visitor.look("Check against your EOB")
    expect(page.locator("main")).to_contain_text("Your EOB says more than our bill.")
    visitor.press("Tell the office")
    visitor.look(re.compile("^Your (bill|visit)$"))
    expect(page.locator("main")).to_contain_text("We got it. A person looks at it")
