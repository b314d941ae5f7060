"""Every way to read what somebody typed into the search box, each a statement that an index answers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute

from portal.models.accounts import GuarantorAccount, Patient
from portal.models.claims import Claim, Visit
from portal.models.payment_methods import PaymentMethod
from portal.models.payments import Payment, PracticeReceipt
from portal.models.refunds import CheckRefund
from portal.models.remittances import RemittanceClaim
from portal.queries.name_keys import begins, resembles, words_of

SHORTEST = 2
PHONE_DIGITS = 4  # the end of a phone number, as people give it
LAST_FOUR = re.compile(r"\d{4}")  # of a card or bank account: all that we know of it (PCI-1)
AMERICAN_DATE = re.compile(r"\b(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})\b")
ISO_DATE = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
PHONE = re.compile(r"[\d\s().+-]+")
Name = ColumnElement[str] | InstrumentedAttribute[str]
NOBODY = literal("")
Way = Select[int, str, int, str, str]


@dataclass(frozen=True, slots=True)
class Ways:
    """Statements of (account_id, because, rank, last, first), where `last` and `first` name who was found.

    `sure` fit as typed; `alike` are asked only where too few of those are found.
    """

    sure: tuple[Way, ...] = ()
    alike: tuple[Way, ...] = ()


def search_ways(term: str) -> Ways:
    """How to look for the term; no way when it is too short."""
    if len(term) < SHORTEST:
        return Ways()
    born, rest = born_on(term)
    words = words_of(rest)
    if born:
        return Ways(_by_birth(born, words))
    if any(c.isdigit() for c in term):
        return _by_number(term)
    return _by_name(words) if words else Ways()


def spellings(number: str) -> tuple[str, ...]:
    """A number as typed and in capitals, as most are printed."""
    return tuple({number, number.upper()})


def born_on(term: str) -> tuple[tuple[date, ...], str]:
    """The birth dates that the term may mean, and what else was typed. Two digits are of either century."""
    iso = ISO_DATE.search(term)
    found = iso or AMERICAN_DATE.search(term)
    if found is None:
        return (), term
    year, month, day = found.groups() if iso else (found[3], found[1], found[2])
    years = [int(year)] if len(year) == len("1980") else [1900 + int(year), 2000 + int(year)]
    try:
        dates = tuple(date(one, int(month), int(day)) for one in years)
    except ValueError:
        return (), term
    return dates, term.replace(found[0], " ")


def _by_birth(dates: tuple[date, ...], words: tuple[str, ...]) -> tuple[Way, ...]:
    """By birth date, and by name as well where one stands beside it."""
    if not words:
        return (
            _patients("birth date", Patient.birth_on.in_(dates)),
            _accounts("guarantor's birth date", GuarantorAccount.birth_on.in_(dates)),
        )
    last, first = _name(Patient)
    theirs = _name(GuarantorAccount)
    return (
        _patients(
            "name and birth date", and_(Patient.birth_on.in_(dates), resembles(last, first, words))
        ),
        _accounts(
            "guarantor's name and birth date",
            and_(GuarantorAccount.birth_on.in_(dates), resembles(*theirs, words)),
        ),
    )


def _by_name(words: tuple[str, ...]) -> Ways:
    account, patient = _name(GuarantorAccount), _name(Patient)
    return Ways(
        (
            _accounts("guarantor's name", begins(*account, words)),
            _patients("patient's name", begins(*patient, words)),
        ),
        (
            _accounts("a name spelled much like it", resembles(*account, words), rank=2),
            _patients("a name spelled much like it", resembles(*patient, words), rank=2),
        ),
    )


def _by_number(term: str) -> Ways:
    numbers = spellings(term)
    bare = re.sub(r"\s", "", term)
    ways = [
        _accounts("account number", GuarantorAccount.number.in_({*numbers, bare, _dashed(bare)})),
        _visits("claim number", Visit.control_number.in_(numbers)),
        _visits("claim number", _has_claim(Claim.patient_control_number.in_(numbers))),
        _visits("payer's claim number", _has_claim(Claim.payer_claim_number.in_(numbers))),
        _visits("payer's claim number", _was_decided(numbers)),
        _payments(numbers),
        _receipts("receipt number", PracticeReceipt.receipt_id.in_(numbers)),
        _receipts("check number", PracticeReceipt.check_number.in_(numbers)),
        _way(CheckRefund.guarantor_account_id, "our check's number").where(
            CheckRefund.number.in_(numbers)
        ),
    ]
    digits = re.sub(r"\D", "", term)
    if PHONE.fullmatch(term) and len(digits) >= PHONE_DIGITS:
        ending = func.reverse(GuarantorAccount.mobile).like(digits[-10:][::-1] + "%")
        ways.append(_accounts("phone", ending))
    return Ways(tuple(ways), _by_last_four(term) if LAST_FOUR.fullmatch(term) else ())


def _dashed(digits: str) -> str:
    """An account number typed without the hyphen it is printed with."""
    return f"{digits[:4]}-{digits[4:]}"


def _has_claim(where: ColumnElement[bool]) -> ColumnElement[bool]:
    return Visit.id.in_(select(Claim.visit_id).where(where))


def _was_decided(numbers: tuple[str, ...]) -> ColumnElement[bool]:
    """By a number that only a decision of the payer bears: a claim may have had several."""
    decided = (
        select(Claim.visit_id)
        .join(RemittanceClaim, RemittanceClaim.claim_id == Claim.id)
        .where(RemittanceClaim.payer_claim_number.in_(numbers))
    )
    return Visit.id.in_(decided)


def _name(
    table: type[GuarantorAccount | Patient],
) -> tuple[InstrumentedAttribute[str], InstrumentedAttribute[str]]:
    return table.last_name, table.first_name


def _way(
    account_id: InstrumentedAttribute[int],
    because: str,
    rank: int = 1,
    last: Name = NOBODY,
    first: Name = NOBODY,
) -> Way:
    return select(
        account_id.label("account_id"),
        literal(because).label("because"),
        literal(rank).label("rank"),
        last.label("last"),
        first.label("first"),
    )


def _accounts(because: str, where: ColumnElement[bool], *, rank: int = 1) -> Way:
    return _way(GuarantorAccount.id, because, rank, *_name(GuarantorAccount)).where(where)


def _patients(because: str, where: ColumnElement[bool], *, rank: int = 1) -> Way:
    return _way(Patient.guarantor_account_id, because, rank, *_name(Patient)).where(where)


def _visits(because: str, where: ColumnElement[bool]) -> Way:
    return _way(Visit.guarantor_account_id, because).where(where)


def _payments(numbers: tuple[str, ...]) -> Way:
    return _way(Payment.guarantor_account_id, "receipt number").where(
        Payment.receipt_number.in_(numbers)
    )


def _receipts(because: str, where: ColumnElement[bool]) -> Way:
    return _patients(because, Patient.id.in_(select(PracticeReceipt.patient_id).where(where)))


def _by_last_four(digits: str) -> tuple[Way, ...]:
    """Whoever paid with, or keeps, a card or bank account of this ending; many may."""
    paid = _way(Payment.guarantor_account_id, "paid with a card or account of this ending", 2)
    kept = _way(PaymentMethod.guarantor_account_id, "keeps a card or account of this ending", 2)
    return paid.where(Payment.last4 == digits), kept.where(PaymentMethod.last4 == digits)
