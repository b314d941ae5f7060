"""Giving up paper and going back, on a phone: the six texts, the mailed sample, the code, the box, one press back."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visitor
from tests.pdf_text import pdf_text

LINK = r"(https?://\S+/paperless/sample/\S+)"


@pytest.mark.parametrize("size", ["phone"])
def test_MSG_24_from_paper_to_none_and_back(size: str, visit: Callable[[str], Visitor]) -> None:
    visitor = visit(size)
    person = next(p for p in visitor.demo.addresses["sign_ins"] if p["role"] == "patient")
    visitor.sign_in(visitor.patient_url, person)
    visitor.look("Your bills")
    visitor.press(re.compile("how your statements come"), "link")
    visitor.look("Statements without paper", "paperless")
    expect(visitor.page.locator("main")).to_contain_text("You have a right to paper")
    visitor.press("E-mail me the sample")
    visitor.look("Open the sample")
    sample = visitor.page.context.request.get(visitor.mailed(person["email"], LINK))
    assert sample.headers["content-type"] == "application/pdf"
    found = re.search(r"\b(\d{3}) (\d{3})\b", pdf_text(sample.body()))
    assert found
    visitor.fill("code", "000000")
    visitor.press("Continue")
    visitor.look("Open the sample")
    visitor.fill("code", f"{found[1]} {found[2]}")
    visitor.press("Continue")
    visitor.look("Do you agree?")
    expect(visitor.page.get_by_role("checkbox")).not_to_be_checked()
    visitor.press("Go without paper")
    visitor.look("Do you agree?")
    expect(visitor.page.locator("#errors")).to_contain_text("Tick the box if you agree")
    visitor.page.get_by_role("checkbox").check()
    visitor.press("Go without paper")
    visitor.look("Statements without paper")
    expect(visitor.page.locator("main")).to_contain_text("Your statements come without paper")
    visitor.press("Go back to paper")
    visitor.look("Statements without paper")
    expect(visitor.page.locator("main")).to_contain_text("Your statements come on paper")
