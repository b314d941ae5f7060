"""Bills at an agency, with what each owes now: in the ledger as due, or written off as bad debt (OPS-22)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import case, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from billing.holds import Condition
from billing.ledger import Account, Party
from billing.money import ZERO, Money
from billing.placement import WITH_AGENCY, Lost
from portal.models.ledger import LedgerAccount, PostingRow
from portal.models.placements import Placement, PlacementOrder
from portal.queries.among import among
from portal.queries.balances import AccountBalance, balances


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedBill:
    """One bill: its placement, what is open and what was written off by line, and what holds."""

    placement: Placement
    open_lines: tuple[Lost, ...]
    written_off: tuple[Lost, ...]
    conditions: frozenset[Condition]
    last_told: Money  # what the last order said is owed

    @property
    def owed(self) -> Money:
        """What the agency may still ask for."""
        return sum((line.amount for line in (*self.open_lines, *self.written_off)), ZERO)


def live_placements(
    session: Session, account_ids: Collection[int] | None = None
) -> dict[int, tuple[Placement, ...]]:
    """By guarantor account: every placement that an agency has now; of all accounts where none are named."""
    found: dict[int, list[Placement]] = {}
    wanted = (
        select(Placement)
        .where(Placement.state.in_([one.value for one in WITH_AGENCY]))
        .order_by(Placement.guarantor_account_id, Placement.placed_at)
    )
    if account_ids is not None:
        wanted = wanted.where(among(Placement.guarantor_account_id, account_ids))
    for row in session.scalars(wanted):
        found.setdefault(row.guarantor_account_id, []).append(row)
    return {account_id: tuple(rows) for account_id, rows in found.items()}


def placed_bills(
    session: Session, placements: Collection[Placement], *, on: date
) -> tuple[PlacedBill, ...]:
    """The bills of these placements as they stand on a day, three questions for any number."""
    account_ids = {one.guarantor_account_id for one in placements}
    accounts = balances(session, on=on, account_ids=account_ids)
    visits = {visit.visit_id: visit for account in accounts for visit in account.visits}
    lost = bad_debt_lines(session, {one.visit_id for one in placements})
    covered = _covered(accounts, lost)
    told = _last_told(session, placements)
    found = []
    for one in placements:
        visit = visits.get(one.visit_id)
        charges = visit.charges if visit else ()
        owner = one.guarantor_account_id
        found.append(
            PlacedBill(
                placement=one,
                open_lines=tuple(
                    Lost(_party(owner, one.visit_id, c.charge_id), c.patient_due)
                    for c in charges
                    if c.patient_due > ZERO
                ),
                written_off=lost.get(one.visit_id, ()),
                conditions=(visit.conditions if visit else frozenset())
                | (frozenset({Condition.CREDIT_BALANCE}) if owner in covered else frozenset()),
                last_told=told.get(one.id, one.placed),
            )
        )
    return tuple(found)


def _covered(accounts: Iterable[AccountBalance], lost: Mapping[int, Sequence[Lost]]) -> set[int]:
    """Accounts to which we owe as much as they owe us, or more: what was written off is owed too (CORE-6, STMT-11)."""
    covered = set()
    for account in accounts:
        off = sum(
            (line.amount for visit in account.visits for line in lost.get(visit.visit_id, ())),
            ZERO,
        )
        if account.credit > ZERO and account.credit >= account.patient_due + off:
            covered.add(account.guarantor_account_id)
    return covered


def bad_debt_lines(session: Session, visit_ids: Collection[int]) -> dict[int, tuple[Lost, ...]]:
    """By visit: what of each line is written off as bad debt and has not come back."""
    return _off_lines(session, Account.BAD_DEBT, visit_ids)


def small_balance_lines(
    session: Session, visit_ids: Collection[int]
) -> dict[int, tuple[Lost, ...]]:
    """By visit: what of each line was let go as too small to ask for and has not come back; a payer's rest apart."""
    return _off_lines(session, Account.SMALL_BALANCE, visit_ids)


def _off_lines(
    session: Session, account: Account, visit_ids: Collection[int]
) -> dict[int, tuple[Lost, ...]]:
    signed = case((PostingRow.side == "debit", PostingRow.amount), else_=-PostingRow.amount)
    amount = func.sum(signed)
    rows = session.execute(
        select(PostingRow.guarantor_account_id, PostingRow.visit_id, PostingRow.charge_id, amount)
        .join(LedgerAccount, LedgerAccount.id == PostingRow.account_id)
        .where(
            LedgerAccount.code == account,
            PostingRow.payer_id.is_(None),
            among(PostingRow.visit_id, sorted(visit_ids)),
        )
        .group_by(PostingRow.guarantor_account_id, PostingRow.visit_id, PostingRow.charge_id)
        .having(amount > ZERO)
        .order_by(PostingRow.visit_id, PostingRow.charge_id)
    )
    found: dict[int, list[Lost]] = {}
    for account_id, visit_id, charge_id, cents in rows:
        found.setdefault(visit_id, []).append(Lost(_party(account_id, visit_id, charge_id), cents))
    return {visit_id: tuple(lines) for visit_id, lines in found.items()}


def _party(account_id: int, visit_id: int, charge_id: int | None) -> Party:
    return Party(guarantor_account_id=account_id, visit_id=visit_id, charge_id=charge_id)


def _last_told(session: Session, placements: Collection[Placement]) -> dict[UUID, Money]:
    rows = session.execute(
        select(PlacementOrder.placement_id, PlacementOrder.owed)
        .ext(distinct_on(PlacementOrder.placement_id))
        .where(PlacementOrder.placement_id.in_([one.id for one in placements]))
        .order_by(PlacementOrder.placement_id, PlacementOrder.id.desc())
    )
    return dict(iter(rows))
