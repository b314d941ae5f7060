"""Post one remittance of a file that adds up, claim by claim; or let it wait where our rule for its payer says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.decision import REVERSAL
from billing.exceptions import payer_key
from billing.ledger import Account
from billing.money import Money
from billing.posting_policy import Choice, PostingRule
from portal.models.ledger import LedgerAccount, PostingRow
from portal.models.remittances import RemittanceRow
from portal.queries.among import among
from portal.queries.code_equivalences import standing_codes
from portal.queries.posting_rules import PostingRules
from portal.queries.visit_books import ClaimOnFile, VisitBook, load_visit_books
from portal.services.apply_credit import apply_credit
from portal.services.hold_by_rule import judge_by_rule, opens_work
from portal.services.judge_plb import judge_plb
from portal.services.judge_remittance import ClaimOutcome, SetJudge
from portal.services.lock_posting import lock_accounts
from portal.services.mark_decided import mark_decided
from portal.services.match_remittance import Matches, Unmatched, match_remittance
from portal.services.note_crossovers import expect_claims, note_crossovers
from portal.services.remittance_report import ClaimReport, SetReport
from portal.services.remittance_work import (
    claim_items,
    provider_items,
    taken_back_items,
    waiting_bill_items,
    waiting_set_item,
)
from portal.services.write_remittance import (
    SetRecord,
    add_work_items,
    write_outcomes,
    write_set,
)
from portal.x12.remittance import ClaimPayment, Remittance

WAITS = "our rule for this payer: a person looks at its remittances before they post"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A set on its way into the books. `choice` is what a person who looked at it lets post."""

    said: Remittance
    file_id: int
    today: date  # at the practice
    now: datetime
    rules: PostingRules
    choice: Choice | None = None
    row: RemittanceRow | None = None  # of a set that waited
    posted_by_id: int | None = None

    @property
    def issued_on(self) -> date:
        return self.said.issued_on or self.today

    def record(self, status: str, payer_id: int | None, reasons: tuple[str, ...] = ()) -> SetRecord:
        return SetRecord(
            remittance=self.said,
            file_id=self.file_id,
            payer_id=payer_id,
            issued_on=self.issued_on,
            status=status,
            reasons=reasons,
            now=self.now,
            row=self.row,
            posted_by_id=self.posted_by_id,
        )


@dataclass(frozen=True, slots=True)
class _Judged:
    """The claims of a set judged in memory, and what they were judged by."""

    judge: SetJudge
    ours: list[ClaimOnFile]
    outcomes: list[ClaimOutcome]

    @property
    def books(self) -> dict[int, VisitBook]:
        return self.judge.books


def post_set(session: Session, arrival: Arrival) -> SetReport:
    """Post it, or write down that it waits. The caller holds the posting lock and knows that it adds up."""
    matches = match_remittance(session, arrival.said)
    rule = arrival.rules.of(matches.payer_id)
    if rule.waits(arrival.choice):
        return _wait(session, arrival, matches, rule)
    return _post(session, arrival, matches, rule)


def _judge(
    session: Session,
    arrival: Arrival,
    matches: Matches,
    rule: PostingRule,
    choice: Choice | None,
) -> _Judged:
    said = arrival.said
    found: list[tuple[ClaimPayment, ClaimOnFile | Unmatched]] = list(
        zip(said.claims, matches.found, strict=True)
    )
    ours = [claim for claim in matches.found if isinstance(claim, ClaimOnFile)]
    lock_accounts(session, {claim.guarantor_account_id for claim in ours})
    reverses = any(clp.status_code == REVERSAL for clp in said.claims)
    books = load_visit_books(session, {c.visit_id for c in ours}, with_entries=reverses)
    # The books hold the claims that decisions change; the matches only found them.
    on_file = {claim.claim_id: claim for book in books.values() for claim in book.claims}
    pairs = [
        (clp, on_file[one.claim_id] if isinstance(one, ClaimOnFile) else one) for clp, one in found
    ]
    judge = SetJudge(
        set_ref=set_ref(said),
        issued_on=arrival.issued_on,
        payer_id=matches.payer_id,
        stranger=None if matches.payer_known else said.payer_tax_id,
        books=books,
        crossovers=note_crossovers(session, pairs, books, on=arrival.issued_on),
        swaps=standing_codes(session, {c.payer_id for c in ours}, on=arrival.today),
    )
    return _Judged(judge, ours, judge_by_rule(judge, pairs, rule, choice))


def _post(session: Session, arrival: Arrival, matches: Matches, rule: PostingRule) -> SetReport:
    judged = _judge(session, arrival, matches, rule, arrival.choice)
    outcomes, on, now = judged.outcomes, arrival.issued_on, arrival.now
    # Before anything is written: what follows may close the work that it opened.
    work = [opens_work(one) if one.disposition == "posted" else () for one in outcomes]
    plbs = judge_plb(
        session,
        arrival.said,
        set_ref=judged.judge.set_ref,
        issued_on=on,
        payer_id=matches.payer_id,
    )
    settled = judged.judge.credits()
    expect_claims(session, outcomes, judged.books)
    remittance_id = write_set(session, arrival.record("posted", matches.payer_id))
    written = write_outcomes(session, remittance_id, on, outcomes, plbs=plbs, settled=settled)
    payer = payer_key(matches.payer_id, arrival.said.payer_tax_id)
    when: dict[str, Any] = {"remittance_id": remittance_id, "today": arrival.today, "now": now}
    items = claim_items(written.outcomes, payer=payer, on=on, **when)
    items += provider_items(plbs, payer=payer, **when)
    items += taken_back_items(settled, **when)
    add_work_items(session, items)
    # After the work items: a correction closes what its own reversal opened.
    mark_decided(session, written, judged.books, judged.judge.changed, issued_on=on, now=now)
    # Last: by now each bill is one, or held.
    _use_credit_on_account(session, judged.ours, set_ref=judged.judge.set_ref, on=on)
    return SetReport(
        said=arrival.said,
        status="posted",
        remittance_id=remittance_id,
        claims=tuple(
            ClaimReport(said=o.clp, disposition=o.disposition, reasons=o.reasons, work=opened)
            for o, opened in zip(outcomes, work, strict=True)
        ),
    )


def _wait(session: Session, arrival: Arrival, matches: Matches, rule: PostingRule) -> SetReport:
    """Nothing is posted; each claim says what posting would do to it as the books stand now.

    The bills that it may change wait with it.
    """
    trial = session.begin_nested()
    judged = _judge(session, arrival, matches, rule, Choice.ALL)
    trial.rollback()  # judging may expect claims of a next payer
    waiting = [_waiting(outcome) for outcome in judged.outcomes]
    record = arrival.record("waiting", matches.payer_id, (WAITS,))
    remittance_id = write_set(session, record)
    write_outcomes(session, remittance_id, arrival.issued_on, waiting)
    item = waiting_set_item(
        WAITS,
        amount=Money(arrival.said.signed_paid_cents),
        remittance_id=remittance_id,
        payer=payer_key(matches.payer_id, arrival.said.payer_tax_id),
        today=arrival.today,
        now=arrival.now,
    )
    # Not the books of the trial: it changed them.
    books = load_visit_books(session, {c.visit_id for c in judged.ours}, with_entries=False)
    bills = waiting_bill_items(
        books.values(), remittance_id=remittance_id, today=arrival.today, now=arrival.now
    )
    add_work_items(session, [item, *bills])
    return SetReport(
        said=arrival.said,
        status="held",
        reasons=(WAITS,),
        remittance_id=remittance_id,
        claims=tuple(
            ClaimReport(said=o.clp, disposition="held", reasons=(WAITS, *o.reasons))
            for o in waiting
        ),
    )


def _waiting(outcome: ClaimOutcome) -> ClaimOutcome:
    """The same claim with nothing posted, and the reasons why it is no clean one."""
    if outcome.disposition == "posted":
        reasons = tuple(f"posting it opens work: {reason}" for reason in opens_work(outcome))
    else:
        reasons = tuple(f"it would be held: {reason}" for reason in outcome.reasons)
    return ClaimOutcome(
        clp=outcome.clp, disposition="waiting", claim=outcome.claim, reasons=reasons
    )


def set_ref(said: Remittance) -> str:
    """How the entries of this set are named; posting.md's identity."""
    issued = said.issued_on.isoformat() if said.issued_on else "undated"
    return f"era:{said.payer_tax_id}:{said.trace}:{issued}:{said.fingerprint}"


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
