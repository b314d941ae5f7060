"""Who owes a claim's money may change by a person's word, only under these rules (STMT-2, STMT-24, OPS-8, NSA-1).

What a payer put in group CO, OA or PI never becomes a patient's: none of these rules reads such an amount.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

# PR amounts that no checking alone makes the patient's: each needs the paper that the patient signed before.
SIGNED: Mapping[str, str] = {
    "50": "PR-50 may be billed only with a signed ABN or waiver. Name that paper (STMT-24).",
    "45": "PR-45 may be billed only with the patient’s signed consent to it. Name that paper (NSA-9).",
}


class What(StrEnum):
    """The money that a rule moves, and where to."""

    REVIEWED = "reviewed"  # PR that waits for a person, to the patient
    UNDECIDED = "undecided"  # a claim that no plan decided, to the patient
    AGAIN = "again"  # the patient's share of a decision, back to the plan that decides again


class TransferRule(StrEnum):
    """The closed list."""

    PR_REVIEWED = "pr_reviewed"
    WAIVER_SIGNED = "waiver_signed"
    COVERAGE_ENDED = "coverage_ended"
    SELF_PAY = "self_pay"
    DECIDED_WRONGLY = "decided_wrongly"
    COVERAGE_FOUND = "coverage_found"


@dataclass(frozen=True, slots=True)
class RuleFacts:
    """One rule: what it moves, its words, the rule that permits it, and whether a paper must be named."""

    what: What
    label: str
    rule_id: str
    needs_document: bool = False


TRANSFERS: Mapping[TransferRule, RuleFacts] = {
    TransferRule.PR_REVIEWED: RuleFacts(
        What.REVIEWED, "The plan’s PR amount was checked: the patient owes it", "OPS-8"
    ),
    TransferRule.WAIVER_SIGNED: RuleFacts(
        What.REVIEWED,
        "The patient signed an ABN, a waiver or a consent",
        "STMT-24",
        needs_document=True,
    ),
    TransferRule.COVERAGE_ENDED: RuleFacts(
        What.UNDECIDED,
        "The coverage had ended on the day of the visit",
        "STMT-1",
        needs_document=True,
    ),
    TransferRule.SELF_PAY: RuleFacts(
        What.UNDECIDED, "The patient chose to pay without their plan", "NSA-1", needs_document=True
    ),
    TransferRule.DECIDED_WRONGLY: RuleFacts(
        What.AGAIN, "The plan decided wrongly and is asked again", "STMT-1"
    ),
    TransferRule.COVERAGE_FOUND: RuleFacts(
        What.AGAIN, "The plan must decide with another coverage", "STMT-1"
    ),
}


class TransferRefused(ValueError):
    """What is owed stays where it is; the message says why."""


def rules_for(what: What) -> tuple[TransferRule, ...]:
    """The rules that may move this."""
    return tuple(rule for rule, facts in TRANSFERS.items() if facts.what is what)


def check_transfer(
    *,
    rule: TransferRule,
    what: What,
    reason: str,
    document: str,
    carcs: Collection[str] = (),
    medicaid: bool = False,
) -> None:
    """Refuse a rule that does not move this, a missing reason or paper, and any patient's bill under Medicaid."""
    facts = TRANSFERS[rule]
    if facts.what is not what:
        raise TransferRefused("This rule does not move that. Choose one that does.")
    if not reason.strip():
        raise TransferRefused("Say why: the reason stays with the entry.")
    if facts.needs_document and not document.strip():
        raise TransferRefused("Name the paper that says so: its number or where it is kept.")
    if what is not What.AGAIN and medicaid:
        raise TransferRefused(
            "Medicaid or QMB covers this patient: nothing of it is ever theirs (STMT-23)."
        )
    unsigned = [SIGNED[carc] for carc in carcs if carc in SIGNED]
    if unsigned and rule is TransferRule.PR_REVIEWED:
        raise TransferRefused(unsigned[0])


def words(rule: TransferRule, reason: str, document: str) -> str:
    """What stands with the entry."""
    paper = f"; paper: {document.strip()}" if document.strip() else ""
    return f"{TRANSFERS[rule].label} ({TRANSFERS[rule].rule_id}): {reason.strip()}{paper}"
