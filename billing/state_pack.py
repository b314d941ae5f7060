"""What the law of a state adds to a payment plan, as data (COLL-T); the words count only once a person reviewed them.

What it adds to collecting stands in `billing.state_rules`.

A longer time to pay holds always, reviewed or not: it can only be kinder. A text of a state that nobody has
reviewed is never shown; whoever lives there signs the common agreement, and staff are told. Its review is that of
the state's rows (`billing.state_rules`), whose fingerprints hold the words of the plan too.
"""

from __future__ import annotations

from dataclasses import dataclass

# In every plan, wherever somebody lives (COLL-33): byte for byte as the Civil Code asks for it.
COLL_33 = (
    "A holder of this medical debt contract is prohibited by Section 1785.27 of the Civil Code from"
    " furnishing any information related to this debt to a consumer credit reporting agency. In"
    " addition to any other penalties allowed by law, if a person knowingly violates that section by"
    " furnishing information regarding this debt to a consumer credit reporting agency, the debt shall"
    " be void and unenforceable."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StateRow:
    """One state's row of the pack, as far as plans are concerned."""

    state: str
    rule: str  # its row in COLL-T
    reviewed: bool = False  # every row of the state stands as somebody here has read it (CORE-2)
    plan_text: str = ""  # for the agreement
    grace_days: int = 0  # at least so long after a due date; 0 says nothing
    longest_months: int = 0  # the state's own longest plan; 0 says nothing


STATES: dict[str, StateRow] = {
    row.state: row
    for row in (
        StateRow(
            state="CA",
            rule="COLL-T1",
            plan_text="If you miss payments for 90 days, we will call you and write to you first,"
            " and try to agree on a plan that you can pay.",
        ),
        StateRow(
            state="CO",
            rule="COLL-T5",
            plan_text="When you have made 36 monthly payments, we treat your bill as paid in full.",
        ),
        StateRow(
            state="IL",
            rule="COLL-T6",
            plan_text="You may ask us to check your bill, and whether a public program can pay it,"
            " before we collect it.",
        ),
        StateRow(
            state="MD",
            rule="COLL-T7",
            plan_text="If your income falls, you may ask again for financial assistance.",
        ),
        StateRow(
            state="NJ",
            rule="COLL-T4",
            grace_days=60,
            longest_months=60,
            plan_text="A payment is late only when it is more than 60 days past its due date. Your"
            " debt has not been reported to a credit bureau.",
        ),
        StateRow(
            state="NY",
            rule="COLL-T2",
            plan_text="You do not have to keep a card on file to have this plan.",
        ),
    )
}


def state_row(state: str) -> StateRow | None:
    """The row of a postal state, if there is one."""
    return STATES.get(state.strip().upper())


def text_of(row: StateRow | None) -> str:
    """What the agreement adds for this state: nothing that was not reviewed."""
    return row.plan_text if row is not None and row.reviewed else ""


def lacks_review(row: StateRow | None) -> bool:
    """Whether there would be a text, had somebody reviewed it: then staff are told."""
    return row is not None and bool(row.plan_text) and not row.reviewed
