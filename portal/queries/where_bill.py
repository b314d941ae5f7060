"""Where one bill stands, in the patient's own terms: the stage, the next days, what holds it, and the ways to stop it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from billing.bill_stage import (
    OWED,
    Stage,
    Standing,
    Warned,
    last_letter_from,
    stage_of,
    warned,
)
from billing.gate import Episode
from billing.holds import Action, Condition, blocked_by
from billing.money import ZERO, Money, total_of
from billing.placement import PlacementState
from billing.settings import Key, Settings
from billing.statement_calendar import STATEMENTS_FIRST, next_statement_on
from portal.db import read_only
from portal.models.accounts import Patient
from portal.models.claims import Visit
from portal.models.placements import AgencyRow, Placement
from portal.models.statements import Statement
from portal.queries.balances import AccountBalance, VisitBalance, balances
from portal.queries.gate_facts import own_episodes
from portal.queries.guest_bills import may_open
from portal.queries.holds_told import HoldTold, holds_told, of_visit
from portal.queries.overview import held_note, standing
from portal.queries.settings import settings_on
from portal.queries.statement_due import visit_due_on
from portal.queries.statement_sent import was_sent
from portal.queries.viewer import AccountViewer, GuestViewer


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """Who speaks for a bill, and how to reach them."""

    name: str
    phone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WhereBill:
    """One bill: days are the first on which something may come; None where nothing does."""

    account_id: int
    patient_id: int
    visit_id: int
    patient: str
    service_on: date
    stage: Stage
    owe: Money  # due now
    disputed: Money  # of what is open: shown, not due
    due_on: date | None
    note: str  # why it is on hold
    told_on: date | None = None  # D0
    told: int = 0  # statements so far
    statement_on: date | None = None  # the next one
    letter_on: date | None = None  # no last letter before
    notice: Warned | None = None
    notice_over: bool = False  # its last day is over
    waits: bool = False  # a hold keeps everything after the letter from coming
    agency: Agency | None = None
    below_floor: bool = False  # too small for a statement by itself
    holds: tuple[HoldTold, ...] = ()

    @property
    def owed(self) -> bool:
        """Whether somebody is asked to pay it."""
        return self.stage in OWED and self.owe > ZERO

    @property
    def last_statement(self) -> bool:
        """Whether the next statement is the fourth, and the last."""
        return self.told == STATEMENTS_FIRST - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What holds for every bill of the account."""

    settings: Settings
    holds: tuple[HoldTold, ...]
    on: date


def where_bill(viewer: AccountViewer, visit_id: int, *, on: date) -> WhereBill | None:
    """One of the viewer's visits; another's is not found, nor what a guest may not open.

    A guest reads what is owed and until when, and nothing of letters, agencies or holds (MSG-9).
    """
    guest = isinstance(viewer, GuestViewer)
    with read_only() as session:
        row = _visit(session, viewer, visit_id)
        if row is None or not may_open(session, viewer, visit_id, on=on):
            return None
        [account] = balances(session, on=on, account_ids=[row.guarantor_account_id])
        episodes = () if guest else own_episodes(session, account, on=on)
        settings = settings_on(session, on)
        holds = of_visit(holds_told(session, viewer), visit_id)
    bill = next(v for v in account.visits if v.visit_id == visit_id)
    if guest:
        return _for_guest(row, bill)
    return _told(row, account, bill, episodes, Told(settings=settings, holds=holds, on=on))


def _visit(session: Session, viewer: AccountViewer, visit_id: int) -> Row[*tuple[Any, ...]] | None:
    last = (
        select(func.max(Statement.cycle_on))
        .where(Statement.guarantor_account_id == Visit.guarantor_account_id, was_sent())
        .correlate(Visit)
        .scalar_subquery()
    )
    return session.execute(
        select(
            Visit.guarantor_account_id,
            Visit.patient_id,
            Visit.service_on,
            Patient.first_name,
            Patient.last_name,
            visit_due_on().label("due_on"),
            last.label("last_on"),
            Placement.state.label("placement"),
            AgencyRow.name.label("agency"),
            AgencyRow.phone.label("phone"),
        )
        .join(Patient, Patient.id == Visit.patient_id)
        .outerjoin(Placement, Placement.visit_id == Visit.id)
        .outerjoin(AgencyRow, AgencyRow.id == Placement.agency_id)
        .where(Visit.id == visit_id, Visit.guarantor_account_id.in_(viewer.account_ids))
        .order_by(Placement.placed_at.desc().nulls_last())
        .limit(1)
    ).one_or_none()


def _for_guest(row: Row[*tuple[Any, ...]], bill: VisitBalance) -> WhereBill:
    """Owed, waiting or paid, as the bill itself shows it to a guest."""
    stands = standing(bill)
    plain = {"with_insurer": Stage.WITH_PLAN, "held": Stage.ON_HOLD, "settled": Stage.SETTLED}
    told = Stage.TOLD if row.due_on else Stage.NOT_TOLD
    return _where(row, bill, plain.get(stands, told))


def _told(
    row: Row[*tuple[Any, ...]],
    account: AccountBalance,
    bill: VisitBalance,
    episodes: tuple[Episode, ...],
    told: Told,
) -> WhereBill:
    mine = next((one for one in episodes if one.visit_id == bill.visit_id), None)
    stage = stage_of(
        Standing(
            standing=standing(bill),
            in_plan=Condition.PLAN_CURRENT in bill.conditions,
            placement=PlacementState(row.placement) if row.placement else None,
            episode=mine,
        )
    )
    statements = len(set(mine.statements)) if mine else 0
    notice = warned(mine) if mine and stage is Stage.NOTICED else None
    below = total_of(v.due_now for v in account.visits) < told.settings.money(Key.STATEMENT_FLOOR)
    asked = stage in {Stage.NOT_TOLD, Stage.TOLD, Stage.ALL_TOLD}
    held = bool(blocked_by(account.conditions | bill.conditions, Action.STATEMENT))
    return replace(
        _where(row, bill, stage),
        told_on=mine.clocks.first_statement_on if mine else None,
        told=statements,
        statement_on=None if not asked or held or below else _next(row, statements, told),
        letter_on=_letter(episodes, told) if asked and not below else None,
        notice=notice,
        notice_over=notice is not None and notice.until < told.on,
        waits=bool(blocked_by(account.conditions | bill.conditions, Action.PLACEMENT)),
        agency=Agency(name=row.agency, phone=row.phone) if stage is Stage.PLACED else None,
        below_floor=asked and below,
        holds=told.holds,
    )


def _where(row: Row[*tuple[Any, ...]], bill: VisitBalance, stage: Stage) -> WhereBill:
    return WhereBill(
        account_id=bill.guarantor_account_id,
        patient_id=bill.patient_id,
        visit_id=bill.visit_id,
        patient=row.first_name or row.last_name,
        service_on=bill.service_on,
        stage=stage,
        owe=bill.due_now,
        disputed=bill.disputed,
        due_on=row.due_on if bill.due_now > ZERO else None,
        note=held_note(bill) if stage is Stage.ON_HOLD else "",
    )


def _next(row: Row[*tuple[Any, ...]], statements: int, told: Told) -> date | None:
    """The day of the next statement; None once each was sent."""
    return next_statement_on(
        last_on=row.last_on,
        has_new_bill=statements == 0,
        corrects=False,
        today=told.on,
        settings=told.settings,
        all_told=statements >= STATEMENTS_FIRST,
    )


def _letter(episodes: tuple[Episode, ...], told: Told) -> date | None:
    """The first day of a last letter; None while anything of the account keeps it from leaving."""
    conditions = frozenset[Condition]().union(*(one.conditions for one in episodes))
    if blocked_by(conditions, Action.FINAL_NOTICE):
        return None
    cycle = told.settings.count(Key.STATEMENT_CYCLE_DAYS)
    return last_letter_from(episodes, on=told.on, cycle_days=cycle)
