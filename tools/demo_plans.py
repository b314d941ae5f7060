"""The demo's people who pay over time: a plan in each state, made on its own day by the application's services."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import uuid4

from sqlalchemy import select

from billing.money import ZERO
from billing.plans import Terms, by_months
from portal.db import read_only
from portal.models.identity import Login
from portal.queries.permissions import ROLES
from portal.queries.plan_offer import offer_of
from portal.queries.plan_paper import Paper, paper
from portal.queries.plan_scope import Why
from portal.queries.viewer import PatientViewer, StaffViewer, patient_viewer
from portal.services.ask_plan import ask_plan
from portal.services.change_plan import Changing, pause_plan
from portal.services.consent_paperless import Browser
from portal.services.decide_plan import Deciding, approve_plan
from portal.services.offer_plan import offer_plan
from portal.services.sign_plan import PlanWish, Signature, sign_plan
from tools.demo_practice import at

BROWSER = Browser(ip="127.0.0.1", user_agent="demo")


@dataclass(frozen=True, slots=True, kw_only=True)
class Planner:
    """One person of the demo on the day of their deed."""

    login_id: int
    account_id: int
    name: str
    on: date
    public_url: str

    @property
    def viewer(self) -> PatientViewer:
        return patient_viewer(self.login_id)

    @property
    def now(self) -> datetime:
        return at(self.on, 11)


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody does, so many weeks before yesterday."""

    key: str
    weeks_ago: int
    do: Callable[[Planner], None]


def sign(planner: Planner, *, months: int, first_in: int) -> None:
    """Sign a plan for all that is owed."""
    page = _paper(planner, months=months, first_in=first_in)
    assert page.drafted is not None
    sign_plan(
        viewer=planner.viewer,
        wish=PlanWish(
            plan_id=page.plan_id,
            account_id=planner.account_id,
            why=Why.FIRST,
            version=1,
            terms=page.drafted.terms,
        ),
        signature=Signature(
            typed_name=planner.name,
            ticked=True,
            agreement_hash=page.drafted.agreement_hash,
            box_hash=page.drafted.box_hash or "",
            browser=BROWSER,
        ),
        public_url=planner.public_url,
        now=planner.now,
    )


def pause(planner: Planner) -> None:
    """Pause the plan that was signed before."""
    with read_only() as session:
        plan_id = offer_of(session, planner.account_id, on=planner.on).open_plan_id
    assert plan_id is not None
    who = Changing(
        viewer=planner.viewer, plan_id=plan_id, public_url=planner.public_url, now=planner.now
    )
    pause_plan(who, months=1)


def ask(planner: Planner) -> None:
    """Ask for a longer plan than the practice offers by itself."""
    ask_plan(
        viewer=planner.viewer,
        account_id=planner.account_id,
        plan_id=uuid4(),
        terms=_terms(planner, months=18, first_in=20),
        reason="I am on a small pension. I can pay about $31 a month.",
        now=planner.now,
    )


def offer(planner: Planner) -> None:
    """The office writes down a plan outside the policy, and a second person approves it."""
    plan_id = uuid4()
    offer_plan(
        staff=_staff("biller"),
        account_id=planner.account_id,
        plan_id=plan_id,
        terms=_terms(planner, months=12, first_in=20),
        reason="She told us on the phone what she can pay.",
        public_url=planner.public_url,
        now=planner.now,
    )
    approve_plan(
        Deciding(
            staff=_staff("manager"),
            plan_id=plan_id,
            public_url=planner.public_url,
            now=planner.now,
        )
    )


DEEDS = (
    Deed("plan_defaulted", 20, lambda planner: sign(planner, months=6, first_in=11)),
    Deed("plan_done", 15, lambda planner: sign(planner, months=2, first_in=21)),
    Deed("plan_active", 10, lambda planner: sign(planner, months=6, first_in=16)),
    Deed("plan_late", 5, lambda planner: sign(planner, months=5, first_in=29)),
    Deed("plan_paused", 2, lambda planner: sign(planner, months=6, first_in=20)),
    Deed("plan_paused", 1, pause),
    Deed("plan_waiting", 1, ask),
)


def _staff(role: str) -> StaffViewer:
    with read_only() as session:
        login_id = session.scalars(
            select(Login.id).where(Login.face == "staff", Login.role == role)
        ).one()
    return StaffViewer(login_id, role, ROLES[role])


def _paper(planner: Planner, *, months: int, first_in: int) -> Paper:
    found = paper(
        planner.viewer,
        plan_id=uuid4(),
        account_id=planner.account_id,
        why=Why.FIRST,
        terms=_terms(planner, months=months, first_in=first_in),
        on=planner.on,
    )
    assert found is not None
    return found


def _terms(planner: Planner, *, months: int, first_in: int) -> Terms:
    with read_only() as session:
        owed = offer_of(session, planner.account_id, on=planner.on).total
    first = planner.on + timedelta(days=first_in)
    return by_months(owed, months, ZERO, first, first.day)
