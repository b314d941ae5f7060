"""How a payment was made, in words."""

from __future__ import annotations

BANK = "us_bank_account"


def method_in_words(method: str, brand: str, last4: str) -> str:
    """`Visa card ending in 4242`."""
    kind = "Bank account" if method == BANK else f"{brand.capitalize()} card".strip().capitalize()
    return f"{kind} ending in {last4}" if last4 else kind


def your_method(method: str, brand: str, last4: str) -> str:
    """`your Visa card ending in 4242`, `your bank account ending in 6789`."""
    words = method_in_words(method, brand, last4)
    first, _, rest = words.partition(" ")
    return f"your {first.lower() if first in {'Bank', 'Card'} else first} {rest}".strip()
