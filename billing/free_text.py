"""Card numbers never enter a note (PCI-5): what looks like one, by the way it is written, issuer, length and check digit."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

ISSUERS = re.compile(
    r"4\d{12}(?:\d{3}){0,2}|"  # Visa: 13, 16 or 19
    r"(?:5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}|"  # Mastercard
    r"3[47]\d{13}|"  # American Express
    r"3(?:0[0-5]|[68]\d)\d{11}|"  # Diners
    r"(?:6011|64[4-9]\d|65\d\d|35\d\d|62\d\d)\d{12}"  # Discover, JCB, UnionPay
)
BETWEEN = r"[\s.,/_-]"
MOST_BETWEEN = 3  # " - "
# Digits as they stand on cards, with or without anything between these groups.
ON_CARDS = ((4, 4, 4, 4), (4, 4, 4, 4, 3), (4, 6, 5), (4, 6, 4), (4, 4, 4, 1), (4, 3, 3, 3))
LENGTHS = (13, 14, 15, 16, 19)
REDACTED = "[card number removed]"


def _written(groups: tuple[int, ...], least: int) -> re.Pattern[str]:
    """Groups with at least so much between them; never a part of a longer run, which is a trace or a reference."""
    between = f"{BETWEEN}{{{least},{MOST_BETWEEN}}}"
    digits = between.join(rf"\d{{{size}}}" for size in groups)
    return re.compile(rf"(?<!\d)(?=({digits})(?!\d))")  # ahead: other groups may stand before it


WAYS = (
    *(_written(groups, 0) for groups in ON_CARDS),
    *(_written((1,) * length, 1) for length in LENGTHS),
    *(_written((2,) * (length // 2), 1) for length in (14, 16)),
)


class CardNumberRefused(ValueError):
    """A text holds what looks like a card number; nothing of it is saved."""

    def __init__(self) -> None:
        super().__init__(
            "This looks like a card number. Take it out: card numbers are never kept here."
            " Nothing was saved."
        )


def check_free_text(text: str) -> str:
    """The text, trimmed; refuses one that holds a card number."""
    if any(_cards(text)):
        raise CardNumberRefused
    return text.strip()


def redact_free_text(text: str) -> str:
    """The text with each card number taken out: for what reached us already and cannot be refused."""
    parts, end = [], 0
    for start, stop in sorted(_cards(text)):
        if start >= end:
            parts += [text[end:start], REDACTED]
        end = max(end, stop)
    return "".join((*parts, text[end:]))


def _cards(text: str) -> Iterator[tuple[int, int]]:
    """Where a card number begins and ends; numbers found may overlap."""
    plain = "".join(map(_plain, text))
    for way in WAYS:
        for found in way.finditer(plain):
            digits = re.sub(r"\D", "", found[1])
            if ISSUERS.fullmatch(digits) and _luhn(digits):
                yield found.span(1)


def _plain(letter: str) -> str:
    """One letter for one, so that places stay: any digit as 0-9, any dash as "-", what nobody sees as a space."""
    if letter.isascii():
        return letter
    same = unicodedata.normalize("NFKC", letter)
    if len(same) == 1:
        letter = same
    if letter.isdecimal():
        return str(unicodedata.decimal(letter))
    kind = unicodedata.category(letter)
    if kind == "Pd" or letter == "\N{MINUS SIGN}":
        return "-"
    return " " if kind == "Cf" else letter


def _luhn(digits: str) -> bool:
    """Whether the check digit fits."""
    total = 0
    for position, digit in enumerate(reversed(digits)):
        total += sum(divmod(int(digit) * (1 + position % 2), 10))
    return total % 10 == 0
