"""Who owes what after one payer's decision (STMT-2, posting.md "The 835"): pure, claim by claim."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from billing.carc import (
    AUTOMATIC_PATIENT_SHARE,
    BUNDLING,
    CAPITATED,
    DUPLICATE_REASONS,
    FORWARDED_REMARKS,
    PATIENT_GROUP,
    PLAN_DISCOUNTS,
    QMB_REMARKS,
)
from billing.decision import (
    DENIED,
    ESTIMATE,
    FORWARDED,
    NOT_OUR_CLAIM,
    PROCESSED,
    PROCESSED_AS_LATER,
    Adjustment,
    ClaimContext,
    Decision,
    DecisionLine,
    JudgedAdjustment,
    JudgedLine,
    OpenCharge,
    Outcome,
    Verdict,
)
from billing.exceptions import Category, Cause, ordered
from billing.ledger import Account, Party, Posting, Side, debit
from billing.line_differences import why_no_line_fits
from billing.match_lines import match_lines, procedure_of
from billing.money import ZERO, Money, total_of
from billing.review import tasks_of
from billing.spread import spread

MEDICAID = "MC"
_EXPLAINED_ELSEWHERE = frozenset({"23", "94"})
_EARLY = Cause(Category.OTHER, ("before the first plan",))
_SHARE = Cause(Category.PATIENT_SHARE, ("more than allowed",))
_TOO_MUCH = Cause(Category.OVERPAYMENT)


class _Hold(Exception):
    """This claim needs a person: only its money is posted."""

    def __init__(
        self, reasons: str | Sequence[str], cause: Cause, *, holds_bill: bool = True
    ) -> None:
        self.reasons = (reasons,) if isinstance(reasons, str) else tuple(reasons)
        super().__init__("; ".join(self.reasons))
        self.cause, self.holds_bill = cause, holds_bill


def judge(decision: Decision, context: ClaimContext) -> Verdict:
    """The legs, tasks and outcomes of a decision; or held, with the reason, and no legs."""
    try:
        _check_status(decision, context)
        lines = _matched_lines(decision, context)
        _check_not_decided_before(decision, lines, context)
        return _verdict(decision, lines, context)
    except _Hold as hold:
        return Verdict(
            held=True, reasons=hold.reasons, cause=hold.cause, holds_bill=hold.holds_bill
        )


def _check_status(decision: Decision, context: ClaimContext) -> None:
    if decision.faults:
        raise _Hold("; ".join(decision.faults), decision.fault or Cause(Category.UNBALANCED_CLAIM))
    status = Cause(Category.OTHER, (f"status {decision.status}",))
    if decision.status == ESTIMATE:
        raise _Hold("an estimate (status 25) is never posted", status, holds_bill=False)
    if decision.status == NOT_OUR_CLAIM:
        raise _Hold("the payer says it is not its claim (status 23)", status, holds_bill=False)
    if decision.status not in PROCESSED:
        raise _Hold(
            f"claim status {decision.status or 'missing'} is not a decision we know", status
        )
    if _is_later(decision, context) and not context.earlier_decided:
        raise _Hold("the first payer's decision is not posted yet", _EARLY, holds_bill=False)


def _is_later(decision: Decision, context: ClaimContext) -> bool:
    return context.later_payer or decision.status in PROCESSED_AS_LATER


def _matched_lines(decision: Decision, context: ClaimContext) -> tuple[DecisionLine, ...]:
    ours = total_of(charge.billed for charge in context.charges)
    if not decision.lines and decision.billed != ours:
        raise _Hold(
            f"the payer says {decision.billed} was billed, our lines say {ours}",
            Cause(Category.SPLIT_OR_BUNDLED, ("total",)),
        )
    parts = spread(decision, context.charges)
    lines = match_lines(parts, context.charges)
    if lines is None:
        raise _Hold(*why_no_line_fits(parts, context.charges))
    return lines


def _check_not_decided_before(
    decision: Decision, lines: Sequence[DecisionLine], context: ClaimContext
) -> None:
    again = {line.charge_id for line in lines} & context.decided_charges
    if not again:
        return
    reasons = {adjustment.carc for adjustment in decision.all_adjustments}
    if reasons and reasons <= DUPLICATE_REASONS:
        duplicate = Cause(Category.DUPLICATE, ordered(reasons))
        raise _Hold(
            "a denial as duplicate: the earlier decision stands", duplicate, holds_bill=False
        )
    raise _Hold("a second decision without a reversal of the first", Cause(Category.DECIDED_TWICE))


def _verdict(decision: Decision, lines: Sequence[DecisionLine], context: ClaimContext) -> Verdict:
    moves = _bundled(lines)
    remarks = decision.all_remarks
    medicaid = (
        decision.filing_code == MEDICAID
        or bool(remarks & QMB_REMARKS)
        or any(a.group == "OA" and a.carc == "209" for a in decision.all_adjustments)
    )
    forwarded = (
        decision.names_next_payer
        or decision.status in FORWARDED
        or bool(remarks & FORWARDED_REMARKS)
    )
    judge_line = _LineJudge(
        context=context,
        denied=decision.status == DENIED,
        passes_on=forwarded or context.next_payer_id is not None,
        bills_patient=not (medicaid or context.no_patient_balance),
        moves=moves,
        later=_is_later(decision, context),
    )
    by_charge: dict[int, list[DecisionLine]] = defaultdict(list)
    for line in lines:
        by_charge[line.charge_id or 0].append(line)
    charges = {charge.charge_id: charge for charge in context.charges}
    for charge_id, answers in by_charge.items():
        judge_line.judge(charges[charge_id], answers)
    if judge_line.patient_share > max(ZERO, decision.group_total(PATIENT_GROUP)):
        raise _Hold("the patient share is more than the payer's PR amounts sum to", _SHARE)
    tasks = tasks_of(
        decision,
        judge_line.judged,
        no_patient_balance=not judge_line.bills_patient,
        next_on_file=context.next_claim_on_file,
        forwarded=forwarded,
        unexplained=judge_line.unexplained,
    )
    return Verdict(
        held=False,
        legs=tuple(judge_line.legs),
        lines=tuple(judge_line.judged),
        tasks=tasks,
        under_review=_sum(judge_line.judged, Outcome.REVIEW),
        patient_share=judge_line.patient_share,
        covers=frozenset(by_charge),
        medicaid=medicaid,
        forwarded=forwarded,
    )


def _bundled(lines: Sequence[DecisionLine]) -> frozenset[tuple[str, str]]:
    """SVC01 codes whose 94 and 97 net to zero: a transfer between lines, not a denial (k)."""
    nets: dict[str, dict[str, Money]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    for line in lines:
        for adjustment in line.adjustments:
            if adjustment.carc in BUNDLING and adjustment.group != PATIENT_GROUP:
                code = procedure_of(line.procedure).code
                nets[code][adjustment.carc] += adjustment.amount
    return frozenset(
        (code, carc)
        for code, sums in nets.items()
        if set(sums) == BUNDLING and total_of(sums.values()) == ZERO
        for carc in BUNDLING
    )


def _sum(lines: Iterable[JudgedLine], outcome: Outcome) -> Money:
    return total_of(
        [
            judged.adjustment.amount
            for line in lines
            for judged in line.adjustments
            if judged.outcome is outcome
        ]
    )


class _LineJudge:
    """Turns one charge's answers into legs; gathers what the whole claim says."""

    def __init__(
        self,
        *,
        context: ClaimContext,
        denied: bool,
        passes_on: bool,
        bills_patient: bool,
        moves: frozenset[tuple[str, str]],
        later: bool,
    ) -> None:
        self.context, self.denied, self.moves = context, denied, moves
        self.passes_on, self.bills_patient = passes_on, bills_patient
        self.later = later
        self.legs: list[Posting] = []
        self.judged: list[JudgedLine] = []
        self.patient_share = ZERO
        self.unexplained = ZERO  # of later payers: open, and nobody said why

    def judge(self, charge: OpenCharge, answers: Sequence[DecisionLine]) -> None:
        judged = [
            JudgedLine(
                line=answer,
                adjustments=tuple(
                    JudgedAdjustment(a, self._outcome(answer, a)) for a in answer.adjustments
                ),
            )
            for answer in answers
        ]
        self.judged += judged
        paid = total_of(answer.paid for answer in answers)
        moved, passed = _sum(judged, Outcome.MOVED), _sum(judged, Outcome.PASSED_ON)
        share, discount = self._posted(judged)
        if self.later:
            discount = self._later_discount(charge, judged, paid, moved)
            limit = charge.share_limit
            if limit is None:
                raise _Hold("the first payer has not answered every line", _EARLY, holds_bill=False)
            if share > max(ZERO, min(limit, limit - paid)):
                raise _Hold("the patient share is more than the earlier payer left", _SHARE)
        if share < ZERO or passed < ZERO:
            raise _Hold("a negative patient share without a reversal", _SHARE)
        settled = paid + discount + share + passed
        if settled > max(ZERO, charge.outstanding - moved):
            raise _Hold(
                f"the decision settles {settled} of {charge.outstanding} open on a line", _TOO_MUCH
            )
        party = self.context.party.on_charge(charge.charge_id)
        legs = [
            *debit(Account.PAYER_CLEARING, paid, party),
            *debit(Account.CONTRACTUAL_ADJUSTMENT, discount, party),
            *debit(Account.PATIENT_RECEIVABLE, share, party),
            *debit(
                Account.INSURANCE_RECEIVABLE,
                passed,
                party.of_payer(self.context.next_payer_id),
            ),
            *self._settle(charge, settled, party),
            # Bundled money changes lines: what 97 took off here, 94 put on its partner.
            *debit(Account.INSURANCE_RECEIVABLE, -moved, party),
        ]
        self.legs += merged(legs)
        self.patient_share += share

    def _outcome(self, line: DecisionLine, adjustment: Adjustment) -> Outcome:
        group, carc = adjustment.group, adjustment.carc
        if group == PATIENT_GROUP:
            return self._patient_outcome(carc)
        if group == "OA" and carc == "23":
            return Outcome.CHECKED
        if (procedure_of(line.procedure).code, carc) in self.moves:
            return Outcome.MOVED
        if self._is_discount(group, carc) and not self.denied:
            return Outcome.CHECKED if self.later else Outcome.POSTED
        return Outcome.STAYS

    def _patient_outcome(self, carc: str) -> Outcome:
        if self.passes_on:
            return Outcome.PASSED_ON
        if not self.bills_patient:
            return Outcome.STAYS
        automatic = carc in AUTOMATIC_PATIENT_SHARE and not self.denied
        return Outcome.POSTED if automatic else Outcome.REVIEW

    def _is_discount(self, group: str, carc: str) -> bool:
        return group == "CO" and (
            carc in PLAN_DISCOUNTS or (carc == CAPITATED and self.context.capitated)
        )

    def _posted(self, judged: Sequence[JudgedLine]) -> tuple[Money, Money]:
        """What posts by itself: the patient's share, and what the plan takes off."""
        share = discount = ZERO
        for line in judged:
            for j in line.adjustments:
                if j.outcome is Outcome.POSTED:
                    if j.adjustment.group == PATIENT_GROUP:
                        share += j.adjustment.amount
                    else:
                        discount += j.adjustment.amount
        return share, discount

    def _later_discount(
        self, charge: OpenCharge, judged: Sequence[JudgedLine], paid: Money, moved: Money
    ) -> Money:
        """A later payer's discount repeats the earlier one: at most what it leaves of its own part."""
        share = printed = other = ZERO
        for line in judged:
            for j in line.adjustments:
                if j.adjustment.group == PATIENT_GROUP:
                    share += j.adjustment.amount
                elif self._is_discount(j.adjustment.group, j.adjustment.carc):
                    printed += j.adjustment.amount
                elif (
                    j.outcome is not Outcome.MOVED and j.adjustment.carc not in _EXPLAINED_ELSEWHERE
                ):
                    other += abs(j.adjustment.amount)
        rest = charge.open - moved - paid - share
        if rest < ZERO:
            raise _Hold(f"a later payer settles {-rest} more than stands open on a line", _TOO_MUCH)
        if other:
            return ZERO  # something else was taken off: the rest stays for a person
        own = charge.open - moved - self._others(charge)
        rest = min(rest, max(ZERO, own - paid - share))
        if self.denied or rest > printed:
            self.unexplained += rest
            return ZERO
        return rest

    def _others(self, charge: OpenCharge) -> Money:
        """What an earlier payer left open as its own: a denial that someone else must pursue."""
        mine = {self.context.party.payer_id, None}
        return total_of(a for payer, a in charge.receivable.items() if payer not in mine)

    def _settle(self, charge: OpenCharge, settled: Money, party: Party) -> Iterable[Posting]:
        """Credit this payer's receivable first, then what was passed on to nobody, then others'."""
        order = [self.context.party.payer_id, None, *charge.receivable]
        rest = settled
        for payer in dict.fromkeys(order):
            part = min(rest, max(ZERO, charge.receivable.get(payer, ZERO)))
            if rest > ZERO and part:
                rest -= part
                yield Posting(
                    Account.INSURANCE_RECEIVABLE, Side.CREDIT, part, party.of_payer(payer)
                )
        yield from debit(Account.INSURANCE_RECEIVABLE, -rest, party)


def merged(legs: Iterable[Posting]) -> tuple[Posting, ...]:
    """The same movement with one leg for each account and party."""
    nets: dict[tuple[Account, Party], int] = defaultdict(int)
    for leg in legs:
        cents = leg.amount.cents
        nets[leg.account, leg.party] += cents if leg.side is Side.DEBIT else -cents
    return tuple(
        posting
        for (account, party), cents in nets.items()
        for posting in debit(account, Money(cents), party)
    )
