"""Which claims of a remittance the practice's posting rule keeps for a person: found by judging copies of the books."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from billing.decision import REVERSAL
from billing.posting_policy import Choice, ClaimFacts, PostingRule, reasons_to_hold
from billing.transitions import ClaimState
from portal.queries.visit_books import ClaimOnFile, VisitBook
from portal.services.judge_remittance import ClaimOutcome, SetJudge
from portal.services.match_remittance import Unmatched
from portal.services.read_decision import decision_of
from portal.services.remittance_work import work_of
from portal.services.settle_visits import taken_back
from portal.x12.remittance import ClaimPayment

_Pair = tuple[ClaimPayment, ClaimOnFile]


def judge_by_rule(
    judge: SetJudge,
    pairs: Sequence[tuple[ClaimPayment, ClaimOnFile | Unmatched]],
    rule: PostingRule,
    choice: Choice | None,
) -> list[ClaimOutcome]:
    """Judge every claim of the set, those that the rule keeps held alone; in file order."""
    kept = held_by_rule(judge, pairs, rule, choice)
    outcomes = [
        judge.hold_by_rule(clp, claim, kept[clp.ordinal], _carcs(clp) & rule.never_auto)
        for clp, claim in pairs
        if isinstance(claim, ClaimOnFile) and clp.ordinal in kept
    ]
    outcomes += judge.judge_all([pair for pair in pairs if pair[0].ordinal not in kept])
    return sorted(outcomes, key=lambda outcome: outcome.clp.ordinal)


def held_by_rule(
    judge: SetJudge,
    pairs: Iterable[tuple[ClaimPayment, ClaimOnFile | Unmatched]],
    rule: PostingRule,
    choice: Choice | None,
) -> dict[int, tuple[str, ...]]:
    """The reasons by ordinal of the CLP; of claims that the law of posting holds anyway it says nothing.

    A reversal and what stands beside it on the same visit are held together or not at all: a decision
    taken back without the one that takes its place would leave the patient with neither.
    """
    if not rule.narrows(choice):
        return {}
    by_visit: dict[int, list[_Pair]] = defaultdict(list)
    for clp, claim in pairs:
        if isinstance(claim, ClaimOnFile):
            by_visit[claim.visit_id].append((clp, claim))
    held: dict[int, tuple[str, ...]] = {}
    for visit_id, own in by_visit.items():
        book = judge.books[visit_id].copy()
        if any(clp.status_code == REVERSAL for clp, _ in own):
            held |= _together(judge, book, own, rule, choice)
            continue
        for pair in sorted(own, key=lambda pair: pair[0].ordinal):
            trial = book.copy()
            reasons = _reasons(judge, trial, [pair], rule, choice)
            if reasons:
                held |= reasons
            else:
                book = trial
    return held


def _together(
    judge: SetJudge,
    book: VisitBook,
    own: Sequence[_Pair],
    rule: PostingRule,
    choice: Choice | None,
) -> dict[int, tuple[str, ...]]:
    """Every claim of the visit, as soon as one of them is to wait."""
    reasons = _reasons(judge, book, own, rule, choice)
    if not reasons:
        return {}
    beside = ("our rule: it waits with the decision beside it, which replaces or takes it back",)
    return {clp.ordinal: reasons.get(clp.ordinal, beside) for clp, _ in own}


def _reasons(
    judge: SetJudge,
    book: VisitBook,
    pairs: Sequence[_Pair],
    rule: PostingRule,
    choice: Choice | None,
) -> dict[int, tuple[str, ...]]:
    """What the rule says of the claims that would post; the book becomes what posting makes of it."""
    on_file = {claim.claim_id: claim for claim in book.claims}
    trial = replace(judge, books={book.visit_id: book}, changed=set())
    outcomes = trial.judge_all([(clp, on_file[claim.claim_id]) for clp, claim in pairs])
    undone = taken_back(trial.credits())
    found = {}
    for outcome in outcomes:
        if outcome.disposition == "posted":
            work = opens_work(outcome) + tuple(
                f"{a} that was taken off comes back" for a in undone.values()
            )
            facts = ClaimFacts(carcs=_carcs(outcome.clp), work=work)
            if reasons := reasons_to_hold(rule, facts, choice):
                found[outcome.clp.ordinal] = reasons
    return found


def opens_work(outcome: ClaimOutcome) -> tuple[str, ...]:
    """Reasons of the work that posting opens; a reversal that its correction answers opens none."""
    answered = outcome.claim is not None and outcome.claim.state is ClaimState.DECIDED
    return tuple(
        reason
        for kind, reasons in work_of(outcome)
        if not (kind == "reversal" and answered)
        for reason in reasons
    )


def _carcs(clp: ClaimPayment) -> frozenset[str]:
    return frozenset(one.carc for one in decision_of(clp).all_adjustments)
