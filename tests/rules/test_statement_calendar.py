"""When the next statement is due, day by day around each edge."""

from __future__ import annotations

from datetime import date

import pytest

from billing.settings import Settings
from billing.statement_calendar import next_statement_on

TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("last", "new", "corrects", "expected"),
    [
        (None, False, False, TODAY),  # a first one goes with the next run
        (date(2026, 2, 20), False, False, date(2026, 3, 22)),
        (date(2026, 2, 20), True, False, date(2026, 3, 13)),
        (date(2026, 2, 20), False, True, TODAY),
        (date(2026, 1, 5), False, False, TODAY),  # long ago: at once, never in the past
        (TODAY, False, True, date(2026, 4, 1)),  # no second one on a day
    ],
)
def test_STMT_10_the_next_statement(
    last: date | None, new: bool, corrects: bool, expected: date
) -> None:
    found = next_statement_on(
        last_on=last, has_new_bill=new, corrects=corrects, today=TODAY, settings=Settings()
    )
    assert found == expected
