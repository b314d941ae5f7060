"""What somebody without a sign-in may see of an account: what is due now, and no more (PLAN-19)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from billing.allocation import OpenLine
from billing.money import ZERO, Money
from billing.payment_choice import Agreed, Choice, Objection, agree
from portal.db import read_only
from portal.queries.balances import balances
from portal.queries.payments import open_lines
from portal.queries.under_way import UnderWay, payments_under_way
from portal.queries.viewer import PayerViewer


@dataclass(frozen=True, slots=True, kw_only=True)
class PayerPage:
    """The live balance of one account. `lines` are for checking a choice, and are never shown."""

    account_id: int
    due: Money
    lines: tuple[OpenLine, ...]
    under_way: UnderWay | None

    @property
    def payable(self) -> bool:
        """Whether a payment may start now."""
        return self.due > ZERO and self.under_way is None


def payer_page(viewer: PayerViewer, *, on: date) -> PayerPage:
    """The account behind the code or link, as it stands today."""
    with read_only() as session:
        found = balances(session, on=on, account_ids=[viewer.account_id])
        waiting = payments_under_way(session, viewer, [viewer.account_id])
    return PayerPage(
        account_id=viewer.account_id,
        due=found[0].due_now if found else ZERO,
        lines=open_lines(found[0]) if found else (),
        under_way=waiting.get(viewer.account_id),
    )


def payer_review(page: PayerPage, choice: Choice) -> Choice | Objection:
    """The choice with its amount, if it can be paid now."""
    agreed = agree(choice, page.lines)
    return replace(choice, amount=agreed.amount) if isinstance(agreed, Agreed) else agreed
