"""Settle visits whose decisions moved: credit pays, and what was paid or taken off too much goes back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from billing import entries
from billing.entries import Line
from billing.ledger import Account, Entry, Party
from billing.money import ZERO, Money
from portal.queries.visit_books import VisitBook

TAKEN_BACK = "taken back: the payer decided again, and the patient does not owe it any more"


def settle_visits(books: Iterable[VisitBook], *, set_ref: str, on: date) -> list[Entry]:
    """The entries that leave no line below zero, and let each visit's own credit settle the others."""
    return [entry for book in books for entry in _settle(book, set_ref, on)]


def _settle(book: VisitBook, set_ref: str, on: date) -> Iterable[Entry]:
    settled: list[Line] = []
    taken_back: dict[Account, list[Line]] = defaultdict(list)
    credit = book.credit
    # Lines that owe less than nothing come first: their credit may settle the others.
    for charge_id, due in sorted(
        book.patient_due.items(), key=lambda item: (item[1] >= ZERO, item)
    ):
        party = Party(
            guarantor_account_id=book.claims[0].guarantor_account_id,
            visit_id=book.visit_id,
            charge_id=charge_id,
        )
        amount = min(due, max(ZERO, credit))
        if due < ZERO:
            # Only money that came from the patient becomes their credit; a write-off goes back.
            rest = -due - min(-due, max(ZERO, book.paid[charge_id]))
            for account, off in book.written_off[charge_id].items():
                part = min(rest, max(ZERO, off))
                rest -= part
                amount += part
                if part:
                    taken_back[account].append(Line(party, -part))
        credit -= amount
        if amount:
            settled.append(Line(party, amount))
    if settled:
        ref = f"{set_ref}:credit:{book.visit_id}"
        yield entries.credit_application(source_ref=ref, occurred_on=on, lines=settled)
    for account, lines in taken_back.items():
        yield entries.adjustment_taken_back(
            source_ref=f"{set_ref}:{account.value}:{book.visit_id}",
            occurred_on=on,
            account=account,
            lines=lines,
            memo=TAKEN_BACK,
        )


def taken_back(found: Iterable[Entry]) -> dict[Party, Money]:
    """How much of earlier write-offs such entries took back, by visit."""
    amounts: dict[Party, Money] = defaultdict(lambda: ZERO)
    for entry in found:
        if entry.kind == entries.TAKEN_BACK_KIND:
            for leg in entry.postings:
                if leg.account is Account.PATIENT_RECEIVABLE:
                    owner, visit = leg.party.guarantor_account_id, leg.party.visit_id
                    amounts[Party(guarantor_account_id=owner, visit_id=visit)] += leg.amount
    return amounts
