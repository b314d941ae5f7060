"""An uploaded 835 before and after posting: each set, and each claim with its disposition and reasons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.money import Money
from portal.db import read_only
from portal.models.claims import Visit
from portal.models.files import Upload
from portal.queries.paging import PAGE_SIZE, Page
from portal.queries.set_totals import Totals, totals_of
from portal.queries.viewer import StaffViewer

# What needs a person stands first.
ORDER = {"held": 0, "unmatched": 1, "duplicate": 2, "posted": 3}
# A job of that age has ended or will not end: the page stops asking, and says so.
PATIENCE = timedelta(minutes=5)
_NOT_READ: dict[str, Any] = {"status": "", "error": None, "transactions": []}
BUCKETS = {
    "deductible": "Deductible",
    "coinsurance": "Coinsurance",
    "copay": "Copay",
    "not_covered": "Not covered",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadedClaim:
    """One claim of the file."""

    trace: str
    control_number: str
    payer_claim_number: str
    status_code: str
    billed: Money
    paid: Money
    patient_share: Money
    buckets: tuple[tuple[str, Money], ...]
    balanced: bool
    disposition: str
    reasons: tuple[str, ...]
    work: tuple[str, ...]  # what posting it opens for a person
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadedSet:
    """One payment of the file."""

    trace: str
    payer: str
    issued_on: date | None
    paid: Money
    plb: Money
    held: Money
    balanced: bool
    status: str
    reasons: tuple[str, ...]
    warnings: tuple[str, ...]
    position: int
    remittance_id: int | None
    dispositions: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadPage:
    """The file; `posted` says whether this is what happened or what would happen."""

    id: UUID
    name: str
    uploaded_at: datetime
    posted: bool
    posting: bool
    reading: bool  # a large file, whose preview a job makes
    stuck: bool  # nobody reads or posts it any more
    status: str
    error: str
    sets: tuple[UploadedSet, ...]
    claims: Page[UploadedClaim]
    totals: Totals
    opens_work: bool  # whether posting all opens work that posting the clean claims would not
    group_id: UUID | None
    account_ids: frozenset[int]  # whose claims this page shows
    patient_ids: frozenset[int]


def upload_page(
    viewer: StaffViewer, upload_id: UUID, *, now: datetime, number: int = 1
) -> UploadPage | None:
    """One's own upload; anybody else's is not found."""
    with read_only() as session:
        row = session.execute(
            select(
                Upload.name,
                Upload.uploaded_at,
                Upload.posted_at,
                Upload.preview,
                Upload.result,
                Upload.group_id,
            ).where(Upload.id == upload_id, Upload.login_id == viewer.login_id)
        ).one_or_none()
        if row is None:
            return None
        told = row.result or row.preview or _NOT_READ
        claims = [
            claim_of(one["trace"], claim) for one in told["transactions"] for claim in one["claims"]
        ]
        claims.sort(key=lambda claim: ORDER.get(claim.disposition, 0))
        start = (max(number, 1) - 1) * PAGE_SIZE
        shown = claims[start : start + PAGE_SIZE]
        accounts, patients = whose_claims(session, shown)
    return UploadPage(
        id=upload_id,
        name=row.name,
        uploaded_at=row.uploaded_at,
        posted=row.result is not None,
        posting=row.result is None and row.posted_at is not None,
        reading=not row.preview,
        group_id=row.group_id,
        stuck=now - (row.posted_at or row.uploaded_at) > PATIENCE,
        status=told["status"],
        error=told["error"] or "",
        sets=tuple(_set(one) for one in told["transactions"]),
        claims=Page(
            rows=shown,
            number=max(number, 1),
            has_next=len(claims) > start + PAGE_SIZE,
        ),
        totals=totals_of(told["transactions"]),
        opens_work=any(claim.work for claim in claims),
        account_ids=accounts,
        patient_ids=patients,
    )


def whose_claims(
    session: Session, claims: Iterable[UploadedClaim]
) -> tuple[frozenset[int], frozenset[int]]:
    """The accounts and patients whose claims a page shows."""
    written = {claim.control_number.strip() for claim in claims} - {""}
    whose = session.execute(
        select(Visit.guarantor_account_id, Visit.patient_id).where(
            Visit.control_number.in_(written | {number.upper() for number in written})
        )
    ).all()
    return frozenset(account for account, _ in whose), frozenset(patient for _, patient in whose)


def _set(told: Mapping[str, Any]) -> UploadedSet:
    counted = Counter(claim["disposition"] for claim in told["claims"])
    return UploadedSet(
        trace=told["trace"],
        payer=told["payer"],
        issued_on=date.fromisoformat(told["issued_on"]) if told["issued_on"] else None,
        paid=Money(told["signed_paid_cents"]),
        plb=Money(told["plb_cents"]),
        held=Money(told["held_cents"]),
        balanced=told["balanced"],
        status=told["status"],
        reasons=tuple(told["reasons"]),
        warnings=tuple(told["warnings"]),
        position=told["position"],
        remittance_id=told["remittance_id"],
        dispositions=tuple(sorted(counted.items(), key=lambda item: ORDER.get(item[0], 0))),
    )


def claim_of(trace: str, told: Mapping[str, Any]) -> UploadedClaim:
    """A claim as `preview_upload.kept` wrote it."""
    return UploadedClaim(
        trace=trace,
        control_number=told["patient_control_number"],
        payer_claim_number=told["payer_claim_number"] or "",
        status_code=told["status_code"],
        billed=Money(told["billed_cents"]),
        paid=Money(told["paid_cents"]),
        patient_share=Money(told["patient_responsibility_cents"]),
        buckets=tuple(
            (words, Money(told["buckets"][bucket]))
            for bucket, words in BUCKETS.items()
            if told["buckets"].get(bucket)
        ),
        balanced=told["balanced"],
        disposition=told["disposition"],
        reasons=tuple(told["reasons"]),
        work=tuple(told.get("work", ())),
        position=told["position"],
    )
