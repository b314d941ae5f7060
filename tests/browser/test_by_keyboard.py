"""The story once more without a mouse: every step by Tab, typing and Enter, the focus always to be seen."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import Visitor

FOCUSED = """() => {
  const e = document.activeElement;
  const style = getComputedStyle(e);
  const shown = e.matches(':focus-visible')
    && (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0 || style.boxShadow !== 'none');
  const label = e.labels && e.labels.length ? e.labels[0].innerText : (e.innerText || e.value || '');
  return {tag: e.tagName, text: label.trim().replace(/\\s+/g, ' '), shown};
}"""
MOST_STEPS = 60


def tab_to(page: Page, words: str | re.Pattern[str]) -> None:
    """Press Tab until the focus stands on the control with these words."""
    wanted = re.compile(words)
    seen = []
    for _ in range(MOST_STEPS):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUSED)
        seen.append(focus["text"][:30])
        if focus["tag"] != "BODY":
            assert focus["shown"], f"no visible focus on {focus} at {page.url}"
        if wanted.search(focus["text"]):
            return
    raise AssertionError(f"Tab never reached {wanted.pattern!r}: {seen}")


def type_into(page: Page, label: str, value: str) -> None:
    tab_to(page, label)
    page.keyboard.type(value)


def test_sign_in_pay_and_read_the_receipt_by_keyboard(visit: Callable[[str], Visitor]) -> None:
    visitor = visit("desktop")
    page, devon = visitor.page, visitor.person(name="Devon Demo")
    page.goto(f"{visitor.patient_url}/sign-in")
    type_into(page, "^E-mail", devon["email"])
    type_into(page, "^Password", devon["password"])
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Enter your code")).to_be_visible()
    tab_to(page, "ode")
    page.keyboard.type(visitor.next_code(devon))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Your bills")).to_be_visible()
    tab_to(page, r"^Pay \$")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Pay your bills")).to_be_visible()
    tab_to(page, r"^Pay \$")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(re.escape(visitor.demo.addresses["sandbox_url"])))
    page.get_by_label("Name on card").focus()  # the stand-in's page is not ours to judge
    page.keyboard.type("A Visitor")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(re.escape(visitor.patient_url)))
    expect(page.get_by_role("heading", level=1, name="Your receipt")).to_be_visible()
    tab_to(page, "^Back to your bills")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Your bills")).to_be_visible()
