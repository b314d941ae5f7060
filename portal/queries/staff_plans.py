"""Payment plans as the office sees them: what waits for whom, what is late, what ended lately; and how many count for the law."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import extract, func, select
from sqlalchemy.orm import Session

from billing.money import Money
from billing.plans import FEDERAL_BOX_FROM
from portal.db import read_only
from portal.models.accounts import GuarantorAccount
from portal.models.plans import LIVING_STATES, OPEN_STATES, Plan, PlanProposal, PlanVersion
from portal.queries.day_at_practice import day_at_practice
from portal.queries.plan_standing import plan_standing

SHOWN = 200
CREDITOR_ABOVE = 25  # plans a year (PLAN-1)
GROUPS = (
    ("Waits for a decision", ("awaiting_approval",)),
    ("Waits for the patient’s signature", ("proposed", "offered")),
    ("Late", ("in_grace",)),
    ("Being paid", ("active", "paused")),
    ("Ended by missed payments", ("defaulted",)),
    ("Paid or ended", ("completed", "canceled")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffPlanRow:
    """One plan in a list."""

    id: UUID
    account_id: int
    account_name: str
    number: str
    state: str
    since: date
    total: Money | None
    left: Money | None
    next_amount: Money | None
    next_due: date | None
    past_due: Money | None
    answer_by: date | None  # of a wish that waits


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffPlanList:
    """Every group with its plans; the first groups are the work."""

    groups: tuple[tuple[str, tuple[StaffPlanRow, ...]], ...]
    five_or_more: int  # signed this year, with five instalments or more

    @property
    def account_ids(self) -> frozenset[int]:
        return frozenset(row.account_id for _, rows in self.groups for row in rows)

    @property
    def waiting(self) -> tuple[StaffPlanRow, ...]:
        """What somebody must decide."""
        return self.groups[0][1]

    @property
    def is_creditor(self) -> bool:
        """Whether the Truth in Lending Act counts the practice as a creditor this year (PLAN-1)."""
        return self.five_or_more > CREDITOR_ABOVE


def staff_plan_list(*, on: date) -> StaffPlanList:
    """The newest plans of each group."""
    with read_only() as session:
        rows = [(title, _rows(session, states, on)) for title, states in GROUPS]
        return StaffPlanList(groups=tuple(rows), five_or_more=five_or_more(session, on.year))


def five_or_more(session: Session, year: int) -> int:
    """How many plans of five instalments or more were signed in a year (PLAN-1)."""
    return (
        session.scalar(
            select(func.count(PlanVersion.plan_id.distinct())).where(
                PlanVersion.instalments >= FEDERAL_BOX_FROM,
                extract("year", PlanVersion.signed_on) == year,
            )
        )
        or 0
    )


def plans_of_account(account_id: int) -> tuple[UUID | None, tuple[tuple[UUID, str, str], ...]]:
    """The open plan of an account, and every plan it ever had."""
    with read_only() as session:
        rows = session.execute(
            select(Plan.id, Plan.number, Plan.state)
            .where(Plan.guarantor_account_id == account_id)
            .order_by(Plan.created_at.desc())
        ).all()
    opened = next((row.id for row in rows if row.state in OPEN_STATES), None)
    return opened, tuple((row.id, row.number, row.state) for row in rows)


def _rows(session: Session, states: tuple[str, ...], on: date) -> tuple[StaffPlanRow, ...]:
    found = session.execute(
        select(Plan, GuarantorAccount, PlanProposal, day_at_practice(Plan.state_at).label("since"))
        .join(GuarantorAccount, GuarantorAccount.id == Plan.guarantor_account_id)
        .outerjoin(
            PlanProposal,
            (PlanProposal.plan_id == Plan.id) & PlanProposal.state.in_(("waiting", "approved")),
        )
        .where(Plan.state.in_(states))
        .order_by(Plan.state_at.desc())
        .limit(SHOWN)
    ).all()
    living = [row.Plan.id for row in found if row.Plan.state in LIVING_STATES]
    standings = plan_standing(session, living, on) if living else {}
    rows = []
    for plan, account, wish, since in found:
        stands = standings.get(plan.id)
        rows.append(
            StaffPlanRow(
                id=plan.id,
                account_id=account.id,
                account_name=account.display_name,
                number=plan.number,
                state=stands.state.value if stands else plan.state,
                since=since,
                total=stands.total if stands else wish.total if wish else None,
                left=stands.remaining if stands else None,
                next_amount=stands.next_amount if stands else None,
                next_due=stands.next_due if stands else None,
                past_due=stands.past_due if stands and stands.past_due else None,
                answer_by=wish.answer_by if wish and wish.state == "waiting" else None,
            )
        )
    return tuple(rows)
