"""Post an 835 file: every set judged as a whole, then claim by claim, in one transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.exceptions import payer_key
from billing.money import Money
from billing.posting_policy import Choice
from portal.db import transaction
from portal.models.remittances import RemittanceRow
from portal.ports import DocumentStore
from portal.queries.eob_twins import typed_twin
from portal.queries.posting_rules import PostingRules, posting_rules
from portal.services.judge_remittance import ClaimOutcome
from portal.services.lock_posting import lock_posting
from portal.services.match_remittance import payers_of
from portal.services.post_set import Arrival, post_set
from portal.services.practice_date import practice_date
from portal.services.remittance_report import ClaimReport, RemittanceReport, SetReport
from portal.services.remittance_work import held_set_item
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
    choice: Choice | None = None,
    also: Callable[[Session, RemittanceReport], None] | None = None,
) -> RemittanceReport:
    """Post what balances, hold what does not, and say so; a dry run says the same, changes nothing.

    Without a person's `choice` the practice's posting rules decide alone: a set of a payer whose
    remittances a person looks at waits (its status is "held", and nothing of it is posted).
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
        today = practice_date(session, now)
        desk = _Desk(
            session=session,
            file_id=file.id,
            today=today,
            now=now,
            seen=_Seen.load(session, remittances),
            rules=posting_rules(session, on=today),
            choice=choice,
        )
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


@dataclass(slots=True, kw_only=True)
class _Desk:
    """One file on its way into the books."""

    session: Session
    file_id: int
    today: date  # at the practice
    now: datetime
    seen: _Seen
    rules: PostingRules
    choice: Choice | None

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
        typed = self._typed_before(remittance)
        reasons = (*typed, *reasons)
        if reasons:
            report = self._hold(remittance, reasons, changed=changed or bool(typed))
        else:
            arrival = Arrival(
                said=remittance,
                file_id=self.file_id,
                today=self.today,
                now=self.now,
                rules=self.rules,
                choice=self.choice,
            )
            report = post_set(self.session, arrival)
        posted = report.status == "posted"
        self.seen.add(identity, remittance.issued_on, remittance.fingerprint, posted=posted)
        return report

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

    def _hold(
        self, remittance: Remittance, reasons: tuple[str, ...], *, changed: bool
    ) -> SetReport:
        record = SetRecord(
            remittance=remittance,
            file_id=self.file_id,
            payer_id=None,
            issued_on=remittance.issued_on or self.today,
            status="held",
            reasons=reasons,
            now=self.now,
        )
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
            today=self.today,
            now=self.now,
        )
        add_work_items(self.session, [item])
        return _told(remittance, "held", reasons, remittance_id=remittance_id)


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
