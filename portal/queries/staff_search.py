"""Find an account by a name, birth date, phone, account or control number, or a remittance by its trace."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from billing.free_text import CardNumberRefused, check_free_text
from portal.db import read_only
from portal.models.accounts import GuarantorAccount, Patient
from portal.models.audit import AuditEvent
from portal.models.claims import Claim, Visit
from portal.models.remittances import RemittanceRow
from portal.queries.paging import Page, limits, page_of
from portal.queries.viewer import StaffViewer

SHORTEST = 2
PHONE_DIGITS = 7
RECENT = 10
AMERICAN_DATE = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})")
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPatient:
    """Enough to tell two people of one name apart."""

    id: int
    name: str
    birth_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundAccount:
    """One account of the result."""

    id: int
    number: str
    name: str
    named: bool
    town: str
    patients: tuple[FoundPatient, ...]
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundRemittance:
    """A remittance whose trace was asked for."""

    id: int
    trace: str
    payer_name: str
    issued_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult:
    """What a search found, one page of accounts at a time."""

    term: str
    accounts: Page[FoundAccount]
    remittances: tuple[FoundRemittance, ...]

    @property
    def logged_term(self) -> str:
        """What the audit trail keeps: the term, unless somebody typed a card number (PCI-5)."""
        try:
            return check_free_text(self.term)
        except CardNumberRefused:
            return "(looks like a card number)"

    @property
    def only(self) -> int | None:
        """The one account found, where there is nothing else to choose from."""
        first_page = self.accounts.number == 1
        if len(self.accounts.rows) == 1 and first_page and not self.remittances:
            return self.accounts.rows[0].id
        return None

    @property
    def account_ids(self) -> tuple[int, ...]:
        return tuple(account.id for account in self.accounts.rows)

    @property
    def patient_ids(self) -> tuple[int, ...]:
        return tuple(p.id for account in self.accounts.rows for p in account.patients)


def search(viewer: StaffViewer, term: str, *, number: int = 1) -> SearchResult:
    """Accounts that fit the term, and remittances for those who may see them."""
    term = " ".join(term.split())
    with read_only() as session:
        accounts, reasons = _matching_accounts(session, term, number)
        remittances = (
            _remittances(session, term)
            if viewer.may("remittances.view") and len(term) >= SHORTEST
            else ()
        )
        return SearchResult(
            term=term,
            accounts=page_of(_found(session, accounts, reasons), number),
            remittances=remittances,
        )


def recently_opened(viewer: StaffViewer) -> tuple[FoundAccount, ...]:
    """The accounts this member of staff opened last, by the audit trail."""
    opened = func.unnest(AuditEvent.account_ids).label("account_id")
    events = (
        select(AuditEvent.id, opened)
        .where(
            AuditEvent.login_id == viewer.login_id,
            AuditEvent.action == "view",
            AuditEvent.object_type == "account",
        )
        .order_by(AuditEvent.id.desc())
        .limit(RECENT * 10)
        .subquery()
    )
    query = (
        select(events.c.account_id)
        .group_by(events.c.account_id)
        .order_by(func.max(events.c.id).desc())
        .limit(RECENT)
    )
    with read_only() as session:
        ids = session.scalars(query).all()
        return _found(session, ids, {})


def _matching_accounts(
    session: Session, term: str, number: int
) -> tuple[Sequence[int], dict[int, str]]:
    ways = _ways(term)
    if not ways:
        return (), {}
    hits = union_all(*ways).subquery()
    offset, limit = limits(number)
    query = (
        select(hits.c.account_id, func.min(hits.c.because))
        .join(GuarantorAccount, GuarantorAccount.id == hits.c.account_id)
        .group_by(hits.c.account_id, GuarantorAccount.last_name, GuarantorAccount.first_name)
        .order_by(GuarantorAccount.last_name, GuarantorAccount.first_name, hits.c.account_id)
        .offset(offset)
        .limit(limit)
    )
    reasons = {row[0]: row[1] for row in session.execute(query)}
    return tuple(reasons), reasons


def _ways(term: str) -> list[Select[int, str]]:
    """Every way to read the term; a date is no name, a name is no number."""
    if len(term) < SHORTEST:
        return []
    born = _date(term)
    if born:
        return [
            _patients("birth date", Patient.birth_on == born),
            _accounts("guarantor's birth date", GuarantorAccount.birth_on == born),
        ]
    digits = re.sub(r"\D", "", term)
    if not digits:
        words = term.casefold().replace(",", " ").split()
        account_name = GuarantorAccount.last_name + " " + GuarantorAccount.first_name
        patient_name = Patient.last_name + " " + Patient.first_name
        return [
            _accounts("guarantor's name", _all_words(account_name, words)),
            _patients("patient's name", _all_words(patient_name, words)),
        ]
    ways = [
        _accounts("account number", GuarantorAccount.number == term),
        select(
            Visit.guarantor_account_id.label("account_id"),
            literal("control number").label("because"),
        ).where(
            or_(
                Visit.control_number == term,
                Visit.id.in_(
                    select(Claim.visit_id).where(
                        or_(Claim.patient_control_number == term, Claim.payer_claim_number == term)
                    )
                ),
            )
        ),
    ]
    if len(digits) >= PHONE_DIGITS:
        ways.append(_accounts("phone", GuarantorAccount.mobile.endswith(digits)))
    return ways


def _accounts(because: str, where: ColumnElement[bool]) -> Select[int, str]:
    return select(GuarantorAccount.id.label("account_id"), literal(because).label("because")).where(
        where
    )


def _patients(because: str, where: ColumnElement[bool]) -> Select[int, str]:
    return select(
        Patient.guarantor_account_id.label("account_id"), literal(because).label("because")
    ).where(where)


def _all_words(name: ColumnElement[str], words: Sequence[str]) -> ColumnElement[bool]:
    """Each word begins a word of the name, whatever the order."""
    folded = " " + func.lower(name)
    return and_(*(folded.contains(f" {word}", autoescape=True) for word in words))


def _date(term: str) -> date | None:
    american, iso = AMERICAN_DATE.fullmatch(term), ISO_DATE.fullmatch(term)
    try:
        if american:
            return date(int(american[3]), int(american[1]), int(american[2]))
        return date.fromisoformat(term) if iso else None
    except ValueError:
        return None


def _remittances(session: Session, term: str) -> tuple[FoundRemittance, ...]:
    rows = session.execute(
        select(
            RemittanceRow.id, RemittanceRow.trace, RemittanceRow.payer_name, RemittanceRow.issued_on
        )
        .where(RemittanceRow.trace == term)
        .order_by(RemittanceRow.id.desc())
        .limit(RECENT)
    )
    return tuple(
        FoundRemittance(id=i, trace=trace, payer_name=payer, issued_on=issued)
        for i, trace, payer, issued in rows
    )


def _found(
    session: Session, ids: Sequence[int], reasons: dict[int, str]
) -> tuple[FoundAccount, ...]:
    """The accounts in the order of their ids, each with its patients."""
    people: dict[int, list[FoundPatient]] = defaultdict(list)
    rows = session.execute(
        select(
            GuarantorAccount.id,
            GuarantorAccount.number,
            GuarantorAccount.named,
            GuarantorAccount.first_name,
            GuarantorAccount.last_name,
            GuarantorAccount.city,
            GuarantorAccount.state,
            Patient.id.label("patient_id"),
            Patient.first_name.label("patient_first"),
            Patient.last_name.label("patient_last"),
            Patient.birth_on,
        )
        .outerjoin(Patient, Patient.guarantor_account_id == GuarantorAccount.id)
        .where(GuarantorAccount.id.in_(ids))
        .order_by(Patient.birth_on)
    ).all()
    for row in rows:
        if row.patient_id is not None:
            people[row.id].append(
                FoundPatient(
                    id=row.patient_id,
                    name=f"{row.patient_first} {row.patient_last}".strip(),
                    birth_on=row.birth_on,
                )
            )
    accounts = {
        row.id: FoundAccount(
            id=row.id,
            number=row.number,
            name=f"{row.first_name} {row.last_name}".strip(),
            named=row.named,
            town=", ".join(part for part in (row.city, row.state) if part),
            patients=tuple(people[row.id]),
            because=reasons.get(row.id, ""),
        )
        for row in rows
    }
    return tuple(accounts[account_id] for account_id in ids if account_id in accounts)
