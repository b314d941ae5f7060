"""When the next statement of an account is due: one rule for the run that cuts it and the page that tells it (STMT-10)."""

from __future__ import annotations

from datetime import date

from billing.settings import Key, Settings

STATEMENTS_FIRST = 4  # for each bill, before a final notice


def next_statement_on(
    *,
    last_on: date | None,
    has_new_bill: bool,
    corrects: bool,
    today: date,
    settings: Settings,
    all_told: bool = False,
) -> date | None:
    """The first day from today on which an account that owes may have a statement; None: no further one.

    When each bill was asked for four times (`all_told`), a final notice may follow, and no fifth statement:
    that needs a new bill, a payer's new decision, or a plan that was lost.
    A first one, or one that corrects the last, goes with the next daily run; a bill that no
    statement has told yet waits 21 days after the last; all else follows in 30, or as the practice set it.
    """
    if last_on is None or (corrects and last_on < today):
        return today
    if all_told and not has_new_bill and not corrects:
        return None
    key = Key.STATEMENT_LEAST_APART_DAYS if has_new_bill else Key.STATEMENT_CYCLE_DAYS
    return max(last_on + settings.span(key), today)
