"""Card numbers never enter a note (PCI-5): what looks like one, by issuer, length and check digit."""

from __future__ import annotations

import re

DIGIT_RUN = re.compile(r"\d(?:[ .\-]?\d){12,}")
ISSUERS = re.compile(
    r"4\d{12}(?:\d{3}){0,2}|"  # Visa: 13, 16 or 19
    r"(?:5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}|"  # Mastercard
    r"3[47]\d{13}|"  # American Express
    r"3(?:0[0-5]|[68]\d)\d{11}|"  # Diners
    r"(?:6011|64[4-9]\d|65\d\d|35\d\d|62\d\d)\d{12}"  # Discover, JCB, UnionPay
)
LENGTHS = (13, 14, 15, 16, 19)
REDACTED = "[card number removed]"


class CardNumberRefused(ValueError):
    """A text holds what looks like a card number; nothing of it is saved."""

    def __init__(self) -> None:
        super().__init__(
            "This looks like a card number. Take it out: card numbers are never kept here."
            " Nothing was saved."
        )


def check_free_text(text: str) -> str:
    """The text, trimmed; refuses one that holds a card number."""
    if any(_holds_card(run.group()) for run in DIGIT_RUN.finditer(text)):
        raise CardNumberRefused
    return text.strip()


def redact_free_text(text: str) -> str:
    """The text with each card number taken out: for what reached us already and cannot be refused."""
    return DIGIT_RUN.sub(lambda run: REDACTED if _holds_card(run.group()) else run.group(), text)


def _holds_card(run: str) -> bool:
    """Whether a run of digits holds a card number; other digits may stand right before or behind it."""
    digits = re.sub(r"\D", "", run)
    return any(
        ISSUERS.fullmatch(digits[start : start + length]) and _luhn(digits[start : start + length])
        for length in LENGTHS
        for start in range(len(digits) - length + 1)
    )


def _luhn(digits: str) -> bool:
    """Whether the check digit fits."""
    total = 0
    for position, digit in enumerate(reversed(digits)):
        total += sum(divmod(int(digit) * (1 + position % 2), 10))
    return total % 10 == 0
