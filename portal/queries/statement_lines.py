"""One line of a bill: the ledger's amounts under the names a patient reads, and why (STMT-3, STMT-4)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from billing.carc import Bucket, explain
from billing.money import ZERO, Money, total_of
from portal.queries.balances import ChargeBalance
from portal.queries.denials_told import TAKEN_OFF, DenialTold, denied_sentence
from portal.queries.payer_decisions import AdjustmentFact, DecisionFact
from portal.queries.plain_services import describe, is_sensitive
from portal.queries.statement_content import LineItem, PlanPaid
from portal.queries.statement_facts import ChargeFact, Movement, signed_total
from portal.queries.statement_words import disputed_sentence, review_sentence, share_sentences

PAID_KINDS = frozenset({"payment", "credit_application", "refund", "dispute", "dispute_owed"})
LET_GO_KINDS = frozenset({"adjustment", "bad_debt"})
AGENCY_PAID = "agency_payment"
AGENCY_KINDS = frozenset({AGENCY_PAID, "agency_payment_back"})
PRICE_KINDS = frozenset({"self_pay_charge", "opening"})
CONFIRMED_KIND = "patient_share"
SHARE_BUCKETS = (Bucket.DEDUCTIBLE, Bucket.COINSURANCE, Bucket.COPAY)
REASONS_AT_MOST = 3
NO_REASON = ("", "")


def line_item(
    *,
    charge: ChargeFact,
    balance: ChargeBalance,
    movements: Sequence[Movement],
    decisions: Sequence[DecisionFact],
    in_review: bool,
    place: str,
    told: Sequence[DenialTold] = (),
) -> LineItem:
    """The line as the ledger tells it; `balanced` is false where payer and ledger disagree."""
    paid = -signed_total([m for m in movements if is_payment(m)])
    helped = -signed_total([m for m in movements if is_adjustment(m)])
    price = signed_total([m for m in movements if base_kind(m.kind) in PRICE_KINDS])
    confirmed = signed_total([m for m in movements if base_kind(m.kind) == CONFIRMED_KIND])
    decided = balance.patient_due + paid + helped - price
    current = [d for d in decisions if not d.replaced]
    adjustments = [a for d in current for a in d.adjustments if a.charge_id == charge.charge_id]
    shares = _share_buckets(current, charge.charge_id, (decided, decided - confirmed))
    if total_of(shares.values()) == decided:
        confirmed = ZERO  # the decision itself tells what a person confirmed
    review = _at_most(balance.insurance_due, _sum(adjustments, "review")) if in_review else ZERO
    rest = balance.insurance_due - review
    refused = {one.reason: one for one in told if charge.charge_id in one.charge_ids}
    denied, how = _denied(rest, adjustments, refused)
    other = _at_most(rest - denied, _sum(adjustments, "stays", groups=("OA", "PI")))
    return LineItem(
        charge_id=charge.charge_id,
        service_on=charge.service_on,
        service=charge.description.strip() or describe(charge.procedure),
        code=_code(charge),
        provider=charge.provider,
        place=place,
        sensitive=is_sensitive(charge.procedure),
        billed=balance.billed,
        bundled=-balance.bundled,
        plan_discount=balance.plan_discount,
        plan_paid=tuple(PlanPaid(payer=p.payer_name, amount=p.amount) for p in balance.plans),
        provider_responsibility=balance.written_off - helped + rest - other - denied,
        other_insurance=other,
        under_review=review,
        denied=denied,
        denied_how=how,
        deductible=shares[Bucket.DEDUCTIBLE],
        coinsurance=shares[Bucket.COINSURANCE],
        copay=shares[Bucket.COPAY],
        not_covered=shares[Bucket.NOT_COVERED] + confirmed,
        self_pay=price,
        assistance=helped,
        you_paid=paid,
        owe=balance.undisputed,
        disputed=balance.disputed,
        why=_why(
            shares,
            adjustments,
            movements,
            review,
            (*_disputed(balance), *_said_of(denied, how, adjustments, refused)),
        ),
    )


def _disputed(balance: ChargeBalance) -> tuple[str, ...]:
    return (disputed_sentence(balance.disputed),) if balance.disputed else ()


_Refused = dict[tuple[str, str], DenialTold]


def _denied(
    rest: Money, adjustments: Iterable[AdjustmentFact], refused: _Refused
) -> tuple[Money, str]:
    """What of the line a plan refused and nobody has settled, and what we do about it."""
    still = {reason: one for reason, one in refused.items() if one.is_open}
    if not still:
        return ZERO, ""
    found = total_of(
        a.amount for a in adjustments if a.outcome == "stays" and (a.group, a.carc) in still
    )
    if NO_REASON in still:
        found = rest
    # Of several the one that was asked for last, as the patient hears of it.
    return _at_most(rest, found), [*still.values()][-1].how


def _said_of(
    denied: Money, how: str, adjustments: Iterable[AdjustmentFact], refused: _Refused
) -> tuple[str, ...]:
    """Our words for what was refused: open, or taken off since."""
    gone = {reason for reason, one in refused.items() if not one.is_open}
    off = total_of(
        a.amount
        for a in adjustments
        if (a.group, a.carc) in gone and a.outcome in {"stays", "taken_off"}
    )
    said = [denied_sentence(denied, how)] if denied else []
    return (*said, denied_sentence(off, TAKEN_OFF)) if off else tuple(said)


def base_kind(kind: str) -> str:
    """The kind of the entry that this one is, or takes back."""
    return kind.removesuffix("_reversal")


def is_payment(step: Movement) -> bool:
    """Whether a step is the patient's money."""
    kind = base_kind(step.kind)
    return kind in PAID_KINDS or (kind in AGENCY_KINDS and not _lets_go(step))


def is_adjustment(step: Movement) -> bool:
    """Whether a step takes something off what the patient owes, or puts it back."""
    kind = base_kind(step.kind)
    return kind in LET_GO_KINDS or (kind in AGENCY_KINDS and _lets_go(step))


def _lets_go(step: Movement) -> bool:
    """Whether an agency's step moves what was let go: it comes back before it is paid, and goes again when a bank took the money back."""
    owes_more = step.amount > ZERO
    money_came = (base_kind(step.kind) == AGENCY_PAID) != step.kind.endswith("_reversal")
    return owes_more if money_came else not owes_more


def _share_buckets(
    current: Sequence[DecisionFact], charge_id: int, decided: tuple[Money, ...]
) -> dict[Bucket, Money]:
    """What the payers left to the patient, by reason: of all of them, or of the last where it replaced the rest."""
    shares = _by_bucket(current, charge_id)
    if total_of(shares.values()) not in decided and current:
        last = current[-1].payer_id
        shares = _by_bucket([d for d in current if d.payer_id == last], charge_id)
    return shares


def _by_bucket(decisions: Iterable[DecisionFact], charge_id: int) -> dict[Bucket, Money]:
    shares = dict.fromkeys((*SHARE_BUCKETS, Bucket.NOT_COVERED), ZERO)
    for decision in decisions:
        for fact in decision.adjustments:
            if (fact.charge_id, fact.group, fact.outcome) == (charge_id, "PR", "posted"):
                known = [b for b in SHARE_BUCKETS if b == fact.bucket]
                shares[known[0] if known else Bucket.NOT_COVERED] += fact.amount
    return shares


def _sum(
    adjustments: Iterable[AdjustmentFact], outcome: str, groups: tuple[str, ...] = ()
) -> Money:
    return total_of(
        a.amount for a in adjustments if a.outcome == outcome and (not groups or a.group in groups)
    )


def _at_most(available: Money, wanted: Money) -> Money:
    return max(ZERO, min(available, wanted))


def _code(charge: ChargeFact) -> str:
    code = "-".join((charge.procedure, *charge.modifiers))
    return code if charge.units in {"", "1"} or not charge.procedure else f"{code} x {charge.units}"


def _why(
    shares: dict[Bucket, Money],
    adjustments: Sequence[AdjustmentFact],
    movements: Sequence[Movement],
    review: Money,
    refused: tuple[str, ...],
) -> tuple[str, ...]:
    """At most a few sentences, each once: your share first, then what you need not pay."""
    said = share_sentences(
        deductible=shares[Bucket.DEDUCTIBLE],
        coinsurance=shares[Bucket.COINSURANCE],
        copay=shares[Bucket.COPAY],
    )
    kinds = {base_kind(movement.kind) for movement in movements}
    if "self_pay_charge" in kinds:
        said.append("We did not bill a health plan for this. You pay the price itself.")
    if "opening" in kinds:
        said.append("You owed this before we began to send these statements.")
    if review:
        said.append(review_sentence(review))
    said += refused
    told = [a for a in adjustments if a.outcome in {"posted", "stays"}]
    named = {Bucket.DEDUCTIBLE, Bucket.COINSURANCE, Bucket.COPAY, Bucket.PLAN_DISCOUNT}
    said += [explain(a.group, a.carc).sentence for a in told if a.bucket not in named]
    return tuple(dict.fromkeys(said))[:REASONS_AT_MOST]
