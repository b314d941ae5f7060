"""On a phone without a sign-in: apply for help, leave, come back by the code, sign; each page read by axe (FA-6)."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visitor
from tests.browser.test_help_story import Speaker, choose_first
from tests.web.insurance_world import photo


@pytest.mark.parametrize("language", ["en", "es"])
def test_FA_6_applying_without_a_sign_in_and_coming_back_by_the_code(
    language: str, visit: Callable[[str], Visitor], tmp_path: Path
) -> None:
    visitor, say = visit("phone"), Speaker(language)
    page = visitor.page
    page.goto(f"{visitor.patient_url}/help-paying")
    if language == "es":
        visitor.press("Español")
    visitor.press(say("Apply without a sign-in"), "link")
    visitor.look(say("Apply without a sign-in"), "help-guest" if language == "en" else "")
    visitor.fill("name", "Unknowna Sample")
    visitor.fill("birth_on", "4/28/1986")
    visitor.press(say("Go on"))
    visitor.look(say("Write down this code"), "help-guest-code" if language == "en" else "")
    code = page.locator(".big-code").inner_text()
    visitor.press(say("I have written it down"), "link")
    visitor.look(say("How we reach you"), "help-guest-reach" if language == "en" else "")
    visitor.fill("email", "unknowna@example.com")
    visitor.fill("residence_state", "OH")
    visitor.press(say("Go on"))
    visitor.look(say("Who lives on your income?"))
    visitor.press(say("These are all"))
    visitor.look(say("Your income"))
    # They stop here; on whatever phone, the code and the birth date open it again.
    page.goto(f"{visitor.patient_url}/help-paying/mine")
    visitor.look(say("Your application"))
    visitor.press(say("Stop here for now"))
    page.goto(f"{visitor.patient_url}/help-paying/mine")
    visitor.look(say("Come back with your code"))
    visitor.fill("code", code)
    visitor.fill("birth_on", "4/28/1986")
    visitor.press(say("Open it"))
    visitor.look(say("Your application"), "help-guest-parts" if language == "en" else "")
    income = re.compile(f"^{re.escape(say('Your income'))}$")  # not “Who lives on your income?”
    visitor.press(income, "link")
    visitor.look(income)
    choose_first(page, "source")
    page.locator("select[name=period]").select_option("monthly")
    visitor.fill("amount", "900")
    visitor.press(say("Add this income"))
    visitor.look(say("Your income"))
    visitor.press(say("These are all"), "link")
    visitor.look(say("Insurance and programs"))
    for name in ("insured", "another_plan", "medicaid"):
        page.locator(f"input[name={name}][value=no]").check()
    visitor.press(say("Go on"))
    visitor.look(say("Anything else?"))
    visitor.press(say("Go on"))
    visitor.look(say("Papers that show it"))
    stub = tmp_path / "stub.jpg"
    stub.write_bytes(photo(words="PAY STUB"))
    choose_first(page, "kind")
    page.locator("input[name=photo]").set_input_files(stub)
    visitor.press(say("Send this paper"))
    visitor.look(say("Papers that show it"))
    visitor.press(re.compile(f"^{re.escape(say('Go on'))}$"), "link")
    visitor.look(say("Check and sign"))
    visitor.fill("name", "Unknowna Sample")
    page.locator("input[name=agree]").check()
    visitor.press(say("Sign and send"))
    visitor.look(say("Your application"), "help-guest-status" if language == "en" else "")
    expect(page.locator("main")).to_contain_text(say("You sent it. We have it."))
