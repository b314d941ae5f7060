"""What a search found: accounts, remittances by their trace, and payers' claims that are nobody's yet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ARRAY, Text, func, or_, select, union_all
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from billing.free_text import CardNumberRefused, check_free_text
from billing.money import Money
from portal.db import read_only
from portal.models.accounts import GuarantorAccount, Patient
from portal.models.audit import AuditEvent
from portal.models.remittances import RemittanceClaim, RemittanceRow
from portal.models.work import WorkItem
from portal.queries.paging import PAGE_SIZE, Page, limits, page_of
from portal.queries.search_ways import SHORTEST, Way, search_ways, spellings
from portal.queries.viewer import StaffViewer

RECENT = 10
MOST = 2000  # hits of one way to read a term


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
class FoundDecision:
    """A payer's claim, by either number, that waits in the queue for a person."""

    item_id: int
    control_number: str
    payer_claim_number: str
    patient_name: str
    paid: Money
    payer_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult:
    """What a search found, one page of accounts at a time."""

    term: str
    accounts: Page[FoundAccount]
    cut_short: bool  # so many fit that not all were looked at
    remittances: tuple[FoundRemittance, ...]
    decisions: tuple[FoundDecision, ...]

    @property
    def logged_term(self) -> str:
        """What the audit trail keeps: the term, unless somebody typed a card number (PCI-5)."""
        try:
            return check_free_text(self.term)
        except CardNumberRefused:
            return "(looks like a card number)"

    @property
    def _alone(self) -> bool:
        """Whether there is nothing else to choose from."""
        found = len(self.accounts.rows) + len(self.remittances) + len(self.decisions)
        return found == 1 and self.accounts.number == 1

    @property
    def only_account(self) -> int | None:
        """The one account found."""
        return self.accounts.rows[0].id if self._alone and self.accounts.rows else None

    @property
    def only_remittance(self) -> int | None:
        """The one remittance found."""
        return self.remittances[0].id if self._alone and self.remittances else None

    @property
    def only_item(self) -> int | None:
        """The one payer's claim found that waits for a person."""
        return self.decisions[0].item_id if self._alone and self.decisions else None

    @property
    def found_nothing(self) -> bool:
        return not (self.accounts.rows or self.remittances or self.decisions)

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
        hits = _matching_accounts(session, term, number)
        is_number = len(term) >= SHORTEST and any(c.isdigit() for c in term)
        sees_files = is_number and viewer.may("remittances.view")
        sees_queue = is_number and viewer.may("work.view") and viewer.may("claims.view")
        return SearchResult(
            term=term,
            accounts=page_of(_found(session, tuple(hits.because), hits.because), number),
            cut_short=hits.cut_short,
            remittances=_remittances(session, term) if sees_files else (),
            decisions=_decisions(session, term) if sees_queue else (),
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


@dataclass(frozen=True, slots=True)
class _Hits:
    """The accounts of one page in order, the surest first, each with the way that found it."""

    because: dict[int, str]
    cut_short: bool = False  # more fit than anybody would leaf through


def _matching_accounts(session: Session, term: str, number: int) -> _Hits:
    """What fits as typed; what only resembles it is looked for where that leaves room on the page."""
    ways = search_ways(term)
    found = _hits(session, ways.sure, number)
    if not ways.alike or len(found.because) > PAGE_SIZE:
        return found
    return _hits(session, ways.sure + ways.alike, number)


def _hits(session: Session, ways: Sequence[Way], number: int) -> _Hits:
    """One page, and whether a way was cut short: of a million people thousands bear the commonest names."""
    if not ways:
        return _Hits({})
    hits = union_all(*(select(way.limit(MOST).subquery()) for way in ways)).subquery()
    offset, limit = limits(number)
    because = func.array_agg(aggregate_order_by(hits.c.because, hits.c.rank), type_=ARRAY(Text))
    rows = session.execute(
        select(hits.c.account_id, because, func.count().over())
        .group_by(hits.c.account_id)
        .order_by(
            func.min(hits.c.rank),
            func.min(hits.c.last),
            func.min(hits.c.first),
            hits.c.account_id,
        )
        .offset(offset)
        .limit(limit)
    ).all()
    return _Hits(
        {account_id: reasons[0] for account_id, reasons, _ in rows},
        cut_short=any(total >= MOST for _, _, total in rows),
    )


def _remittances(session: Session, term: str) -> tuple[FoundRemittance, ...]:
    rows = session.execute(
        select(
            RemittanceRow.id, RemittanceRow.trace, RemittanceRow.payer_name, RemittanceRow.issued_on
        )
        .where(RemittanceRow.trace.in_(spellings(term)))
        .order_by(RemittanceRow.id.desc())
        .limit(RECENT)
    )
    return tuple(
        FoundRemittance(id=i, trace=trace, payer_name=payer, issued_on=issued)
        for i, trace, payer, issued in rows
    )


def _decisions(session: Session, term: str) -> tuple[FoundDecision, ...]:
    """Payers' claims without a claim of ours, so that no account leads to them."""
    numbers = spellings(term)
    rows = session.execute(
        select(
            WorkItem.id,
            RemittanceClaim.patient_control_number,
            RemittanceClaim.payer_claim_number,
            RemittanceClaim.patient_name,
            RemittanceClaim.paid,
            RemittanceRow.payer_name,
        )
        .join(RemittanceClaim, RemittanceClaim.id == WorkItem.remittance_claim_id)
        .join(RemittanceRow, RemittanceRow.id == RemittanceClaim.remittance_id)
        .where(
            or_(
                RemittanceClaim.patient_control_number.in_(numbers),
                RemittanceClaim.payer_claim_number.in_(numbers),
            ),
            RemittanceClaim.claim_id.is_(None),
            WorkItem.closed_at.is_(None),
        )
        .order_by(WorkItem.id.desc())
        .limit(RECENT)
    )
    return tuple(
        FoundDecision(
            item_id=item_id,
            control_number=control,
            payer_claim_number=payer_number,
            patient_name=patient,
            paid=paid,
            payer_name=payer,
        )
        for item_id, control, payer_number, patient, paid, payer in rows
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
        .outerjoin(
            Patient,
            (Patient.guarantor_account_id == GuarantorAccount.id)
            & Patient.merged_into_id.is_(None),
        )
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
