"""Files that banks export, read by libraries into our own facts: BAI2 (bai2), OFX and QFX (ofxtools), CSV.

Somebody else's file: everything is bounded, and what is cut short or malformed is refused whole, with where.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from io import BytesIO, StringIO
from typing import Any

from bai2 import bai2
from bai2.constants import TypeCodes, TypeCodeTransaction
from bai2.exceptions import IntegrityException, NotSupportedYetException, ParsingException

from billing.bank_lines import BankFile, BankLine, last_four, line_text
from billing.money import Money
from portal.office_ports import BankFileRefused, ColumnsUnknown

LARGEST = 8 * 1024 * 1024
LINES_AT_MOST = 20_000
LONGEST_ROW = 20_000
DOLLARS = ("", "USD")
EARLIEST = 2000
MOST = Decimal(10) ** 10
DATES = ("%Y-%m-%d", "%m/%d/%Y", "%m/%d/%y", "%Y%m%d", "%d-%b-%Y", "%b %d, %Y")
# Headings that banks use, for each meaning; the first that a file has is taken.
COMMON: Mapping[str, tuple[str, ...]] = {
    "date": (
        "date",
        "posting date",
        "posted date",
        "post date",
        "transaction date",
        "booking date",
    ),
    "amount": ("amount", "transaction amount"),
    "credit": ("credit", "credits", "credit amount", "deposit", "deposits", "money in"),
    "debit": ("debit", "debits", "debit amount", "withdrawal", "withdrawals", "money out"),
    "text": ("description", "details", "memo", "name", "transaction description"),
    "more": ("addenda", "extended details", "additional details", "memo", "detail"),
    "reference": (
        "reference",
        "bank reference",
        "transaction id",
        "fitid",
        "bank id",
        "reference number",
    ),
    "account": ("account", "account number", "account no"),
}


class BankLibraries:
    """The BankFiles port."""

    def read(self, data: bytes, *, columns: Mapping[str, str] | None = None) -> BankFile:
        if len(data) > LARGEST:
            raise BankFileRefused(f"The file is larger than {LARGEST // 1024 // 1024} MB.")
        text = _decoded(data)
        start = text.lstrip()[:400].upper()
        if start.startswith("01,"):
            return _whole("bai2", _bai2(text))
        if "OFXHEADER" in start or "<OFX>" in start:
            return _whole("ofx", _ofx(data, text))
        if "\x00" in text or not text.strip():
            raise BankFileRefused("This is no bank file: BAI2, OFX, QFX and CSV are read.")
        return _whole("csv", _csv(text, columns))


def _whole(form: str, lines: Iterator[BankLine]) -> BankFile:
    found: list[BankLine] = []
    for line in lines:
        found.append(line)
        if len(found) > LINES_AT_MOST:
            raise BankFileRefused(f"More than {LINES_AT_MOST} lines: export fewer days at once.")
    if not found:
        raise BankFileRefused("The file has no line with an amount.")
    return BankFile(format=form, lines=tuple(found))


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


# BAI2: amounts are whole cents; a record goes on with 88; every level closes with its own total.

_TRANSACTION = re.compile(r"^16,(\d{3}),")
_CREDITS, _DEBITS = range(100, 400), range(400, 700)
_BAI2_TROUBLE = (
    ParsingException,
    IntegrityException,
    NotSupportedYetException,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    RuntimeError,
    StopIteration,
)


def _bai2(text: str) -> Iterator[BankLine]:
    rows = [row.strip() for row in text.splitlines() if row.strip()]
    if not rows[-1].startswith("99,"):
        raise BankFileRefused(
            f"The file ends in record {len(rows)} without its trailer (99): it was cut off."
        )
    try:
        file = bai2.parse_from_lines([_known_code(row) for row in rows])
    except _BAI2_TROUBLE as trouble:
        raise BankFileRefused(f"The BAI2 file does not add up: {trouble}".strip(" :")) from trouble
    for group in file.children:
        if (group.header.currency or "") not in DOLLARS:
            raise BankFileRefused(f"Only dollars are read, not {group.header.currency}.")
        if group.header.as_of_date is None:
            raise BankFileRefused("A group of the BAI2 file has no date (record 02).")
        for account in group.children:
            yield from _bai2_account(account, group.header.as_of_date)


def _bai2_account(account: Any, on: date) -> Iterator[BankLine]:
    number = last_four(account.header.customer_account_number or "")
    if (account.header.currency or "") not in DOLLARS:
        raise BankFileRefused(f"Only dollars are read, not {account.header.currency}.")
    for ordinal, one in enumerate(account.children, start=1):
        way = one.type_code.transaction
        if not one.amount or way is TypeCodeTransaction.misc:
            continue  # a note of the bank: no money moved
        cents = one.amount if way is TypeCodeTransaction.credit else -one.amount
        reference = " ".join(filter(None, (one.bank_reference, one.customer_reference)))
        yield BankLine(
            account=number,
            on=on,
            amount=Money(cents),
            reference=line_text(reference)[:80],
            text=line_text(one.type_code.description, (one.text or "").rstrip("/")),
            position=f"account …{number}, transaction {ordinal}",
        )


def _known_code(row: str) -> str:
    """A bank's own type code as the general one of its range: the library knows the published list alone."""
    found = _TRANSACTION.match(row)
    if not found or found[1] in TypeCodes:
        return row
    number = int(found[1])
    general = "399" if number in _CREDITS else "699" if number in _DEBITS else found[1]
    return f"16,{general},{row[len(found[0]) :]}"


# OFX: the library reads both the older SGML and XML; a cut file gives it no trouble, so the end is looked at.


def _ofx(data: bytes, text: str) -> Iterator[BankLine]:
    if not text.rstrip().upper().endswith("</OFX>"):
        raise BankFileRefused("The file does not end with </OFX>: it was cut off.")
    # Late: it builds hundreds of classes, which every process would pay for at its start.
    from ofxtools.Parser import OFXTree

    try:
        root = OFXTree().parse(BytesIO(data))
    except (SyntaxError, ValueError, LookupError, TypeError, AttributeError) as trouble:
        raise BankFileRefused(f"The OFX file cannot be read: {str(trouble)[:120]}") from trouble
    for statement in (*root.iter("STMTRS"), *root.iter("CCSTMTRS")):
        if (statement.findtext("CURDEF") or "").strip() not in DOLLARS:
            raise BankFileRefused(f"Only dollars are read, not {statement.findtext('CURDEF')}.")
        number = last_four(statement.findtext(".//ACCTID") or "")
        for ordinal, one in enumerate(statement.iter("STMTTRN"), start=1):
            where = f"account …{number}, transaction {ordinal}"
            words = (
                one.findtext(tag) for tag in ("TRNTYPE", "NAME", "PAYEE/NAME", "MEMO", "CHECKNUM")
            )
            yield BankLine(
                account=number,
                on=_day((one.findtext("DTPOSTED") or "")[:8], where),
                amount=_money(one.findtext("TRNAMT") or "", where),
                reference=line_text(one.findtext("FITID"))[:80],
                text=line_text(*words),
                position=where,
            )


# CSV: which column is which stands in the headings, or somebody said so once.


def _csv(text: str, columns: Mapping[str, str] | None) -> Iterator[BankLine]:
    first = text.lstrip().splitlines()[0][:LONGEST_ROW]
    delimiter = max(",;\t|", key=first.count)
    reader = csv.reader(StringIO(text), delimiter=delimiter, strict=True)
    try:
        header = tuple(cell.strip() for cell in next(reader))
        chosen = _columns(header, columns)
        for number, row in enumerate(reader, start=2):
            if not any(cell.strip() for cell in row):
                continue
            if len(row) != len(header):
                raise BankFileRefused(
                    f"Row {number} has {len(row)} cells, the headings {len(header)}: is the file whole?"
                )
            cells = dict(zip(header, (cell.strip() for cell in row), strict=True))
            yield _csv_line({key: cells[name] for key, name in chosen.items()}, number)
    except csv.Error as trouble:
        raise BankFileRefused(f"Row {reader.line_num} is no CSV: {trouble}") from trouble


def _columns(header: tuple[str, ...], said: Mapping[str, str] | None) -> dict[str, str]:
    """Meaning to heading; raises ColumnsUnknown where date and amount are not both clear."""
    plain = {name.casefold(): name for name in reversed(header) if name}
    chosen = dict(said or {}) or {
        key: plain[next(name for name in names if name in plain)]
        for key, names in COMMON.items()
        if any(name in plain for name in names)
    }
    if any(name not in header for name in chosen.values()):
        raise ColumnsUnknown(header)
    if "date" not in chosen or not ({"amount"} & set(chosen) or {"credit", "debit"} <= set(chosen)):
        raise ColumnsUnknown(header)
    return chosen


def _csv_line(cells: Mapping[str, str], number: int) -> BankLine:
    where = f"row {number}"
    if cells.get("amount"):
        amount = _money(cells["amount"], where)
    elif cells.get("credit"):
        amount = abs(_money(cells["credit"], where))
    elif cells.get("debit"):
        amount = -abs(_money(cells["debit"], where))
    else:
        raise BankFileRefused(f"{_upper(where)} has no amount.")
    more = cells.get("more") if cells.get("more") != cells.get("text") else None
    return BankLine(
        account=last_four(cells.get("account", "")),
        on=_day(cells["date"], where),
        amount=amount,
        reference=line_text(cells.get("reference"))[:80],
        text=line_text(cells.get("text"), more),
        position=where,
    )


def _day(written: str, where: str) -> date:
    for form in DATES:
        try:
            found = datetime.strptime(written.strip(), form).date()  # noqa: DTZ007 - a bank's day has no zone
        except ValueError:
            continue
        if found.year >= EARLIEST:
            return found
    raise BankFileRefused(f"{_upper(where)}: “{written[:30]}” is no date.")


def _money(written: str, where: str) -> Money:
    plain = written.strip().replace("$", "").replace(",", "").replace("−", "-").replace(" ", "")
    if plain.startswith("(") and plain.endswith(")"):
        plain = f"-{plain[1:-1]}"
    try:
        amount = Decimal(plain)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or abs(amount) > MOST or amount * 100 != int(amount * 100):
        raise BankFileRefused(f"{_upper(where)}: “{written[:30]}” is no amount in cents.")
    return Money(int(amount * 100))


def _upper(where: str) -> str:
    return where[:1].upper() + where[1:]
