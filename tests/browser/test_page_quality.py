"""What Lighthouse would ask of every page: weight, requests, shift, reflow, contrast, targets, order of sizes."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserType, Page, StorageState

from tests.browser.conftest import SIZES, Visitor

FIRST_LOAD = 250_000  # bytes over the wire with an empty cache
HTML = 40_000
REQUESTS = 8
SHIFT = 0.05
SMALL_TARGET, MAIN_TARGET = 24, 48  # CSS px: WCAG 2.2, and look.md for the one main button
NARROWEST = 320  # px: WCAG 1.4.10
# Violations alone are told node by node: describing each letter that is right takes most of axe's time.
CONTRAST = {"runOnly": ["color-contrast"], "resultTypes": ["violations"]}
THEMES = {"phone": ("dark", "light"), "desktop": ("dark",)}  # the stories look at the light one
OPEN_PAGES = [
    *("/", "/sign-in", "/enroll", "/reset-password", "/help", "/help-paying"),
    *("/register/", "/register/under-18"),
    *("/languages", "/accessibility", "/privacy", "/no-such-page"),
]
PATIENT_PAGES = [
    *("/bills", "/pay", "/pay?amount=other", "/payments", "/credit", "/messages"),
    *("/account/security", "/account/add", "/paperless"),
    *("/details", "/details/name", "/details/language", "/details/emergency"),
]

# Bytes, shift and structure of the page that is open, as the browser saw them.
MEASURE = """async () => {
  await document.fonts.ready;
  const entries = performance.getEntriesByType("resource");
  const page = performance.getEntriesByType("navigation")[0];
  const shift = await new Promise((done) => {
    let sum = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
    setTimeout(() => done(sum), 60);
  });
  return {
    html: page.transferSize, requests: entries.length + 1, shift, lang: document.documentElement.lang,
    weight: entries.reduce((sum, entry) => sum + entry.transferSize, page.transferSize),
    h1: document.querySelectorAll("h1").length,
  };
}"""

# Free of the least size, as WCAG 2.5.8 has it: links in the line of a sentence, and those that have the room of
# a cell around them. Hidden ones are no targets.
SMALL = """([least, main]) => {
  const inline = (e) => e.tagName === "A" && getComputedStyle(e).display === "inline"
    && (e.parentElement.innerText.trim() !== e.innerText.trim() || e.closest("td, th")?.clientHeight >= least);
  return [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")]
    .filter((e) => e.checkVisibility({ visibilityProperty: true }) && !e.closest(".skip-link") && !inline(e))
    .map((e) => ({ e, box: e.getBoundingClientRect() }))
    .filter(({ e, box }) => box.height < (main && e.matches(".btn-primary") ? main : least) || box.width < least)
    .map(({ e, box }) => `${e.innerText || e.name}: ${box.width} x ${box.height}`);
}"""

# Where the largest letters of the page stand: what they say, and how far down they end.
LARGEST = """() => {
  let best = { size: 0 };
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (words.nextNode()) {
    const box = words.currentNode.parentElement;
    if (!words.currentNode.data.trim() || !box.checkVisibility()) continue;
    const size = parseFloat(getComputedStyle(box).fontSize);
    if (size > best.size) best = { size, foot: box.getBoundingClientRect().bottom, main: box.matches("h1, .amount-value, .language-notice") };
  }
  return { ...best, amounts: document.querySelectorAll(".amount-value").length };
}"""


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_HIPAA_14_pages_for_everybody_are_light_still_and_readable(
    size: str, visit: Callable[[str], Visitor]
) -> None:
    visitor = visit(size)
    judge(visitor, [visitor.patient_url + path for path in OPEN_PAGES])


@pytest.fixture
def launch(
    browser_type: BrowserType, browser_type_launch_args: dict[str, Any]
) -> Callable[..., Browser]:
    """Start Chromium with more arguments than the shared one has."""
    args = browser_type_launch_args["args"]
    return lambda *more: browser_type.launch(**{**browser_type_launch_args, "args": [*args, *more]})


def test_HIPAA_14_A11Y_1_patients_pages_are_light_still_and_readable(
    visit: Callable[[str], Visitor], launch: Callable[..., Browser]
) -> None:
    visitor = visit("phone")
    visitor.sign_in(visitor.patient_url, visitor.person(name="Modela Example"))
    visitor.page.wait_for_url(re.compile("/(bills|welcome|recovery-codes)"))
    visitor.page.goto(f"{visitor.patient_url}/bills")
    found = visitor.page.eval_on_selector_all(
        "main a[href^='/bills/'], main a[href^='/statements/'], main a[href^='/receipts/']",
        "links => links.map((link) => link.getAttribute('href'))",
    )
    bill, statement = (
        next(p for p in found if p.startswith(k)) for k in ("/bills/", "/statements/")
    )
    paths = [*PATIENT_PAGES, bill, f"{bill}/compare", f"{bill}/entries", f"{bill}/ask", statement]
    addresses = [visitor.patient_url + path for path in paths]
    for size in SIZES:
        visitor.size = size
        judge(visitor, addresses)
    judge_large(launch, visitor.page.context.storage_state(), addresses)
    judge_spanish(visitor, addresses)


def test_staff_pages_are_light_still_and_readable(visit: Callable[[str], Visitor]) -> None:
    visitor = visit("desktop")
    visitor.sign_in(visitor.staff_url, visitor.person(role="biller"))
    visitor.page.wait_for_url(re.compile("/staff/?$|recovery-codes"))
    visitor.page.goto(visitor.staff_url + "/")
    paths = visitor.page.eval_on_selector_all(
        ".staff-nav a", "links => links.map((link) => link.pathname)"
    )
    for size in reversed(SIZES):
        visitor.size = size
        judge(visitor, [visitor.staff_url.removesuffix("/staff") + path for path in paths])


def judge_large(launch: Callable[..., Browser], state: StorageState, addresses: list[str]) -> None:
    """With every letter twice as large, as a reader sets it in the browser: nothing to the side on a phone."""
    browser = launch("--blink-settings=defaultFontSize=32")
    try:
        page = browser.new_context(viewport=SIZES["phone"], storage_state=state).new_page()
        assert too_wide(page, addresses) == []
    finally:
        browser.close()


def judge_spanish(visitor: Visitor, addresses: list[str]) -> None:
    """Spanish is longer: it has room on the narrowest screen too."""
    page = visitor.page
    page.goto(addresses[0])
    with page.expect_navigation():  # the button stands in the menu, which is closed
        page.eval_on_selector(".language-switch", "form => form.submit()")
    assert page.locator("html").get_attribute("lang") == "es"
    page.set_viewport_size({"width": NARROWEST, "height": 640})
    assert too_wide(page, addresses) == []


def too_wide(page: Page, addresses: list[str]) -> list[str]:
    """The pages that a reader would have to move to the side."""
    faults = []
    for address in addresses:
        page.goto(address)
        assert page.url == address, f"{address} led to {page.url}"
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        faults += [f"{urlsplit(address).path} is {wide} px too wide"] if wide > 0 else []
    return faults


def judge(visitor: Visitor, addresses: list[str]) -> None:
    """Every fault of every page at once, so that one run tells all."""
    page = visitor.page
    page.emulate_media(color_scheme="light", reduced_motion="reduce")  # no colour on its way
    session = page.context.new_cdp_session(page)
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    faults = []
    for address in addresses:
        asked.clear()
        page.set_viewport_size(SIZES[visitor.size])
        visitor.complaints.clear()
        page.goto(address, wait_until="load")
        faults += [
            f"{urlsplit(page.url).path} at {visitor.size}: {f}" for f in look(visitor, asked)
        ]
    session.detach()
    assert faults == [], "\n".join(["", *faults])


def look(visitor: Visitor, asked: list[str]) -> list[str]:
    """What is wrong with the page that is open."""
    page = visitor.page
    seen: dict[str, Any] = page.evaluate(MEASURE)
    faults = [
        f"{what} {seen[what]} is over {limit}"
        for what, limit in (
            ("weight", FIRST_LOAD),
            ("html", HTML),
            ("requests", REQUESTS),
            ("shift", SHIFT),
        )
        if seen[what] > limit
    ]
    home = urlsplit(page.url).netloc
    faults += [f"asks {url}" for url in asked if urlsplit(url).netloc not in (home, "")]
    faults += [f"{seen['h1']} h1"] if seen["h1"] != 1 else []
    faults += [f"lang {seen['lang']!r}"] if seen["lang"] != "en" else []
    missing = "Failed to load resource: the server responded with a status of 404"
    faults += [c for c in visitor.complaints if missing not in c or "no-such-page" not in c]
    faults += sizes(visitor)
    for scheme in THEMES[visitor.size]:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        for found in Axe().run(page, options=CONTRAST).response["violations"]:
            faults += [f"{scheme} contrast: {node['html'][:100]}" for node in found["nodes"]]
    return faults


def sizes(visitor: Visitor) -> list[str]:
    """Targets for thumbs, the amount first and largest, and no line wider than the narrowest screen."""
    page, is_staff = visitor.page, visitor.staff_url in visitor.page.url
    faults = [
        f"small target {found}"
        for found in page.evaluate(SMALL, [SMALL_TARGET, 0 if is_staff else MAIN_TARGET])
    ]
    first = page.evaluate(LARGEST)
    if not is_staff and not (first["main"] and first["foot"] < SIZES[visitor.size]["height"]):
        faults.append(f"the largest letters are not the amount or the heading: {first}")
    if visitor.size == "phone":
        page.set_viewport_size({"width": NARROWEST, "height": 640})
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        faults += [f"{wide} px too wide at {NARROWEST} px"] if wide > 0 else []
    return faults
