"""The file that tells an agency what to do, and the manifest that proves which file it was (COLL-18, COLL-19).

One row an order, CSV in UTF-8 with a header; days as YYYY-MM-DD, amounts as dollars with two decimals, answers as
`yes` or `no`. It carries what the agency's own notice must itemise and nothing about care: no service, no code, no
diagnosis. `docs/placement.md` describes each column.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime

from billing.money import ZERO, Money, total_of
from billing.placement import Order

VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who owes, or whose visit it was."""

    number: str
    first_name: str
    last_name: str
    born_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """How the guarantor may be reached, and by what they agreed to; `e_mail_from`: the first day it may be used (COLL-20)."""

    line_1: str = ""
    line_2: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""
    phone: str = ""
    phone_texts: str = "no"  # yes, no or stopped
    phone_calls: str = "no"
    email: str = ""
    email_from: date | None = None
    language: str = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Flags:
    """What an agency must know before it acts; any of the first five keeps a bill from being placed."""

    deceased: bool = False
    bankruptcy: bool = False
    active_duty: bool = False
    attorney: bool = False
    disputed: bool = False
    screened_on: date | None = None  # for assistance (FA-8)
    screening: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Itemization:
    """How the amount of the itemization day became the amount of today (COLL-18); interest and fees are ours: none."""

    on: date | None  # of the last statement
    then: Money
    payments: Money = ZERO
    credits: Money = ZERO
    adjustments: Money = ZERO
    interest: Money = ZERO
    fees: Money = ZERO
    now: Money

    @property
    def adds_up(self) -> bool:
        taken = total_of((self.payments, self.credits, self.adjustments))
        return self.then + self.interest + self.fees - taken == self.now


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacementRow:
    """One order about one bill. All but PLACE and UPDATE need only the numbers, the reason and what is owed now."""

    order: Order
    placement: str  # its number with us, the same in every file
    contract_ref: str
    bill: str
    reason: str  # rule ids of a suspension or recall
    guarantor: Person
    patient: Person
    contact: Contact
    flags: Flags
    service_on: date | None
    first_statement_on: date | None  # D0
    insurance: str  # how the plans ended: decided, or self-pay
    itemised_bill: str  # the statement that itemises it
    last_payment_on: date | None
    barred_on: date | None  # the day on which a suit is too late
    barred_state: str
    amounts: Itemization


class RowRefused(ValueError):
    """The row may not leave; `problems` says each cell that is wrong."""

    def __init__(self, placement: str, problems: Sequence[str]) -> None:
        super().__init__(f"placement {placement}: {'; '.join(problems)}")
        self.problems = tuple(problems)


def problems_of(row: PlacementRow) -> tuple[str, ...]:
    """What keeps a row from leaving, each in words; none when it may (COLL-19)."""
    found = [name for name in ("placement", "contract_ref", "bill") if not getattr(row, name)]
    problems = [f"{name} is empty" for name in found]
    if row.order in {Order.SUSPEND, Order.RECALL} and not row.reason:
        problems.append("the reason is empty")
    if row.order not in {Order.PLACE, Order.UPDATE}:
        return tuple(problems)
    needed: Mapping[str, object] = {
        "guarantor’s name": row.guarantor.last_name,
        "patient’s name": row.patient.last_name,
        "address": row.contact.line_1,
        "city": row.contact.city,
        "state": row.contact.state,
        "ZIP code": row.contact.zip,
        "language": row.contact.language,
        "day of service": row.service_on,
        "day of the first statement": row.first_statement_on,
        "itemization day": row.amounts.on,
        "itemised bill": row.itemised_bill,
        "day of the screening": row.flags.screened_on,
        "result of the screening": row.flags.screening,
        "how insurance ended": row.insurance,
    }
    problems += [f"the {name} is missing" for name, value in needed.items() if not value]
    if row.order is Order.PLACE:
        problems += [f"{name} is yes" for name in _CLOSED if getattr(row.flags, name)]
        if row.amounts.now <= ZERO:
            problems.append("nothing is owed")
    if not row.amounts.adds_up:
        problems.append("the itemization does not add up to what is owed now")
    return tuple(problems)


_CLOSED = ("deceased", "bankruptcy", "active_duty", "attorney", "disputed")
COLUMNS = (
    "order",
    "placement",
    "contract",
    "bill",
    "reason",
    *(f"guarantor_{name}" for name in ("number", "first_name", "last_name", "born_on")),
    *(f"patient_{name}" for name in ("number", "first_name", "last_name", "born_on")),
    *(one.name for one in fields(Contact)),
    *(one.name for one in fields(Flags)),
    "service_on",
    "first_statement_on",
    "insurance",
    "itemised_bill",
    "last_payment_on",
    "barred_on",
    "barred_state",
    *(f"itemization_{one.name}" for one in fields(Itemization)),
)


def _cells(row: PlacementRow) -> list[str]:
    parts: list[object] = [row.order, row.placement, row.contract_ref, row.bill, row.reason]
    for person in (row.guarantor, row.patient):
        parts += [person.number, person.first_name, person.last_name, person.born_on]
    parts += [getattr(row.contact, one.name) for one in fields(Contact)]
    parts += [getattr(row.flags, one.name) for one in fields(Flags)]
    parts += [row.service_on, row.first_statement_on, row.insurance, row.itemised_bill]
    parts += [row.last_payment_on, row.barred_on, row.barred_state]
    parts += [getattr(row.amounts, one.name) for one in fields(Itemization)]
    return [_cell(part) for part in parts]


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Money):
        sign = "-" if value < ZERO else ""
        return f"{sign}{abs(value.cents) // 100}.{abs(value.cents) % 100:02d}"
    return "" if value is None else " ".join(str(value).split())


def write_file(rows: Sequence[PlacementRow]) -> bytes:
    """The file's bytes; the same rows give the same bytes. Raises RowRefused for a row that may not leave."""
    page = io.StringIO(newline="")
    writer = csv.writer(page, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows:
        if problems := problems_of(row):
            raise RowRefused(row.placement, problems)
        writer.writerow(_cells(row))
    return page.getvalue().encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What travels beside a file: whoever reads both knows that nothing is lost, doubled or missing in between."""

    file: str
    number: int  # counts up by one for each agency
    agency: str
    contract_ref: str
    creditor: str
    made_at: datetime
    previous_sha256: str  # of the file before; empty for the first
    sha256: str
    orders: Mapping[str, int]
    placed: Money  # what the rows that place together come to

    def to_json(self) -> bytes:
        """As it is written beside the file."""
        told = {
            "version": VERSION,
            "file": self.file,
            "number": self.number,
            "agency": self.agency,
            "contract": self.contract_ref,
            "creditor": self.creditor,
            "made_at": self.made_at.isoformat(),
            "sha256": self.sha256,
            "previous_sha256": self.previous_sha256,
            "rows": sum(self.orders.values()),
            "orders": dict(self.orders),
            "placed": _cell(self.placed),
        }
        return (json.dumps(told, indent=2, ensure_ascii=False) + "\n").encode()


def manifest(
    rows: Sequence[PlacementRow],
    content: bytes,
    *,
    file: str,
    number: int,
    agency: str,
    contract_ref: str,
    creditor: str,
    made_at: datetime,
    previous_sha256: str,
) -> Manifest:
    """The manifest of a file that `write_file` gave for these rows."""
    counted = Counter(row.order.value for row in rows)
    return Manifest(
        file=file,
        number=number,
        agency=agency,
        contract_ref=contract_ref,
        creditor=creditor,
        made_at=made_at,
        previous_sha256=previous_sha256,
        sha256=hashlib.sha256(content).hexdigest(),
        orders={order.value: counted[order.value] for order in Order},
        placed=total_of(row.amounts.now for row in rows if row.order is Order.PLACE),
    )
