"""Let a patient's credit settle what they owe: money taken at the desk, once their share is known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.allocation import OpenLine, allocate_payment
from billing.entries import Line, credit_application
from billing.ledger import Account, Entry, Party, Posting, Side, transfer
from billing.money import ZERO, Money, total_of
from portal.models.accounts import GuarantorAccount
from portal.models.claims import Charge, Visit
from portal.models.ledger import PostingRow
from portal.queries.conditions import conditions
from portal.services.post_entry import account_ids, post_entries


@dataclass(slots=True)
class _Book:
    """One guarantor's credit by visit (None: on account), and what each charge owes or was given."""

    account_id: int
    credit: dict[int | None, Money] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    owed: dict[int, Money] = field(default_factory=dict)
    given: dict[int, Money] = field(default_factory=dict)  # credit that this charge used before
    lines: list[OpenLine] = field(default_factory=list)

    def party(self, visit_id: int | None, charge_id: int | None = None) -> Party:
        return Party(guarantor_account_id=self.account_id, visit_id=visit_id, charge_id=charge_id)


def apply_credit(
    session: Session, *, guarantor_account_ids: Collection[int], on: date, source: str
) -> Money:
    """Apply each visit's credit to its own lines, then credit on account to the oldest; the total.

    Credit on account leaves out bills that are held that day (STMT-21); it waits for them.
    Credit that was taken back (a reversed receipt) is taken off the lines it had settled.
    `source` names the fact that made it possible (`receipts:7`, `era:...`), once for each account.
    """
    if not guarantor_account_ids:
        return ZERO
    found: list[Entry] = []
    for book in _read(session, guarantor_account_ids, on).values():
        ref = f"{source}:credit:{book.account_id}"
        lines, legs = _own_credit(book), _credit_on_account(book)
        if lines:
            own = credit_application(source_ref=ref, occurred_on=on, lines=lines)
            legs = [*own.postings, *legs]
        if legs:
            found.append(Entry("credit_application", ref, on, tuple(legs)))
    post_entries(session, found)
    return total_of(
        leg.amount if leg.side is Side.CREDIT else -leg.amount
        for entry in found
        for leg in entry.postings
        if leg.account is Account.PATIENT_RECEIVABLE
    )


def _own_credit(book: _Book) -> list[Line]:
    """What each visit's credit settles; negative where its credit was taken back."""
    found: list[Line] = []
    for visit_id, credit in book.credit.items():
        if visit_id is None:
            continue
        lines = [line for line in book.lines if line.visit_id == visit_id]
        if credit > ZERO:
            open_lines = [line for line in lines if line.due > ZERO]
            for share in allocate_payment(credit, open_lines, chosen_visits=[visit_id]).shares:
                found.append(Line(book.party(visit_id, share.line.charge_id), share.amount))
                book.owed[share.line.charge_id] -= share.amount
        missing = -credit
        for line in reversed(lines):
            part = min(missing, book.given.get(line.charge_id, ZERO))
            if part > ZERO:
                found.append(Line(book.party(visit_id, line.charge_id), -part))
                book.owed[line.charge_id] = book.owed.get(line.charge_id, ZERO) + part
                missing -= part
    return found


def _credit_on_account(book: _Book) -> list[Posting]:
    """Money that names no visit goes to the oldest open line: first to its visit, then to it."""
    credit = book.credit[None]
    if credit < ZERO:
        return _taken_back(book, -credit)
    open_lines = [
        OpenLine(
            charge_id=line.charge_id,
            visit_id=line.visit_id,
            service_on=line.service_on,
            due=book.owed[line.charge_id],
            held=line.held,
        )
        for line in book.lines
        if book.owed.get(line.charge_id, ZERO) > ZERO
    ]
    if credit <= ZERO or not open_lines:
        return []
    legs: list[Posting] = []
    for share in allocate_payment(credit, open_lines).shares:
        visit, charge = share.line.visit_id, share.line.charge_id
        legs += transfer(
            share.amount,
            debit_to=(Account.PATIENT_CREDIT, book.party(None)),
            credit_to=(Account.PATIENT_CREDIT, book.party(visit)),
        )
        legs += transfer(
            share.amount,
            debit_to=(Account.PATIENT_CREDIT, book.party(visit, charge)),
            credit_to=(Account.PATIENT_RECEIVABLE, book.party(visit, charge)),
        )
    return legs


def _taken_back(book: _Book, missing: Money) -> list[Posting]:
    """Money on account that was taken back leaves the newest lines that it may have settled."""
    legs: list[Posting] = []
    for line in reversed(book.lines):
        part = min(missing, max(ZERO, book.given.get(line.charge_id, ZERO)))
        there = book.party(line.visit_id, line.charge_id)
        legs += transfer(
            part,
            debit_to=(Account.PATIENT_RECEIVABLE, there),
            credit_to=(Account.PATIENT_CREDIT, there),
        )
        legs += transfer(
            part,
            debit_to=(Account.PATIENT_CREDIT, book.party(line.visit_id)),
            credit_to=(Account.PATIENT_CREDIT, book.party(None)),
        )
        missing -= part
    return legs


def _read(session: Session, owners: Collection[int], on: date) -> dict[int, _Book]:
    """Lock the accounts' rows, which stand for ledger rows that nobody may lock; then sum."""
    locked = session.scalars(
        select(GuarantorAccount.id)
        .where(GuarantorAccount.id.in_(owners))
        .order_by(GuarantorAccount.id)
        .with_for_update()
    )
    books = {account_id: _Book(account_id) for account_id in locked}
    codes = account_ids(session)
    credit, receivable = codes[Account.PATIENT_CREDIT], codes[Account.PATIENT_RECEIVABLE]
    legs = session.execute(
        select(
            PostingRow.guarantor_account_id,
            PostingRow.visit_id,
            PostingRow.charge_id,
            PostingRow.account_id,
            PostingRow.side,
            PostingRow.amount,
        ).where(
            PostingRow.guarantor_account_id.in_(books),
            PostingRow.account_id.in_([credit, receivable]),
        )
    )
    for owner, visit_id, charge_id, account_id, side, amount in legs:
        book = books[owner or 0]  # the WHERE above lets no leg without an account through
        debited = amount if side == Side.DEBIT else -amount
        if account_id == credit:
            book.credit[visit_id] -= debited
            if charge_id is not None:
                book.given[charge_id] = book.given.get(charge_id, ZERO) + debited
        elif charge_id is not None:
            book.owed[charge_id] = book.owed.get(charge_id, ZERO) + debited
    _order_lines(session, books, on)
    return books


def _order_lines(session: Session, books: dict[int, _Book], on: date) -> None:
    touched = {charge for book in books.values() for charge in (*book.owed, *book.given)}
    charges = session.execute(
        select(Visit.guarantor_account_id, Charge.id, Charge.visit_id, Charge.service_on)
        .join(Visit, Visit.id == Charge.visit_id)
        .where(Charge.id.in_(touched))
        .order_by(Charge.service_on, Charge.id)
    )
    facts = conditions(session, on=on, account_ids=list(books))
    for owner, charge_id, visit_id, service_on in charges:
        book = books.get(owner)
        if book is not None:
            book.lines.append(
                OpenLine(
                    charge_id=charge_id,
                    visit_id=visit_id,
                    service_on=service_on,
                    due=max(book.owed.get(charge_id, ZERO), ZERO),
                    held=bool(facts.of(owner, visit_id).holding_reasons),
                )
            )
