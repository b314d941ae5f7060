"""The digits at the foot of a mailed coupon: whose check it is and what was due, with a check digit.

`0012345678 00018240 7`: ten digits of the account's number, eight of the amount due in cents, and one that
proves them (Damm: every single wrong digit, and every two neighbours swapped, is noticed). Read by a scanner
that types, or by eye; spaces do not count.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from billing.money import ZERO, Money

ACCOUNT_DIGITS, AMOUNT_DIGITS = 10, 8
LENGTH = ACCOUNT_DIGITS + AMOUNT_DIGITS + 1
_DAMM = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)


@dataclass(frozen=True, slots=True)
class Coupon:
    """What a coupon says: the digits of the account's number, and what was due when it was printed."""

    account: str
    amount: Money


class Misread(StrEnum):
    """Why a line cannot be used."""

    LENGTH = "length"
    CHECK_DIGIT = "check_digit"


def scan_line(account_number: str, amount: Money) -> str:
    """The line to print; raises ValueError for what does not fit, which no account or statement is."""
    account = account_digits(account_number)
    cents = f"{amount.cents:0{AMOUNT_DIGITS}d}"
    if amount <= ZERO or len(cents) > AMOUNT_DIGITS:
        raise ValueError(f"{amount} does not fit into a scan line")
    return f"{account} {cents} {check_digit(account + cents)}"


def read_scan_line(typed: str) -> Coupon | Misread:
    """What a scanned or typed line says, or why it cannot be right."""
    digits = re.sub(r"[\s-]", "", typed)
    if not re.fullmatch(rf"[0-9]{{{LENGTH}}}", digits):
        return Misread.LENGTH
    if check_digit(digits) != 0:
        return Misread.CHECK_DIGIT
    cents = int(digits[ACCOUNT_DIGITS:-1])
    return Coupon(digits[:ACCOUNT_DIGITS], Money(cents))


def account_digits(number: str) -> str:
    """The number of an account as the line spells it: digits alone, zeros before them."""
    digits = re.sub(r"\D", "", number, flags=re.ASCII)
    if not digits or len(digits) > ACCOUNT_DIGITS:
        raise ValueError("an account number has one to ten digits")
    return digits.zfill(ACCOUNT_DIGITS)


def check_digit(digits: str) -> int:
    """Damm's digit of a row of digits; zero for a row that ends in its own."""
    row = 0
    for digit in digits:
        row = int(_DAMM[row][int(digit)])
    return row
