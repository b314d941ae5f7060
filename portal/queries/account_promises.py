"""The promises of an account, those of everybody, and what was found where nothing reaches somebody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text

from billing.money import ZERO, Money, total_of
from portal.db import read_only
from portal.queries.balances import balances
from portal.queries.promised import PromiseRow, open_promises, promises_of
from portal.queries.staff_account import AccountHeader, account_header

_TRACES = text(
    """
SELECT t.*, coalesce(nullif(n.name, ''), n.email) AS noted_by, coalesce(nullif(d.name, ''), d.email) AS decided_by
  FROM traces t
  JOIN logins n ON n.id = t.noted_by_id
  LEFT JOIN logins d ON d.id = t.decided_by_id
 WHERE t.guarantor_account_id = :account ORDER BY t.noted_at DESC LIMIT 50
"""
)
# Mail that came back, and since when nothing reaches the account; kept as a hash, so no address is told here.
_UNREACHED = text(
    """
SELECT (SELECT min(c.since) FROM account_conditions c
         WHERE c.guarantor_account_id = :account AND c.kind = 'unreachable' AND c.ended_at IS NULL) AS held_since,
       (SELECT json_agg(json_build_object('on', d.returned_on, 'what', s.number) ORDER BY d.returned_on DESC)
          FROM statement_deliveries d JOIN statements s ON s.id = d.statement_id
         WHERE s.guarantor_account_id = :account AND d.returned_on IS NOT NULL) AS statements,
       (SELECT count(*) FROM bad_addresses b
         WHERE b.guarantor_account_id = :account AND b.ended_at IS NULL) AS bad
"""
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PromisesPage:
    """Everything on the page of an account's promises."""

    header: AccountHeader
    rows: tuple[PromiseRow, ...]
    owed: Money
    on: date

    @property
    def open(self) -> PromiseRow | None:
        return next((row for row in self.rows if row.state == "open"), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceRow:
    """One address or number that was found."""

    id: UUID
    source: str
    mobile: str
    address: tuple[str, ...]
    note: str
    noted_at: datetime
    noted_by: str
    noted_by_id: int
    decided_at: datetime | None
    decided_by: str
    confirmed: bool | None
    decision: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TracesPage:
    """What came back, and what was found."""

    header: AccountHeader
    rows: tuple[TraceRow, ...]
    held_since: datetime | None
    returned: tuple[tuple[date, str], ...]  # statements that came back
    bad_address: bool  # the address on file is no good


def promises_page(account_id: int, *, on: date) -> PromisesPage | None:
    """None where there is no account by this id."""
    with read_only() as session:
        header = account_header(session, account_id)
        if header is None:
            return None
        [account] = balances(session, on=on, account_ids=[account_id])
        return PromisesPage(
            header=header,
            rows=promises_of(session, [account_id]),
            owed=total_of(b.patient_due for b in account.visits if b.patient_due > ZERO),
            on=on,
        )


def promise_list() -> tuple[PromiseRow, ...]:
    """Every open promise, the one whose day comes first at the top."""
    with read_only() as session:
        return open_promises(session)


def traces_page(account_id: int) -> TracesPage | None:
    """None where there is no account by this id."""
    with read_only() as session:
        header = account_header(session, account_id)
        if header is None:
            return None
        found = session.execute(_TRACES, {"account": account_id}).all()
        told = session.execute(_UNREACHED, {"account": account_id}).one()
    return TracesPage(
        header=header,
        rows=tuple(
            TraceRow(
                id=row.id,
                source=row.source,
                mobile=row.found_mobile,
                address=tuple(
                    part
                    for part in (
                        row.street,
                        row.street2,
                        f"{row.city}, {row.state} {row.postal_code}" if row.city else "",
                    )
                    if part
                ),
                note=row.note,
                noted_at=row.noted_at,
                noted_by=row.noted_by,
                noted_by_id=row.noted_by_id,
                decided_at=row.decided_at,
                decided_by=row.decided_by or "",
                confirmed=row.confirmed,
                decision=row.decision,
            )
            for row in found
        ),
        held_since=told.held_since,
        returned=tuple(
            (date.fromisoformat(one["on"]), one["what"]) for one in told.statements or ()
        ),
        bad_address=told.bad > 0,
    )
