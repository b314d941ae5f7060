"""What posting a remittance file did, claim by claim: the same for a dry run, a page and the JSON."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from billing.carc import bucket_of
from billing.money import Money
from portal.x12.remittance import ClaimPayment, Remittance

GROUPS = ("CO", "PR", "OA", "PI")
ALWAYS_SHOWN = ("deductible", "coinsurance", "copay", "not_covered")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimReport:
    """One CLP and its disposition: posted, unmatched, held or duplicate."""

    said: ClaimPayment
    disposition: str
    reasons: tuple[str, ...] = ()
    work: tuple[str, ...] = ()  # what posting it opens for a person

    @property
    def balanced(self) -> bool:
        return not self.said.balance_faults

    @property
    def buckets(self) -> dict[str, int]:
        """Cents by what a statement would call them; the patient's own four are always there."""
        sums: dict[str, int] = dict.fromkeys(ALWAYS_SHOWN, 0)
        for adjustment in self.said.all_adjustments:
            bucket = bucket_of(adjustment.group, adjustment.reason).value
            sums[bucket] = sums.get(bucket, 0) + adjustment.amount_cents
        return sums

    def to_json(self) -> dict[str, Any]:
        said = self.said
        adjustments: dict[str, int] = defaultdict(int, dict.fromkeys(GROUPS, 0))
        for adjustment in said.all_adjustments:
            adjustments[adjustment.group] += adjustment.amount_cents
        return {
            "patient_control_number": said.patient_control_number,
            "payer_claim_number": said.payer_claim_number or None,
            "status_code": said.status_code,
            "billed_cents": said.billed_cents,
            "paid_cents": said.paid_cents,
            "patient_responsibility_cents": adjustments["PR"],
            "adjustments": dict(adjustments),
            "buckets": self.buckets,
            "balanced": self.balanced,
            "disposition": self.disposition,
            "reasons": list(self.reasons),
            "lines": [
                {
                    "procedure": line.procedure,
                    "billed_cents": line.billed_cents,
                    "paid_cents": line.paid_cents,
                    "adjustments": [[a.group, a.reason, a.amount_cents] for a in line.adjustments],
                    "balanced": line.balanced,
                }
                for line in said.lines
            ],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class SetReport:
    """One ST: posted, duplicate, held or rejected."""

    said: Remittance
    status: str
    reasons: tuple[str, ...] = ()
    claims: tuple[ClaimReport, ...] = ()
    remittance_id: int | None = None  # None in a dry run

    @property
    def paid(self) -> Money:
        return Money(self.said.signed_paid_cents)

    @property
    def held(self) -> Money:
        """The payer's money that waits for a person."""
        if self.status == "held":
            return self.paid
        waiting = (c.said.paid_cents for c in self.claims if c.disposition in {"held", "unmatched"})
        return Money(sum(waiting))

    def to_json(self) -> dict[str, Any]:
        said = self.said
        return {
            "trace": said.trace,
            "payer": said.payer.last if said.payer else "",
            "paid_cents": said.paid_cents,
            "plb_cents": said.plb_cents,
            "balanced": said.balanced,
            "status": self.status,
            "held_cents": self.held.cents,
            "claims": [claim.to_json() for claim in self.claims],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class RemittanceReport:
    """One file."""

    file: str
    sets: tuple[SetReport, ...] = ()
    error: str | None = None
    file_id: int | None = None

    @property
    def status(self) -> str:
        """What is still to do comes first: rejected, held, posted; duplicate when all is known."""
        if not self.sets:
            return "rejected"
        found = {one.status for one in self.sets}
        return next(s for s in ("rejected", "held", "posted", "duplicate") if s in found)

    @property
    def why(self) -> str | None:
        """Why the file, or a set of it, was not posted."""
        if self.error is not None:
            return self.error
        reasons = [
            f"ST at segment {one.said.position}: {'; '.join(one.reasons)}"
            for one in self.sets
            if one.status == "held"
        ]
        return " | ".join(reasons) or None

    def to_json(self) -> dict[str, Any]:
        """The contract of `post-remittance --json`."""
        return {
            "files": [
                {
                    "file": self.file,
                    "status": self.status,
                    "error": self.why,
                    "transactions": [one.to_json() for one in self.sets],
                }
            ]
        }
