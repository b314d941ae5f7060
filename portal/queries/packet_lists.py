"""Bills on their way to an agency: whose gate may open, and packets by where each stands (COLL-2 to COLL-5, OPS-22)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from billing.collection_packet import Frozen, Standing, standing
from billing.gate import GateFacts, missing_for_placement
from billing.gate_words import Lack, lacks
from billing.holds import Action, blocked_by
from billing.money import Money
from portal.db import read_only
from portal.queries.gate_facts import gate_facts
from portal.queries.paging import PAGE_SIZE, Page, limits

TABS = {
    "prepare": "To prepare",
    "to_sign": "To sign",
    "signed": "Signed",
    "over": "No longer count",
    "placed": "Placed",
}
NEWEST = 500  # packets that are looked at; older ones stay on their bills' pages
# Accounts of which the calendar said that the gate may open, the newest first.
_ACCOUNTS = text(
    """
SELECT guarantor_account_id AS id, max(due_on) AS due_on
  FROM dunning_steps WHERE step = 'gate_open' AND due_on <= :on
 GROUP BY 1 ORDER BY 2 DESC, 1 OFFSET :offset LIMIT :limit
"""
)
_BILLS = text(
    """
SELECT v.id, v.service_on, v.patient_id, v.guarantor_account_id, t.first_name, t.last_name,
       EXISTS (SELECT 1 FROM placements p WHERE p.visit_id = v.id AND p.state IN ('placed', 'suspended')) AS placed
  FROM visits v JOIN patients t ON t.id = v.patient_id
 WHERE v.id = ANY (:visits)
"""
)
# The newest packet of each bill, with what the ledger says of the bill now (as `signed_packet.bill_figures_now`).
_PACKETS = text(
    """
SELECT k.id, k.visit_id, k.guarantor_account_id, k.prepared_on, k.balance_cents, k.ledger_position,
       k.prepared_by_id, k.signed_at, a.name AS prepared_by, b.name AS signed_by, v.service_on, v.patient_id,
       t.first_name, t.last_name, l.id AS placement_id, f.cents, f.position
  FROM (SELECT DISTINCT ON (visit_id) * FROM collection_packets
         ORDER BY visit_id, prepared_at DESC) k
  JOIN visits v ON v.id = k.visit_id
  JOIN patients t ON t.id = v.patient_id
  JOIN logins a ON a.id = k.prepared_by_id
  LEFT JOIN logins b ON b.id = k.signed_by_id
  LEFT JOIN LATERAL (SELECT p.id FROM placements p
        WHERE p.visit_id = k.visit_id AND p.placed_at >= k.prepared_at ORDER BY p.placed_at DESC LIMIT 1) l ON true
 CROSS JOIN LATERAL (
       SELECT coalesce(sum(CASE WHEN c.code <> 'patient_receivable' THEN 0
                                WHEN o.side = 'debit' THEN o.amount_cents ELSE -o.amount_cents END), 0)::bigint AS cents,
              coalesce(max(o.id), 0) AS position
         FROM postings o JOIN ledger_accounts c ON c.id = o.account_id WHERE o.visit_id = k.visit_id) f
 ORDER BY k.prepared_at DESC LIMIT :newest
"""
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BillRow:
    """One owing bill whose gate may open; `missing` says what stands in the way on this day, empty when nothing does."""

    visit_id: int
    account_id: int
    patient_id: int
    name: str
    service_on: date
    owed: Money
    missing: tuple[Lack, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PacketRow:
    """One bill's newest packet."""

    id: UUID
    visit_id: int
    account_id: int
    patient_id: int
    name: str
    service_on: date
    prepared_on: date
    prepared_by: str
    prepared_by_id: int
    signed_by: str
    balance: Money
    standing: Standing
    placement_id: UUID | None

    @property
    def tab(self) -> str:
        """On which list it stands."""
        if self.placement_id is not None:
            return "placed"
        return {Standing.TO_SIGN: "to_sign", Standing.SIGNED: "signed"}.get(self.standing, "over")


def bills_to_prepare(*, on: date, number: int) -> Page[BillRow]:
    """A page of accounts at a time, with their bills that no agency has and no standing packet covers."""
    offset, limit = limits(number)
    with read_only() as session:
        found = session.execute(_ACCOUNTS, {"on": on, "offset": offset, "limit": limit}).all()
        accounts = [row.id for row in found[:PAGE_SIZE]]
        rows = _owing(session, accounts, on=on) if accounts else []
        covered = {
            row.visit_id
            for row in _packets(session, on=on)
            if row.tab in ("to_sign", "signed", "placed")
        }
    rows = [row for row in rows if row.visit_id not in covered]
    rows.sort(key=lambda row: (len(row.missing) > 0, accounts.index(row.account_id), row.visit_id))
    return Page(rows=rows, number=max(number, 1), has_next=len(found) > PAGE_SIZE)


def packet_list(tab: str, *, on: date, number: int) -> Page[PacketRow]:
    """The packets of one list, the newest first."""
    with read_only() as session:
        rows = [row for row in _packets(session, on=on) if row.tab == tab]
    offset, limit = limits(number)
    shown = rows[offset : offset + limit]
    return Page(rows=shown[:PAGE_SIZE], number=max(number, 1), has_next=len(shown) > PAGE_SIZE)


def bill_steps(facts: GateFacts, *, on: date) -> tuple[Lack, ...]:
    """What stands between a bill and an agency; a look, which the services ask again as they act."""
    cleared = facts.cleared(Action.PLACEMENT)
    holding = blocked_by(facts.all_conditions, Action.PLACEMENT, cleared=cleared)
    return lacks(missing_for_placement(facts, on), holding)


def _owing(session: Session, accounts: Sequence[int], *, on: date) -> list[BillRow]:
    facts = gate_facts(session, on=on, account_ids=accounts)
    visits = [one.visit_id for each in facts.values() for one in each.episodes]
    known: Mapping[int, Any] = {row.id: row for row in session.execute(_BILLS, {"visits": visits})}
    rows = []
    for each in facts.values():
        for one in each.episodes:
            bill = known[one.visit_id]
            if bill.placed:
                continue
            rows.append(
                BillRow(
                    visit_id=bill.id,
                    account_id=bill.guarantor_account_id,
                    patient_id=bill.patient_id,
                    name=f"{bill.first_name} {bill.last_name}".strip(),
                    service_on=bill.service_on,
                    owed=one.balance,
                    missing=bill_steps(replace(each, episodes=(one,)), on=on),
                )
            )
    return rows


def _packets(session: Session, *, on: date) -> list[PacketRow]:
    found = session.execute(_PACKETS, {"newest": NEWEST})
    return [
        PacketRow(
            id=row.id,
            visit_id=row.visit_id,
            account_id=row.guarantor_account_id,
            patient_id=row.patient_id,
            name=f"{row.first_name} {row.last_name}".strip(),
            service_on=row.service_on,
            prepared_on=row.prepared_on,
            prepared_by=row.prepared_by,
            prepared_by_id=row.prepared_by_id,
            signed_by=row.signed_by or "",
            balance=Money(row.balance_cents),
            standing=standing(
                Frozen(
                    prepared_on=row.prepared_on,
                    balance=Money(row.balance_cents),
                    position=row.ledger_position,
                    is_signed=row.signed_at is not None,
                ),
                balance=Money(row.cents),
                position=row.position,
                on=on,
            ),
            placement_id=row.placement_id,
        )
        for row in found
    ]
