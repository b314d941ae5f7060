"""The entries behind one bill, oldest first, in a patient's words: each says what happened, who said so, and what is owed after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import Row, case, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from billing.ledger import Account
from billing.money import ZERO, Money
from portal.db import read_only
from portal.models.accounts import Payer
from portal.models.claims import Charge, Claim, Visit
from portal.models.ledger import JournalEntry, LedgerAccount, PostingRow
from portal.models.payments import Payment
from portal.models.remittances import RemittanceClaim, RemittanceRow
from portal.queries.agency_money_told import told_by_agencies
from portal.queries.guest_bills import may_open
from portal.queries.overview import visit_title
from portal.queries.paid_by import HELPER, paid_by
from portal.queries.viewer import AccountViewer

WHAT = {
    "charge": "We billed your plan",
    "self_pay_charge": "We billed you",
    "opening": "This is what you owed before",
    "remittance_claim": "Your plan decided",
    "payer_suspense": "Your plan sent money that we are checking",
    "suspense_release": "We finished checking your plan’s money",
    "takeback_matched": "Your plan took money back from us",
    "receipt": "You paid at our desk",
    "credit_application": "We used your credit",
    "payment": "Paid online",
    "dispute_owed": "Your bank took a payment back",
    "refund": "We sent money back to you",
    "adjustment": "We changed the amount",
    "account_move": "This visit came to your account",
    "share_passed_on": "Your other plan decides this first",
    "patient_share": "We checked your share with your plan",
    "prepayment_applied": "We used what you paid before the visit",
    "bad_debt": "We stopped asking for this amount",
    "agency_payment": "You paid a collection agency",
    "agency_payment_back": "Your bank took back a payment to the agency",
}
# What each account's net change means to the patient, and its sign; what is not here is our own bookkeeping.
EFFECTS: dict[Account, tuple[str, int]] = {
    Account.CHARGES: ("Billed", -1),
    Account.CONTRACTUAL_ADJUSTMENT: ("Plan discount", 1),
    Account.PAYER_CLEARING: ("Plan paid", 1),
    Account.PAYER_RECOUPMENT: ("Plan paid", 1),
    Account.PAYER_SUSPENSE: ("Plan’s money that we are checking", -1),
    Account.PROVIDER_WRITE_OFF: ("Our own cost, not yours", 1),
    Account.FINANCIAL_ASSISTANCE: ("Financial help", 1),
    Account.SMALL_BALANCE: ("Small amount taken off", 1),
    Account.BAD_DEBT: ("Amount that we no longer ask for", 1),
    Account.STRIPE_CLEARING: ("Paid by card", 1),
    Account.CASH_DRAWER: ("Paid at our desk", 1),
    Account.PRACTICE_DEPOSITS: ("Paid at our desk", 1),
    Account.AGENCY_CLEARING: ("Paid to the agency", 1),
    Account.PATIENT_CREDIT: ("Your credit", -1),
    Account.DISPUTES: ("Card payment in dispute", 1),
}


@dataclass(frozen=True, slots=True)
class Effect:
    """One amount of an entry."""

    label: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One entry as far as it concerns the bill."""

    on: date
    what: str
    source: str  # payer and file, where one said so; the helper who paid; what an agency told
    effects: tuple[Effect, ...]
    change: Money  # to what is owed
    owed_after: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryChain:
    """All steps of one bill; the last `owed_after` is what the balance function says."""

    account_id: int
    visit_id: int
    title: str
    service_on: date
    steps: tuple[Step, ...]


def entry_chain(viewer: AccountViewer, visit_id: int, *, on: date) -> EntryChain | None:
    """The chain of one of the viewer's bills; another's is not found, nor what a guest may not open."""
    with read_only() as session:
        visit = session.execute(
            select(
                Visit.guarantor_account_id,
                Visit.service_on,
                func.array_agg(
                    aggregate_order_by(
                        func.coalesce(func.nullif(Charge.description, ""), Charge.procedure_code),
                        Charge.billed.desc(),
                        Charge.line_number,
                    )
                ).label("services"),
            )
            .join(Charge, Charge.visit_id == Visit.id)
            .where(Visit.id == visit_id, Visit.guarantor_account_id.in_(viewer.account_ids))
            .group_by(Visit.id)
        ).one_or_none()
        if visit is None or not may_open(session, viewer, visit_id, on=on):
            return None
        rows = _legs(session, visit_id)
        sources = (
            _sources(session, visit_id)
            | _helpers(session, viewer, visit_id)
            | told_by_agencies(session, visit_id)
        )
    return EntryChain(
        account_id=visit.guarantor_account_id,
        visit_id=visit_id,
        title=visit_title(visit.services),
        service_on=visit.service_on,
        steps=_steps(rows, sources),
    )


def steps_of(session: Session, visit_id: int) -> tuple[Step, ...]:
    """The chain as the office keeps it in a packet: whoever paid on the patient's behalf is not named."""
    return _steps(_legs(session, visit_id), _sources(session, visit_id))


def _legs(session: Session, visit_id: int) -> Sequence[Row[*tuple[Any, ...]]]:
    signed = case((PostingRow.side == "debit", PostingRow.amount), else_=-PostingRow.amount)
    found = session.execute(
        select(
            JournalEntry.id,
            JournalEntry.kind,
            JournalEntry.occurred_on,
            JournalEntry.recorded_at,
            LedgerAccount.code,
            func.sum(signed).label("net"),
            func.min(func.min(PostingRow.id)).over(partition_by=JournalEntry.id).label("position"),
        )
        .join(JournalEntry, JournalEntry.id == PostingRow.entry_id)
        .join(LedgerAccount, LedgerAccount.id == PostingRow.account_id)
        .where(PostingRow.visit_id == visit_id)
        .group_by(JournalEntry.id, LedgerAccount.code)
    ).all()
    # Entries of one transaction share their time, and are written in any order: sense tells them apart.
    return sorted(
        found, key=lambda row: (row.recorded_at, _rank(row.kind), row.position, str(row.id))
    )


def _rank(kind: str) -> int:
    """What is taken back goes first, a decision before the credit that it uses up."""
    if kind.endswith("_reversal"):
        return 0
    return {"charge": 1, "remittance_claim": 2, "credit_application": 4}.get(kind, 3)


def _sources(session: Session, visit_id: int) -> dict[Any, str]:
    """Whose decision an entry is, by the payment number that the payer knows too."""
    rows = session.execute(
        select(RemittanceClaim.entry_id, Payer.name, RemittanceRow.trace)
        .join(Claim, Claim.id == RemittanceClaim.claim_id)
        .join(Payer, Payer.id == Claim.payer_id)
        .join(RemittanceRow, RemittanceRow.id == RemittanceClaim.remittance_id)
        .where(Claim.visit_id == visit_id, RemittanceClaim.entry_id.is_not(None))
    )
    return {entry_id: f"{payer}, payment {trace}" for entry_id, payer, trace in rows}


def _helpers(session: Session, viewer: AccountViewer, visit_id: int) -> dict[Any, str]:
    """Who paid on the patient's behalf."""
    rows = session.execute(
        select(Payment.entry_id, *HELPER).where(
            Payment.proxy_grant_id.is_not(None),
            Payment.entry_id.in_(
                select(PostingRow.entry_id).where(PostingRow.visit_id == visit_id)
            ),
        )
    )
    return {row.entry_id: f"{paid_by(row, viewer)} paid this" for row in rows}


def _steps(rows: Sequence[Row[*tuple[Any, ...]]], sources: dict[Any, str]) -> tuple[Step, ...]:
    steps: list[Step] = []
    owed = ZERO
    for entry_id, legs in groupby(rows, key=lambda row: row.id):
        parts = list(legs)
        nets = {Account(row.code): row.net for row in parts}
        change = nets.get(Account.PATIENT_RECEIVABLE, ZERO)
        owed += change
        first = parts[0]
        steps.append(
            Step(
                on=first.occurred_on,
                what=_what(first.kind),
                source=sources.get(entry_id, ""),
                effects=_effects(nets),
                change=change,
                owed_after=owed,
            )
        )
    return tuple(steps)


def _what(kind: str) -> str:
    words = WHAT.get(kind.removesuffix("_reversal"), "We corrected our books")
    return f"Taken back: {words[0].lower()}{words[1:]}" if kind.endswith("_reversal") else words


def _effects(nets: dict[Account, Money]) -> tuple[Effect, ...]:
    found = []
    for account, (label, sign) in EFFECTS.items():
        net = nets.get(account, ZERO)
        if net:
            found.append(Effect(label, net if sign > 0 else -net))
    return tuple(found)
