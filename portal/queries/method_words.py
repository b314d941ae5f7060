"""A saved way to pay as people call it."""

from __future__ import annotations

from collections.abc import Callable

ENDING = "%(brand)s ending %(last4)s"
BANK = "Bank account"
CARD = "Card"
NAMES = {
    "amex": "American Express",
    "diners": "Diners Club",
    "discover": "Discover",
    "jcb": "JCB",
    "mastercard": "Mastercard",
    "unionpay": "UnionPay",
    "visa": "Visa",
}


def as_written(words: str) -> str:
    """English as it is."""
    return words


def method_words(
    kind: str, brand: str, last4: str, *, words: Callable[[str], str] = as_written
) -> str:
    """Visa ending 4242, or Bank account ending 6789."""
    name = NAMES.get(brand, brand.title() or words(CARD)) if kind == "card" else words(BANK)
    return words(ENDING) % {"brand": name, "last4": last4} if last4 else name
