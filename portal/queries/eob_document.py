"""A typed EOB between its row and its values: the JSON of `eob_entries.document`, amounts in cents."""

from __future__ import annotations

from typing import Any

from billing.eob import TypedAdjustment, TypedClaim, TypedEob, TypedLine, TypedPlb
from billing.money import Money

EMPTY: dict[str, Any] = {"claims": [], "plbs": []}


def eob_of(document: dict[str, Any]) -> TypedEob:
    """The values of a document."""
    return TypedEob(
        claims=tuple(_claim(said) for said in document["claims"]),
        plbs=tuple(
            TypedPlb(said["reason"], said["reference"], Money(said["cents"]))
            for said in document["plbs"]
        ),
    )


def document_of(eob: TypedEob) -> dict[str, Any]:
    """The document of these values."""
    return {
        "claims": [
            {
                "claim_id": claim.claim_id,
                "status": claim.status,
                "payer_claim_number": claim.payer_claim_number,
                "remarks": list(claim.remarks),
                "crossover": claim.crossover,
                "lines": [_line_json(line) for line in claim.lines],
            }
            for claim in eob.claims
        ],
        "plbs": [
            {"reason": plb.reason, "reference": plb.reference, "cents": plb.amount.cents}
            for plb in eob.plbs
        ],
    }


def _claim(said: dict[str, Any]) -> TypedClaim:
    return TypedClaim(
        claim_id=said["claim_id"],
        status=said["status"],
        payer_claim_number=said["payer_claim_number"],
        remarks=tuple(said["remarks"]),
        crossover=said["crossover"],
        lines=tuple(_line(line) for line in said["lines"]),
    )


def _line(said: dict[str, Any]) -> TypedLine:
    return TypedLine(
        charge_id=said["charge_id"],
        billed=Money(said["billed"]),
        paid=_money(said["paid"]),
        allowed=_money(said["allowed"]),
        adjustments=tuple(
            TypedAdjustment(group, carc, Money(cents)) for group, carc, cents in said["adjustments"]
        ),
        remarks=tuple(said["remarks"]),
    )


def _line_json(line: TypedLine) -> dict[str, Any]:
    return {
        "charge_id": line.charge_id,
        "billed": line.billed.cents,
        "paid": None if line.paid is None else line.paid.cents,
        "allowed": None if line.allowed is None else line.allowed.cents,
        "adjustments": [[a.group, a.carc, a.amount.cents] for a in line.adjustments],
        "remarks": list(line.remarks),
    }


def _money(cents: int | None) -> Money | None:
    return None if cents is None else Money(cents)
