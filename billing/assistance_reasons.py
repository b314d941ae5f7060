"""What may be asked for, and why an application may be denied: closed lists, each line one of the policy's (FA-7, FA-10)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Proof(StrEnum):
    """What counts as proof, any one for a source of income. Nothing else may be asked for (FA-7)."""

    PAY_STUBS = "pay_stubs"
    TAX_FORM = "tax_form"
    AWARD_LETTER = "award_letter"
    EMPLOYER_LETTER = "employer_letter"
    PROGRAM_LETTER = "program_letter"
    BANK_STATEMENTS = "bank_statements"
    SUPPORT_LETTER = "support_letter"
    SIGNATURE = "signature"  # of the application itself
    ANSWERS = "answers"  # a question of the application that has no answer


PROOF_WORDS: Mapping[Proof, str] = {
    Proof.PAY_STUBS: "Your last two or three pay stubs",
    Proof.TAX_FORM: "Your newest tax form (1040, W-2 or 1099)",
    Proof.AWARD_LETTER: "A letter about Social Security, SSI, VA or unemployment pay",
    Proof.EMPLOYER_LETTER: "A letter from your job that says what you earn",
    Proof.PROGRAM_LETTER: "A letter about SNAP, WIC, TANF, LIHEAP or Medicaid",
    Proof.BANK_STATEMENTS: "Three months of bank statements, if you work for yourself",
    Proof.SUPPORT_LETTER: "A letter from who helps you live, if you have no income",
    Proof.SIGNATURE: "Your name on the form, as your signature",
    Proof.ANSWERS: "Answers that are missing on the form",
}


class PolicyLine(StrEnum):
    """The reasons for a no, or for less than everything; each is a line of the public policy."""

    INCOME_ABOVE = "income_above"
    NOT_ANSWERED = "not_answered"
    NOT_COVERED = "not_covered"
    ANOTHER_PAYS = "another_pays"
    NOTHING_OWED = "nothing_owed"
    NOT_TRUE = "not_true"


POLICY_WORDS: Mapping[PolicyLine, str] = {
    PolicyLine.INCOME_ABOVE: "Your income is above the limit for help, and your medical bills of the last"
    " 12 months are not above the share of your income that our policy names.",
    PolicyLine.NOT_ANSWERED: "We asked you for papers. We did not get them in 30 days.",
    PolicyLine.NOT_COVERED: "Our policy does not cover this kind of care.",
    PolicyLine.ANOTHER_PAYS: "A health plan or a program pays for this care, so you do not owe us for it.",
    PolicyLine.NOTHING_OWED: "You have no bill with us that this help could lower.",
    PolicyLine.NOT_TRUE: "What the form says is not what the papers say.",
}


class ReasonRefused(ValueError):
    """The decision names no line of the policy; the message says what to do."""


def check_reason(outcome: str, line: str, *, asked: bool) -> None:
    """A no has a line of the policy. Nobody is denied for papers that were never asked for (FA-7).

    `asked`: whether a request for missing papers was sent, and its days are over. Raises ReasonRefused.
    """
    if outcome != "denied":
        return
    if line not in set(PolicyLine):
        raise ReasonRefused("Choose the line of the policy that says no.")
    if line == PolicyLine.NOT_ANSWERED and not asked:
        raise ReasonRefused(
            "Nobody asked for papers, or their 30 days are not over. Ask for them first."
        )
