"""Reference data as rows: one form of a cell, the same file twice is nothing, the preview is the change."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.reference_data import TABLES, Kind, compare, read_cells

PROVIDERS = TABLES[Kind.PROVIDERS]
FEES = TABLES[Kind.FEES]
NAMES = st.text("abc ", min_size=1, max_size=4)
ROWS = st.dictionaries(
    st.sampled_from(["1234567893", "1999999984", "1538109871"]), NAMES, max_size=3
)


@pytest.mark.parametrize(
    ("npi", "good"), [("1234567893", True), ("1234567890", False), ("123456789", False)]
)
def test_an_npi_is_checked_by_its_last_digit(npi: str, good: bool) -> None:
    row, problems = read_cells(PROVIDERS, {"npi": npi, "last_name": "Testington"})
    assert (problems == {}) is good
    assert row.get("npi", "") == (npi if good else "")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("125", "125.00"), ("$1,080.5", "1080.50"), ("0", "0.00"), ("", "")],
)
def test_an_amount_has_one_form(typed: str, kept: str) -> None:
    row, problems = read_cells(
        FEES,
        {
            "procedure": " 99213 ",
            "modifiers": "tc; 25;25",
            "from_on": "2026-01-01",
            "amount": typed,
        },
    )
    assert problems == {}
    assert row == {
        "payer_id": "",
        "procedure": "99213",
        "modifiers": "25;TC",
        "from_on": "2026-01-01",
        "amount": kept,
    }


@pytest.mark.parametrize("typed", ["1.234", "-5", "12,34", "ten"])
def test_what_is_no_amount_says_how_to_write_one(typed: str) -> None:
    _, problems = read_cells(FEES, {"procedure": "99213", "from_on": "2026-01-01", "amount": typed})
    assert problems == {"amount": "is not an amount like 125.00"}


def _rows(names: dict[str, str]) -> list[dict[str, str]]:
    rows = [{"npi": npi, "last_name": name, "first_name": ""} for npi, name in names.items()]
    read = [read_cells(PROVIDERS, row) for row in rows]
    return [row for row, problems in read if not problems]


@given(ROWS, ROWS)
def test_what_is_applied_is_what_was_shown_and_then_nothing_is_left(
    before: dict[str, str], after: dict[str, str]
) -> None:
    kept = {PROVIDERS.key_of(row): row for row in _rows(before)}
    rows = _rows(after)
    found = compare(PROVIDERS, kept, rows)
    assert len(found.changes) + found.unchanged == len(rows)
    kept.update({change.key: dict(change.after) for change in found.changes})
    again = compare(PROVIDERS, kept, rows)
    assert again.changes == ()
    assert {key: kept[key] for key in map(PROVIDERS.key_of, rows)} == {
        PROVIDERS.key_of(row): row for row in rows
    }


@given(ROWS, ROWS)
def test_other_changes_have_another_digest(one: dict[str, str], other: dict[str, str]) -> None:
    first, second = compare(PROVIDERS, {}, _rows(one)), compare(PROVIDERS, {}, _rows(other))
    assert (first.digest == second.digest) is (first.changes == second.changes)
