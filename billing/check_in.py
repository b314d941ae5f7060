"""Which steps a check-in has for one visit, which are done, and what is next (SCH-12, SCH-13)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from billing.money import ZERO, Money
from billing.state_pack import COLL_33

MONTHS_A_CARD_COUNTS = 12
INSURANCE, FINANCIAL = "insurance", "financial"
ASSIGNMENT = "assignment"
SELF, PARENT, GUARDIAN, PROXY = "self", "parent", "guardian", "proxy"
OPEN_STATES = frozenset({"booked", "arrived", "in_room"})


class Step(StrEnum):
    """The steps, in their order."""

    IDENTITY = "identity"
    CONTACT = "contact"
    COVERAGE = "coverage"
    ACCIDENT = "accident"
    FORMS = "forms"
    PAYMENT = "payment"


class PayChoice(StrEnum):
    """What somebody says about money before a visit; each of them ends the step (PLAN-8)."""

    NOW = "now"
    LATER = "later"
    HELP = "help"


@dataclass(frozen=True, slots=True)
class Card:
    """A plan on file: the day its card was last shown on both sides, and when the plan last changed."""

    coverage_id: int
    shown_on: date | None
    changed_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What decides the steps of one visit."""

    emergency: bool
    arrived: bool  # in an emergency money is spoken of only once somebody was seen
    has_record: bool  # somebody new has no plan and no bill with us yet
    intent: str  # insurance, self_pay, do_not_file (NSA-1)
    forms_open: tuple[str, ...]  # codes of forms that wait for answers or a signature
    due: Money | None  # copay or estimate; None: not known
    paid: Money = ZERO  # ahead, for this visit
    done: Mapping[Step, datetime]


@dataclass(frozen=True, slots=True)
class StepState:
    """One step that this visit has."""

    step: Step
    done: bool


def steps(facts: Facts) -> tuple[StepState, ...]:
    """The steps of this visit in their order; what does not concern it is left out."""
    return tuple(StepState(step, _is_done(step, facts)) for step in Step if _has(step, facts))


def next_step(facts: Facts) -> Step | None:
    """The first that is not done; None when everything is."""
    return next((one.step for one in steps(facts) if not one.done), None)


def is_ready(facts: Facts) -> bool:
    """Whether nothing is left to do before the visit."""
    return next_step(facts) is None


def may_check_in(*, state: str, starts_on: date, today: date, days: int) -> bool:
    """From so many days ahead until the visit is over; both days by the clock of its place."""
    return state in OPEN_STATES and today >= starts_on - timedelta(days=days)


def _has(step: Step, facts: Facts) -> bool:
    if step is Step.PAYMENT:
        # SCH-13: in an emergency nobody is asked about money here before they were seen.
        return (
            not facts.emergency and facts.has_record and facts.due is not None and facts.due > ZERO
        )
    if step is Step.COVERAGE:
        return not (facts.emergency and not facts.arrived)
    return True


def _is_done(step: Step, facts: Facts) -> bool:
    if step is Step.FORMS:
        return not facts.forms_open
    if step is Step.PAYMENT and facts.due is not None and facts.paid >= facts.due:
        return True
    return step in facts.done


def needs_card(card: Card, *, on: date) -> bool:
    """Whether both sides are asked for: never shown, older than twelve months, or the plan changed since (SCH-10)."""
    if card.shown_on is None:
        return True
    if card.changed_on is not None and card.changed_on > card.shown_on:
        return True
    if on.month == 1 and card.shown_on.year < on.year:
        return True  # plans change in January
    months = (on.year - card.shown_on.year) * 12 + on.month - card.shown_on.month
    over = months == MONTHS_A_CARD_COUNTS and on.day > card.shown_on.day
    return months > MONTHS_A_CARD_COUNTS or over


def months_since(earlier: date, on: date) -> int:
    """Whole months between two days."""
    months = (on.year - earlier.year) * 12 + on.month - earlier.month
    return months - (1 if on.day < earlier.day else 0)


def asks_form(
    *,
    every_visit: bool,
    renew_months: int | None,
    signed_on: date | None,
    signed_here: bool,
    same_version: bool,
    on: date,
) -> bool:
    """Whether a form is asked for a visit: once for each version, again after some months, or every time."""
    if signed_here:
        return False
    if every_visit or signed_on is None or not same_version:
        return True
    return renew_months is not None and months_since(signed_on, on) >= renew_months


def copay(
    *, intent: str, copay_class: str, facts: Mapping[str, object], estimate: Money
) -> Money | None:
    """What may be paid before the visit: the plan's copay as somebody verified it, or the self-pay estimate.

    None when nothing is known: then nobody is asked for anything. `facts` are those of the newest check
    of the coverage (SCH-11), in cents.
    """
    if intent == INSURANCE:
        known = facts.get(f"copay_{copay_class}")
        return Money(known) if isinstance(known, int) and known >= 0 else None
    return estimate if estimate > ZERO else None


def required_texts(kind: str) -> tuple[str, ...]:
    """What the law adds to a form of this kind, byte for byte, in English wherever it is read (COLL-33)."""
    return (COLL_33,) if kind == FINANCIAL else ()


def signs_as(*, minor: bool, acting: bool, own: bool) -> tuple[str, ...]:
    """As whom somebody may sign for a patient: nobody signs as a child, and a proxy never as the patient."""
    if minor:
        return (PARENT, GUARDIAN)
    if acting:
        return (PROXY, GUARDIAN)
    return (SELF,) if own else (SELF, PROXY, GUARDIAN)


def concerns(code: str, *, intent: str) -> bool:
    """Whether a form is for a visit paid this way: nobody assigns benefits who uses none."""
    return code != ASSIGNMENT or intent == INSURANCE
