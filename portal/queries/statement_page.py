"""One statement as it was sent, beside what its account owes today."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, exists, select

from billing.money import ZERO, Money, total_of
from portal.db import read_only
from portal.models.statements import PaperCopy, Statement, StatementDelivery
from portal.queries.balances import balances
from portal.queries.plan_told import PlanTold, plans_told
from portal.queries.statement_content import StatementContent
from portal.queries.statement_due import statement_due_on
from portal.queries.statement_json import from_json
from portal.queries.statement_sent import seen_by, visible_statements
from portal.queries.under_way import UnderWay, payments_under_way
from portal.queries.viewer import AccountViewer, GuestViewer
from portal.queries.what_changed import WhatChanged, what_changed


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementPage:
    """The frozen content, and the live figures that decide whether there is still something to pay."""

    account_id: int
    content: StatementContent
    owed_today: Money
    changed: WhatChanged | None  # since this statement; none while it still says what is owed
    on_paper: bool  # was mailed
    copy_asked: bool  # a paper copy comes with the next mail
    plan: PlanTold | None  # a plan pays all that is due
    under_way: UnderWay | None  # a payment of its account, while another must not start

    @property
    def unchanged(self) -> bool:
        """Whether the statement still says what is owed."""
        return self.owed_today == self.content.amount_due

    @property
    def asks(self) -> bool:
        return self.owed_today > ZERO

    @property
    def payable(self) -> bool:
        """Whether the page may offer to pay it now."""
        return self.asks and self.under_way is None and self.plan is None


@cache  # building it takes longer than running it
def _page_query(*, guest: bool) -> Select[*tuple[Any, ...]]:
    return select(
        Statement.id,
        Statement.guarantor_account_id,
        Statement.content,
        statement_due_on().label("due_on"),
        exists()
        .where(
            StatementDelivery.statement_id == Statement.id,
            StatementDelivery.channel == "paper",
        )
        .label("on_paper"),
        exists().where(PaperCopy.statement_id == Statement.id).label("copy_asked"),
    ).where(Statement.number == bindparam("number"), visible_statements(guest=guest))


def statement_page(viewer: AccountViewer, number: str, *, on: date) -> StatementPage | None:
    """The statement, if it belongs to one of the viewer's accounts."""
    with read_only() as session:
        row = session.execute(
            _page_query(guest=isinstance(viewer, GuestViewer)),
            {"number": number, **seen_by(viewer)},
        ).one_or_none()
        if row is None:
            return None
        accounts = balances(session, on=on, account_ids=[row.guarantor_account_id])
        waiting = payments_under_way(session, viewer, [row.guarantor_account_id])
        plan = plans_told(session, accounts, on=on).get(row.guarantor_account_id)
        content = from_json(row.content)
        owed_today = total_of(account.due_now for account in accounts)
        changed = None
        if owed_today != content.amount_due:
            changed = next(iter(what_changed(session, accounts, statement_id=row.id)), None)
    return StatementPage(
        account_id=row.guarantor_account_id,
        content=replace(content, due_on=row.due_on),
        owed_today=owed_today,
        changed=changed,
        on_paper=row.on_paper,
        copy_asked=row.copy_asked,
        plan=plan if plan is not None and plan.covers_all else None,
        under_way=waiting.get(row.guarantor_account_id),
    )


def newest_statement(viewer: AccountViewer) -> str | None:
    """The number of the last statement sent to the viewer's accounts; None when there was none."""
    with read_only() as session:
        return session.scalar(
            select(Statement.number)
            .where(visible_statements(guest=isinstance(viewer, GuestViewer)))
            .order_by(Statement.cycle_on.desc(), Statement.id.desc())
            .limit(1),
            seen_by(viewer),
        )
