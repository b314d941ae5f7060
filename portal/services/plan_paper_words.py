"""What a letter about a plan says on paper, for whoever cannot sign in and read it: figures and what to do (PLAN-14)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from billing.plan_standing import PlanStanding

HELP = "If you cannot pay, call us: we can move a payment, or help you ask for financial help."
_Words = Callable[[PlanStanding, date | None], str]


def paper_words(about: str, standing: PlanStanding, *, cure_by: date | None) -> str:
    """The sentences of one letter, as on the day of its standing."""
    return _WORDS[about](standing, cure_by)


def _late(standing: PlanStanding) -> str:
    since = _day(standing.past_due_since or standing.on)
    return f"{standing.past_due} of your payment plan was due on {since} and has not reached us."


def _day(value: date) -> str:
    return f"{value:%B} {value.day}, {value.year}"


def _second(standing: PlanStanding, cure_by: date | None) -> str:
    until = f" Pay it by {_day(cure_by)}, and your plan goes on as before." if cure_by else ""
    return f"{_late(standing)}{until} After that the plan may end. {HELP}"


def _outside(standing: PlanStanding, _cure_by: date | None) -> str:
    return (
        f"You owe {standing.outside} more than your payment plan covers. Your agreed payments stay"
        " as they are. Call us to take it into your plan, or pay it by itself."
    )


_WORDS: dict[str, _Words] = {
    "missed": lambda standing, _: f"{_late(standing)} No fee was added. {HELP}",
    "reminder": lambda standing, _: (
        f"{_late(standing)} Financial help can lower your bill, or take all of it off. {HELP}"
    ),
    "second_miss": _second,
    "completed": lambda _standing, _: "You have paid your payment plan. Thank you.",
    "outside": _outside,
    "ended": lambda _standing, _: (
        "Your payment plan has ended. What you paid stays paid. Call us about what is left."
    ),
}
