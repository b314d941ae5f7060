"""The rows between what was billed and what a patient owes, summed over one line or many, in the order of STMT-3."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from billing.money import ZERO, Money, total_of
from portal.queries.denials_told import denied_sentence
from portal.queries.statement_content import LineItem
from portal.queries.statement_words import disputed_sentence, review_sentence, share_sentences


@dataclass(frozen=True, slots=True)
class Row:
    """One row as a page prints it; `kind` ties it to its piece of the share bar."""

    label: str
    amount: Money  # signed: what lowers the bill is negative
    kind: str  # none, discount, plan, checking, you, paid


@dataclass(frozen=True, slots=True)
class Figures:
    """A bill's arithmetic: `billed` plus the rows before the share is the share; the rest leads to `owe`."""

    billed: Money
    lowered: tuple[Row, ...]  # what comes off the billed amount
    share: tuple[Row, ...]  # what the plan left to you, by reason
    taken: tuple[Row, ...]  # what you paid, and help
    owe: Money
    why: tuple[str, ...]
    pieces: tuple[tuple[str, Money], ...]  # of the share bar; none when an amount runs backwards


def figures(lines: Iterable[LineItem]) -> Figures:
    """The rows of these lines together; rows of zero are left out."""
    lines = tuple(lines)

    def summed(name: str) -> Money:
        return total_of(getattr(line, name) for line in lines)

    plans = [Row(f"Plan paid ({payer})", -amount, "plan") for payer, amount in _plan_paid(lines)]
    lowered = (
        Row("Plan discount", -summed("plan_discount"), "discount"),
        *plans,
        Row("Our own cost, not yours", -summed("provider_responsibility"), "discount"),
        Row("Other insurance", -summed("other_insurance"), "discount"),
        Row("Counted with another service", -summed("bundled"), "discount"),
        Row("We are checking this; not due now", -summed("under_review"), "checking"),
        Row("Your insurer said no; not due now", -summed("denied"), "checking"),
    )
    share = (
        Row("Your deductible", summed("deductible"), "you"),
        Row("Your coinsurance", summed("coinsurance"), "you"),
        Row("Your copay", summed("copay"), "you"),
        Row("Not covered", summed("not_covered"), "you"),
        Row("Price without a plan", summed("self_pay"), "you"),
    )
    taken = (
        Row("Help and changes by us", -summed("assistance"), "paid"),
        Row("You have paid", -summed("you_paid"), "paid"),
        Row("You dispute this; not due now", -summed("disputed"), "checking"),
    )
    billed, owe = summed("billed"), summed("owe")
    return Figures(
        billed=billed,
        lowered=_said(lowered),
        share=_said(share),
        taken=_said(taken),
        owe=owe,
        why=_why(lines),
        pieces=_pieces(billed, lowered, taken, owe),
    )


def _why(lines: Sequence[LineItem]) -> tuple[str, ...]:
    """The reasons of several lines said once, with what they come to together."""
    if len(lines) == 1:
        return lines[0].why
    own = {sentence for line in lines for sentence in _amounts([line])}
    rest = [s for line in lines for s in line.why if s not in own]
    return tuple(dict.fromkeys([*_amounts(lines), *rest]))


def _amounts(lines: Sequence[LineItem]) -> list[str]:
    said = share_sentences(
        deductible=total_of(line.deductible for line in lines),
        coinsurance=total_of(line.coinsurance for line in lines),
        copay=total_of(line.copay for line in lines),
    )
    review = total_of(line.under_review for line in lines)
    said += [review_sentence(review)] if review else []
    disputed = total_of(line.disputed for line in lines)
    said += [disputed_sentence(disputed)] if disputed else []
    for how in dict.fromkeys(line.denied_how for line in lines if line.denied):
        denied = total_of(line.denied for line in lines if line.denied_how == how)
        said.append(denied_sentence(denied, how))
    return said


def _plan_paid(lines: Sequence[LineItem]) -> list[tuple[str, Money]]:
    sums: dict[str, Money] = {}
    for line in lines:
        for paid in line.plan_paid:
            sums[paid.payer] = sums.get(paid.payer, ZERO) + paid.amount
    return list(sums.items())


def _said(rows: Iterable[Row]) -> tuple[Row, ...]:
    return tuple(row for row in rows if row.amount)


def _pieces(
    billed: Money, lowered: Iterable[Row], taken: Iterable[Row], owe: Money
) -> tuple[tuple[str, Money], ...]:
    """A takeback or an overpayment has no honest picture; the rows alone tell it."""
    kinds = ("discount", "plan", "checking", "paid")
    rows = (*lowered, *taken)
    pieces = [(k, total_of(-row.amount for row in rows if row.kind == k)) for k in kinds]
    pieces.append(("you", owe))
    drawable = all(amount >= ZERO for _, amount in pieces)
    if not drawable or billed <= ZERO or total_of(amount for _, amount in pieces) != billed:
        return ()
    return tuple((kind, amount) for kind, amount in pieces if amount)
