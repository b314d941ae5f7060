"""Staff settle what is due from an account's credit, as its guarantor agreed (STMT-11)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from billing.free_text import check_free_text
from billing.money import Money
from portal.db import transaction
from portal.models.accounts import GuarantorAccount
from portal.queries.balances import balances
from portal.queries.payments import open_lines
from portal.queries.viewer import StaffViewer
from portal.services.record_access import add_staff_act
from portal.services.record_payment import lock_account
from portal.services.refusal import NotFound, Refusal
from portal.services.use_credit import settle_from_credit


class NotAgreed(Refusal):
    """Nobody is named who agreed."""

    title = "Nothing was changed"


def use_credit_for(
    *,
    form_id: UUID,
    account_id: int,
    agreed: str,
    staff: StaffViewer,
    on: date,
    now: datetime,
) -> Money:
    """Staff settle what is due from the free credit, as the guarantor agreed; how much was used (STMT-11).

    Raises NotAgreed, NoCredit, CardNumberRefused or NotFound.
    """
    agreed = check_free_text(agreed)
    if not agreed:
        raise NotAgreed("Say who agreed, and how: credit pays no other bill without a yes.")
    with transaction() as session:
        if session.get(GuarantorAccount, account_id) is None:
            raise NotFound
        lock_account(session, account_id)
        [account] = balances(session, on=on, account_ids=[account_id])
        charge_ids = {line.charge_id for line in open_lines(account) if not line.held}
        source = f"staff:{form_id}:credit"
        used = settle_from_credit(
            session, account_id, charge_ids, source=source, on=on, memo=agreed
        )
        add_staff_act(
            session,
            staff,
            action="use",
            object_type="credit",
            object_id=account_id,
            account_ids=(account_id,),
            now=now,
        )
        return used
