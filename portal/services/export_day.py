"""The day summary as CSV: one row a fact, amounts in plain decimals, no patient named."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from billing.money import Money
from portal.queries.day_summary import DaySummary
from portal.services.plain_cell import plain_cell

HEAD = ("day", "part", "who", "number", "amount", "posted", "state", "note")


def day_csv(summary: DaySummary) -> str:
    """The rows of the page, in its order; formulas are kept from spreadsheets."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEAD)
    for row in _rows(summary):
        writer.writerow([summary.day.isoformat(), *(plain_cell(cell) for cell in row)])
    return out.getvalue()


def _rows(summary: DaySummary) -> Iterator[tuple[str, ...]]:
    for one in summary.remittances:
        note = f"in suspense {_plain(one.suspense)}" if one.suspense else ""
        yield (
            "remittance",
            one.payer_name,
            one.trace,
            _plain(one.paid),
            _plain(one.posted),
            one.status,
            note,
        )
    for kind in summary.receipts:
        count = str(kind.count)
        yield (
            "receipts",
            kind.method,
            count,
            _plain(kind.amount),
            _plain(kind.posted),
            "",
            "",
        )
    for payout in summary.payouts:
        yield (
            "payout",
            "card company",
            payout.provider_id,
            _plain(payout.amount),
            _plain(payout.net),
            payout.status,
            "",
        )
        for line in payout.lines:
            known = "" if line.known is None else _plain(line.known)
            yield (
                "payout line",
                line.category,
                line.source_id or line.provider_id,
                _plain(line.amount),
                known,
                "",
                f"fee {_plain(line.fee)}",
            )
    for deposit in summary.deposits:
        expected = "" if deposit.expected is None else _plain(deposit.expected)
        yield (
            "deposit",
            deposit.payer_name,
            deposit.trace,
            _plain(deposit.amount),
            expected,
            "",
            "",
        )
    for gap in summary.differences:
        state = "explained" if gap.explained else "unexplained"
        yield (
            "difference",
            gap.what,
            gap.key,
            _plain(gap.amount),
            "",
            state,
            gap.note or gap.cause,
        )


def _plain(amount: Money) -> str:
    sign, cents = ("-" if amount.cents < 0 else ""), abs(amount.cents)
    return f"{sign}{cents // 100}.{cents % 100:02d}"
