"""What a bank's statement says line by line, and how one line is told from another (OPS-10)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from billing.free_text import redact_free_text
from billing.money import Money

TEXT_AT_MOST = 500
# CCD+ carries the 835's TRN segment in its addenda: TRN*1*trace*payer's company id.
_ADDENDA = re.compile(
    r"TRN\s*[*|^]\s*1\s*[*|^]\s*([A-Z0-9./-]+)(?:\s*[*|^]\s*([A-Z0-9-]+))?", re.IGNORECASE
)
_LONG_DIGITS = re.compile(r"\d{9,}")
LAST = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class BankLine:
    """One line. Money that came is above zero, money that went below it."""

    account: str  # its last four digits, and nothing more of it
    on: date
    amount: Money
    reference: str  # the bank's own number of the line; empty where it gives none
    text: str  # description and addenda
    position: str  # where the file says it: "row 3"

    @property
    def addenda(self) -> Addenda:
        return read_addenda(self.text)


@dataclass(frozen=True, slots=True)
class Addenda:
    """The trace (TRN02) and the payer's company id (TRN03) that a line carries; empty where it does not."""

    trace: str = ""
    payer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BankFile:
    """A file that was read whole."""

    format: str  # bai2, ofx, csv
    lines: tuple[BankLine, ...]


def read_addenda(text: str) -> Addenda:
    """The TRN segment in a line's text."""
    found = _ADDENDA.search(text)
    return Addenda(found[1].upper(), (found[2] or "").upper()) if found else Addenda()


def last_four(account: str) -> str:
    """All that is kept of an account's number."""
    return "".join(filter(str.isalnum, account))[-LAST:]


def line_text(*parts: str | None) -> str:
    """The parts as one line, cut where a bank goes on for ever."""
    return " ".join(" ".join(part or "" for part in parts).split())[:TEXT_AT_MOST]


def without_cards(text: str) -> str:
    """The text with card numbers taken out (PCI-5); the addenda's trace stays, whatever digits it has."""
    found = _ADDENDA.search(text)
    if found is None:
        return redact_free_text(text)
    before, after = text[: found.start()], text[found.end() :]
    return redact_free_text(before) + found[0] + redact_free_text(after)


def identities(lines: Iterable[BankLine]) -> list[str]:
    """What each line is known by: account, day, amount, the bank's number, and which of several alike.

    Two exports that overlap give the same identities, so a line is kept once.
    """
    seen: Counter[tuple[str, ...]] = Counter()
    found = []
    for line in lines:
        key = (
            line.account,
            line.on.isoformat(),
            str(line.amount.cents),
            line.reference or line.text,
        )
        seen[key] += 1
        found.append(sha256("\x1f".join((*key, str(seen[key]))).encode()).hexdigest())
    return found


def plain_text(text: str) -> str:
    """The text as a page shows it: long numbers that are no trace keep their last four digits."""
    trace = read_addenda(text).trace
    return _LONG_DIGITS.sub(
        lambda found: found[0] if found[0] in trace else f"…{found[0][-LAST:]}", text
    )
