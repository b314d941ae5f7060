"""Why a remittance, or a part of it, could not post by itself: the closed list that the queue is sorted by."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Cause:
    """Why something waits, as a fact and not as words; `codes` never name a person or a claim."""

    category: Category
    codes: tuple[str, ...] = ()


def payer_key(payer_id: int | None, tax_id: str) -> str:
    """The payer of a pattern: our own row where it is known, else the tax id of its remittance."""
    return f"p{payer_id}" if payer_id is not None else f"t{tax_id}"


def pattern_of(payer: str, cause: Cause | None) -> str:
    """Items with one pattern are mended in one way; empty for work that no remittance made."""
    return "|".join((payer, cause.category.value, *cause.codes)) if cause else ""


def ordered(codes: Iterable[str]) -> tuple[str, ...]:
    """Codes as they stand in a pattern: each once, always in the same order."""
    return tuple(sorted(set(codes)))
