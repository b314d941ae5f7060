"""Post an 835 file: every set judged as a whole, then claim by claim, in one transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.decision import REVERSAL
from billing.exceptions import payer_key
from billing.ledger import Account
from billing.money import Money
from portal.db import transaction
from portal.models.ledger import LedgerAccount, PostingRow
from portal.models.remittances import RemittanceRow
from portal.ports import DocumentStore
from portal.queries.among import among
from portal.queries.eob_twins import typed_twin
from portal.queries.visit_books import ClaimOnFile, load_visit_books
from portal.services.apply_credit import apply_credit
from portal.services.judge_plb import judge_plb
from portal.services.judge_remittance import ClaimOutcome, SetJudge
from portal.services.lock_posting import lock_accounts, lock_posting
from portal.services.mark_decided import mark_decided
from portal.services.match_remittance import match_remittance, payers_of
from portal.services.note_crossovers import expect_claims, note_crossovers
from portal.services.remittance_report import ClaimReport, RemittanceReport, SetReport
from portal.services.remittance_work import (
    claim_items,
    held_set_item,
    provider_items,
    taken_back_items,
)
from portal.services.store_file import find_file, store_file
from portal.services.write_remittance import (
    SetRecord,
    add_work_items,
    write_outcomes,
    write_set,
)
from portal.x12.envelope import X12Error
from portal.x12.read_835 import read_remittances
from portal.x12.remittance import Remittance


def post_remittance(
    *,
    data: bytes,
    name: str,
    now: datetime,
    store: DocumentStore | None,
    dry_run: bool = False,
    also: Callable[[Session, RemittanceReport], None] | None = None,
) -> RemittanceReport:
    """Post what balances, hold what does not, and say so; a dry run says the same, changes nothing.

    `also` is done in the same transaction, last; what it raises undoes the whole posting.
    """
    try:
        remittances = list(read_remittances(data, file=name))
    except X12Error as error:
        return RemittanceReport(file=name, error=str(error))
    stored_as = store.put(data) if store is not None and not dry_run else ""
    with transaction() as session:
        lock_posting(session)
        file = find_file(session, kind="835", data=data) or store_file(
            session, kind="835", data=data, name=name, stored_as=stored_as, now=now
        )
        desk = _Desk(session, file.id, now, _Seen.load(session, remittances))
        sets = tuple(desk.post(remittance) for remittance in remittances)
        report = RemittanceReport(file=name, sets=sets, file_id=None if dry_run else file.id)
        file.result = {"status": report.status, "error": report.why}
        if dry_run:
            session.rollback()
        elif also is not None:
            also(session, report)
    return report


Identity = tuple[str, str]  # TRN03, TRN02


@dataclass(slots=True)
class _Seen:
    """Sets that came in before: all of them by fingerprint, the posted ones by trace and date."""

    fingerprints: set[tuple[Identity, str]] = field(default_factory=set)
    posted: dict[Identity, set[date | None]] = field(default_factory=lambda: defaultdict(set))

    @classmethod
    def load(cls, session: Session, remittances: Sequence[Remittance]) -> _Seen:
        rows = session.execute(
            select(
                RemittanceRow.payer_tax_id,
                RemittanceRow.trace,
                RemittanceRow.issued_on,
                RemittanceRow.fingerprint,
                RemittanceRow.status,
            ).where(RemittanceRow.trace.in_({one.trace for one in remittances}))
        )
        seen = cls()
        for tax_id, trace, issued_on, fingerprint, status in rows:
            seen.add((tax_id, trace), issued_on, fingerprint, posted=status == "posted")
        return seen

    def add(
        self, identity: Identity, issued_on: date | None, fingerprint: str, *, posted: bool
    ) -> None:
        self.fingerprints.add((identity, fingerprint))
        if posted:
            self.posted[identity].add(issued_on)

    def changed(self, identity: Identity, issued_on: date | None) -> bool:
        """Whether a set of this number and date is posted; without a date the number decides."""
        days = self.posted.get(identity, set())
        return bool(identity[1]) and (issued_on in days or (issued_on is None and bool(days)))


@dataclass(slots=True)
class _Desk:
    """One file on its way into the books."""

    session: Session
    file_id: int
    now: datetime
    seen: _Seen

    def post(self, remittance: Remittance) -> SetReport:
        identity = (remittance.payer_tax_id, remittance.trace)
        if (identity, remittance.fingerprint) in self.seen.fingerprints:
            return _told(remittance, "duplicate", ("this remittance came in before",))
        reasons = _reasons_to_hold(remittance)
        changed = self.seen.changed(identity, remittance.issued_on)
        if changed:
            reasons = (
                "the payer sent a changed remittance under a number already posted",
                *reasons,
            )
        reasons = (*self._typed_before(remittance), *reasons)
        self.seen.add(identity, remittance.issued_on, remittance.fingerprint, posted=not reasons)
        if reasons:
            return self._hold(remittance, reasons, changed=changed)
        return self._post(remittance)

    def _typed_before(self, remittance: Remittance) -> tuple[str, ...]:
        """A paper EOB of the same check: the money is in the books, whatever day either one names."""
        typed_on = typed_twin(
            self.session,
            number=remittance.trace,
            amount=Money(remittance.signed_paid_cents),
            payer_ids=payers_of(self.session, remittance),
        )
        if typed_on is None:
            return ()
        return (
            f"a paper EOB of this check, dated {typed_on:%b %-d, %Y}, was typed and posted before",
        )

    def _record(
        self, remittance: Remittance, status: str, reasons: tuple[str, ...], payer_id: int | None
    ) -> SetRecord:
        return SetRecord(
            remittance=remittance,
            file_id=self.file_id,
            payer_id=payer_id,
            issued_on=remittance.issued_on or self.now.date(),
            status=status,
            reasons=reasons,
            now=self.now,
        )

    def _hold(
        self, remittance: Remittance, reasons: tuple[str, ...], *, changed: bool
    ) -> SetReport:
        record = self._record(remittance, "held", reasons, None)
        remittance_id = write_set(self.session, record)
        outcomes = [
            ClaimOutcome(
                clp=clp, disposition="held", reasons=_with_faults(reasons, clp.balance_faults)
            )
            for clp in remittance.claims
        ]
        write_outcomes(self.session, remittance_id, record.issued_on, outcomes)
        item = held_set_item(
            reasons,
            changed=changed,
            amount=Money(remittance.signed_paid_cents),
            remittance_id=remittance_id,
            payer=payer_key(None, remittance.payer_tax_id),
            now=self.now,
        )
        add_work_items(self.session, [item])
        return _told(remittance, "held", reasons, remittance_id=remittance_id)

    def _post(self, remittance: Remittance) -> SetReport:
        session = self.session
        matches = match_remittance(session, remittance)
        pairs = list(zip(remittance.claims, matches.found, strict=True))
        ours = [claim for claim in matches.found if isinstance(claim, ClaimOnFile)]
        lock_accounts(session, {claim.guarantor_account_id for claim in ours})
        reverses = any(clp.status_code == REVERSAL for clp in remittance.claims)
        books = load_visit_books(session, {c.visit_id for c in ours}, with_entries=reverses)
        # The books hold the claims that decisions change; the matches only found them.
        on_file = {claim.claim_id: claim for book in books.values() for claim in book.claims}
        pairs = [
            (clp, on_file[one.claim_id] if isinstance(one, ClaimOnFile) else one)
            for clp, one in pairs
        ]
        record = self._record(remittance, "posted", (), matches.payer_id)
        set_ref = _set_ref(remittance)
        judge = SetJudge(
            set_ref=set_ref,
            issued_on=record.issued_on,
            payer_id=matches.payer_id,
            stranger=None if matches.payer_known else remittance.payer_tax_id,
            books=books,
            crossovers=note_crossovers(session, pairs, books, on=record.issued_on),
        )
        outcomes = judge.judge_all(pairs)
        plbs = judge_plb(
            session,
            remittance,
            set_ref=set_ref,
            issued_on=record.issued_on,
            payer_id=matches.payer_id,
        )
        settled = judge.credits()
        expect_claims(session, outcomes, books)
        remittance_id = write_set(session, record)
        written = write_outcomes(
            session, remittance_id, record.issued_on, outcomes, plbs=plbs, settled=settled
        )
        payer = payer_key(matches.payer_id, remittance.payer_tax_id)
        items = claim_items(
            written.outcomes,
            remittance_id=remittance_id,
            payer=payer,
            on=record.issued_on,
            now=self.now,
        )
        items += provider_items(plbs, remittance_id=remittance_id, payer=payer, now=self.now)
        items += taken_back_items(settled, remittance_id=remittance_id, now=self.now)
        add_work_items(session, items)
        # After the work items: a correction closes what its own reversal opened.
        mark_decided(
            session, written, books, judge.changed, issued_on=record.issued_on, now=self.now
        )
        # Last: by now each bill is one, or held.
        _use_credit_on_account(session, ours, set_ref=set_ref, on=record.issued_on)
        return SetReport(
            said=remittance,
            status="posted",
            remittance_id=remittance_id,
            claims=tuple(
                ClaimReport(said=o.clp, disposition=o.disposition, reasons=o.reasons)
                for o in outcomes
            ),
        )


def _reasons_to_hold(remittance: Remittance) -> tuple[str, ...]:
    """Why the whole set waits: money that does not add up, or amounts that nobody can read."""
    if remittance.faults:
        return remittance.faults
    if remittance.balanced:
        return ()
    paid = sum(clp.paid_cents for clp in remittance.claims)
    told, kept = remittance.signed_paid_cents, remittance.plb_cents
    where = f"segment {remittance.position}"
    return (f"{where}: paid {told} is not claims {paid} less provider adjustments {kept} (cents)",)


def _with_faults(reasons: tuple[str, ...], faults: tuple[str, ...]) -> tuple[str, ...]:
    return ("the whole remittance is held", *reasons, *faults)


def _set_ref(remittance: Remittance) -> str:
    issued = remittance.issued_on.isoformat() if remittance.issued_on else "undated"
    return f"era:{remittance.payer_tax_id}:{remittance.trace}:{issued}:{remittance.fingerprint}"


def _told(
    remittance: Remittance,
    status: str,
    reasons: tuple[str, ...],
    *,
    remittance_id: int | None = None,
) -> SetReport:
    """A set of which nothing was posted now."""
    return SetReport(
        said=remittance,
        status=status,
        reasons=reasons,
        remittance_id=remittance_id,
        claims=tuple(
            ClaimReport(
                said=clp,
                disposition=status,
                reasons=_with_faults(reasons, clp.balance_faults) if status == "held" else reasons,
            )
            for clp in remittance.claims
        ),
    )


def _use_credit_on_account(
    session: Session, claims: Sequence[ClaimOnFile], *, set_ref: str, on: date
) -> None:
    """Money on account that names no visit settles what the patient owes now, the oldest first."""
    accounts = {claim.guarantor_account_id for claim in claims}
    with_credit = session.scalars(
        select(PostingRow.guarantor_account_id)
        .join(LedgerAccount, LedgerAccount.id == PostingRow.account_id)
        .where(
            among(PostingRow.guarantor_account_id, accounts),
            PostingRow.visit_id.is_(None),
            LedgerAccount.code == Account.PATIENT_CREDIT.value,
        )
        .distinct()
    )
    ids = [account_id for account_id in with_credit if account_id is not None]
    apply_credit(session, guarantor_account_ids=ids, on=on, source=set_ref)
