"""The check register as CSV, for printing checks and for the bank: payee, address, amount, and an opaque memo."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from billing.money import Money
from portal.queries.check_register import CheckRow
from portal.services.plain_cell import plain_cell

HEAD = (
    *("state", "number", "date", "payee", "address1", "address2", "address3", "address4"),
    *("amount", "memo", "send_by", "cashed_on"),
)
ADDRESS_LINES = 4


def checks_csv(rows: Iterable[CheckRow]) -> str:
    """One row a check. The memo names the account and no care; formulas are kept from spreadsheets."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEAD)
    for row in rows:
        address = [*row.address[:ADDRESS_LINES], *[""] * ADDRESS_LINES][:ADDRESS_LINES]
        cells = (
            row.state.value,
            row.number,
            row.written_on.isoformat() if row.written_on else "",
            row.payee,
            *address,
            _plain(row.amount),
            f"Refund, account {row.account_number}",
            row.due_on.isoformat(),
            row.cleared_on.isoformat() if row.cleared_on else "",
        )
        writer.writerow([plain_cell(cell) for cell in cells])
    return out.getvalue()


def _plain(amount: Money) -> str:
    return f"{amount.cents // 100}.{amount.cents % 100:02d}"
