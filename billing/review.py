"""What a person must do after a decision was judged: denials, reviews, the next plan, odd figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from billing.carc import DUPLICATE_REASONS, PATIENT_GROUP, explain
from billing.decision import (
    DENIED,
    Decision,
    JudgedLine,
    Outcome,
    Task,
    TaskKind,
)
from billing.exceptions import Category, Cause, ordered
from billing.money import ZERO, Money, total_of

_NEED_A_REMARK = frozenset({"16", "96", "129", "A1"})


def tasks_of(
    decision: Decision,
    judged: Sequence[JudgedLine],
    *,
    no_patient_balance: bool,
    forwarded: bool,
    next_on_file: bool,
    unexplained: Money,
) -> tuple[Task, ...]:
    """Every task that a posted decision leaves, none twice."""
    tasks: list[Task] = []
    tasks += _denials(decision, judged)
    tasks += _reviews(judged)
    tasks += _next_payer(
        judged,
        no_patient_balance=no_patient_balance,
        forwarded=forwarded,
        next_on_file=next_on_file,
    )
    stated, share = decision.stated_share, decision.group_total(PATIENT_GROUP)
    if stated is not None and stated != share:
        tasks.append(
            Task(
                kind=TaskKind.FIGURES,
                reasons=(f"the payer's total says {stated}, its line amounts say {share}",),
                next_step="Ask the payer which patient share is right, then release the bill.",
                amount=share,
                holds_bill=True,
                cause=Cause(Category.PATIENT_SHARE, ("CLP05",)),
            )
        )
    if unexplained > ZERO:
        tasks.append(
            Task(
                kind=TaskKind.DENIAL,
                reasons=(f"{unexplained} stays open and the payer did not say why",),
                next_step="Ask the payer, or write it off by contract.",
                amount=unexplained,
                cause=Cause(Category.DENIAL, ("no reason given",)),
            )
        )
    return tuple(tasks)


def _with(
    judged: Iterable[JudgedLine], outcome: Outcome, *, patient_group: bool
) -> list[tuple[str, str, str, Money]]:
    """Adjustments with this outcome: line, group, code and amount."""
    return [
        (line.line.procedure, j.adjustment.group, j.adjustment.carc, j.adjustment.amount)
        for line in judged
        for j in line.adjustments
        if j.outcome is outcome and (j.adjustment.group == PATIENT_GROUP) is patient_group
    ]


def _task(kind: TaskKind, found: Sequence[tuple[str, str, str, Money]], remark: str = "") -> Task:
    reasons = [f"{group}-{carc} {amount} on {line}" for line, group, carc, amount in found]
    _, group, carc, _ = max(found, key=lambda row: abs(row[3]))
    return Task(
        kind=kind,
        reasons=(*reasons, remark) if remark else tuple(reasons),
        next_step=explain(group, carc).next_step,
        amount=total_of(amount for *_, amount in found),
        cause=_cause(kind, [(group, carc) for _, group, carc, _ in found]),
    )


def _cause(kind: TaskKind, codes: Sequence[tuple[str, str]]) -> Cause:
    """A code nobody has words for comes before everything else that is odd."""
    unknown = [f"{group}-{carc}" for group, carc in codes if not explain(group, carc).known]
    if unknown:
        return Cause(Category.UNKNOWN_CODE, ordered(unknown))
    category = Category.PATIENT_SHARE
    if kind is TaskKind.DENIAL:
        again = {carc for _, carc in codes} <= DUPLICATE_REASONS
        category = Category.DUPLICATE if again else Category.DENIAL
    return Cause(category, ordered(f"{group}-{carc}" for group, carc in codes))


def _denials(decision: Decision, judged: Sequence[JudgedLine]) -> Iterable[Task]:
    found = _with(judged, Outcome.STAYS, patient_group=False)
    if found:
        bare = not decision.all_remarks and any(carc in _NEED_A_REMARK for _, _, carc, _ in found)
        remark = "the remark that must explain it is missing" if bare else ""
        yield _task(TaskKind.DENIAL, found, remark)
    elif decision.status == DENIED and not _with(judged, Outcome.REVIEW, patient_group=True):
        yield Task(
            kind=TaskKind.DENIAL,
            reasons=("the claim was denied",),
            next_step="Read the remarks and decide.",
            amount=decision.billed,
            cause=Cause(Category.DENIAL, ("status 4",)),
        )


def _reviews(judged: Sequence[JudgedLine]) -> Iterable[Task]:
    found = _with(judged, Outcome.REVIEW, patient_group=True)
    if found:
        yield _task(TaskKind.REVIEW, found)


def _next_payer(
    judged: Sequence[JudgedLine],
    *,
    no_patient_balance: bool,
    forwarded: bool,
    next_on_file: bool,
) -> Iterable[Task]:
    stays = _with(judged, Outcome.STAYS, patient_group=True)
    passed = _with(judged, Outcome.PASSED_ON, patient_group=True)
    if stays and no_patient_balance:
        yield Task(
            kind=TaskKind.BILL_NEXT,
            reasons=("Medicaid or QMB: the patient never owes this (STMT-23)",),
            next_step="Bill Medicaid for the cost share.",
            amount=total_of(amount for *_, amount in stays),
        )
    if passed and not forwarded and not next_on_file:
        yield Task(
            kind=TaskKind.BILL_NEXT,
            reasons=("another plan was active that day",),
            next_step="Bill the next plan with this payer's decision.",
            amount=total_of(amount for *_, amount in passed),
        )
    if passed and forwarded and not next_on_file:
        yield Task(
            kind=TaskKind.BILL_NEXT,
            reasons=("the payer sent the claim on to another plan",),
            next_step="Wait for the next plan's answer; ask the patient who it is if it stays away.",
            amount=total_of(amount for *_, amount in passed),
        )
