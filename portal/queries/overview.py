"""Everything an account owes, waits for, has paid and was sent, for the first page after signing in."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import (
    Integer,
    Row,
    Select,
    bindparam,
    exists,
    func,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from billing.carc import Bucket
from billing.holds import Condition
from billing.money import ZERO, Money, total_of
from portal.db import read_only
from portal.models.accounts import Patient, Payer
from portal.models.claims import Charge, Claim, Provider, Visit
from portal.models.payments import Payment, PracticeReceipt
from portal.models.practice import Practice
from portal.models.remittances import LineAdjustment, RemittanceClaim, RemittanceLine
from portal.models.statements import Statement
from portal.queries.among import listed
from portal.queries.balances import VisitBalance, balances
from portal.queries.credit import free_credit, undecided
from portal.queries.denials_told import denials_told, denied_sentences
from portal.queries.disputes_told import TOLD, dispute_decision
from portal.queries.holds_told import HoldTold
from portal.queries.own_notices import NextVisit, own_notices
from portal.queries.paid_by import HELPER, NO_HELPER, paid_by
from portal.queries.plain_services import describe
from portal.queries.plan_told import PlanTold, plans_told
from portal.queries.statement_due import statement_due_on, visit_due_on
from portal.queries.statement_sent import seen_by, visible_statements
from portal.queries.under_way import UnderWay, payments_under_way
from portal.queries.viewer import AccountViewer, GuestViewer
from portal.queries.what_changed import WhatChanged, what_changed

SHOWN_PAYMENTS = 6
SHOWN_STATEMENTS = 24
WAITS_FOR_PLAN = frozenset({Condition.OPEN_CLAIM})
SHARE_WORDS = {
    Bucket.DEDUCTIBLE: "deductible",
    Bucket.COINSURANCE: "coinsurance",
    Bucket.COPAY: "copay",
}
# Why a visit is no bill now, to the patient. What names a third person or a past stays unsaid.
HELD_WORDS = {
    Condition.MEDICAID_QMB: "Medicaid rules say we may not bill you for this visit.",
    Condition.COVERAGE_CHANGED: "We are checking your insurance for this visit. You owe nothing for it now.",
    Condition.RECEIPTS_MISSING: "We are adding what you paid at our desk.",
    Condition.MINOR_UNNAMED: "We need the name of a parent or guardian. Please call us.",
    Condition.WORKERS_COMP: "Workers’ compensation pays for this visit.",
    Condition.VETERANS_AFFAIRS: "Veterans Affairs pays for this visit.",
    Condition.BANKRUPTCY: "We are not asking you to pay this.",
}
DISPUTED = "You told us that this bill is wrong. You owe nothing for it while we look."
CHECKING = "We are checking this bill. You owe nothing for it now."


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One visit on the overview, whatever its standing."""

    visit_id: int
    service_on: date
    patient: str
    title: str
    provider: str
    owe: Money
    checking: Money  # part under review beside what is owed
    disputed: Money  # part that the patient disputes: not due
    share: tuple[str, ...]  # "deductible", "copay"
    due_on: date | None  # as the last statement that shows it said
    denied: tuple[str, ...]  # what the insurer refused, and what we do about it
    note: str  # why it is not a bill, or not one any more
    in_plan: bool  # a plan pays it: nobody is pressed for the rest
    paying: bool  # a payment for its account is under way: nobody pays again until it is known


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """One payment: by card here, or at the practice's desk."""

    on: date
    amount: Money
    method: str
    receipt_number: str
    paid_by: str  # a helper who acted for the patient
    dispute: str  # what became of it when the patient's bank took it back; empty otherwise


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One statement."""

    number: str
    on: date
    due_on: date
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The accounts of one viewer together."""

    owed: Money
    credit: Money  # free to use or to send back
    paid_ahead: Money  # kept for visits that are not decided yet
    bills: tuple[Item, ...]
    with_insurer: tuple[Item, ...]
    held: tuple[Item, ...]
    settled: tuple[Item, ...]
    payments: tuple[Paid, ...]
    statements: tuple[Sent, ...]
    changed: tuple[WhatChanged, ...]
    email_failed: bool  # our last e-mail came back
    card_asked: bool  # somebody's insurance card is to be shown again (SCH-14)
    draft: tuple[date, Money] | None  # the next one that was told: the day and the most
    plans: tuple[PlanTold, ...]
    under_way: tuple[UnderWay, ...]  # not here yet: still owed in the books
    next_visit: NextVisit | None
    holds: tuple[HoldTold, ...]  # since when, why, what next

    @property
    def next_due(self) -> date | None:
        return min((bill.due_on for bill in self.bills if bill.due_on), default=None)

    @property
    def is_new(self) -> bool:
        """Nothing has happened yet."""
        return not (self.bills or self.with_insurer or self.held or self.settled)


def overview(viewer: AccountViewer, *, on: date, whole: bool = False) -> Overview:
    """What this viewer's accounts look like today; to a guest without what was paid or sent before.

    Of payments and statements the newest, or `whole` for all of them (HIPAA-8).
    """
    guest = isinstance(viewer, GuestViewer)
    with read_only() as session:
        accounts = balances(session, on=on, account_ids=viewer.account_ids)
        visits = [visit for account in accounts for visit in account.visits]
        facts = _facts(session, [visit.visit_id for visit in visits])
        told = denials_told(session, [visit.visit_id for visit in visits])
        payments = () if guest else _payments(session, viewer, whole=whole)
        statements = _statements(session, viewer, whole=whole)
        changed = what_changed(session, accounts)
        own = own_notices(session, viewer, on)
        waiting = payments_under_way(session, viewer, viewer.account_ids)
        plans = tuple(plans_told(session, accounts, on=on).values())
    groups: dict[str, list[Item]] = {"bills": [], "with_insurer": [], "held": [], "settled": []}
    for visit in sorted(visits, key=lambda v: v.service_on, reverse=True):
        refused = denied_sentences(told.get(visit.visit_id, ()))
        paying = visit.guarantor_account_id in waiting
        item = _item(visit, facts[visit.visit_id], paying=paying, denied=refused)
        groups[standing(visit)].append(item)
    return Overview(
        owed=total_of(account.due_now for account in accounts),
        credit=total_of(map(free_credit, accounts)),
        paid_ahead=total_of(visit.credit for visit in visits if undecided(visit)),
        payments=tuple(payments),
        statements=tuple(statements),
        changed=changed,
        email_failed=own.email_failed,
        card_asked=own.card_asked,
        draft=own.draft,
        plans=plans,
        under_way=tuple(waiting.values()),
        next_visit=own.next_visit,
        holds=own.holds,
        **{
            name: () if guest and name == "settled" else tuple(items)
            for name, items in groups.items()
        },
    )


def standing(visit: VisitBalance) -> str:
    """Where a visit belongs: bills, with_insurer, held or settled."""
    if visit.due_now > ZERO:
        return "bills"
    if visit.holding & WAITS_FOR_PLAN:
        return "with_insurer"
    if visit.disputed or (visit.held and (visit.patient_due or visit.insurance_due)):
        return "held"
    return "with_insurer" if visit.insurance_due else "settled"


def _item(
    visit: VisitBalance, facts: Row[*tuple[Any, ...]], *, paying: bool, denied: tuple[str, ...]
) -> Item:
    return Item(
        visit_id=visit.visit_id,
        service_on=visit.service_on,
        patient=facts.first_name or facts.last_name,
        title=visit_title(facts.services or ()),
        provider=_provider(facts),
        owe=visit.due_now,
        checking=visit.under_review,
        disputed=visit.disputed,
        share=_share(facts.buckets or (), visit),
        due_on=facts.due_on,
        denied=denied,
        note=_note(visit, facts),
        in_plan=Condition.PLAN_CURRENT in visit.conditions,
        paying=paying,
    )


def visit_title(services: Sequence[str]) -> str:
    """A visit is named after its largest service, which comes first, in our words or as its bare code."""
    return describe(services[0]) or services[0] if services else "Visit"


def _provider(facts: Row[*tuple[Any, ...]]) -> str:
    if not facts.provider_last:
        return ""
    if not facts.provider_first:
        return str(facts.provider_last)
    return f"Dr.\N{NO-BREAK SPACE}{facts.provider_first} {facts.provider_last}"


def _share(buckets: Collection[str], visit: VisitBalance) -> tuple[str, ...]:
    if visit.coverage_intent != "insurance":
        return ("no plan was billed",)
    names = [words for bucket, words in SHARE_WORDS.items() if bucket in buckets]
    if any(bucket not in SHARE_WORDS for bucket in buckets):
        names.append("not covered")
    return tuple(names)


def _note(visit: VisitBalance, facts: Row[*tuple[Any, ...]]) -> str:
    stands = standing(visit)
    if stands == "with_insurer":
        plan = facts.payer or "your plan"
        if facts.deciding_again:
            return f"{plan} is deciding this again."
        if visit.holding & WAITS_FOR_PLAN:
            return f"We are waiting for {plan}."
        return f"We are working on this with {plan}."
    if stands == "held":
        return held_note(visit)
    if stands == "settled":
        return "Paid" if visit.patient_paid > ZERO else "Nothing to pay"
    return ""


def held_note(visit: VisitBalance) -> str:
    """Why this visit is not due, as far as a patient may be told."""
    words = next((HELD_WORDS[c] for c in HELD_WORDS if c in visit.holding), "")
    return words or (DISPUTED if visit.disputed and not visit.held else CHECKING)


@cache  # building it takes longer than running it
def _facts_query() -> Select[*tuple[Any, ...]]:
    service = func.coalesce(func.nullif(Charge.description, ""), Charge.procedure_code)
    services = (
        select(
            func.array_agg(aggregate_order_by(service, Charge.billed.desc(), Charge.line_number))
        )
        .where(Charge.visit_id == Visit.id)
        .scalar_subquery()
    )
    buckets = (
        select(func.array_agg(LineAdjustment.bucket.distinct()))
        .join(RemittanceLine, RemittanceLine.id == LineAdjustment.remittance_line_id)
        .join(RemittanceClaim, RemittanceClaim.id == RemittanceLine.remittance_claim_id)
        .join(Claim, Claim.id == RemittanceClaim.claim_id)
        .where(
            Claim.visit_id == Visit.id,
            RemittanceClaim.disposition == "posted",
            RemittanceClaim.reversed_by_id.is_(None),
            LineAdjustment.group_code == "PR",
            LineAdjustment.outcome == "posted",
        )
        .scalar_subquery()
    )
    payer = (
        select(Payer.name)
        .join(Claim, Claim.payer_id == Payer.id)
        .where(Claim.visit_id == Visit.id, Claim.state != "void")
        .order_by(Claim.state.in_(("open", "deciding_again")).desc(), Claim.sequence)
        .limit(1)
        .scalar_subquery()
    )
    return (
        select(
            Visit.id,
            Patient.first_name,
            Patient.last_name,
            Provider.first_name.label("provider_first"),
            Provider.last_name.label("provider_last"),
            services.label("services"),
            buckets.label("buckets"),
            visit_due_on().label("due_on"),
            payer.label("payer"),
            exists()
            .where(Claim.visit_id == Visit.id, Claim.state == "deciding_again")
            .label("deciding_again"),
        )
        .join(Patient, Patient.id == Visit.patient_id)
        .outerjoin(Provider, Provider.id == Visit.provider_id)
        .where(listed(Visit.id, "visit_ids"))
    )


def _facts(session: Session, visit_ids: Sequence[int]) -> dict[int, Row[*tuple[Any, ...]]]:
    rows = session.execute(_facts_query(), {"visit_ids": list(visit_ids)})
    return {row.id: row for row in rows}


@cache
def _payments_query() -> Select[*tuple[Any, ...]]:
    zone = select(Practice.time_zone).scalar_subquery()
    online = select(
        func.date(func.timezone(zone, Payment.succeeded_at)).label("paid_on"),
        Payment.amount.label("amount"),
        literal("card").label("method"),
        func.concat_ws(" ending ", func.initcap(Payment.brand), Payment.last4).label("detail"),
        func.coalesce(Payment.receipt_number, "").label("receipt_number"),
        dispute_decision().label("dispute"),
        *HELPER,
    ).where(listed(Payment.guarantor_account_id, "account_ids"), Payment.succeeded_at.is_not(None))
    desk = select(
        PracticeReceipt.received_on,
        PracticeReceipt.amount,
        literal("desk"),
        PracticeReceipt.kind,
        literal(""),
        null(),
        *NO_HELPER,
    )
    # What was paid for a visit stands where the visit does: a confidential copay is nobody else's to see (HIPAA-9).
    for_visits = desk.join(Visit, Visit.id == PracticeReceipt.visit_id).where(
        listed(Visit.guarantor_account_id, "account_ids")
    )
    on_account = desk.join(Patient, Patient.id == PracticeReceipt.patient_id).where(
        PracticeReceipt.visit_id.is_(None), listed(Patient.guarantor_account_id, "account_ids")
    )
    both = union_all(online, for_visits, on_account).subquery()
    return select(both).order_by(both.c.paid_on.desc()).limit(bindparam("shown", type_=Integer))


def _payments(session: Session, viewer: AccountViewer, *, whole: bool) -> list[Paid]:
    shown = None if whole else SHOWN_PAYMENTS
    rows = session.execute(
        _payments_query(), {"account_ids": list(viewer.account_ids), "shown": shown}
    )
    return [
        Paid(
            on=row.paid_on,
            amount=row.amount,
            method=row.detail or "Card" if row.method == "card" else f"At our desk, {row.detail}",
            receipt_number=row.receipt_number,
            paid_by=paid_by(row, viewer),
            dispute="" if row.dispute is None else TOLD[row.dispute],
        )
        for row in rows
    ]


@cache
def _statements_query(*, guest: bool) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Statement.number,
            Statement.cycle_on,
            statement_due_on().label("due_on"),
            Statement.amount_due,
        )
        .where(visible_statements(guest=guest))
        .order_by(Statement.cycle_on.desc(), Statement.id.desc())
        .limit(bindparam("shown", type_=Integer))
    )


def _statements(session: Session, viewer: AccountViewer, *, whole: bool) -> list[Sent]:
    shown = None if whole else SHOWN_STATEMENTS
    query = _statements_query(guest=isinstance(viewer, GuestViewer))
    rows = session.execute(query, seen_by(viewer) | {"shown": shown})
    return [
        Sent(number=row.number, on=row.cycle_on, due_on=row.due_on, amount=row.amount_due)
        for row in rows
    ]
