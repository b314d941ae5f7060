"""What a payer's "no" is: its category, where it comes from, who could have prevented it, and what is done (OPS-6, OPS-7).

A denial never posts a write-off and never bills a patient (posting.md). A discount by contract, a patient's share, and
an answer that is not one yet are no denials.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from billing.carc import DUPLICATE_REASONS, PATIENT_GROUP
from billing.carc_codes import CARC, Category


class DenialCategory(StrEnum):
    """Why a payer said no, as the months are compared (OPS-7)."""

    ELIGIBILITY = "eligibility"
    AUTHORIZATION = "authorization"
    OTHER_PAYER = "other_payer"
    CLAIM_DATA = "claim_data"
    CODING = "coding"
    MEDICAL_NECESSITY = "medical_necessity"
    DOCUMENTATION = "documentation"
    TIMELY_FILING = "timely_filing"
    DUPLICATE = "duplicate"
    CREDENTIALING = "credentialing"
    NOT_COVERED = "not_covered"
    NETWORK = "network"
    OTHER = "other"


class NextAction(StrEnum):
    """What usually brings the money (OPS-6)."""

    CORRECT = "correct"
    APPEAL = "appeal"
    ASK_PATIENT = "ask_patient"
    SEND_RECORDS = "send_records"
    WRITE_OFF = "write_off"
    REVIEW = "review"  # a person decides with the document in hand whether the patient owes it


ACTION_WORDS: Mapping[NextAction, str] = {
    NextAction.CORRECT: "Correct the claim and send it again",
    NextAction.APPEAL: "Appeal",
    NextAction.ASK_PATIENT: "Ask the patient about their coverage",
    NextAction.SEND_RECORDS: "Send the records that the payer wants",
    NextAction.WRITE_OFF: "Appeal with the proof of filing, or write it off",
    NextAction.REVIEW: "Check for a signed notice, then appeal or decide who owes it",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Nature:
    """What goes for every denial of one category."""

    words: str
    root_cause: str
    preventable: bool
    prevention_owner: str
    action: NextAction


NATURES: Mapping[DenialCategory, Nature] = {
    DenialCategory.ELIGIBILITY: Nature(
        words="Eligibility or registration",
        root_cause="Coverage was not checked, or the card was read wrongly, before the visit",
        preventable=True,
        prevention_owner="Front desk",
        action=NextAction.ASK_PATIENT,
    ),
    DenialCategory.AUTHORIZATION: Nature(
        words="Authorization or referral",
        root_cause="The plan's OK or the referral was not there before the visit",
        preventable=True,
        prevention_owner="Authorization team",
        action=NextAction.APPEAL,
    ),
    DenialCategory.OTHER_PAYER: Nature(
        words="Another payer first",
        root_cause="Other coverage or an accident was not asked about",
        preventable=True,
        prevention_owner="Front desk",
        action=NextAction.ASK_PATIENT,
    ),
    DenialCategory.CLAIM_DATA: Nature(
        words="Claim data",
        root_cause="The claim left with something missing or wrong",
        preventable=True,
        prevention_owner="Billing edits",
        action=NextAction.CORRECT,
    ),
    DenialCategory.CODING: Nature(
        words="Coding or bundling",
        root_cause="Codes or modifiers do not fit each other, the patient or the day",
        preventable=True,
        prevention_owner="Coders",
        action=NextAction.CORRECT,
    ),
    DenialCategory.MEDICAL_NECESSITY: Nature(
        words="Medical necessity",
        root_cause="The claim did not show the payer why the care was needed",
        preventable=True,
        prevention_owner="Clinical team",
        action=NextAction.APPEAL,
    ),
    DenialCategory.DOCUMENTATION: Nature(
        words="Documentation",
        root_cause="The payer wants records that were not sent",
        preventable=True,
        prevention_owner="Clinical team",
        action=NextAction.SEND_RECORDS,
    ),
    DenialCategory.TIMELY_FILING: Nature(
        words="Timely filing",
        root_cause="The claim was sent too late, or we cannot prove that it was not",
        preventable=True,
        prevention_owner="Billing manager",
        action=NextAction.WRITE_OFF,
    ),
    DenialCategory.DUPLICATE: Nature(
        words="Duplicate",
        root_cause="The claim was sent twice, or the first answer was not seen",
        preventable=True,
        prevention_owner="Billing",
        action=NextAction.CORRECT,
    ),
    DenialCategory.CREDENTIALING: Nature(
        words="Credentialing",
        root_cause="The payer does not have this provider on file as we bill",
        preventable=True,
        prevention_owner="Enrolment",
        action=NextAction.APPEAL,
    ),
    DenialCategory.NOT_COVERED: Nature(
        words="Not covered or limit reached",
        root_cause="The patient was not told before the visit that the plan does not pay this",
        preventable=True,
        prevention_owner="Estimate and notice (ABN)",
        action=NextAction.REVIEW,
    ),
    DenialCategory.NETWORK: Nature(
        words="Network",
        root_cause="The plan counts us outside its network",
        preventable=False,
        prevention_owner="Billing",
        action=NextAction.REVIEW,
    ),
    DenialCategory.OTHER: Nature(
        words="Other",
        root_cause="The payer gave a reason that we do not know",
        preventable=False,
        prevention_owner="Billing",
        action=NextAction.APPEAL,
    ),
}

_BY_CATEGORY: Mapping[Category, DenialCategory] = {
    Category.ELIGIBILITY: DenialCategory.ELIGIBILITY,
    Category.AUTHORIZATION: DenialCategory.AUTHORIZATION,
    Category.OTHER_COVERAGE: DenialCategory.OTHER_PAYER,
    Category.LIABILITY: DenialCategory.OTHER_PAYER,
    Category.CLAIM_DATA: DenialCategory.CLAIM_DATA,
    Category.CODING: DenialCategory.CODING,
    Category.BUNDLING: DenialCategory.CODING,
    Category.MEDICAL_NECESSITY: DenialCategory.MEDICAL_NECESSITY,
    Category.DOCUMENTATION: DenialCategory.DOCUMENTATION,
    Category.TIMELY_FILING: DenialCategory.TIMELY_FILING,
    Category.DUPLICATE: DenialCategory.DUPLICATE,
    Category.CREDENTIALING: DenialCategory.CREDENTIALING,
    Category.NOT_COVERED: DenialCategory.NOT_COVERED,
    Category.BENEFIT_LIMIT: DenialCategory.NOT_COVERED,
    Category.NETWORK: DenialCategory.NETWORK,
    Category.APPEAL: DenialCategory.OTHER,
    Category.OTHER: DenialCategory.OTHER,
}
# By contract, a patient's own share, not decided yet, or the next payer's: nothing to win back.
NO_DENIAL = frozenset(
    {Category.CONTRACTUAL, Category.PATIENT_SHARE, Category.PENDING, Category.REGULATORY}
)
# OPS-7 sorts these apart from their neighbours.
_OWN: Mapping[str, DenialCategory] = {
    "243": DenialCategory.AUTHORIZATION,
    "B20": DenialCategory.DUPLICATE,
}
EFFECT_OF_EARLIER_PAYER = "23"  # checked, not posted, and nobody's "no"
# A remark may tell more than a code that only says "see the remark".
_BY_REMARK: Mapping[str, DenialCategory] = {
    "M127": DenialCategory.DOCUMENTATION,
    "M15": DenialCategory.CODING,
    "N20": DenialCategory.CODING,
    "M20": DenialCategory.CODING,
    "M76": DenialCategory.CODING,
    "MA63": DenialCategory.CODING,
    "M51": DenialCategory.CODING,
    "N56": DenialCategory.CODING,
    "N657": DenialCategory.CODING,
    "M25": DenialCategory.MEDICAL_NECESSITY,
    "N115": DenialCategory.MEDICAL_NECESSITY,
    "N30": DenialCategory.ELIGIBILITY,
    "N382": DenialCategory.ELIGIBILITY,
    "MA04": DenialCategory.OTHER_PAYER,
    "N4": DenialCategory.OTHER_PAYER,
    "N95": DenialCategory.CREDENTIALING,
    "N290": DenialCategory.CREDENTIALING,
    "N130": DenialCategory.NOT_COVERED,
    "N425": DenialCategory.NOT_COVERED,
    "N522": DenialCategory.DUPLICATE,
}
_SEE_REMARK = frozenset({"A1", "96", "16", "129"})
NO_APPEAL = frozenset(
    {"MA130"}
)  # the claim was never processed: send it right, there is nothing to appeal
NEVER_THE_PATIENT = frozenset({"29"})  # OPS-4: our lateness is never a patient's


def denial_category(carc: str, remarks: Collection[str] = ()) -> DenialCategory | None:
    """What kind of denial an amount is; None when it is none at all (OPS-7: contractual is not a denial).

    A code that only points at its remark is sorted by the remark, where we know it. Whatever code we do
    not know is OTHER: unknown is never "no denial" (CODE-4).
    """
    if carc == EFFECT_OF_EARLIER_PAYER:
        return None
    reason = CARC.get(carc)
    if reason is None:
        return DenialCategory.OTHER
    if reason.category in NO_DENIAL:
        return None
    if carc in _OWN:
        return _OWN[carc]
    if carc in _SEE_REMARK:
        found = next((_BY_REMARK[code] for code in sorted(remarks) if code in _BY_REMARK), None)
        if found is not None:
            return found
    return _BY_CATEGORY[reason.category]


def may_reach_patient(group: str, carc: str) -> bool:
    """Whether a review with a document may ever bill it: group PR alone, and never our own lateness (OPS-8, STMT-24)."""
    return group == PATIENT_GROUP and carc not in NEVER_THE_PATIENT


def only_duplicates(carcs: Collection[str]) -> bool:
    """A decision that says nothing but "I have answered this before" (posting.md): it opens no denial beside an answer."""
    return bool(carcs) and set(carcs) <= DUPLICATE_REASONS


def may_appeal(remarks: Collection[str]) -> bool:
    """Whether there is a decision to appeal at all."""
    return not NO_APPEAL & set(remarks)
