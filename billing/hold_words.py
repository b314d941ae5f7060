"""What staff read of a hold: what it is, and what happens next (CORE-6)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from billing.holds import REASONS, Condition


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldWords:
    """For staff; what a patient reads stands in `portal.queries.holds_told`."""

    staff: str
    next: str


HOLD_WORDS: dict[Condition, HoldWords] = {
    Condition.BILL_HELD: HoldWords(
        staff="Figures to check",
        next="Somebody decides the open item of the queue.",
    ),
    Condition.MINOR_UNNAMED: HoldWords(
        staff="Minor without a guarantor",
        next="Name the guarantor.",
    ),
    Condition.DECEASED: HoldWords(
        staff="Deceased", next="Find out who speaks for the estate; wait 60 days."
    ),
    Condition.BANKRUPTCY: HoldWords(
        staff="Bankruptcy",
        next="File the claim with the court. Write it off when a discharge comes.",
    ),
    Condition.DO_NOT_CONTACT: HoldWords(
        staff="Asked not to be contacted",
        next="Nothing leaves. A manager decides any notice that the law permits.",
    ),
    Condition.ATTORNEY: HoldWords(
        staff="Attorney",
        next="Speak to the attorney alone.",
    ),
    Condition.SCRA: HoldWords(
        staff="Active duty",
        next="Statements go on. A manager decides anything more.",
    ),
    Condition.WORKERS_COMP: HoldWords(
        staff="Workers’ compensation",
        next="Bill the carrier.",
    ),
    Condition.VETERANS_AFFAIRS: HoldWords(
        staff="Veterans Affairs",
        next="Bill the VA.",
    ),
    Condition.MEDICAID_QMB: HoldWords(
        staff="Medicaid or QMB",
        next="Bill the plan; nothing goes to the patient.",
    ),
    Condition.DISPUTED: HoldWords(
        staff="Disputed",
        next="Answer the dispute.",
    ),
    Condition.COVERAGE_CHANGED: HoldWords(
        staff="Insurance to check",
        next="Check the new coverage under Insurance and bill the right payer.",
    ),
    Condition.PLAN_CURRENT: HoldWords(
        staff="In a payment plan",
        next="The plan’s own notices go on.",
    ),
    Condition.APPEAL_OPEN: HoldWords(
        staff="Appeal with the payer",
        next="Record the payer’s answer.",
    ),
    Condition.ASSISTANCE_PENDING: HoldWords(
        staff="Application for help",
        next="Decide the application.",
    ),
    Condition.GFE_DISPUTE: HoldWords(
        staff="Disputed for its estimate",
        next="Answer the resolution entity; nothing is collected until it decides.",
    ),
    Condition.PROMISED: HoldWords(
        staff="Promise to pay", next="The daily run looks on the day after whether it came."
    ),
    Condition.UNREACHABLE: HoldWords(
        staff="Nothing reaches them",
        next="Look for an address or a number.",
    ),
    Condition.PLACED: HoldWords(
        staff="With an agency",
        next="The agency speaks. Call it home when anything else holds.",
    ),
    Condition.OPEN_CLAIM: HoldWords(staff="With a health plan", next="The plan answers."),
}


def words_of(conditions: Iterable[Condition]) -> tuple[HoldWords, ...]:
    """Of each, in the order of the law's own list; one without words of its own gives its reason."""
    found = set(conditions)
    return tuple(
        HOLD_WORDS.get(one) or HoldWords(staff=REASONS[one][:1].upper() + REASONS[one][1:], next="")
        for one in Condition
        if one in found
    )
