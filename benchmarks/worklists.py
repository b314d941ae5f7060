"""The queue's lists at a million charges: 200,000 items of work, one in six open, on every page that staff look at."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, date, datetime

import psycopg

from benchmarks.database import empty_practice
from benchmarks.measure import seconds, size, tell
from benchmarks.report_rows import lay_rows
from billing.money import Money
from billing.worklists import Worklist
from portal.db import read_only
from portal.queries.permissions import ROLES
from portal.queries.queue_filter import QueueFilter
from portal.queries.queue_page import queue_page
from portal.queries.staff_queue import item_after, work_item
from portal.queries.viewer import StaffViewer
from portal.queries.worklist_counts import live_counts

LAST = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)
CHARGES = size(1_000_000, 1_000)
RUNS = size(15, 1)
GOAL = 0.3
ME = 1
# Every second claim made one item: of which kind, so many in twenty, and whether it names a claim of a remittance.
KINDS = (
    *(("unpaid_claim",) * 6 + ("denial",) * 4 + ("review",) * 2),
    *("held_claim", "unmatched", "underpaid", "bill_next", "filing_deadline"),
    *("draft_failed", "returned_mail", "newcomer_visit"),
)
ITEMS = """
SELECT setseed(0.42);
INSERT INTO work_items (dedupe_key, kind, category, pattern, reasons, next_step, amount_cents, guarantor_account_id,
  visit_id, claim_id, remittance_id, remittance_claim_id, owner_id, opened_at, due_on, closed_at) SELECT 'b' || id, kind,
  CASE WHEN kind IN ('held_claim', 'unmatched', 'review') THEN 'denial' ELSE '' END, kind || ':' || payer_id,
  ARRAY['one', 'another'], 'look', 100 + (random() * 90000)::int, guarantor_account_id, visit_id, id,
  CASE WHEN answer > 0 AND kind IN ('held_claim', 'unmatched', 'review', 'denial', 'underpaid') THEN remittance_id END,
  CASE WHEN answer > 0 AND kind IN ('held_claim', 'unmatched', 'review', 'denial', 'underpaid') THEN answer END,
  CASE WHEN random() < 0.05 THEN 1 END, opened, opened::date + 14 + (random() * 30)::int,
  CASE WHEN random() < 5 / 6.0 THEN opened + interval '9 days' END FROM (SELECT c.id, c.payer_id, c.visit_id,
  v.guarantor_account_id, rc.id AS answer, rc.remittance_id, (CAST(%(kinds)s AS text[]))[1 + floor(random() * 20)::int] AS kind,
  (v.service_on + 30)::timestamptz AS opened FROM claims c JOIN visits v ON v.id = c.visit_id LEFT JOIN
  remittance_claims rc ON rc.claim_id = c.id WHERE c.id %% 2 = 0) item;
INSERT INTO work_items (dedupe_key, kind, category, amount_cents, remittance_id, opened_at, due_on) SELECT 'set' || id,
  'held_set', 'balance', 100000, id, received_at, received_at::date + 3 FROM remittances WHERE id %% 10 = 0;
INSERT INTO saved_filters (login_id, name, args, at) SELECT 1, 'View ' || n, args::jsonb, now() FROM (VALUES
  (1, '{"list": "unpaid", "payer": "7", "claim_age": "61-90"}'), (2, '{"list": "unpaid", "claim_age": "121"}'),
  (3, '{"list": "denials", "whose": "mine"}'), (4, '{"age": "late", "whose": "nobody"}'),
  (5, '{"list": "exceptions", "least": "500"}')) kept (n, args)
"""
VIEWS: dict[str, QueueFilter] = {
    "everything": QueueFilter(),
    **{name.value: QueueFilter(worklist=name.value) for name in Worklist},
    "one kind": QueueFilter(kind="denial"),
    "mine": QueueFilter(whose="mine", me=ME),
    "late": QueueFilter(age="late"),
    "open for a month": QueueFilter(age="month"),
    "of much money": QueueFilter(least=Money(50_000)),
    "unpaid, one payer and age": QueueFilter(worklist="unpaid", payer=7, claim_age="61-90"),
    "unpaid, the oldest": QueueFilter(worklist="unpaid", claim_age="121"),
    "closed": QueueFilter(closed=True),
}


def main() -> None:
    with empty_practice() as (url, _home):
        lay_rows(url, charges=CHARGES, last=LAST.isoformat())
        lay_work(url)
        taken = measure()
    for name, took in taken.items():
        print(f"{name}: {took * 1000:.0f} ms", file=sys.stderr)
    for name in ("the figures of an open page", "an item and the next one"):
        tell(f"Worklists, {name}, p95", taken.pop(name), "s", peer="our goal", peer_value=GOAL)
    slowest = max(taken, key=lambda one: taken[one])
    tell(
        f"Worklists, the slowest of {len(taken)} views ({slowest}), p95",
        taken[slowest],
        "s",
        peer="our goal",
        peer_value=GOAL,
    )


def lay_work(url: str) -> None:
    """Items of three years, their kinds as unevenly spread as in an office, and five kept views."""
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute("SET session_replication_role = replica")
        for step in ITEMS.split(";\n"):
            named = {"kinds": list(KINDS)} if "%(kinds)s" in step else None
            owner.execute(step.encode() if named else step.replace("%%", "%").encode(), named)
        owner.execute("VACUUM ANALYZE")


def measure() -> dict[str, float]:
    """Seconds in which 19 of 20 looks at each view are answered; a deep page of the longest, too."""
    viewer = StaffViewer(login_id=ME, role="manager", permissions=ROLES["manager"])

    def look(view: QueueFilter, number: int = 1) -> Callable[[], object]:
        return lambda: queue_page(viewer, view, on=LAST, number=number)

    looks = {name: look(view) for name, view in VIEWS.items()}
    looks["everything, page 40"] = look(QueueFilter(), 40)
    looks["the figures of an open page"] = lambda: live_counts(viewer, on=LAST)
    looks["an item and the next one"] = lambda: _item(QueueFilter(worklist="unpaid"))
    return {name: _p95(work) for name, work in looks.items()}


def _item(wanted: QueueFilter) -> None:
    with read_only() as session:
        found = item_after(session, 0, wanted, on=LAST)
        assert found
        assert work_item(session, found, on=LAST)
        item_after(session, found, wanted, on=LAST)


def _p95(work: Callable[[], object]) -> float:
    work()
    taken = sorted(seconds(work) for _ in range(RUNS))
    return taken[min(len(taken) - 1, int(len(taken) * 0.95))]


if __name__ == "__main__":
    main()
