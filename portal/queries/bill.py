"""One bill as it stands now: what a statement of today would say about this visit, and whether it is a bill at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from billing.holds import Condition
from billing.money import ZERO, Money, total_of
from portal.db import read_only
from portal.models.accounts import Patient
from portal.models.claims import Visit
from portal.queries.denials_told import denied_sentences
from portal.queries.guest_bills import may_open
from portal.queries.holds_told import HoldTold, holds_told, of_visit
from portal.queries.last_letter import LastLetter, last_letter
from portal.queries.overview import held_note, standing
from portal.queries.plan_told import PlanTold, plans_told
from portal.queries.statement_build import steps_by_charge, visit_section
from portal.queries.statement_content import LineItem, VisitSection
from portal.queries.statement_due import visit_due_on
from portal.queries.statement_facts import bill_facts
from portal.queries.under_way import UnderWay, payments_under_way
from portal.queries.viewer import AccountViewer, GuestViewer


@dataclass(frozen=True, slots=True, kw_only=True)
class BillPage:
    """A visit of any standing: bills, with_insurer, held or settled."""

    account_id: int
    patient_id: int
    patient: str
    section: VisitSection
    standing: str
    owe: Money
    due_on: date | None
    waiting_for: str
    note: str
    checking_insurance: bool  # the patient told of another plan, and the office has not decided
    plan: PlanTold | None  # the plan that pays it
    denied: tuple[str, ...]  # what the insurer refused, and what we do about it
    holds: tuple[HoldTold, ...]  # since when, why, what next
    disputed: Money  # of what is open: shown, not due
    under_way: UnderWay | None  # a payment of its account, while another must not start
    letter: LastLetter | None  # the last letter, where one was sent; a guest reads nothing of it

    @property
    def is_bill(self) -> bool:
        return self.standing == "bills"

    @property
    def self_pay(self) -> bool:
        """Whether no plan is asked for it."""
        return any(line.self_pay for line in self.section.lines)

    @property
    def payable(self) -> bool:
        """Whether the page may offer to pay it now."""
        return self.is_bill and self.under_way is None and self.plan is None

    @property
    def told(self) -> Money | None:
        """What the plan told us that the patient may owe, all its current answers together."""
        current = [d.told for d in self.section.decisions if d.current]
        return total_of(current) if current else None

    @property
    def lines_told(self) -> tuple[LineItem, ...]:
        """The services for which the plan's last answer left the patient a part, or a part to check; two at least."""
        lines = tuple(line for line in self.section.lines if not line.self_pay)
        return lines if len(lines) > 1 and self.told is not None else ()

    @property
    def told_of_lines(self) -> dict[int, Money]:
        """By service, what the plan told us that the patient may owe for it."""
        return {line.charge_id: line.your_share + line.under_review for line in self.lines_told}

    def told_of(self, charge_id: int | None) -> Money | None:
        """What the plan told us of one service, or of all of it; None where it said nothing."""
        return self.told if charge_id is None else self.told_of_lines.get(charge_id)

    def owed_of(self, charge_id: int | None) -> Money:
        """What is asked for one service now, or for all of it."""
        if charge_id is None:
            return self.section.owe
        lines = self.section.lines
        return total_of(line.owe for line in lines if line.charge_id == charge_id)

    @property
    def decided(self) -> bool:
        """Whether there is arithmetic to show: before a plan answers there is none (STMT-1)."""
        return bool(self.section.decisions) or self.self_pay


def bill_page(viewer: AccountViewer, visit_id: int, *, on: date) -> BillPage | None:
    """One of the viewer's visits; another's is not found, nor what a guest may not open."""
    with read_only() as session:
        visit = session.execute(
            select(
                Visit.guarantor_account_id,
                Visit.patient_id,
                Visit.first_statement_on,
                Patient.first_name,
                Patient.last_name,
                visit_due_on().label("due_on"),
            )
            .join(Patient, Patient.id == Visit.patient_id)
            .where(Visit.id == visit_id, Visit.guarantor_account_id.in_(viewer.account_ids))
        ).one_or_none()
        if visit is None or not may_open(session, viewer, visit_id, on=on):
            return None
        account_id = visit.guarantor_account_id
        facts = bill_facts(session, visit_id=visit_id, account_id=account_id, on=on)
        waiting = payments_under_way(session, viewer, [account_id])
        plans = plans_told(session, facts.balances, on=on)
        holds = holds_told(session, viewer)
        [account] = facts.balances
        [balance] = account.visits
        letter = None
        if not isinstance(viewer, GuestViewer) and account_id not in plans:
            letter = last_letter(
                session, account, balance, first_statement_on=visit.first_statement_on, on=on
            )
    stands = standing(balance)
    return BillPage(
        account_id=account_id,
        patient_id=visit.patient_id,
        patient=visit.first_name or visit.last_name,
        section=visit_section(facts, balance, steps_by_charge(facts, account_id)),
        standing=stands,
        owe=balance.due_now,
        disputed=balance.disputed,
        due_on=visit.due_on if balance.due_now > ZERO else None,
        waiting_for=facts.waiting_for.get(visit_id, "your plan"),
        note=held_note(balance) if stands == "held" else "",
        checking_insurance=Condition.COVERAGE_CHANGED in balance.conditions,
        plan=plans.get(account_id),
        denied=denied_sentences(facts.denials.get(visit_id, ())),
        holds=of_visit(holds, visit_id),
        under_way=waiting.get(account_id),
        letter=letter,
    )
