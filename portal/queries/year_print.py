"""What was paid in a year as plain data for the printed layout `year`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from billing.language_help import on_paper
from portal.queries.year_paid import WentBack, YearPaid, YearPayment

NOTE = (
    "Keep this for your taxes, or for a health savings (HSA) or flexible spending (FSA) account."
    " Money that went back lowers the year in which it was paid, even if it went back later."
)
NOT_HERE = (
    "This page has only what you paid online. Did you pay at our desk or by mail? Call us for a"
    " list of those payments."
)


def year_print(paid: YearPaid) -> Mapping[str, Any]:
    """The same figures as the page, row by row."""
    return {
        "year": str(paid.year),
        "practice_name": paid.practice_name,
        "practice_address": list(paid.practice_address),
        "practice_phone": paid.practice_phone,
        "language_help": on_paper(paid.practice_phone, paid.languages),
        "practice_tax_id": paid.practice_tax_id,
        "payers": ", ".join(paid.payer_names),
        "lines": [line for payment in paid.payments for line in _lines(payment, paid)],
        "paid": str(paid.paid),
        "went_back": [_back(back) for back in paid.returns],
        "went_back_total": str(-paid.went_back),
        "kept": str(paid.kept),
        "of_earlier_years": [
            {**_back(back), "year": str(back.paid_on.year)} for back in paid.of_earlier_years
        ],
        "notes": [NOTE, NOT_HERE],
    }


def _lines(payment: YearPayment, paid: YearPaid) -> list[dict[str, str]]:
    same = {"paid_on": _day(payment.paid_on), "receipt": payment.receipt_number}
    lines = [
        {
            **same,
            "date": _day(part.service_on),
            "what": part.what,
            "patient": part.patient_name,
            "provider": part.provider_name or paid.practice_name,
            "amount": str(part.amount),
        }
        for part in payment.paid_for
    ]
    if payment.credit:
        credit = {"date": "", "what": "More than was due", "patient": "", "provider": ""}
        lines.append({**same, **credit, "amount": str(payment.credit)})
    return lines


def _back(back: WentBack) -> dict[str, str]:
    return {
        "date": _day(back.on),
        "what": "Taken back by your bank" if back.by_bank else "Sent back to you",
        "receipt": back.receipt_number,
        "amount": str(-back.amount),
    }


def _day(value: date) -> str:
    return f"{value:%b} {value.day}, {value.year}"
