"""Adjustment reasons in our words: the bucket a patient sees, the sentence, and who acts (STMT-3)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from billing import carc_english
from billing.carc_codes import CARC, RARC, Actor, Bills, Category

# What a contract or the law takes off for good. Posted only as posting.md says.
PLAN_DISCOUNTS = frozenset({"45", "59", "131", "144", "237", "253"})
CAPITATED = "24"
_SHOWN_AS_DISCOUNT = PLAN_DISCOUNTS | {CAPITATED, "222", "256"}
AUTOMATIC_PATIENT_SHARE = frozenset({"1", "2", "3"})
BUNDLING = frozenset({"94", "97"})
DUPLICATE_REASONS = frozenset({"18", "B13"})
QMB_REMARKS = frozenset({"N781", "N782", "N783"})
FORWARDED_REMARKS = frozenset({"MA07", "MA18"})
PATIENT_GROUP = "PR"


class Bucket(StrEnum):
    """The column or row of a statement that an adjustment belongs to."""

    PLAN_DISCOUNT = "plan_discount"
    PROVIDER_RESPONSIBILITY = "provider_responsibility"
    OTHER_INSURANCE = "other_insurance"
    DEDUCTIBLE = "deductible"
    COINSURANCE = "coinsurance"
    COPAY = "copay"
    NOT_COVERED = "not_covered"
    OUT_OF_NETWORK = "out_of_network"
    MEDICAID_SHARE = "medicaid_share"
    SPENDING_ACCOUNT = "spending_account"
    PAID_TO_YOU = "paid_to_you"
    PRIOR_PLAN_SHARE = "prior_plan_share"
    WITHHELD = "withheld"
    REPORT_ONLY = "report_only"
    PAYER_INITIATED = "payer_initiated"
    OTHER = "other"
    UNKNOWN = "unknown"


_PATIENT_BUCKETS = {
    "1": Bucket.DEDUCTIBLE,
    "2": Bucket.COINSURANCE,
    "3": Bucket.COPAY,
    "45": Bucket.OUT_OF_NETWORK,
    "142": Bucket.MEDICAID_SHARE,
    "187": Bucket.SPENDING_ACCOUNT,
    "100": Bucket.PAID_TO_YOU,
}
# These mean the same in every group: what a plan keeps back, reports, or leaves of another's share.
_OWN_BUCKETS = {
    "104": Bucket.WITHHELD,
    "246": Bucket.REPORT_ONLY,
    "275": Bucket.PRIOR_PLAN_SHARE,
    "276": Bucket.NOT_COVERED,
    "23": Bucket.OTHER_INSURANCE,
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """What we say and do about one adjustment."""

    bucket: Bucket
    sentence: str
    next_step: str
    actor: Actor
    bills: Bills
    known: bool


def bucket_of(group: str, carc: str) -> Bucket:
    """Exactly one bucket for every group and code; unknown codes are told apart."""
    if carc not in CARC:
        return Bucket.UNKNOWN
    if carc in _OWN_BUCKETS:
        return _OWN_BUCKETS[carc]
    if group == PATIENT_GROUP:
        return _PATIENT_BUCKETS.get(carc, Bucket.NOT_COVERED)
    if group == "CO":
        discount = carc in _SHOWN_AS_DISCOUNT
        return Bucket.PLAN_DISCOUNT if discount else Bucket.PROVIDER_RESPONSIBILITY
    return Bucket.PAYER_INITIATED if group == "PI" else Bucket.OTHER


def explain(group: str, carc: str) -> Explanation:
    """Our plain words for an adjustment; an unknown code gets honest generic ones."""
    reason = CARC.get(carc)
    if reason is None:
        return Explanation(
            Bucket.UNKNOWN,
            carc_english.UNKNOWN_CARC,
            carc_english.NEXT_STEPS[Category.OTHER],
            Actor.BILLING,
            Bills.NEVER,
            known=False,
        )
    return Explanation(
        bucket_of(group, carc),
        _sentence(group, carc, reason.bills),
        carc_english.NEXT_STEPS[reason.category],
        reason.actor,
        reason.bills if group == PATIENT_GROUP else Bills.NEVER,
        known=True,
    )


def remark_sentence(rarc: str) -> str:
    """Our plain words for a remark code."""
    return carc_english.RARC_SENTENCES.get(rarc, carc_english.UNKNOWN_RARC)


def remark_known(rarc: str) -> bool:
    """Whether the remark is one we have words for."""
    return rarc in RARC


def _sentence(group: str, carc: str, bills: Bills) -> str:
    if group == PATIENT_GROUP and carc == "45":
        return carc_english.PATIENT_GROUP_45
    if group == PATIENT_GROUP and bills is Bills.NEVER:
        return carc_english.PATIENT_GROUP_IN_REVIEW
    return carc_english.CARC_SENTENCES[carc]
