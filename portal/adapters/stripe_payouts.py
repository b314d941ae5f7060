"""What Stripe paid out to the practice's bank, line by line; its objects in our words."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cached_property

import stripe

from billing.money import Money
from portal.adapters.stripe_calls import CURRENCY, client_of, reading
from portal.office_ports import BalanceLine, PayoutFacts

OWN_LINE = "payout"  # the payout itself stands among its lines


class StripePayouts:
    """A PayoutBooks. Only automatic payouts say which lines they are made of."""

    def __init__(self, *, secret_key: str, api_base: str | None = None) -> None:
        self._secret_key = secret_key
        self._api_base = api_base

    @cached_property
    def _client(self) -> stripe.StripeClient:
        return client_of(self._secret_key, self._api_base)

    def payouts(self, *, since: datetime) -> tuple[PayoutFacts, ...]:
        """Those made since then, oldest first."""
        found = reading(
            lambda: list(
                self._client.v1.payouts.list(
                    params={"created": {"gte": int(since.timestamp())}, "limit": 100}
                ).auto_paging_iter()
            )
        )
        return tuple(_facts(payout) for payout in reversed(found) if payout.currency == CURRENCY)

    def lines(self, payout_id: str) -> tuple[BalanceLine, ...]:
        """What an automatic payout is made of; its own line left out."""
        found = reading(
            lambda: list(
                self._client.v1.balance_transactions.list(
                    params={"payout": payout_id, "limit": 100}
                ).auto_paging_iter()
            )
        )
        return tuple(_line(line) for line in found if line.reporting_category != OWN_LINE)

    def balance_lines(self, *, since: datetime) -> tuple[BalanceLine, ...]:
        """Every line made since then, paid out or not, oldest first; those of payouts left out."""
        found = reading(
            lambda: list(
                self._client.v1.balance_transactions.list(
                    params={"created": {"gte": int(since.timestamp())}, "limit": 100}
                ).auto_paging_iter()
            )
        )
        return tuple(
            _line(line)
            for line in reversed(found)
            if line.reporting_category != OWN_LINE and line.currency == CURRENCY
        )


def _facts(payout: stripe.Payout) -> PayoutFacts:
    return PayoutFacts(
        provider_id=payout.id,
        amount=Money(payout.amount),
        arrives_on=datetime.fromtimestamp(payout.arrival_date, UTC).date(),
        automatic=payout.automatic,
        status=payout.status,
        explained=payout.reconciliation_status == "completed",
    )


def _line(line: stripe.BalanceTransaction) -> BalanceLine:
    source = line.source
    return BalanceLine(
        provider_id=line.id,
        category=line.reporting_category,
        amount=Money(line.amount),
        fee=Money(line.fee),
        net=Money(line.net),
        source_id=source if isinstance(source, str) else (source.id if source else ""),
        made_at=datetime.fromtimestamp(line.created, UTC),
    )
