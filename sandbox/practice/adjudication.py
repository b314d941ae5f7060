"""A small benefit engine: what each plan would say about a visit, remembering deductibles by member and year."""

from __future__ import annotations

from datetime import date

from sandbox.practice.model import (
    Cut,
    Decision,
    LineDecision,
    Membership,
    Patient,
    Plan,
    Service,
    Visit,
)

SEQUESTRATION_PERCENT = 2


class Adjudicator:
    """Every payer's claims desk at once."""

    def __init__(self) -> None:
        self._deductible_met: dict[tuple[str, str, str, int], int] = {}
        self._met_elsewhere: dict[str, int] = {}
        self._number = 4_710_000

    def claim_number(self) -> str:
        """The next number a payer gives a claim."""
        self._number += 37
        return f"{self._number}"

    def leave_to_meet(self, visit: Visit, membership: Membership, left: int) -> None:
        """Say how much of the yearly deductible is left before a visit is decided."""
        self._deductible_met[self._member(visit, membership)] = membership.plan.deductible - left

    def met_elsewhere(self, patient: Patient, percent: int) -> None:
        """Say how much of each year's deductible a patient meets at other places before coming here."""
        self._met_elsewhere[patient.practice_id] = percent

    def decide(self, visit: Visit, *, on: date) -> Decision:
        """The first plan's ordinary answer."""
        membership = visit.patient.memberships[0]
        plan = membership.plan
        copay_left = plan.office_copay
        lines = []
        for service in visit.services:
            allowed = allowed_amount(service, plan)
            if service.kind in plan.free_kinds:
                shares: tuple[Cut, ...] = ()
            elif service.kind == "office" and plan.office_copay:
                copay = min(copay_left, allowed)
                copay_left -= copay
                shares = cuts(("PR", "3", copay))
            else:
                shares = self._cost_share(visit, membership, service, allowed)
            lines.append(priced_line(service, plan, shares))
        return Decision(
            visit=visit,
            membership=membership,
            on=on,
            status="1",
            payer_claim_number=self.claim_number(),
            lines=tuple(lines),
        )

    def decide_second(self, first: Decision, *, on: date) -> Decision:
        """The second plan's answer to what the first one left, line by line."""
        visit = first.visit
        membership = visit.patient.memberships[1]
        lines = tuple(second_line(line, membership) for line in first.lines)
        return Decision(
            visit=visit,
            membership=membership,
            on=on,
            status="2",
            payer_claim_number=self.claim_number(),
            lines=lines,
        )

    def _cost_share(
        self, visit: Visit, membership: Membership, service: Service, allowed: int
    ) -> tuple[Cut, ...]:
        plan, deductible = membership.plan, 0
        if service.kind != "office" or plan.deductible_on_office:
            member = self._member(visit, membership)
            percent = self._met_elsewhere.get(visit.patient.practice_id, 0)
            met = self._deductible_met.get(member, share(plan.deductible, percent))
            deductible = min(allowed, max(0, plan.deductible - met))
            self._deductible_met[member] = met + deductible
        percent = plan.office_coinsurance if service.kind == "office" else plan.other_coinsurance
        coinsurance = share(allowed - deductible, percent)
        return cuts(("PR", "1", deductible), ("PR", "2", coinsurance))

    @staticmethod
    def _member(visit: Visit, membership: Membership) -> tuple[str, str, str, int]:
        return (
            membership.plan.key,
            membership.member_id,
            visit.patient.practice_id,
            visit.on.year,
        )


def allowed_amount(service: Service, plan: Plan) -> int:
    """What the contract with this payer pays at most for a service."""
    return share(service.fee, plan.payer.allowed_percent)


def share(amount: int, percent: int) -> int:
    """A percentage of an amount, the half cent rounded up."""
    return (amount * percent + 50) // 100


def cuts(*found: tuple[str, str, int]) -> tuple[Cut, ...]:
    """The cuts that are not zero."""
    return tuple(Cut(group, reason, amount) for group, reason, amount in found if amount)


def priced_line(
    service: Service, plan: Plan, shares: tuple[Cut, ...], remarks: tuple[str, ...] = ()
) -> LineDecision:
    """A covered line: the discount first, then the patient's share; the plan pays the rest."""
    allowed = allowed_amount(service, plan)
    paid = allowed - sum(cut.amount for cut in shares)
    kept = share(paid, SEQUESTRATION_PERCENT) if plan.sequestration else 0
    discount = cuts(("CO", "45", service.fee - allowed), ("CO", "253", kept))
    return LineDecision(service=service, paid=paid - kept, cuts=discount + shares, remarks=remarks)


def denied_line(
    service: Service, group: str, reason: str, remarks: tuple[str, ...] = ()
) -> LineDecision:
    """A line the plan pays nothing for."""
    return LineDecision(
        service=service, paid=0, cuts=(Cut(group, reason, service.fee),), remarks=remarks
    )


def second_line(first: LineDecision, membership: Membership) -> LineDecision:
    """Medicaid pays up to its own price and discounts the rest; a supplement pays coinsurance; others pay half.

    The supplement leaves the deductible, as the usual Medicare plan G does.
    """
    service, left = first.service, first.owed()
    before = Cut("OA", "23", service.fee - left)
    if membership.plan.payer.filing_code == "MC":
        already = first.paid
        paid = max(0, min(left, allowed_amount(service, membership.plan) - already))
        rest = cuts(("CO", "45", left - paid))
    elif membership.plan.key == "golden-gap":
        deductible = sum(cut.amount for cut in first.cuts if (cut.group, cut.reason) == ("PR", "1"))
        paid, rest = left - deductible, cuts(("PR", "1", deductible))
    else:
        paid = left // 2
        rest = cuts(("PR", "2", left - paid))
    earlier = (before,) if before.amount else ()
    return LineDecision(service=service, paid=paid, cuts=earlier + rest)
