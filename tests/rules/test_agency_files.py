"""An agency's CSV: read row by row, and refused with words that say what to write instead (COLL-18)."""

from __future__ import annotations

import pytest

from billing.agency_files import MOST_ROWS, NoReturns, read_cells, read_row
from billing.agency_returns import Return
from billing.money import Money

HEADER = "ref,kind,placement,happened_on,amount,fee,detail,of"
GOOD = {"ref": "R1", "kind": "payment", "placement": "P-1-1", "happened_on": "2026-07-01"}


def test_COLL_18_a_file_as_spreadsheets_save_it_is_read():
    data = f"\ufeff{HEADER}\r\n\r\nR1,payment,P-1-1,2026-07-01,20.00,5,,\r\n".encode()
    (cells,) = read_cells(data)
    row, problems = read_row(cells.cells)
    assert problems == ()
    assert cells.number == 3
    assert (row.kind, row.amount, row.fee) == (Return.PAYMENT, Money(2000), Money(500))


@pytest.mark.parametrize("column", ["detail", "line_1", "email"])
def test_PCI_5_a_card_number_is_refused_and_kept_nowhere(column):
    head = "ref,kind,placement,happened_on,detail,line_1,email"
    values = {"detail": "", "line_1": "", "email": "", column: "4242 4242 4242 4242"}
    data = f"{head}\nR1,dispute,P-1-1,2026-07-01,{','.join(values.values())}\n".encode()
    (cells,) = read_cells(data)
    assert "4242 4242" not in str(cells.cells)
    row, problems = read_row(cells.cells)
    assert row is None
    assert any("card number" in one for one in problems)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no rows"),
        (HEADER.encode(), "no rows"),
        (b"ref,kind\nR1,payment\n", "lacks placement, happened_on"),
        (f"{HEADER},mood\nR1\n".encode(), "do not know: mood"),
        (f"{HEADER},ref\nR1\n".encode(), "twice"),
        (f"{HEADER}\n\xff".encode("latin-1"), "UTF-8"),
        (
            f"{HEADER}\n{'R,payment,P,2026-07-01,1,0,,' * 1}\n".encode() * 1 + b"R\n" * MOST_ROWS,
            "rows",
        ),
    ],
)
def test_COLL_18_a_file_that_cannot_be_read_says_why(data, words):
    with pytest.raises(NoReturns, match=words):
        read_cells(data)


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"ref": ""}, "ref is empty"),
        ({"kind": "gift"}, "kind must be one of payment"),
        ({"happened_on": "07/01/2026"}, "YYYY-MM-DD"),
        ({"happened_on": "2026-02-30"}, "YYYY-MM-DD"),
        ({"amount": "12,50"}, "amount must be dollars"),
        ({"amount": "-3.00"}, "amount must be dollars"),
        ({"fee": "1.5"}, "fee must be dollars"),
        ({"detail": "x" * 3000}, "longer than"),
        ({"too many cells": "9"}, "as many cells"),
    ],
)
def test_COLL_18_a_row_that_cannot_be_read_says_what_to_write(cells, words):
    row, problems = read_row(GOOD | cells)
    assert row is None
    assert any(words in one for one in problems)
