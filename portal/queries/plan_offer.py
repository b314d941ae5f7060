"""What a payment plan of an account would be: what it covers, on which days, within which policy, in which words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.due_days import months_later
from billing.money import Money
from billing.payment_choice import due
from billing.plans import Policy, Schedule, Terms, Verdict, judge, schedule
from billing.state_pack import StateRow
from portal.db import read_only
from portal.models.accounts import GuarantorAccount
from portal.models.plans import OPEN_STATES, Plan
from portal.models.practice import Practice
from portal.queries.balances import balances
from portal.queries.organisation import organisation_on, plan_law
from portal.queries.payments import Bill, bills_of, open_lines
from portal.queries.plan_policy import PlanRules, plan_rules
from portal.queries.plan_words import MANUAL, Parties, agreement, sealed
from portal.queries.receipts import practice_address
from portal.queries.viewer import AccountViewer


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOffer:
    """One account that could have a plan, or has one."""

    account_id: int
    account_name: str
    account_number: str
    total: Money  # all that is due now: what a plan covers
    bills: tuple[Bill, ...]
    lines: Mapping[int, Money]  # by charge: the same total
    rules: PlanRules
    policy: Policy  # of the rules, with the state's
    state: StateRow | None
    open_plan_id: UUID | None
    ended_plan_id: UUID | None  # the last one, when it ended because payments were missed
    creditor: str
    creditor_address: tuple[str, ...]
    creditor_phone: str

    @property
    def assistance_first(self) -> bool:
        """Whether financial assistance is spoken of before the plan (PLAN-12)."""
        return self.total > self.policy.assistance_first_above

    @property
    def longest(self) -> int:
        """The most months that nobody needs to approve."""
        return max(
            (n for n in range(2, self.policy.longest(self.total) + 1) if self._large_enough(n)),
            default=0,
        )

    def _large_enough(self, months: int) -> bool:
        """Whether every instalment reaches the least of the tier: by largest remainder the last is the smallest."""
        smallest = Money(self.total.cents // months)
        return smallest >= self.policy.tier(self.total).least(self.total)

    def first_days(self, on: date) -> tuple[date, ...]:
        """The days of the month that are offered, each as the next date on which it falls."""
        found = []
        for day in self.rules.days:
            this = months_later(on, 0, day)
            found.append(this if this >= on else months_later(on, 1, day))
        return tuple(sorted(one for one in set(found) if one <= on + self.policy.first_within))


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDraft:
    """Terms as they would be signed today, with every word and figure."""

    terms: Terms
    schedule: Schedule
    verdict: Verdict
    method: str
    agreement: dict[str, Any]

    @property
    def agreement_hash(self) -> str:
        return sealed(self.agreement)

    @property
    def box_hash(self) -> str | None:
        """Of the federal box, where there is one (PLAN-2)."""
        box = self.agreement["box"]
        return None if box is None else sealed(box)


def plan_offer(
    viewer: AccountViewer, *, on: date, account_id: int | None = None
) -> PlanOffer | None:
    """For the account asked for, or the first that owes; None when the viewer has no such account."""
    with read_only() as session:
        if account_id is None:
            owing = balances(session, on=on, account_ids=sorted(viewer.account_ids))
            ids = [one.guarantor_account_id for one in owing if one.due_now]
            account_id = ids[0] if ids else min(viewer.account_ids, default=0)
        if account_id not in viewer.account_ids:
            return None
        return offer_of(session, account_id, on=on)


def offer_of(session: Session, account_id: int, *, on: date) -> PlanOffer:
    """The same inside a transaction; the caller made sure that it may be seen."""
    account = session.get_one(GuarantorAccount, account_id)
    practice = session.get_one(Practice, 1)
    found = balances(session, on=on, account_ids=[account_id])
    lines = [line for one in found for line in open_lines(one) if not line.held]
    rules, state = plan_rules(session), plan_law(session, account.state)
    open_plan_id, ended_plan_id = _plans_of(session, account_id)
    return PlanOffer(
        account_id=account_id,
        account_name=account.display_name,
        account_number=account.number,
        total=due(lines),
        bills=bills_of(session, lines),
        lines={line.charge_id: line.due for line in lines},
        rules=rules,
        policy=rules.for_state(state, gives_credit=organisation_on(session, on).gives_credit),
        state=state,
        open_plan_id=open_plan_id,
        ended_plan_id=ended_plan_id,
        creditor=practice.legal_name or practice.name,
        creditor_address=practice_address(practice),
        creditor_phone=practice.phone,
    )


def _plans_of(session: Session, account_id: int) -> tuple[UUID | None, UUID | None]:
    """The open plan; and the last one when it is none of those and ended by missed payments."""
    newest_first = session.execute(
        select(Plan.id, Plan.state)
        .where(Plan.guarantor_account_id == account_id)
        .order_by(Plan.created_at.desc())
    ).all()
    is_open = next((plan_id for plan_id, state in newest_first if state in OPEN_STATES), None)
    last_id, last_state = newest_first[0] if newest_first else (None, "")
    return is_open, last_id if last_state == "defaulted" else None


def draft(
    offer: PlanOffer,
    terms: Terms,
    *,
    plan_id: UUID,
    on: date,
    version: int = 1,
    method: str = MANUAL,
    bills: tuple[tuple[str, str], ...] | None = None,
) -> PlanDraft:
    """The whole agreement for these terms. Raises ValueError for terms that make no schedule."""
    made = schedule(terms)
    parties = Parties(
        plan_number=plan_number(plan_id),
        version=version,
        creditor=offer.creditor,
        creditor_address=offer.creditor_address,
        creditor_phone=offer.creditor_phone,
        name=offer.account_name,
        account_number=offer.account_number,
        bills=bill_words(offer) if bills is None else bills,
    )
    return PlanDraft(
        terms=terms,
        schedule=made,
        verdict=judge(terms, offer.policy, on),
        method=method,
        agreement=agreement(
            parties=parties,
            terms=terms,
            made=made,
            method=method,
            grace_days=offer.policy.grace_days,
            state=offer.state,
            on=on,
        ),
    )


def bill_words(offer: PlanOffer) -> tuple[tuple[str, str], ...]:
    """The bills of the plan as its papers name them: when and who, nothing about care."""
    return tuple(
        (
            (
                f"Visit of {bill.service_on:%B} {bill.service_on.day}, {bill.service_on.year}"
                f" ({bill.patient_name})"
            ),
            str(bill.due),
        )
        for bill in offer.bills
    )


def plan_number(plan_id: UUID) -> str:
    """As its papers call it."""
    return f"P-{plan_id.hex[:10].upper()}"


def in_query(terms: Terms) -> dict[str, str | int]:
    """Terms as the address of the next page carries them."""
    return {
        "total": terms.total.cents,
        "down": terms.down.cents,
        "n": terms.instalments,
        "first": terms.first_on.isoformat(),
        "day": terms.day,
    }
