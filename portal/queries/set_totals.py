"""What became of a file's money, so that every cent of BPR02 stands in one place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from billing.money import ZERO, Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What the payers say they paid, and where it went or would go."""

    paid: Money = ZERO  # BPR02
    posted: Money = ZERO  # to claims
    suspense: Money = ZERO  # of claims that wait for a person
    kept: Money = ZERO  # PLB: above zero the payer kept it
    waits: Money = ZERO  # whole remittances of which nothing is posted
    known: Money = ZERO  # came in before

    @property
    def ties(self) -> bool:
        """Whether the parts are the whole, to the cent."""
        return self.paid == self.posted + self.suspense - self.kept + self.waits + self.known

    def __add__(self, other: Totals) -> Totals:
        return Totals(
            **{f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self)}
        )


def totals_of(told: Iterable[Mapping[str, Any]]) -> Totals:
    """Over the sets of a preview or a result, as `preview_upload.kept` writes them."""
    found = Totals()
    for one in told:
        paid = Money(one["signed_paid_cents"])
        if one["status"] == "duplicate":
            found += Totals(paid=paid, known=paid)
        elif one["status"] != "posted":
            found += Totals(paid=paid, waits=paid)
        else:
            posted = sum(c["paid_cents"] for c in one["claims"] if c["disposition"] == "posted")
            rest = sum(c["paid_cents"] for c in one["claims"]) - posted
            found += Totals(
                paid=paid,
                posted=Money(posted),
                suspense=Money(rest),
                kept=Money(one["plb_cents"]),
            )
    return found
