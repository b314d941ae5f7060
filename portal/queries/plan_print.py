"""The papers of a plan as plain data for their printed layouts: the agreement as signed, and our answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from portal.queries.plan_offer import PlanDraft
from portal.queries.plan_page import PlanPage, ProposalRow, SignedPaper


def plan_print(paper: SignedPaper, language_help: Mapping[str, Any]) -> Mapping[str, Any]:
    """Exactly what was signed, with the signature."""
    version = paper.row
    how = (
        f"Signed on paper, kept as {version.paper_reference}"
        if version.how == "paper"
        else "Signed on our pages"
    )
    return {
        **paper.agreement,
        "signed_by": version.typed_name,
        "signed_on": _day(version.signed_on),
        "signed_how": how,
        "seal": paper.seal,
        "language_help": language_help,
    }


def unsigned_print(drafted: PlanDraft, language_help: Mapping[str, Any]) -> Mapping[str, Any]:
    """The agreement to be signed by hand: the office keeps the paper and records where."""
    line = "_" * 40
    return {
        **drafted.agreement,
        "signed_by": line,
        "signed_on": line,
        "signed_how": "By hand",
        "seal": drafted.agreement_hash,
        "language_help": language_help,
    }


def decision_print(
    page: PlanPage, answer: ProposalRow, language_help: Mapping[str, Any]
) -> Mapping[str, Any]:
    """A no, or another offer, with its reasons and the notice of rights (PLAN-3; 12 CFR 1002.9)."""
    offer = page.offer
    other = next((p for p in page.proposals if p.state in {"approved", "signed"}), None)
    return {
        "creditor": offer.creditor,
        "creditor_address": list(offer.creditor_address),
        "creditor_phone": offer.creditor_phone,
        "name": offer.account_name,
        "account_number": offer.account_number,
        "plan_number": page.number,
        "on": _day(answer.decided_on) if answer.decided_on else "",
        "asked": f"{answer.instalments} payments of up to {answer.each}, {answer.total} in all",
        "reasons": list(answer.decision_reasons),
        "other": f"{other.instalments} payments of up to {other.each}, {other.total} in all"
        if other
        else "",
        "rights": RIGHTS,
        "language_help": language_help,
    }


RIGHTS = (
    "The federal Equal Credit Opportunity Act prohibits creditors from discriminating against credit"
    " applicants on the basis of race, color, religion, national origin, sex, marital status, or age"
    " (provided the applicant has the capacity to enter into a binding contract); because all or part"
    " of the applicant's income derives from any public assistance program; or because the applicant"
    " has in good faith exercised any right under the Consumer Credit Protection Act. The federal"
    " agency that administers compliance with this law concerning this creditor is the Federal Trade"
    " Commission, Equal Credit Opportunity, Washington, DC 20580."
)


def _day(value: date) -> str:
    return f"{value:%B} {value.day}, {value.year}"
