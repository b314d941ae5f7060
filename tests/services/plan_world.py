"""Somebody at the till who signs a plan for what they owe."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID, uuid4

from sqlalchemy import select

from billing.money import Money
from billing.plan_standing import PlanStanding
from billing.plans import Terms
from portal.db import read_only
from portal.models.plans import Plan, PlanVersion
from portal.queries.plan_paper import Paper, paper
from portal.queries.plan_scope import Why
from portal.queries.plan_standing import plan_standing
from portal.services.consent_paperless import Browser
from portal.services.sign_plan import PlanWish, Signature, sign_plan
from tests.sandbox_server import PUBLIC_URL
from tests.services.till import Till

FIRST = date(2026, 3, 15)
BROWSER = Browser(ip="192.0.2.1", user_agent="a test")


def terms(months: int, *, total: int = 18_240, down: int = 0, first: date = FIRST) -> Terms:
    return Terms(Money(total), Money(down), months, first, first.day)


def shown(till: Till, wanted: Terms, *, plan_id: UUID | None = None, why: Why = Why.FIRST) -> Paper:
    """The agreement as a page shows it."""
    found = paper(
        till.viewer,
        plan_id=plan_id or uuid4(),
        account_id=till.account_id,
        why=why,
        terms=wanted,
        on=till.now.date(),
    )
    assert found is not None
    return found


def sign(till: Till, page: Paper, *, why: Why = Why.FIRST, **other: object) -> UUID:
    """Type the name under what the page showed."""
    assert page.drafted is not None
    signature = {
        "typed_name": "Testa Sample",
        "ticked": True,
        "agreement_hash": page.drafted.agreement_hash,
        "box_hash": page.drafted.box_hash or "",
        "browser": BROWSER,
    } | other
    return sign_plan(
        viewer=till.viewer,
        wish=PlanWish(
            plan_id=page.plan_id,
            account_id=till.account_id,
            why=why,
            version=page.drafted.agreement["version"],
            terms=page.drafted.terms,
        ),
        signature=Signature(**signature),  # type: ignore[arg-type]
        public_url=PUBLIC_URL,
        now=till.now,
    )


def signed(till: Till, months: int = 4, **wanted: int) -> UUID:
    """A plan that runs."""
    return sign(till, shown(till, terms(months, **wanted)))


def standing(plan_id: UUID, on: date) -> PlanStanding:
    with read_only() as session:
        return plan_standing(session, [plan_id], on)[plan_id]


def plans() -> list[Plan]:
    with read_only() as session:
        return list(session.scalars(select(Plan)))


def versions(plan_id: UUID) -> list[PlanVersion]:
    with read_only() as session:
        query = select(PlanVersion).where(PlanVersion.plan_id == plan_id)
        return list(session.scalars(query.order_by(PlanVersion.number)))


def later(till: Till, days: int) -> None:
    till.now = till.now + timedelta(days=days)
