"""A statement's content as the words and amounts that its printed layout places on paper."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date
from typing import Any

import segno

from billing.language_help import on_paper
from billing.money import ZERO, Money
from billing.scan_line import scan_line
from portal.queries.statement_content import (
    Decision,
    LineItem,
    Notices,
    PatientSection,
    StatementContent,
    VisitSection,
)

NEUTRAL_SERVICE = "Medical service"
NEUTRAL_CODE = "Details in your account"
BILLS_ON_FIRST_PAGE = 4  # one less beside the box of a correction, and beside a state's words
TITLE_ON_CREDIT = "CREDIT - do not pay"


@dataclass(frozen=True, slots=True)
class PrintedCode:
    """The enrolment code of one mailed copy, the last day it works, and the code that pays (PLAN-19)."""

    code: str
    until: date
    pay: str


def statement_print(content: StatementContent, code: PrintedCode | None = None) -> dict[str, Any]:
    """The data of the layout `statement`; only a mailed copy carries a code."""
    summary = content.summary
    first = BILLS_ON_FIRST_PAGE - (content.corrected is not None) - bool(content.notices.in_bold)
    total = ("We owe you", str(content.credit)) if content.is_credit else None
    return {
        "number": content.number,
        "practice": {
            "name": content.practice.name,
            "legal_name": content.practice.legal_name,
            "address": list(content.practice.address),
            "phone": content.practice.phone,
            "hours": content.practice.phone_hours,
            "email": content.practice.email,
        },
        "guarantor": {
            "name": content.guarantor.name,
            "address": list(content.guarantor.address),
        },
        "headline": TITLE_ON_CREDIT if content.is_credit else "You owe",
        "amount": str(content.credit if content.is_credit else content.amount_due),
        "due": _due(content),
        "facts": [
            ("Statement", content.number),
            ("Date", day(content.statement_on)),
            ("Account", content.account_number),
        ],
        "corrected": _corrected(content),
        "summary": [
            ("Balance before", str(summary.previous_balance)),
            ("New bills", str(summary.new_charges)),
            ("Payments", str(-summary.payments)),
            ("Other changes", str(-summary.adjustments)),
        ],
        "summary_total": total or ("What you owe", str(content.amount_due)),
        "payments_through": day(content.payments_through),
        "aging": [
            ("0 to 30 days", str(content.aging.days_0_30)),
            ("31 to 60 days", str(content.aging.days_31_60)),
            ("61 to 90 days", str(content.aging.days_61_90)),
            ("91 to 120 days", str(content.aging.days_91_120)),
            ("Over 120 days", str(content.aging.over_120)),
        ],
        "notices": _notices(content.notices),
        "language_help": on_paper(content.practice.phone, content.notices.languages),
        "coupon": _coupon(content, code) if content.amount_due > ZERO else None,
        "coupon_note": "Please do not send money for this statement.",
        "bills": _bills(content)[:first],
        "more_bills": _more_bills(len(content.visits) - first),
        "patients": [_patient(patient) for patient in content.patients],
        "changes": [
            {"date": day(change.on), "what": change.what, "amount": str(change.amount)}
            for change in content.changes
        ],
        "with_insurer": [
            {
                "date": day(item.service_on),
                "patient": item.patient,
                "title": NEUTRAL_SERVICE if item.sensitive else item.title,
                "status": item.status,
            }
            for item in content.with_insurer
        ],
    }


def day(on: date) -> str:
    """March 14, 2026."""
    return f"{on:%B} {on.day}, {on.year}"


def _notices(said: Notices) -> dict[str, Any]:
    return {
        "assistance": said.assistance,
        "assistance_phone": said.assistance_phone,
        "assistance_url": said.assistance_url,
        "ways_to_pay": list(said.ways_to_pay),
        "payment_plan": said.payment_plan,
        "dispute": said.dispute,
        "language": said.language,
        "text_phone": said.text_phone,
        "in_bold": list(said.in_bold),
    }


def _due(content: StatementContent) -> str:
    if content.is_credit:
        return f"We owe you {content.credit}"
    if not content.amount_due:
        return "Nothing is due"
    return f"Due {day(content.due_on)}"


def _corrected(content: StatementContent) -> str | None:
    if content.corrected is None:
        return None
    fix = content.corrected
    return f"{fix.reason} This replaces statement {fix.replaces}, which said {fix.old_amount}."


def _coupon(content: StatementContent, code: PrintedCode | None) -> dict[str, Any]:
    # The square holds an address and the code that pays, which opens nothing without birth date and ZIP:
    # no name, no number of an account, and never the code that makes an account.
    portal = content.practice.portal_url
    url = f"{portal}/p/{code.pay.replace('-', '')}" if code else portal
    return {
        "facts": [
            ("Account", content.account_number),
            ("Statement", content.number),
            ("Amount due", str(content.amount_due)),
            ("Due date", day(content.due_on)),
        ],
        "scan_line": scan_line(content.account_number, content.amount_due),
        "url": url,
        "qr": _square(url),
        "pay_url": f"{portal}/pay-statement" if code else portal,
        "pay_code": code.pay if code else None,
        "enrol_url": f"{portal}/enroll",
        "code": code.code if code else None,
        "code_until": day(code.until) if code else None,
    }


def _square(url: str) -> str:
    drawn = io.BytesIO()
    segno.make(url, error="m").save(drawn, kind="svg", border=2)
    return drawn.getvalue().decode()


def _bills(content: StatementContent) -> list[dict[str, str]]:
    return [
        {
            "date": day(visit.service_on),
            "patient": patient.name,
            "title": NEUTRAL_SERVICE if visit.sensitive else visit.title,
            "owe": str(visit.owe),
        }
        for patient in content.patients
        for visit in patient.visits
    ]


def _more_bills(count: int) -> str:
    return f"The next pages show {count} more." if count > 0 else ""


def _patient(patient: PatientSection) -> dict[str, Any]:
    return {"name": patient.name, "visits": [_visit(visit) for visit in patient.visits]}


def _visit(visit: VisitSection) -> dict[str, Any]:
    claim = f"Claim {visit.claim_number}" if visit.claim_number else ""
    return {
        "title": NEUTRAL_SERVICE if visit.sensitive else visit.title,
        "date": day(visit.service_on),
        "owe": str(visit.owe),
        "where": ". ".join(part for part in (visit.provider, visit.place, claim) if part),
        "lines": [_line(line) for line in visit.lines],
        "decisions": [_decision(decision) for decision in visit.decisions],
    }


def _line(line: LineItem) -> dict[str, Any]:
    return {
        "service": NEUTRAL_SERVICE if line.sensitive else line.service,
        "code": NEUTRAL_CODE if line.sensitive else line.code,
        "billed": str(line.billed),
        "plan_discount": str(-line.plan_discount),
        "plan_paid": str(-line.plan_paid_total),
        "not_yours": str(
            -(
                line.provider_responsibility
                + line.other_insurance
                + line.under_review
                + line.denied
                + line.bundled
            )
        ),
        "share": str(line.your_share),
        "taken": str(-(line.you_paid + line.assistance + line.disputed)),
        "owe": str(line.owe),
        "details": _details(line),
    }


def _details(line: LineItem) -> list[str]:
    """What the columns sum up, each part by its name, and why."""
    groups = (
        ("Plan paid", [(paid.payer, paid.amount) for paid in line.plan_paid]),
        (
            "Not due from you",
            [
                ("our own cost", line.provider_responsibility),
                ("other insurance", line.other_insurance),
                ("counted with another service", line.bundled),
                ("being checked with your plan", line.under_review),
                ("refused by your plan, and not settled", line.denied),
            ],
        ),
        (
            "Your share",
            [
                ("your deductible", line.deductible),
                ("your coinsurance", line.coinsurance),
                ("your copay", line.copay),
                ("not covered", line.not_covered),
                ("price without a plan", line.self_pay),
            ],
        ),
        ("Taken off", [("you have paid", line.you_paid), ("help and changes", line.assistance)]),
        ("You dispute this", [("not due while we look at it", line.disputed)]),
    )
    said = [f"{day(line.service_on)}, {line.provider}" if line.provider else day(line.service_on)]
    said += [f"{title}: {_parts(parts)}." for title, parts in groups if any(a for _, a in parts)]
    return [*said, *line.why]


def _parts(parts: list[tuple[str, Money]]) -> str:
    return ", ".join(f"{name} {amount}" for name, amount in parts if amount)


def _decision(decision: Decision) -> dict[str, Any]:
    steps = [(step.label, str(-step.amount)) for step in decision.differences]
    return {
        "sentence": f"{decision.sentence} {decision.note}".strip(),
        "steps": [("Your plan's figure", str(decision.told)), *steps] if steps else [],
        "result": ("Our figure", str(decision.ours)) if steps else None,
    }
