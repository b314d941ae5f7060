"""Letters of appeal: the fields that may stand in one, how they are filled, and what is refused.

A field is written {{like_this}}. One that we do not know, or that has no value, is never left to the reader: the letter
is refused and says which.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

FIELD = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
FIELDS: Mapping[str, str] = {
    "today": "the date of the letter",
    "practice_name": "our name",
    "practice_phone": "our phone number",
    "practice_npi": "our NPI",
    "practice_tax_id": "our tax id",
    "payer_name": "the payer",
    "level_name": "which appeal this is",
    "patient_name": "the patient",
    "patient_birth_date": "the patient's birth date",
    "member_id": "the patient's number with the plan",
    "payer_claim_number": "the payer's number of the claim",
    "our_claim_number": "our number of the claim",
    "service_date": "the day of the visit",
    "provider_name": "who treated",
    "services": "codes of the refused lines",
    "amount_billed": "what the whole claim billed",
    "amount_denied": "what this appeal asks for",
    "denial_reason": "the payer's reason: its codes and our words for them",
    "decision_date": "the day of the payer's answer",
}

EXAMPLE: Mapping[str, str] = {  # invented, for reading a letter before any denial is at hand
    "today": "March 2, 2026",
    "practice_name": "Example Family Practice",
    "practice_phone": "(212) 555-0100",
    "practice_npi": "1999999984",
    "practice_tax_id": "99-9999999",
    "payer_name": "Acme Health",
    "level_name": "First appeal",
    "patient_name": "Testa Sample",
    "patient_birth_date": "May 4, 1980",
    "member_id": "M1234567",
    "payer_claim_number": "ICN-1",
    "our_claim_number": "CLM1",
    "service_date": "February 3, 2026",
    "provider_name": "Dr. Ada Example",
    "services": "99213",
    "amount_billed": "$250.00",
    "amount_denied": "$150.00",
    "denial_reason": "CO-197 (authorization or referral).",
    "decision_date": "February 20, 2026",
}


class UnknownField(ValueError):
    """The letter names a field that does not exist; the message says which."""


class EmptyField(ValueError):
    """We have no value for a field of the letter; the message says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealLetter:
    """One letter to start from; `category` is empty where it suits every denial. Version 0 came with the product."""

    key: str
    title: str
    body: str
    category: str = ""
    version: int = 0


def check_fields(body: str) -> None:
    """Raise UnknownField for the first field that we cannot fill."""
    for name in FIELD.findall(body):
        if name not in FIELDS:
            raise UnknownField(
                f"There is no field “{name}”. Choose one from the list beside the letter."
            )


def fill(body: str, values: Mapping[str, str]) -> str:
    """The letter with every field's value. Raises UnknownField or EmptyField."""
    check_fields(body)
    for name in FIELD.findall(body):
        if not values.get(name, "").strip():
            raise EmptyField(f"We have no value for “{name}”: {FIELDS[name]}. Write it yourself.")
    return FIELD.sub(lambda found: values[found[1]], body)


def unfilled(letter: str) -> str:
    """The first field that still stands in a finished letter; empty when there is none."""
    found = FIELD.search(letter)
    return found[1] if found else ""


_OPENING = (
    "{{practice_name}} asks you to look again at your decision of {{decision_date}} on the claim of"
    " {{patient_name}}, member {{member_id}}, for care on {{service_date}}. Your number of the claim is"
    " {{payer_claim_number}}; ours is {{our_claim_number}}.\n\n"
    "You refused {{amount_denied}} of {{amount_billed}} for {{services}}. Your reason: {{denial_reason}}\n\n"
)
_CLOSING = (
    "\n\nPlease send your answer, with the reason and the rule you rely on, to us. If you uphold the decision, tell us"
    " how and by when it can be appealed further. Questions: {{practice_phone}}.\n\n"
    "{{practice_name}}\nNPI {{practice_npi}}"
)
_WHY = {
    "general": (
        "Appeal",
        "",
        (
            "We believe that the claim was right as it was sent, and that your plan covers this care. The papers with this"
            " letter show why."
        ),
    ),
    "medical_necessity": (
        "Medical necessity",
        "medical_necessity",
        (
            "The care was needed. The notes of {{provider_name}} with this letter show what was found, what had been tried,"
            " and why this service was the right next step. Please have a clinician of the same specialty read them."
        ),
    ),
    "authorization": (
        "Authorization",
        "authorization",
        (
            "The papers with this letter show the authorization or referral, or why it could not be asked for before the"
            " care was given. The care itself is covered, and nothing about it would have been decided otherwise."
        ),
    ),
    "timely_filing": (
        "Timely filing",
        "timely_filing",
        (
            "We sent the claim in time. The report of the clearinghouse with this letter shows the day on which you took"
            " it. Please count from that day, and decide the claim."
        ),
    ),
    "coding": (
        "Coding or bundling",
        "coding",
        (
            "The services were separate. The notes with this letter show what was done, and the modifiers on the claim say"
            " so under the national coding rules."
        ),
    ),
    "eligibility": (
        "Eligibility",
        "eligibility",
        (
            "Your own answer to us before the visit said that {{patient_name}} was covered on {{service_date}}. It is with"
            " this letter, with a copy of the card."
        ),
    ),
    "documentation": (
        "Records asked for",
        "documentation",
        "You asked for records. They are with this letter. Please decide the claim now that you have them.",
    ),
}
STARTERS: Mapping[str, AppealLetter] = {
    key: AppealLetter(key=key, title=title, category=category, body=_OPENING + why + _CLOSING)
    for key, (title, category, why) in _WHY.items()
}
