"""What the reports add up beforehand, and the one figure that staff enter for them.

The first five tables say nothing that the ledger and the payers' answers do not say: `freshen_reports` keeps them,
`rebuild-reports` makes them anew, and `verify-ledger` compares them with what they come from.
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from billing.money import Money
from portal.db import Base
from portal.models.ledger import XactId

NO_CHARGE = date(1, 1, 1)  # the service month of legs that name no charge
STANDS = date(9999, 12, 31)  # the end of what no later posting changed


class LedgerDay(Base):
    """What one day moved on one account, by kind of entry and by month of service."""

    __tablename__ = "ledger_days"

    day: Mapped[date] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("ledger_accounts.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)  # of the entries
    service_month: Mapped[date] = mapped_column(primary_key=True)  # its first day, or NO_CHARGE
    debit: Mapped[Money] = mapped_column("debit_cents")
    credit: Mapped[Money] = mapped_column("credit_cents")


class ReceivableSpan(Base):
    """What one payer, or the patient, owed on one charge from one day to another; never nothing.

    `to_day` is the first day on which it was otherwise, `since` the day from which something was owed without a break.
    """

    __tablename__ = "receivable_spans"
    __table_args__ = (
        CheckConstraint("balance_cents <> 0", name="balance_not_nothing"),
        # With all that the ageing reads: it never has to fetch the rows themselves.
        Index(
            "ix__receivable_spans__days",
            *("to_day", "from_day"),
            postgresql_include=(
                "account_id",
                "payer_id",
                "charge_id",
                "visit_id",
                "since",
                "balance_cents",
            ),
        ),
    )

    charge_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    account_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    payer_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # 0: none
    from_day: Mapped[date] = mapped_column(primary_key=True)
    to_day: Mapped[date]
    since: Mapped[date]
    visit_id: Mapped[int]
    balance: Mapped[Money] = mapped_column("balance_cents")


class FirstAnswer(Base):
    """Which answer of a payer was a claim's first, from one day to another: KPI-6 to KPI-8 count these.

    `to_day` is the first day on which an earlier decision had come. `denied_on` is the day from which it was known to be
    a denial, `again_on` the day from which the claim had another answer; STANDS where that never happened.
    """

    __tablename__ = "first_answers"
    __table_args__ = (
        Index(
            "ix__first_answers__decided_on",
            "decided_on",
            postgresql_include=("from_day", "to_day", "denied_on", "again_on", "billed_cents"),
        ),
    )

    claim_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    from_day: Mapped[date] = mapped_column(primary_key=True)
    to_day: Mapped[date]
    decided_on: Mapped[date]
    denied_on: Mapped[date]
    again_on: Mapped[date]
    remittance_claim_id: Mapped[int]
    remittance_id: Mapped[int] = mapped_column(index=True)
    billed: Mapped[Money] = mapped_column("billed_cents")


class AnswerTally(Base):
    """How many lines one remittance answered with decisions of one day, and of how many nobody had to see the claim."""

    __tablename__ = "answer_tallies"

    remittance_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    decided_on: Mapped[date] = mapped_column(primary_key=True)
    lines: Mapped[int]
    by_itself: Mapped[int]


class ReportMark(Base):
    """How far the tables above follow the books: every transaction before `horizon` is in them."""

    __tablename__ = "report_marks"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    horizon: Mapped[int] = mapped_column(XactId())
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class ReportCost(Base):
    """What billing and collecting cost in one month, as somebody entered it; the newest row of a month counts (KPI-11)."""

    __tablename__ = "report_costs"
    __table_args__ = (
        CheckConstraint("amount_cents >= 0", name="amount_not_below_zero"),
        CheckConstraint("extract(day FROM month) = 1", name="first_of_month"),
        UniqueConstraint("form_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    form_id: Mapped[UUID]  # of the page it was entered on: the same page enters it once
    month: Mapped[date] = mapped_column(index=True)
    amount: Mapped[Money] = mapped_column("amount_cents")
    note: Mapped[str] = mapped_column(default="")
    login_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
