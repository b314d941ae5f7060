"""Bundles decisions into each payer's weekly payment, with what it keeps or adds beside the claims."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from sandbox.practice import catalogue
from sandbox.practice.model import Decision, Payment, Practice, ProviderCut


def bundle_payments(practice: Practice) -> list[Payment]:
    """Every payer's payments in order of their days; none asks for money: what would is carried forward."""
    by_payer: dict[str, dict[date, list[Decision]]] = defaultdict(lambda: defaultdict(list))
    for decision in practice.decisions:
        by_payer[decision.membership.plan.payer.key][decision.on].append(decision)
    payments = []
    for payer in catalogue.PAYERS:
        carried: ProviderCut | None = None
        for on, decisions in sorted(by_payer[payer.key].items()):
            extra = _interest(decisions) + practice.provider_cuts.get((payer.key, on), [])
            if carried:
                extra.append(carried)
            payment = Payment(
                payer=payer,
                on=on,
                trace=f"{payer.key.upper()}{on:%y%m%d}",
                decisions=tuple(decisions),
                provider_cuts=tuple(extra),
            )
            carried = None
            if payment.paid < 0:
                short = ProviderCut("FB", payment.trace, payment.paid)
                carried = ProviderCut("FB", payment.trace, -payment.paid)
                payment = Payment(
                    payer=payer,
                    on=on,
                    trace=payment.trace,
                    decisions=payment.decisions,
                    provider_cuts=(*payment.provider_cuts, short),
                )
            payments.append(payment)
    return sorted(payments, key=lambda payment: (payment.on, payment.payer.key))


def _interest(decisions: list[Decision]) -> list[ProviderCut]:
    return [
        ProviderCut("L6", decision.payer_claim_number, -decision.interest)
        for decision in decisions
        if decision.interest
    ]
