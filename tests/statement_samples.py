"""An invented statement with everything on it, for tests of paper and page."""

from __future__ import annotations

from datetime import date

from billing.money import ZERO, Money
from portal.queries.statement_content import (
    LAYOUT_VERSION,
    Aging,
    Change,
    Decision,
    Difference,
    Guarantor,
    LineItem,
    Notices,
    PatientSection,
    PlanPaid,
    PracticeBlock,
    StatementContent,
    Summary,
    VisitSection,
    WithInsurer,
)


def line(charge_id: int = 1, **changes: object) -> LineItem:
    """Billed 350: discount 120, plan paid 80, 100 under review, deductible 50."""
    fields: dict[str, object] = {
        "charge_id": charge_id,
        "service_on": date(2026, 1, 12),
        "service": "Office visit, about 30 minutes",
        "code": "99214",
        "provider": "Dr. Ada Example",
        "place": "Our office",
        "sensitive": False,
        "billed": Money(35000),
        "plan_discount": Money(12000),
        "plan_paid": (PlanPaid(payer="Acme Health", amount=Money(8000)),),
        "provider_responsibility": ZERO,
        "other_insurance": ZERO,
        "under_review": Money(10000),
        "deductible": Money(5000),
        "coinsurance": ZERO,
        "copay": ZERO,
        "not_covered": ZERO,
        "self_pay": ZERO,
        "assistance": ZERO,
        "you_paid": ZERO,
        "owe": Money(5000),
        "why": ("Your plan put $50.00 of this visit toward your yearly deductible.",),
    }
    return LineItem(**{**fields, **changes})  # type: ignore[arg-type]


def decision(**changes: object) -> Decision:
    fields: dict[str, object] = {
        "payer": "Acme Health",
        "claim_number": "12345",
        "decided_on": date(2026, 2, 20),
        "told": Money(15000),
        "ours": Money(5000),
        "differences": (
            Difference(label="We are checking this part; not due now", amount=Money(10000)),
        ),
        "note": "",
        "current": True,
        "sentence": "Acme Health told us on February 20, 2026: claim 12345, you may owe $150.00.",
    }
    return Decision(**{**fields, **changes})  # type: ignore[arg-type]


def statement(**changes: object) -> StatementContent:
    lines = changes.pop("lines", (line(),))
    visit = VisitSection(
        visit_id=7,
        service_on=date(2026, 1, 12),
        title="Office visit",
        provider="Dr. Ada Example",
        place="Our office",
        claim_number="12345",
        lines=lines,  # type: ignore[arg-type]
        decisions=(decision(),),
    )
    fields: dict[str, object] = {
        "layout_version": LAYOUT_VERSION,
        "number": "2026-0142",
        "account_number": "48210777",
        "statement_on": date(2026, 2, 23),
        "due_on": date(2026, 3, 20),
        "practice": PracticeBlock(
            name="Riverside Family Medicine",
            legal_name="Riverside Family Medicine PLLC",
            address=("10 River Road", "Sampletown, NY 10001"),
            phone="(555) 555-0100",
            phone_hours="Monday to Friday, 9 to 5",
            email="billing@practice.example.com",
            portal_url="http://localhost:8000",
        ),
        "guarantor": Guarantor(
            name="Testa Sample", address=("1 Invented Street", "Apt 2", "Sampletown, NY 10001")
        ),
        "amount_due": Money(5000),
        "credit": ZERO,
        "summary": Summary(
            previous_balance=ZERO, new_charges=Money(5000), payments=ZERO, adjustments=ZERO
        ),
        "aging": Aging(days_0_30=Money(5000)),
        "payments_through": date(2026, 2, 22),
        "patients": (PatientSection(name="Testa Sample", visits=(visit,)),),
        "with_insurer": (
            WithInsurer(
                patient="Sam Sample",
                service_on=date(2026, 2, 3),
                title="X-ray",
                payer="Acme Health",
                status="We wait for Acme Health.",
                sensitive=False,
            ),
        ),
        "changes": (
            Change(
                on=date(2026, 2, 20),
                what="Acme Health decided the visit of January 12.",
                amount=Money(5000),
            ),
        ),
        "corrected": None,
        "notices": Notices(
            assistance="You may get help with this bill. Ask us, or read how it works:",
            assistance_phone="(555) 555-0101",
            assistance_url="http://localhost:8000/help-paying",
            ways_to_pay=("By phone", "By mail", "At our desk"),
            payment_plan="If you cannot pay all of it now, call us.",
            dispute="Tell us. We will go through it with you before you pay.",
            language="Free help in your language: call us.",
            text_phone="TTY: dial 711.",
        ),
    }
    return StatementContent(**{**fields, **changes})  # type: ignore[arg-type]
