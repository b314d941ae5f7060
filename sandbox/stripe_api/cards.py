"""The published test numbers, and what each one does; no other number is taken."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TestCard:
    """How a test card behaves: when it is declined, asks for authentication, or causes trouble later."""

    brand: str = "visa"
    code: str | None = None  # the decline it causes
    decline_code: str | None = None
    authentication: str = ""  # once: not after it was set up; always
    afterwards: str = ""  # dispute, refund_fails
    attachable: bool = False  # declined only when charged

    @property
    def declines_on_attach(self) -> bool:
        return bool(self.code) and not self.attachable and not self.authentication


def _declined(decline_code: str, **other: str | bool) -> TestCard:
    return TestCard(
        code="card_declined",
        decline_code=decline_code,
        authentication=str(other.get("authentication", "")),
        attachable=bool(other.get("attachable", False)),
    )


CARDS = {
    "4242424242424242": TestCard(),
    "4000056655665556": TestCard(),
    "4000000000000077": TestCard(),
    "5555555555554444": TestCard("mastercard"),
    "2223003122003222": TestCard("mastercard"),
    "378282246310005": TestCard("amex"),
    "6011111111111117": TestCard("discover"),
    "4000000000000002": _declined("generic_decline"),
    "4000000000009995": _declined("insufficient_funds"),
    "4000000000009987": _declined("lost_card"),
    "4000000000009979": _declined("stolen_card"),
    "4100000000000019": _declined("fraudulent"),
    "4000000000000341": _declined("generic_decline", attachable=True),
    "4000008260003178": _declined("insufficient_funds", authentication="always"),
    "4000000000000069": TestCard(code="expired_card"),
    "4000000000000127": TestCard(code="incorrect_cvc"),
    "4000000000000119": TestCard(code="processing_error"),
    "4000002500003155": TestCard(authentication="once"),
    "4000002760003184": TestCard(authentication="always"),
    "4000000000003220": TestCard(authentication="always"),
    "4000000000000259": TestCard(afterwards="dispute"),
    "4000000000005126": TestCard(afterwards="refund_fails"),
}
READY_MADE = {
    "pm_card_visa": "4242424242424242",
    "pm_card_mastercard": "5555555555554444",
    "pm_card_amex": "378282246310005",
    "pm_card_chargeCustomerFail": "4000000000000341",
    "pm_card_visa_chargeDeclined": "4000000000000002",
    "pm_card_visa_chargeDeclinedInsufficientFunds": "4000000000009995",
    "pm_card_authenticationRequired": "4000002760003184",
    "pm_card_authenticationRequiredOnSetup": "4000002500003155",
    "pm_card_createDispute": "4000000000000259",
}
BANKS = {  # what happens four days after a debit of this test account; empty: it succeeds
    "000123456789": "",
    "000111111113": "account_closed",
    "000111111116": "no_account",
    "000222222227": "insufficient_funds",
    "000333333335": "debit_not_authorized",
    "000555555559": "dispute",
}
MESSAGES = {
    "authentication_required": "Your card was declined. This transaction requires authentication.",
    "expired_card": "Your card has expired.",
    "incorrect_cvc": "Your card's security code is incorrect.",
    "insufficient_funds": "Your card has insufficient funds.",
    "processing_error": "An error occurred while processing your card. Try again in a little bit.",
}
DECLINED = "Your card was declined."
NOT_A_TEST_CARD = (
    "Your card was declined. Your request was in test mode, but used a non test card."
    " For a list of valid test cards, visit: https://stripe.com/docs/testing."
)


def card_of(method: dict[str, object]) -> TestCard:
    """The behaviour of a stored payment method; a bank account behaves like a plain card here."""
    return CARDS.get(str(method.get("_number", "")), TestCard())


def message_for(code: str, decline_code: str | None) -> str:
    """What Stripe tells the shopper."""
    return MESSAGES.get(decline_code or "") or MESSAGES.get(code, DECLINED)
