"""What staff read for each category of exception, and what they do next."""

from __future__ import annotations

from billing.exceptions import Category

LABELS: dict[Category, str] = {
    Category.UNMATCHED: "Claim not found",
    Category.PATIENT_MISMATCH: "Another patient",
    Category.DUPLICATE: "Duplicate",
    Category.CHANGED_CODE: "Changed code",
    Category.SPLIT_OR_BUNDLED: "Split or bundled",
    Category.UNBALANCED_LINE: "Line out of balance",
    Category.UNBALANCED_CLAIM: "Claim out of balance",
    Category.UNBALANCED_FILE: "File out of balance",
    Category.UNKNOWN_CODE: "Unknown code",
    Category.PATIENT_SHARE: "Patient share",
    Category.NO_ORIGINAL: "Nothing to reverse",
    Category.OVERPAYMENT: "Overpayment",
    Category.PROVIDER_ADJUSTMENT: "Payer adjustment",
    Category.CHANGED_RESEND: "Changed re-send",
    Category.DECIDED_TWICE: "Decided twice",
    Category.DENIAL: "Denial",
    Category.POSTING_RULE: "Our posting rule",
    Category.OTHER: "Other",
}
NEXT: dict[Category, str] = {
    Category.UNMATCHED: "Match it to the likeliest claim, or leave its money in suspense and ask the payer.",
    Category.PATIENT_MISMATCH: "Compare the names. Match it if it is one person, else send it back.",
    Category.DUPLICATE: "Check that the first answer stands, then close it as right.",
    Category.CHANGED_CODE: "Say which of our lines each of the payer’s answers.",
    Category.SPLIT_OR_BUNDLED: "Match line by line, or split the money over the claims it answers.",
    Category.UNBALANCED_LINE: "Send it back: the payer’s own line does not add up.",
    Category.UNBALANCED_CLAIM: "Send it back: the payer’s own claim does not add up.",
    Category.UNBALANCED_FILE: "Send it back, and dismiss it once the corrected remittance is here.",
    Category.UNKNOWN_CODE: "Ask the payer what the code means, then decide who owes it.",
    Category.PATIENT_SHARE: "Check the document or rule, then bill the patient or take it off.",
    Category.NO_ORIGINAL: "Find the answer that was taken back, or ask the payer which one it means.",
    Category.OVERPAYMENT: "Check what stood open. Split the money, or leave it in suspense to send back.",
    Category.PROVIDER_ADJUSTMENT: "Find the claim by the payer’s reference, or ask what it is for.",
    Category.CHANGED_RESEND: "Compare it with the posted one, then ask the payer which is right.",
    Category.DECIDED_TWICE: "Ask for the reversal of the first answer; post the second after it.",
    Category.DENIAL: "Correct and send again, or appeal, before the payer’s last day.",
    Category.POSTING_RULE: "Look at what it would post, then release it.",
    Category.OTHER: "Read it and decide.",
}


def category_label(category: str) -> str:
    """The name of a category; empty for work that is no exception."""
    return LABELS[Category(category)] if category in set(Category) else ""


def category_next(category: str) -> str:
    """What to do about a category, in one or two sentences."""
    return NEXT[Category(category)] if category in set(Category) else ""
