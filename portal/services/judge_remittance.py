"""Judge the claims of one remittance against our books: entries, outcomes and work, all in memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from billing import entries
from billing.decision import (
    REVERSAL,
    ClaimContext,
    Decision,
    JudgedLine,
    Outcome,
    Task,
    Verdict,
)
from billing.entries import Line
from billing.exceptions import Category, Cause, ordered
from billing.ledger import Account, Entry, Party
from billing.line_mapping import by_standing_codes
from billing.match_lines import match_lines
from billing.money import ZERO, Money
from billing.responsibility import judge
from billing.reversals import NotReversible, PriorDecision, find_reversed
from billing.spread import spread
from billing.transitions import CLAIM, ClaimEvent, Refused, next_state
from portal.queries.visit_books import ClaimOnFile, VisitBook
from portal.services.match_remittance import Unmatched
from portal.services.pass_on_shares import Passed, passed_on_shares
from portal.services.read_decision import decision_of
from portal.services.settle_visits import settle_visits
from portal.services.visit_standing import covers_all, payer_after, share_left
from portal.x12.remittance import ClaimPayment


@dataclass(slots=True, kw_only=True)
class ClaimOutcome:
    """What becomes of one CLP."""

    clp: ClaimPayment
    disposition: str  # posted, unmatched, held
    claim: ClaimOnFile | None = None
    reasons: tuple[str, ...] = ()
    cause: Cause | None = None  # of what is held or unmatched
    entry: Entry | None = None
    lines: tuple[JudgedLine, ...] = ()
    tasks: tuple[Task, ...] = ()
    under_review: Money = ZERO
    medicaid: bool = False
    holds_bill: bool = False
    reverses: PriorDecision | None = None
    returned: list[tuple[PriorDecision, Entry]] = field(default_factory=list)
    outdated: list[PriorDecision] = field(default_factory=list)  # later ones, still in review
    undone: list[Entry] = field(default_factory=list)
    passed: list[Passed] = field(default_factory=list)  # shares that this plan decides first
    refund: Money = ZERO  # paid by a patient who may not owe it (STMT-23)
    expects: int | None = None  # a payer that must answer next and has no claim on file


@dataclass(slots=True, kw_only=True)
class SetJudge:
    """Judges claim after claim, so that each sees what the one before it changed."""

    set_ref: str
    issued_on: date
    payer_id: int | None
    books: dict[int, VisitBook]
    crossovers: dict[int, int]  # ordinal -> payer that NM1*TT names
    stranger: str | None = None  # TRN03 of a payer that we do not know by any name
    # What a person said about the lines of a claim, by its ordinal: judged instead of the file's own.
    assigned: dict[int, Decision] = field(default_factory=dict)
    # Standing words about codes, by payer: theirs -> ours.
    swaps: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    changed: set[int] = field(default_factory=set)  # claims whose state moved

    def judge_all(
        self, pairs: Iterable[tuple[ClaimPayment, ClaimOnFile | Unmatched]]
    ) -> list[ClaimOutcome]:
        """Reversals before the corrections that stand beside them; the answer in file order."""
        ordered = sorted(pairs, key=lambda pair: (pair[0].status_code != REVERSAL, pair[0].ordinal))
        outcomes = [self.judge_one(clp, claim) for clp, claim in ordered]
        return sorted(outcomes, key=lambda outcome: outcome.clp.ordinal)

    def credits(self) -> list[Entry]:
        """What follows for the patient's money, once every claim of the set is judged."""
        moved = [
            book
            for book in self.books.values()
            if any(claim.claim_id in self.changed for claim in book.claims)
        ]
        return settle_visits(moved, set_ref=self.set_ref, on=self.issued_on)

    def hold_by_rule(
        self, clp: ClaimPayment, claim: ClaimOnFile, reasons: tuple[str, ...], codes: Iterable[str]
    ) -> ClaimOutcome:
        """Hold what adds up; a bill that stands on an earlier decision may be wrong meanwhile."""
        stands = bool(self.books[claim.visit_id].priors)
        cause = Cause(Category.POSTING_RULE, ordered(codes))
        return self._hold(clp, claim, decision_of(clp), reasons, cause=cause, holds_bill=stands)

    def _ref(self, clp: ClaimPayment) -> str:
        return f"{self.set_ref}:{clp.ordinal}"

    def judge_one(self, clp: ClaimPayment, claim: ClaimOnFile | Unmatched) -> ClaimOutcome:
        """One claim against the books as they stand."""
        decision = self.assigned.get(clp.ordinal) or decision_of(clp)
        if isinstance(claim, Unmatched):
            reasons = (claim.reason, *decision.faults)
            return self._hold(
                clp, None, decision, reasons, cause=claim.cause, disposition="unmatched"
            )
        book = self.books[claim.visit_id]
        if decision.status == REVERSAL:
            return self._reverse(clp, claim, decision, book)
        shares = passed_on_shares(book, claim, on=self.issued_on)
        legs = [leg for _, entry in shares for leg in entry.postings]
        book.post(legs)
        context = self._context(clp, claim, book)
        decision, swapped = by_standing_codes(
            decision, context.charges, self.swaps.get(claim.payer_id, {})
        )
        verdict = judge(decision, context)
        if verdict.held:
            book.post(replace(leg, side=leg.side.other) for leg in legs)
            return self._hold(
                clp,
                claim,
                decision,
                verdict.reasons,
                cause=verdict.cause,
                holds_bill=verdict.holds_bill,
            )
        outcome = self._post(clp, claim, decision, verdict, book)
        outcome.reasons += swapped
        outcome.passed = shares
        gone = {prior.remittance_claim_id for prior, _ in shares}
        book.priors = [
            replace(prior, patient_share={}, in_review={})
            if prior.remittance_claim_id in gone
            else prior
            for prior in book.priors
        ]
        passed = any(
            j.outcome is Outcome.PASSED_ON for line in verdict.lines for j in line.adjustments
        )
        if passed and not context.next_claim_on_file:
            outcome.expects = context.next_payer_id
        return outcome

    def _post(
        self,
        clp: ClaimPayment,
        claim: ClaimOnFile,
        decision: Decision,
        verdict: Verdict,
        book: VisitBook,
    ) -> ClaimOutcome:
        entry = None
        if verdict.legs:
            entry = entries.remittance_claim(
                source_ref=self._ref(clp), occurred_on=self.issued_on, legs=verdict.legs
            )
            book.post(entry.postings)
        shares: dict[int, Money] = defaultdict(lambda: ZERO)
        for leg in verdict.legs:
            if leg.account is Account.PATIENT_RECEIVABLE and leg.party.charge_id is not None:
                shares[leg.party.charge_id] += leg.amount
        book.priors.append(
            PriorDecision(
                remittance_claim_id=0,
                claim_id=claim.claim_id,
                payer_id=claim.payer_id,
                payer_claim_number=clp.payer_claim_number,
                billed=decision.billed,
                paid=decision.paid,
                lines=tuple(judged.line for judged in verdict.lines),
                patient_share=dict(shares),
                entry=entry,
            )
        )
        claim.payer_claim_number = clp.payer_claim_number or claim.payer_claim_number
        complete = covers_all(book, claim)
        self._move(claim, ClaimEvent.DECIDE if complete else ClaimEvent.DECIDE_PART)
        never_owes = verdict.medicaid or book.medicaid
        return ClaimOutcome(
            clp=clp,
            claim=claim,
            disposition="posted",
            reasons=() if complete else ("decides a part of the lines: the rest is awaited",),
            entry=entry,
            lines=verdict.lines,
            tasks=verdict.tasks,
            under_review=verdict.under_review,
            medicaid=verdict.medicaid,
            refund=book.paid_by_patient + book.credit if never_owes else ZERO,
        )

    def _hold(
        self,
        clp: ClaimPayment,
        claim: ClaimOnFile | None,
        decision: Decision,
        reasons: tuple[str, ...],
        *,
        cause: Cause | None,
        disposition: str = "held",
        holds_bill: bool = False,
    ) -> ClaimOutcome:
        """Only the payer's money moves, to suspense, until a person decides."""
        entry = None
        if decision.paid:
            party = Party(
                guarantor_account_id=claim.guarantor_account_id if claim else None,
                visit_id=claim.visit_id if claim else None,
                claim_id=claim.claim_id if claim else None,
                payer_id=claim.payer_id if claim else self.payer_id,
                reference=self._ref(clp),
            )
            entry = entries.payer_suspense(
                source_ref=self._ref(clp),
                occurred_on=self.issued_on,
                amount=decision.paid,
                party=party,
            )
        return ClaimOutcome(
            clp=clp,
            claim=claim,
            disposition=disposition,
            reasons=reasons,
            cause=cause,
            entry=entry,
            holds_bill=holds_bill,
        )

    def _reverse(
        self, clp: ClaimPayment, claim: ClaimOnFile, decision: Decision, book: VisitBook
    ) -> ClaimOutcome:
        if decision.faults:
            return self._hold(
                clp, claim, decision, decision.faults, cause=decision.fault, holds_bill=True
            )
        priors = [
            prior
            for prior in book.priors
            # Only the payer that decided may take it back.
            if prior.claim_id == claim.claim_id and self.stranger in {None, prior.payer_tax_id}
        ]
        lines = match_lines(spread(decision, book.charges), book.charges)
        prior = find_reversed(decision, lines, priors)
        if isinstance(prior, NotReversible):
            return self._hold(
                clp,
                claim,
                decision,
                (prior.reason,),
                cause=prior.cause,
                holds_bill=bool(priors),
            )
        outcome = ClaimOutcome(clp=clp, claim=claim, disposition="posted", reverses=prior)
        if prior.entry is not None and prior.entry_id is not None:
            outcome.entry = entries.undo(
                prior.entry,
                entry_id=prior.entry_id,
                source_ref=self._ref(clp),
                occurred_on=self.issued_on,
                memo="the payer reversed this decision (CLP02 = 22)",
            )
            book.post(outcome.entry.postings)
        also = [*prior.added]
        if prior.returned is not None and prior.returned_id is not None:
            also.append((prior.returned_id, prior.returned))
        for number, (entry_id, entry) in enumerate(also, start=1):
            undone = entries.undo(
                entry,
                entry_id=entry_id,
                source_ref=f"{self._ref(clp)}:undo:{number}",
                occurred_on=self.issued_on,
                memo="it stood on a decision that the payer reversed",
            )
            outcome.undone.append(undone)
            book.post(undone.postings)
        book.priors.remove(prior)
        self._move(claim, ClaimEvent.REVERSE)
        self._return_later_shares(clp, claim, book, outcome)
        return outcome

    def _return_later_shares(
        self, clp: ClaimPayment, claim: ClaimOnFile, book: VisitBook, outcome: ClaimOutcome
    ) -> None:
        """What a later payer left to the patient stood on the decision that is gone."""
        claims = {one.claim_id: one for one in book.claims}
        for place, prior in enumerate(book.priors):
            later = claims[prior.claim_id]
            if later.rank <= claim.rank or prior.returned is not None:
                continue
            if prior.in_review:
                # Nobody may confirm it now: that plan must answer anew.
                outcome.outdated.append(prior)
                book.priors[place] = replace(prior, in_review={})
                self._move(later, ClaimEvent.REVERSE)
            lines = [
                Line(_party(later, charge_id), -amount)
                for charge_id, amount in prior.patient_share.items()
                if amount
            ]
            if not lines:
                continue
            entry = entries.patient_share(
                source_ref=f"{self._ref(clp)}:later:{prior.remittance_claim_id}",
                occurred_on=self.issued_on,
                lines=lines,
                memo="an earlier payer decides again",
            )
            book.post(entry.postings)
            outcome.returned.append((prior, entry))
            book.priors[place] = replace(prior, returned=entry, in_review={})
            self._move(later, ClaimEvent.REVERSE)

    def _move(self, claim: ClaimOnFile, event: ClaimEvent) -> None:
        following = next_state(CLAIM, claim.state, event)
        if not isinstance(following, Refused):
            claim.state = following
        self.changed.add(claim.claim_id)

    def _context(self, clp: ClaimPayment, claim: ClaimOnFile, book: VisitBook) -> ClaimContext:
        ranks = {one.claim_id: one.rank for one in book.claims}
        earlier = [p for p in book.priors if ranks[p.claim_id] < claim.rank]
        next_payer, on_file = payer_after(book, claim, self.crossovers.get(clp.ordinal))
        return ClaimContext(
            party=_party(claim),
            charges=tuple(
                charge.standing(
                    dict(book.open[charge.charge_id]),
                    share_left(charge, earlier, book, ranks) if earlier else None,
                )
                for charge in book.charges
            ),
            later_payer=claim.rank > 1,
            earlier_decided=bool(earlier),
            next_payer_id=next_payer,
            next_claim_on_file=on_file,
            capitated=claim.capitated,
            no_patient_balance=book.medicaid,
            decided_charges=frozenset().union(
                *(p.covers for p in book.priors if p.claim_id == claim.claim_id)
            ),
        )


def _party(claim: ClaimOnFile, charge_id: int | None = None) -> Party:
    return Party(
        guarantor_account_id=claim.guarantor_account_id,
        visit_id=claim.visit_id,
        charge_id=charge_id,
        claim_id=claim.claim_id,
        payer_id=claim.payer_id,
    )
