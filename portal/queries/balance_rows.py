"""What the balance function reads of `account_ids` and `visit_ids`.

Each query is built once: every page asks, and building one takes longer than running it.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import Date, Select, bindparam, case, func, select

from portal.db import Cents
from portal.models.accounts import GuarantorAccount, Payer
from portal.models.bill_disputes import BillDispute, BillDisputeLine
from portal.models.claims import Charge, Visit
from portal.models.ledger import LedgerAccount, PostingRow
from portal.queries.among import Size, listed
from portal.queries.dispute_holds import holds

_SIGNED = case((PostingRow.side == "debit", PostingRow.amount), else_=-PostingRow.amount)
_KEYS = (
    PostingRow.guarantor_account_id,
    PostingRow.visit_id,
    PostingRow.charge_id,
    LedgerAccount.code,
    PostingRow.payer_id,
)


@cache
def sums_query(*, accounts: Size, visits: Size, through: bool) -> Select[*tuple[Any, ...]]:
    """Debits minus credits of postings up to `through`, by all that tells one sum from another."""
    payer = func.max(Payer.name)  # one to a group; beside each group it would be looked up again
    query = (
        select(*_KEYS, func.sum(_SIGNED).label("net"), func.max(PostingRow.id), payer)
        .join(LedgerAccount, LedgerAccount.id == PostingRow.account_id)
        .outerjoin(Payer, Payer.id == PostingRow.payer_id)
        .where(
            PostingRow.guarantor_account_id.is_not(None),
            listed(PostingRow.guarantor_account_id, "account_ids", accounts),
            listed(PostingRow.visit_id, "visit_ids", visits),
        )
        .group_by(*_KEYS)
    )
    return query.where(PostingRow.id <= bindparam("through")) if through else query


@cache
def visits_query(*, accounts: Size, visits: Size) -> Select[*tuple[Any, ...]]:
    """The visits, a row for each line with what is disputed of it on a day, or one for a visit that has none yet."""
    disputed = (
        select(
            BillDisputeLine.charge_id,
            func.sum(BillDisputeLine.amount, type_=Cents()).label("amount"),
            func.bool_or(BillDisputeLine.whole).label("whole"),
        )
        .join(BillDispute, BillDispute.id == BillDisputeLine.dispute_id)
        .where(holds(bindparam("disputes_on", type_=Date)))
        .group_by(BillDisputeLine.charge_id)
        .subquery("disputed")
    )
    return (
        select(
            Visit.id.label("visit_id"),
            Visit.guarantor_account_id,
            GuarantorAccount.number,
            Visit.patient_id,
            Visit.control_number,
            Visit.service_on.label("visit_on"),
            Visit.coverage_intent,
            Charge.id.label("charge_id"),
            Charge.service_on,
            disputed.c.amount.label("disputed"),
            disputed.c.whole.label("disputed_whole"),
        )
        .join(GuarantorAccount, GuarantorAccount.id == Visit.guarantor_account_id)
        .outerjoin(Charge, Charge.visit_id == Visit.id)
        .outerjoin(disputed, disputed.c.charge_id == Charge.id)
        .where(
            listed(Visit.guarantor_account_id, "account_ids", accounts),
            listed(Visit.id, "visit_ids", visits),
        )
        .order_by(Visit.service_on, Visit.id, Charge.line_number)
    )


@cache
def numbers_query(*, accounts: Size) -> Select[int, str]:
    """The accounts and their numbers."""
    return select(GuarantorAccount.id, GuarantorAccount.number).where(
        listed(GuarantorAccount.id, "account_ids", accounts)
    )
