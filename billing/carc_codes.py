"""What each adjustment reason (CARC) and remark (RARC) means to us: category, who acts, and billing.

The code lists are X12's and CMS's; the classification is our own (rules of section 13, OPS-7).
`Bills` speaks of an amount in group PR: any other group is never a patient's.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Category(StrEnum):
    """Why a payer took an amount off, as staff sort it."""

    APPEAL = "appeal"
    AUTHORIZATION = "authorization"
    BENEFIT_LIMIT = "benefit_limit"
    BUNDLING = "bundling"
    CLAIM_DATA = "claim_data"
    CODING = "coding"
    CONTRACTUAL = "contractual"
    CREDENTIALING = "credentialing"
    DOCUMENTATION = "documentation"
    DUPLICATE = "duplicate"
    ELIGIBILITY = "eligibility"
    LIABILITY = "liability"
    MEDICAL_NECESSITY = "medical_necessity"
    NETWORK = "network"
    NOT_COVERED = "not_covered"
    OTHER = "other"
    OTHER_COVERAGE = "other_coverage"
    PATIENT_SHARE = "patient_share"
    PENDING = "pending"
    REGULATORY = "regulatory"
    TIMELY_FILING = "timely_filing"


class Actor(StrEnum):
    """Who moves next."""

    APPEALS = "appeals"
    AUTHORIZATIONS = "authorizations"
    BILLING = "billing"
    CLINICAL = "clinical"
    CODING = "coding"
    ENROLMENT = "enrolment"
    FRONT_DESK = "front_desk"
    NOBODY = "nobody"
    PATIENT = "patient"
    PAYER = "payer"
    POSTING = "posting"


class Bills(StrEnum):
    """Whether an amount in group PR may reach the patient."""

    YES = "yes"
    AFTER_REVIEW = "after_review"
    NOT_YET = "not_yet"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Reason:
    """One adjustment reason."""

    category: Category
    actor: Actor
    bills: Bills


CARC: dict[str, Reason] = {
    "1": Reason(Category.PATIENT_SHARE, Actor.PATIENT, Bills.YES),
    "2": Reason(Category.PATIENT_SHARE, Actor.PATIENT, Bills.YES),
    "3": Reason(Category.PATIENT_SHARE, Actor.PATIENT, Bills.YES),
    "4": Reason(Category.CODING, Actor.CODING, Bills.NEVER),
    "5": Reason(Category.CODING, Actor.CODING, Bills.NEVER),
    "6": Reason(Category.CODING, Actor.CODING, Bills.NEVER),
    "7": Reason(Category.CODING, Actor.CODING, Bills.NEVER),
    "8": Reason(Category.CODING, Actor.CODING, Bills.NEVER),
    "9": Reason(Category.CODING, Actor.CODING, Bills.NEVER),
    "10": Reason(Category.CODING, Actor.CODING, Bills.NEVER),
    "11": Reason(Category.CODING, Actor.CODING, Bills.NEVER),
    "15": Reason(Category.AUTHORIZATION, Actor.BILLING, Bills.NEVER),
    "16": Reason(Category.CLAIM_DATA, Actor.BILLING, Bills.NEVER),
    "18": Reason(Category.DUPLICATE, Actor.BILLING, Bills.NEVER),
    "19": Reason(Category.LIABILITY, Actor.PATIENT, Bills.NOT_YET),
    "20": Reason(Category.LIABILITY, Actor.PATIENT, Bills.NOT_YET),
    "21": Reason(Category.LIABILITY, Actor.PATIENT, Bills.NOT_YET),
    "22": Reason(Category.OTHER_COVERAGE, Actor.PATIENT, Bills.NOT_YET),
    "23": Reason(Category.OTHER_COVERAGE, Actor.BILLING, Bills.NEVER),
    "24": Reason(Category.CONTRACTUAL, Actor.NOBODY, Bills.NEVER),
    "26": Reason(Category.ELIGIBILITY, Actor.PATIENT, Bills.AFTER_REVIEW),
    "27": Reason(Category.ELIGIBILITY, Actor.PATIENT, Bills.AFTER_REVIEW),
    "29": Reason(Category.TIMELY_FILING, Actor.BILLING, Bills.NEVER),
    "31": Reason(Category.ELIGIBILITY, Actor.FRONT_DESK, Bills.NOT_YET),
    "32": Reason(Category.ELIGIBILITY, Actor.PATIENT, Bills.AFTER_REVIEW),
    "35": Reason(Category.BENEFIT_LIMIT, Actor.PATIENT, Bills.AFTER_REVIEW),
    "39": Reason(Category.AUTHORIZATION, Actor.AUTHORIZATIONS, Bills.AFTER_REVIEW),
    "45": Reason(Category.CONTRACTUAL, Actor.NOBODY, Bills.AFTER_REVIEW),
    "49": Reason(Category.NOT_COVERED, Actor.BILLING, Bills.AFTER_REVIEW),
    "50": Reason(Category.MEDICAL_NECESSITY, Actor.CLINICAL, Bills.AFTER_REVIEW),
    "55": Reason(Category.MEDICAL_NECESSITY, Actor.CLINICAL, Bills.AFTER_REVIEW),
    "59": Reason(Category.CONTRACTUAL, Actor.NOBODY, Bills.NEVER),
    "94": Reason(Category.BUNDLING, Actor.NOBODY, Bills.NEVER),
    "96": Reason(Category.NOT_COVERED, Actor.BILLING, Bills.AFTER_REVIEW),
    "97": Reason(Category.BUNDLING, Actor.CODING, Bills.NEVER),
    "100": Reason(Category.PATIENT_SHARE, Actor.PATIENT, Bills.AFTER_REVIEW),
    "104": Reason(Category.CONTRACTUAL, Actor.NOBODY, Bills.NEVER),
    "107": Reason(Category.CLAIM_DATA, Actor.BILLING, Bills.NEVER),
    "109": Reason(Category.ELIGIBILITY, Actor.BILLING, Bills.NEVER),
    "119": Reason(Category.BENEFIT_LIMIT, Actor.PATIENT, Bills.AFTER_REVIEW),
    "129": Reason(Category.CLAIM_DATA, Actor.BILLING, Bills.NEVER),
    "131": Reason(Category.CONTRACTUAL, Actor.NOBODY, Bills.NEVER),
    "133": Reason(Category.PENDING, Actor.PAYER, Bills.NOT_YET),
    "136": Reason(Category.OTHER_COVERAGE, Actor.BILLING, Bills.NEVER),
    "140": Reason(Category.ELIGIBILITY, Actor.FRONT_DESK, Bills.NOT_YET),
    "142": Reason(Category.PATIENT_SHARE, Actor.PATIENT, Bills.AFTER_REVIEW),
    "144": Reason(Category.CONTRACTUAL, Actor.NOBODY, Bills.NEVER),
    "146": Reason(Category.CODING, Actor.CODING, Bills.NEVER),
    "149": Reason(Category.BENEFIT_LIMIT, Actor.PATIENT, Bills.AFTER_REVIEW),
    "150": Reason(Category.MEDICAL_NECESSITY, Actor.CODING, Bills.NEVER),
    "151": Reason(Category.MEDICAL_NECESSITY, Actor.CODING, Bills.NEVER),
    "165": Reason(Category.AUTHORIZATION, Actor.FRONT_DESK, Bills.AFTER_REVIEW),
    "167": Reason(Category.NOT_COVERED, Actor.BILLING, Bills.AFTER_REVIEW),
    "170": Reason(Category.CREDENTIALING, Actor.ENROLMENT, Bills.NEVER),
    "177": Reason(Category.ELIGIBILITY, Actor.PATIENT, Bills.AFTER_REVIEW),
    "181": Reason(Category.CODING, Actor.CODING, Bills.NEVER),
    "182": Reason(Category.CODING, Actor.CODING, Bills.NEVER),
    "185": Reason(Category.CREDENTIALING, Actor.ENROLMENT, Bills.NEVER),
    "187": Reason(Category.PATIENT_SHARE, Actor.POSTING, Bills.AFTER_REVIEW),
    "193": Reason(Category.APPEAL, Actor.APPEALS, Bills.AFTER_REVIEW),
    "197": Reason(Category.AUTHORIZATION, Actor.AUTHORIZATIONS, Bills.NEVER),
    "198": Reason(Category.AUTHORIZATION, Actor.AUTHORIZATIONS, Bills.NEVER),
    "199": Reason(Category.CODING, Actor.CODING, Bills.NEVER),
    "200": Reason(Category.ELIGIBILITY, Actor.PATIENT, Bills.AFTER_REVIEW),
    "204": Reason(Category.NOT_COVERED, Actor.BILLING, Bills.AFTER_REVIEW),
    "208": Reason(Category.CREDENTIALING, Actor.ENROLMENT, Bills.NEVER),
    "209": Reason(Category.REGULATORY, Actor.BILLING, Bills.NEVER),
    "222": Reason(Category.CONTRACTUAL, Actor.BILLING, Bills.NEVER),
    "226": Reason(Category.DOCUMENTATION, Actor.BILLING, Bills.NEVER),
    "227": Reason(Category.DOCUMENTATION, Actor.PATIENT, Bills.NOT_YET),
    "234": Reason(Category.BUNDLING, Actor.CODING, Bills.NEVER),
    "236": Reason(Category.BUNDLING, Actor.CODING, Bills.NEVER),
    "237": Reason(Category.CONTRACTUAL, Actor.NOBODY, Bills.NEVER),
    "242": Reason(Category.NETWORK, Actor.BILLING, Bills.AFTER_REVIEW),
    "243": Reason(Category.NETWORK, Actor.AUTHORIZATIONS, Bills.AFTER_REVIEW),
    "246": Reason(Category.CONTRACTUAL, Actor.NOBODY, Bills.NEVER),
    "252": Reason(Category.DOCUMENTATION, Actor.BILLING, Bills.NEVER),
    "253": Reason(Category.CONTRACTUAL, Actor.NOBODY, Bills.NEVER),
    "256": Reason(Category.CONTRACTUAL, Actor.BILLING, Bills.NEVER),
    "275": Reason(Category.PATIENT_SHARE, Actor.BILLING, Bills.AFTER_REVIEW),
    "276": Reason(Category.NOT_COVERED, Actor.BILLING, Bills.AFTER_REVIEW),
    "288": Reason(Category.AUTHORIZATION, Actor.FRONT_DESK, Bills.AFTER_REVIEW),
    "A1": Reason(Category.OTHER, Actor.BILLING, Bills.AFTER_REVIEW),
    "B1": Reason(Category.BENEFIT_LIMIT, Actor.PATIENT, Bills.AFTER_REVIEW),
    "B11": Reason(Category.OTHER_COVERAGE, Actor.PAYER, Bills.NOT_YET),
    "B13": Reason(Category.DUPLICATE, Actor.POSTING, Bills.NEVER),
    "B15": Reason(Category.BUNDLING, Actor.CODING, Bills.NEVER),
    "B16": Reason(Category.CODING, Actor.CODING, Bills.NEVER),
    "B20": Reason(Category.DUPLICATE, Actor.BILLING, Bills.NEVER),
    "B7": Reason(Category.CREDENTIALING, Actor.ENROLMENT, Bills.NEVER),
    "B9": Reason(Category.OTHER_COVERAGE, Actor.BILLING, Bills.NEVER),
}

RARC: dict[str, Actor] = {
    "M127": Actor.BILLING,
    "M15": Actor.CODING,
    "M20": Actor.CODING,
    "M25": Actor.CLINICAL,
    "M51": Actor.CODING,
    "M76": Actor.CODING,
    "M77": Actor.BILLING,
    "MA01": Actor.NOBODY,
    "MA04": Actor.BILLING,
    "MA07": Actor.NOBODY,
    "MA130": Actor.BILLING,
    "MA18": Actor.NOBODY,
    "MA63": Actor.CODING,
    "N115": Actor.CLINICAL,
    "N130": Actor.PATIENT,
    "N179": Actor.PATIENT,
    "N20": Actor.CODING,
    "N290": Actor.BILLING,
    "N30": Actor.FRONT_DESK,
    "N362": Actor.CODING,
    "N381": Actor.BILLING,
    "N382": Actor.FRONT_DESK,
    "N4": Actor.BILLING,
    "N425": Actor.BILLING,
    "N429": Actor.BILLING,
    "N522": Actor.BILLING,
    "N56": Actor.CODING,
    "N657": Actor.CODING,
    "N702": Actor.BILLING,
    "N781": Actor.BILLING,
    "N782": Actor.BILLING,
    "N783": Actor.BILLING,
    "N95": Actor.ENROLMENT,
}
