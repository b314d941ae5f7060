"""The file for an agency: every column that COLL-19 asks for, nothing about care, the same bytes for the same rows."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from billing.agency_returns import Return, ReturnRow, sets_condition
from billing.agency_returns import problems_of as return_problems
from billing.holds import Condition
from billing.money import ZERO, Money
from billing.placement import Order
from billing.placement_file import (
    COLUMNS,
    Contact,
    Flags,
    Itemization,
    Person,
    PlacementRow,
    RowRefused,
    manifest,
    problems_of,
    write_file,
)

TESTA = Person(number="A-1", first_name="Testa", last_name="Sample", born_on=date(1980, 2, 3))
ROW = PlacementRow(
    order=Order.PLACE,
    placement="P-1",
    contract_ref="C-1",
    bill="V-9",
    reason="",
    guarantor=TESTA,
    patient=TESTA,
    contact=Contact(
        line_1="1 Sample Way", city="Columbus", state="OH", zip="43004", phone="555-0101"
    ),
    flags=Flags(screened_on=date(2026, 5, 1), screening="not eligible"),
    service_on=date(2026, 1, 5),
    first_statement_on=date(2026, 1, 20),
    insurance="decided",
    itemised_bill="S-4",
    last_payment_on=None,
    barred_on=date(2030, 1, 5),
    barred_state="OH",
    amounts=Itemization(
        on=date(2026, 4, 20), then=Money(150_00), payments=Money(30_00), now=Money(120_00)
    ),
)
MADE = datetime(2026, 6, 1, 15, tzinfo=UTC)


def test_COLL_19_a_row_reads_back_as_it_was() -> None:
    (told,) = csv.DictReader(io.StringIO(write_file([ROW]).decode(), newline=""))
    assert tuple(told) == COLUMNS
    assert told["order"] == "place"
    assert told["guarantor_born_on"] == "1980-02-03"
    assert told["deceased"] == "no"
    assert (told["itemization_then"], told["itemization_payments"]) == ("150.00", "30.00")
    assert (told["itemization_interest"], told["itemization_fees"]) == ("0.00", "0.00")
    assert told["itemization_now"] == "120.00"


def test_COLL_19_no_column_speaks_of_care() -> None:
    care = ("diagnosis", "procedure", "code", "modifier", "provider", "note", "charge")
    assert [name for name in COLUMNS if any(word in name for word in care)] == []


WRONG: list[tuple[str, dict[str, Any]]] = [
    ("address", {"contact": replace(ROW.contact, line_1="")}),
    ("ZIP", {"contact": replace(ROW.contact, zip="")}),
    ("first statement", {"first_statement_on": None}),
    ("itemised bill", {"itemised_bill": ""}),
    ("screening", {"flags": replace(ROW.flags, screened_on=None)}),
    ("insurance", {"insurance": ""}),
    ("deceased", {"flags": replace(ROW.flags, deceased=True)}),
    ("bankruptcy", {"flags": replace(ROW.flags, bankruptcy=True)}),
    ("active_duty", {"flags": replace(ROW.flags, active_duty=True)}),
    ("attorney", {"flags": replace(ROW.flags, attorney=True)}),
    ("disputed", {"flags": replace(ROW.flags, disputed=True)}),
    ("add up", {"amounts": replace(ROW.amounts, payments=Money(29_99))}),
    ("nothing is owed", {"amounts": replace(ROW.amounts, payments=Money(150_00), now=ZERO)}),
    ("contract_ref", {"contract_ref": ""}),
]


@pytest.mark.parametrize(("word", "changes"), WRONG, ids=[word for word, _ in WRONG])
def test_COLL_19_a_row_with_a_gap_or_a_hold_does_not_leave(
    word: str, changes: dict[str, Any]
) -> None:
    bad = replace(ROW, **changes)
    assert any(word in problem for problem in problems_of(bad))
    with pytest.raises(RowRefused, match="P-1"):
        write_file([ROW, bad])


def test_COLL_8_a_recall_needs_a_reason_and_no_more() -> None:
    bare = replace(ROW, order=Order.RECALL, flags=Flags(bankruptcy=True), itemised_bill="")
    assert problems_of(bare) == ("the reason is empty",)
    assert problems_of(replace(bare, reason="COLL-24")) == ()


def test_COLL_18_the_manifest_proves_the_file() -> None:
    rows = [ROW, replace(ROW, order=Order.RECALL, placement="P-2", reason="COLL-8")]
    content = write_file(rows)
    assert content == write_file(rows)
    told = json.loads(
        manifest(
            rows,
            content,
            file="testa-0002.csv",
            number=2,
            agency="Testa Recovery",
            contract_ref="C-1",
            creditor="Riverside",
            made_at=MADE,
            previous_sha256="ab",
        ).to_json()
    )
    assert told["sha256"] == hashlib.sha256(content).hexdigest()
    assert (told["number"], told["rows"], told["placed"]) == (2, 2, "120.00")
    assert told["orders"]["place"] == told["orders"]["recall"] == 1


PAID = ReturnRow(
    ref="r1",
    kind=Return.PAYMENT,
    placement="P-1",
    happened_on=date(2026, 6, 3),
    amount=Money(40_00),
    fee=Money(8_00),
)
TODAY = date(2026, 6, 5)
RETURNS: list[tuple[str, dict[str, Any]]] = [
    ("future", {"happened_on": date(2026, 6, 6)}),
    ("amount", {"amount": ZERO, "fee": ZERO}),
    ("fee", {"fee": Money(40_00)}),
    ("no amount", {"kind": Return.DISPUTE}),
    ("of must", {"kind": Return.PAYMENT_BACK}),
    ("detail", {"kind": Return.CLOSURE, "amount": ZERO, "fee": ZERO, "detail": "tired"}),
    ("detail", {"kind": Return.NOTICE, "amount": ZERO, "fee": ZERO}),
    ("address", {"kind": Return.ADDRESS, "amount": ZERO, "fee": ZERO}),
]


@pytest.mark.parametrize(("word", "changes"), RETURNS)
def test_COLL_19_a_wrong_return_says_what_to_write(word: str, changes: dict[str, Any]) -> None:
    assert return_problems(PAID, today=TODAY) == ()
    (problem,) = return_problems(replace(PAID, **changes), today=TODAY)
    assert word in problem


def test_COLL_24_DISP_1_what_an_agency_tells_us_holds_the_bill() -> None:
    bare = replace(PAID, amount=ZERO, fee=ZERO)
    assert sets_condition(PAID) is None
    assert sets_condition(replace(bare, kind=Return.DISPUTE)) is Condition.DISPUTED
    notice = replace(bare, kind=Return.NOTICE, detail="bankruptcy")
    assert sets_condition(notice) is Condition.BANKRUPTCY
    closed = replace(bare, kind=Return.CLOSURE, detail="deceased")
    assert sets_condition(closed) is Condition.DECEASED
    assert sets_condition(replace(closed, detail="uncollectible")) is None
