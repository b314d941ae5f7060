"""Passkeys in Chromium, with its virtual authenticator: added, used alone, used after the password, deleted."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import CDPSession

from tests.browser.conftest import Visitor

WORDS = "Sign in with a passkey"
WHO: dict[str, tuple[str, dict[str, str]]] = {
    "phone": ("patient_url", {"face": "patient"}),
    "desktop": ("staff_url", {"role": "biller"}),
}


class Device:
    """What unlocks with a finger: Chromium's own stand-in for it."""

    def __init__(self, visitor: Visitor) -> None:
        self.cdp: CDPSession = visitor.page.context.new_cdp_session(visitor.page)
        self.cdp.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        made = self.cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        self.id: str = made["authenticatorId"]

    def knows_its_holder(self, *, yes: bool) -> None:
        self.cdp.send(
            "WebAuthn.setUserVerified", {"authenticatorId": self.id, "isUserVerified": yes}
        )

    def holds(self) -> list[dict[str, Any]]:
        answer = self.cdp.send("WebAuthn.getCredentials", {"authenticatorId": self.id})
        return list(answer["credentials"])


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_a_passkey_from_the_first_day_to_the_last(
    size: str, visit: Callable[[str], Visitor]
) -> None:
    visitor = visit(size)
    page, device = visitor.page, Device(visitor)
    address, who = WHO[size]
    url, person = getattr(visitor, address), visitor.person(**who)
    visitor.sign_in(url, person)
    page.wait_for_load_state()

    page.goto(f"{url}/account/security")
    visitor.press("Passkeys", "link")
    visitor.look("Passkeys")
    visitor.fill("name", "My phone")
    visitor.press("Add a passkey")
    page.get_by_text("The passkey My phone is ready to use.").wait_for()
    visitor.look("Passkeys")
    [key] = device.holds()
    assert key["isResidentCredential"]
    assert key["rpId"] == "localhost"

    sign_out(visitor, url)
    visitor.press(WORDS)
    page.wait_for_url(lambda where: "sign-in" not in where)
    page.goto(f"{url}/account/security")
    visitor.look("Sign-in and security")

    sign_out(visitor, url)
    visitor.fill("email", person["email"])
    visitor.fill("password", person["password"])
    visitor.press("Sign in")
    visitor.look("Choose your second step")
    visitor.press("Use my passkey")
    visitor.look("Use your passkey")
    visitor.press("Use your passkey")
    page.wait_for_url(lambda where: "sign-in" not in where)

    sign_out(visitor, url)
    device.knows_its_holder(yes=False)
    visitor.press(WORDS)
    page.get_by_text("That was stopped, or it took too long.").wait_for()
    visitor.look(WORDS)
    device.knows_its_holder(yes=True)
    visitor.press("Try again")
    page.wait_for_url(lambda where: "sign-in" not in where)

    page.goto(f"{url}/passkeys")
    visitor.press("Delete My phone")
    page.get_by_text("The passkey My phone is deleted.").wait_for()
    visitor.look("Passkeys")
    sign_out(visitor, url)
    visitor.press(WORDS)
    page.get_by_text("That passkey did not work here.").wait_for()
    visitor.look(WORDS)


def sign_out(visitor: Visitor, url: str) -> None:
    """And stand before the sign-in page."""
    visitor.page.context.clear_cookies()
    visitor.page.goto(f"{url}/sign-in")
    visitor.look("Sign in")
