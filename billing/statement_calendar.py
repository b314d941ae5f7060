"""When the next statement of an account is due: one rule for the run that cuts it and the page that tells it (STMT-10)."""

from __future__ import annotations

from datetime import date, timedelta

CYCLE = timedelta(days=30)
LEAST_APART = timedelta(days=21)


def next_statement_on(
    *, last_on: date | None, has_new_bill: bool, corrects: bool, today: date
) -> date:
    """The first day from today on which an account that owes may have a statement.

    A first one, or one that corrects the last, goes with the next daily run; a bill that no
    statement has told yet waits 21 days after the last; all else follows in 30.
    """
    if last_on is None or (corrects and last_on < today):
        return today
    apart = LEAST_APART if has_new_bill else CYCLE
    return max(last_on + apart, today)
