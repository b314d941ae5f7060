"""Chromium on a running demo: the real processes, the real pages, checked by axe as the story goes."""

import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pyotp
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.demo_run import DemoRun

PICTURES = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
SIZES = {"phone": {"width": 360, "height": 740}, "desktop": {"width": 1280, "height": 860}}
QUIET = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SERIOUS = {"serious", "critical"}


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next((path for path in map(shutil.which, names) if path), None)
    return {**browser_type_launch_args, "executable_path": found, "args": QUIET}


@pytest.fixture(scope="session")
def demo() -> Iterator[DemoRun]:
    run = DemoRun()
    try:
        run.start()
        yield run
    finally:
        run.remove()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever stops the demo comes after those who share it."""
    items.sort(key=lambda item: "ends_the_demo" in item.keywords)


SPENT: dict[str, int] = {}  # by secret: the last 30 seconds whose code was used
STEP_SECONDS = 30


class Visitor:
    """Somebody at a browser of one size, who looks at every page with axe's eyes."""

    def __init__(self, page: Page, demo: DemoRun, size: str) -> None:
        self.page, self.demo, self.size = page, demo, size
        self.patient_url: str = demo.addresses["patient_url"]
        self.staff_url: str = demo.addresses["staff_url"]
        self.complaints: list[str] = []
        page.on("console", self._console)

    def _console(self, message: Any) -> None:
        if message.type == "error":
            self.complaints.append(f"{self.page.url}: {message.text}")

    def look(self, heading: str | re.Pattern[str], picture: str = "") -> None:
        """This page has the heading, fits the screen, and axe finds nothing serious in it."""
        expect(self.page.get_by_role("heading", level=1, name=heading)).to_be_visible()
        found = Axe().run(self.page).response["violations"]
        bad = [
            f"{v['id']}: {node['html'][:120]}"
            for v in found
            if v["impact"] in SERIOUS
            for node in v["nodes"]
        ]
        where = f"{urlsplit(self.page.url).path} at {self.size}"
        assert bad == [], f"{where}: {bad}"
        wide = self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, f"{where} is {wide} px too wide"
        cut = self.page.locator(".staff .table-scroll").evaluate_all(
            "found => found.filter(one => one.scrollWidth > one.clientWidth).length"
        )
        assert cut == 0, f"{cut} tables of {where} are to be pushed sideways"
        assert self.complaints == [], self.complaints
        self.picture(picture)

    def picture(self, name: str) -> None:
        """Keep what the screen shows for the README, when that is asked for."""
        shown_at = "desktop" if name.startswith("staff") else "phone"
        if name and self.size == shown_at and os.environ.get("KINDBILL_SCREENSHOTS") == "1":
            PICTURES.mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=PICTURES / f"{name}.png")

    def fill(self, name: str, value: str) -> None:
        self.page.locator(f"input[name={name}]").fill(value)

    def press(self, name: str | re.Pattern[str], role: Any = "button") -> None:
        """Press the first visible one: phones repeat the main action at the bottom of the screen."""
        self.page.get_by_role(role, name=name).locator("visible=true").first.click()

    def person(self, **facts: str) -> dict[str, str]:
        return next(
            person
            for person in self.demo.addresses["sign_ins"]
            if all(person[key] == value for key, value in facts.items())
        )

    def sign_in(self, url: str, person: dict[str, str]) -> None:
        """Password, then the code of the authenticator."""
        self.page.goto(f"{url}/sign-in")
        self.look("Sign in")
        self.fill("email", person["email"])
        self.fill("password", person["password"])
        self.press("Sign in")
        self.look("Enter your code")
        self.fill("code", self.next_code(person))
        self.press("Continue")

    def next_code(self, person: dict[str, str]) -> str:
        """A code of the person's authenticator that the server takes: it takes each once, and the next one early.

        For a third one within half a minute the server forgets which it saw, as if that time had passed.
        """
        secret, now = person["totp_secret"], int(time.time()) // STEP_SECONDS
        step = max(now, SPENT.get(secret, 0) + 1)
        if step > now + 1:
            self.demo.forget_codes(person["email"])
            step = now
        SPENT[secret] = step
        return pyotp.TOTP(secret).at(step * STEP_SECONDS)

    def mailed(self, to: str, pattern: str) -> str:
        """What the newest message to somebody says, as their inbox shows it."""
        inbox = self.page.context.new_page()
        try:
            for _ in range(100):
                inbox.goto(self.demo.addresses["sandbox_url"] + "/inbox")
                article = inbox.locator("article", has_text=to).first
                found = re.findall(pattern, article.inner_text()) if article.count() else []
                if found:
                    return str(found[-1])  # on a phone the newest text stands last
                inbox.wait_for_timeout(200)
        finally:
            inbox.close()
        raise AssertionError(f"no message to {to} says {pattern}")


@pytest.fixture
def visit(browser: Browser, demo: DemoRun) -> Iterator[Callable[[str], Visitor]]:
    """Open a browser of one size."""
    opened = []

    def open_at(size: str) -> Visitor:
        context = browser.new_context(viewport=SIZES[size], locale="en-US")
        opened.append(context)
        return Visitor(context.new_page(), demo, size)

    yield open_at
    for context in opened:
        context.close()


@pytest.fixture
def phone(browser: Browser, demo: DemoRun) -> Iterator[Callable[[], Visitor]]:
    """Open a phone that runs no script."""
    opened = []

    def open_one() -> Visitor:
        context = browser.new_context(
            viewport=SIZES["phone"], locale="en-US", java_script_enabled=False
        )
        opened.append(context)
        return Visitor(context.new_page(), demo, "phone")

    yield open_one
    for context in opened:
        context.close()
