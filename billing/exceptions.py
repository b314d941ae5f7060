"""Why a remittance, or a part of it, could not post by itself: the closed list that the queue is sorted by."""

from __future__ import annotations

from enum import StrEnum


class Category(StrEnum):
    """What kind of exception a held fact is (posting.md, OPS-8, OPS-9); each has its own next action."""

    UNMATCHED = "unmatched"
    PATIENT_MISMATCH = "patient_mismatch"
    DUPLICATE = "duplicate"
    CHANGED_CODE = "changed_code"  # another procedure code or modifier, or none
    SPLIT_OR_BUNDLED = "split_or_bundled"
    UNBALANCED_LINE = "unbalanced_line"
    UNBALANCED_CLAIM = "unbalanced_claim"
    UNBALANCED_FILE = "unbalanced_file"
    UNKNOWN_CODE = "unknown_code"
    PATIENT_SHARE = "patient_share"  # a PR amount that needs a person
    NO_ORIGINAL = "no_original"  # a reversal of what we never posted
    OVERPAYMENT = "overpayment"
    PROVIDER_ADJUSTMENT = "provider_adjustment"  # PLB
    CHANGED_RESEND = "changed_resend"
    DECIDED_TWICE = "decided_twice"  # a second decision without a reversal
    DENIAL = "denial"
    POSTING_RULE = "posting_rule"  # our own rule for this payer or this CARC wants a person
    OTHER = "other"
