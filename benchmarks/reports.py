"""Every report at a million charges, beside a loop that adds up one account after another."""

from __future__ import annotations

import statistics
from datetime import UTC, date, datetime

from sqlalchemy import text

from benchmarks.database import empty_practice
from benchmarks.measure import seconds, size, tell
from benchmarks.report_rows import lay_rows
from portal.db import read_only
from portal.queries.report_headlines import headlines
from portal.queries.report_kpis import SECTIONS
from portal.queries.report_list import REPORTS, report
from portal.services.freshen_reports import freshen_reports

LAST = date(2026, 3, 2)
PAST = date(2025, 6, 30)
NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)
CHARGES = size(1_000_000, 1_000)
LOOPED = size(300, 10)  # accounts of the naive loop; its time is told for all
RUNS = size(5, 1)
ONE_ACCOUNT = text("""
    SELECT p.charge_id, a.code, e.occurred_on, p.side, p.amount_cents
      FROM postings p JOIN journal_entries e ON e.id = p.entry_id JOIN ledger_accounts a ON a.id = p.account_id
     WHERE p.guarantor_account_id = :account AND a.code IN ('patient_receivable', 'insurance_receivable')""")


def main() -> None:
    with empty_practice() as (url, _home):
        lay_rows(url, charges=CHARGES, last=LAST.isoformat())
        first = seconds(lambda: freshen_reports(now=NOW))
        tell("Reports, the first adding up", first, "s", peer="our goal", peer_value=300)
        with read_only() as session:
            session.execute(text("SELECT 1"))
        made = report("ageing", LAST, {})
        assert made.tie is not None
        assert made.tie.holds, made.tie
        loop = seconds(naive) / LOOPED * (CHARGES // 10)
        for name, work in WORK.items():
            value = statistics.median(seconds(work) for _ in range(RUNS))
            tell(f"Report {name}, {CHARGES:,} charges", value, "s", peer="our goal", peer_value=1)
            if name == "ageing":
                tell(f"Report {name}", value, "s", peer="a loop over the accounts", peer_value=loop)


WORK = {
    "first page": lambda: headlines(LAST),
    **{key: (lambda key=key: report(key, LAST, {})) for key in REPORTS if key != "kpis"},
    **{
        f"KPIs, {part.lower()}": (lambda part=part: report("kpis", LAST, {"part": part}))
        for part in SECTIONS
    },
    "ageing of a past day": lambda: report("ageing", PAST, {}),
}


def naive() -> int:
    """What a page for each account would do: read its entries and add them up line by line."""
    owed = 0
    with read_only() as session:
        for account in range(1, LOOPED + 1):
            lines: dict[tuple[int, str], int] = {}
            for charge, code, on, side, cents in session.execute(ONE_ACCOUNT, {"account": account}):
                if on <= LAST:
                    signed = cents if side == "debit" else -cents
                    lines[charge, code] = lines.get((charge, code), 0) + signed
            owed += sum(lines.values())
    return owed


if __name__ == "__main__":
    main()
