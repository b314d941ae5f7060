"""Builds what a statement says from the facts: pure, so that the same facts always give the same statement."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from billing.holds import Action, Allowed, Condition, allowed
from billing.money import ZERO, Money, total_of
from billing.settings import Key
from portal.queries.balances import AccountBalance, VisitBalance
from portal.queries.plain_services import place_words
from portal.queries.statement_changes import Span, changes, summary
from portal.queries.statement_content import (
    LAYOUT_VERSION,
    Aging,
    Correction,
    PatientSection,
    StatementContent,
    VisitSection,
    WithInsurer,
    faults,
)
from portal.queries.statement_decisions import decision_blocks
from portal.queries.statement_facts import Movement, StatementFacts
from portal.queries.statement_lines import line_item
from portal.queries.statement_words import guarantor_block, notices, practice_block

AGES = ((30, "days_0_30"), (60, "days_31_60"), (90, "days_61_90"), (120, "days_91_120"))
DISPUTED = "You told us that a bill was wrong. We corrected it."
DECIDED_ANEW = "%(who)s changed a decision on a bill that we sent you before."
YOUR_PLAN = "Your plan"
DECIDING_AGAIN = "is deciding this again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One account's statement before it has a number: what it would say, and why it may not go."""

    account_id: int
    position: int
    billable: tuple[VisitBalance, ...]
    content: StatementContent
    faults: tuple[str, ...]

    @property
    def due(self) -> Money:
        return self.content.amount_due


def may_be_billed(visit: VisitBalance) -> bool:
    """The gate's answer for this visit, now."""
    return isinstance(allowed(visit.conditions, Action.STATEMENT), Allowed)


def draft(facts: StatementFacts, account: AccountBalance, *, on: date, public_url: str) -> Draft:
    """What a statement of this day would say to this account."""
    account_id = account.guarantor_account_id
    last = facts.last.get(account_id)
    billable = tuple(visit for visit in account.visits if may_be_billed(visit))
    shown = [
        visit
        for visit in billable
        if visit.patient_due or (last and any(last.lines.get(c.charge_id) for c in visit.charges))
    ]
    patients = _patients(facts, account_id, shown)
    due, credit = asked_of(account)
    span = Span(
        last=last,
        movements=tuple(facts.movements.get(account_id, ())),
        owed={c.charge_id: c.undisputed for visit in billable for c in visit.charges},
        balance=due if due > ZERO else -credit,
        visits=facts.visits,
        decisions=facts.decisions,
        disputed={
            c.charge_id: visit.visit_id
            for visit in billable
            for c in visit.charges
            if c.disputed or (last and c.charge_id in last.disputed)
        },
    )
    practice = facts.practice
    content = StatementContent(
        layout_version=LAYOUT_VERSION,
        number="",
        account_number=account.number,
        statement_on=on,
        due_on=on + facts.settings.span(Key.STATEMENT_DAYS_TO_PAY),
        practice=practice_block(practice, public_url),
        guarantor=guarantor_block(facts.accounts[account_id], sealed=account_id in facts.sealed),
        amount_due=max(due, ZERO),
        credit=credit,
        summary=summary(span),
        aging=_aging(facts, shown, on) if due > ZERO else Aging(),
        payments_through=min(on, practice.receipts_through or on),
        patients=patients,
        with_insurer=_with_insurer(facts, account),
        changes=changes(span),
        corrected=_correction(span, facts, shown),
        notices=notices(
            practice,
            facts.plans.get(account_id),
            facts.bold.get(account_id, ()),
            above=_above(facts, shown),
        ),
    )
    return Draft(
        account_id=account_id,
        position=account.position,
        billable=billable,
        content=content,
        faults=faults(content) + _own_faults(facts, shown, content),
    )


def _above(facts: StatementFacts, shown: Sequence[VisitBalance]) -> bool:
    return any(facts.visits[visit.visit_id].above_estimate for visit in shown)


def _patients(
    facts: StatementFacts, account_id: int, shown: list[VisitBalance]
) -> tuple[PatientSection, ...]:
    steps = steps_by_charge(facts, account_id)

    def patient_of(visit: VisitBalance) -> tuple[str, int]:
        fact = facts.visits[visit.visit_id]
        return fact.patient, fact.patient_id

    return tuple(
        PatientSection(
            name=name, visits=tuple(visit_section(facts, visit, steps) for visit in visits)
        )
        for (name, _), visits in groupby(sorted(shown, key=patient_of), key=patient_of)
    )


def steps_by_charge(facts: StatementFacts, account_id: int) -> dict[int, list[Movement]]:
    """What moved each charge's patient share."""
    steps: dict[int, list[Movement]] = defaultdict(list)
    for movement in facts.movements.get(account_id, ()):
        if movement.charge_id is not None:
            steps[movement.charge_id].append(movement)
    return steps


def visit_section(
    facts: StatementFacts, visit: VisitBalance, steps: dict[int, list[Movement]]
) -> VisitSection:
    """One bill, explained as a statement would explain it now."""
    fact = facts.visits[visit.visit_id]
    decisions = facts.decisions.get(visit.visit_id, [])
    place = place_words(fact.place_of_service)
    lines = tuple(
        line_item(
            charge=facts.charges[charge.charge_id],
            balance=charge,
            movements=steps[charge.charge_id],
            decisions=decisions,
            in_review=Condition.REVIEW in visit.conditions,
            place=place,
            told=facts.denials.get(visit.visit_id, ()),
        )
        for charge in visit.charges
    )
    current = [decision for decision in decisions if not decision.replaced]
    return VisitSection(
        visit_id=visit.visit_id,
        service_on=visit.service_on,
        title=_title(facts, visit),
        provider=fact.provider,
        place=place,
        claim_number=current[-1].claim_number if current else "",
        lines=lines,
        decisions=decision_blocks(visit.visit_id, decisions, lines, facts.taken_off),
    )


def _title(facts: StatementFacts, visit: VisitBalance) -> str:
    """The visit is named after its largest service."""
    if not visit.charges:
        return "Visit"
    largest = max(visit.charges, key=lambda charge: charge.billed)
    return facts.title_of(largest.charge_id)


def asked_of(account: AccountBalance) -> tuple[Money, Money]:
    """What a statement of this account would ask for, and the credit that it would tell."""
    due = total_of(
        visit.patient_due - visit.disputed for visit in account.visits if may_be_billed(visit)
    )
    return due, _credit(account, due)


def _credit(account: AccountBalance, due: Money) -> Money:
    """What we owe the patient for good: nothing while any bill is open, any plan still decides, or no statement may go."""
    if not isinstance(allowed(account.conditions, Action.STATEMENT), Allowed):
        return ZERO
    if due > ZERO or any(Condition.OPEN_CLAIM in visit.conditions for visit in account.visits):
        return ZERO
    # What was paid for a visit that is denied or held may be needed for it yet.
    settled = [v for v in account.visits if not v.held and v.insurance_due == ZERO]
    return max(ZERO, account.unapplied_credit + total_of(v.credit for v in settled) - due)


def _aging(facts: StatementFacts, shown: list[VisitBalance], on: date) -> Aging:
    ages: dict[str, Money] = defaultdict(lambda: ZERO)
    for visit in shown:
        first = facts.visits[visit.visit_id].first_statement_on
        days = (on - first).days if first else 0
        name = next((name for limit, name in AGES if days <= limit), "over_120")
        ages[name] += visit.patient_due - visit.disputed
    return Aging(**ages)


def _with_insurer(facts: StatementFacts, account: AccountBalance) -> tuple[WithInsurer, ...]:
    people = {facts.visits[visit.visit_id].patient_id for visit in account.visits}
    waiting = [visit for visit in account.visits if visit.visit_id in facts.waiting_for]
    return tuple(
        WithInsurer(
            patient=facts.visits[visit.visit_id].patient,
            service_on=visit.service_on,
            title=_title(facts, visit),
            payer=facts.waiting_for[visit.visit_id],
            status=_status(visit, facts.waiting_for[visit.visit_id]),
            sensitive=facts.is_sensitive([charge.charge_id for charge in visit.charges]),
        )
        for visit in waiting
        if not facts.visits[visit.visit_id].private or len(people) == 1
    )


def _status(visit: VisitBalance, payer: str) -> str:
    again = any(DECIDING_AGAIN in reason for reason in visit.reasons)
    return f"{payer} is deciding this again." if again else f"We wait for the answer of {payer}."


def _correction(span: Span, facts: StatementFacts, shown: list[VisitBalance]) -> Correction | None:
    """A payer's new decision on something already billed, or our own correction, replaces what the last statement said."""
    if span.last is None or not (span.corrected_charges or span.last.corrected):
        return None
    if not span.corrected_charges:
        return Correction(
            reason=DISPUTED,
            replaces=span.last.number,
            old_amount=max(span.last.balance, ZERO),
        )
    visits = {
        visit.visit_id
        for visit in shown
        if any(c.charge_id in span.corrected_charges for c in visit.charges)
    }
    payers = sorted({d.payer for v in visits for d in facts.decisions.get(v, ()) if not d.replaced})
    who = " and ".join(payers) or YOUR_PLAN
    return Correction(
        reason=DECIDED_ANEW % {"who": who},
        replaces=span.last.number,
        old_amount=max(span.last.balance, ZERO),
    )


def _own_faults(
    facts: StatementFacts, shown: list[VisitBalance], content: StatementContent
) -> tuple[str, ...]:
    found = [
        f"visit {visit.visit_id} does not add up in the ledger"
        for visit in shown
        if not visit.identity_holds
    ]
    owed = total_of(line.owe for line in content.lines)
    if max(owed, ZERO) != content.amount_due:
        found.append("the lines do not add up to the amount due")
    people = {facts.visits[visit.visit_id].patient_id for visit in shown}
    private = [visit for visit in shown if facts.visits[visit.visit_id].private]
    if private and len(people) > 1:
        found.append("a confidential visit stands on an account with others (STMT-13)")
    return tuple(found)
