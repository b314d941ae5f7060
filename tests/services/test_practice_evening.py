"""What happens in the evening is dated by the practice's day, when UTC has the next one already (OPS-6, CORE-3)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from sqlalchemy import select

from portal.db import read_only, transaction
from portal.models.accounts import AccountCondition
from portal.models.claims import Visit
from portal.models.remittances import RemittanceRow
from portal.models.work import WorkItem
from portal.queries.hold_rows import holds_of
from portal.queries.staff_queue import work_item
from portal.services.deny_held import deny_held
from portal.services.import_practice import import_practice
from portal.services.import_result import ImportResult
from portal.services.match_takeback import undo_match
from portal.services.note_variances import DUE
from portal.services.post_remittance import post_remittance
from portal.services.remittance_work import FIRST_TOUCH
from portal.services.set_practice import set_practice
from portal.services.take_item import Turn
from tests.services.payer_voice import Payer, clp, insured, plb, svc, work
from tests.services.practice_files import SETTINGS, only, take, take_claims
from tests.services.test_note_variances import agreed, paid
from tests.services.test_payer_money import paid_visit, person
from tests.services.test_payer_money import take as match

EVENING = datetime(2026, 3, 3, 2, 30, tzinfo=UTC)  # half past nine on March 2
TODAY, TOMORROW = date(2026, 3, 2), date(2026, 3, 3)
ROWS = {
    "charges": {
        "visit_id": "EVE1",
        "practice_patient_id": "P-4",
        "date": "",
        "line": "1",
        "procedure_code": "99213",
        "units": "1",
        "amount_cents": "12000",
        "provider_npi": "1999999976",
        "place_of_service": "11",
        "coverage_intent": "self_pay",
    },
    "receipts": {
        "receipt_id": "EVE1",
        "practice_patient_id": "P-4",
        "date": "",
        "method": "cash",
        "amount_cents": "1000",
        "kind": "balance",
    },
    "opening": {
        "opening_id": "EVE1",
        "practice_patient_id": "P-4",
        "service_date": "2026-01-10",
        "amount_cents": "1200",
        "as_of": "",
    },
}

pytestmark = pytest.mark.usefixtures("database_url")


def came(data: bytes) -> None:
    post_remittance(data=data, name="evening.835", now=EVENING, store=None)


def test_OPS_6_work_of_a_remittance_is_due_from_the_practices_day() -> None:
    visit = insured(10_000)
    agreed(visit, 80_00)
    came(Payer().data(clp("LOST", svc("77777", 31)), plbs=[plb("WO", 5, "OLD1")]))
    came(Payer(sent=1).data(paid(visit, "CO-45 30, PR-1 30")))
    due = {item.kind: item.due_on for item in work()}
    assert due == {
        "unmatched": TODAY + FIRST_TOUCH,
        "plb": TODAY + FIRST_TOUCH,
        "underpaid": TODAY + DUE,
    }


def test_OPS_7_a_remittance_that_names_no_day_is_of_the_practices() -> None:
    visit = insured(10_000)
    came(Payer().data(clp(visit.control_number, svc("99213", 100, "PR-1 30")), issued_on=None))
    with read_only() as session:
        [row] = session.scalars(select(RemittanceRow))
    assert row.issued_on == TODAY


def test_OPS_6_what_is_denied_or_undone_by_hand_is_due_from_the_practices_day() -> None:
    visit, who = paid_visit(), person("biller")
    said = clp(visit.control_number, svc("99213", 100, "CO-50 100"), status_code="4")
    Payer(sent=1).pays(said._replace(billed_cents=101_00), plbs=[plb("WO", 50, "OLD1")])
    [held] = work("held_claim")
    turn = Turn(uuid4(), 0)
    deny_held(item_id=held.id, note="by phone", staff=who, now=EVENING, turn=turn)
    [denial] = work("denial")
    assert denial.due_on == TODAY + FIRST_TOUCH
    match_id = uuid4()
    match(visit, 5_000, who, match_id=match_id)
    undo_match(match_id=match_id, why="another", staff=who, on=TODAY, now=EVENING)
    [again] = work("plb")
    assert again.due_on == TODAY + FIRST_TOUCH


@pytest.mark.parametrize(
    ("kind", "day"),
    [("charges", "date"), ("receipts", "date"), ("opening", "as_of")],
)
def test_CORE_3_a_row_of_tomorrow_lies_in_the_future_until_midnight_at_the_practice(
    kind: str, day: str
) -> None:
    set_practice(toml=SETTINGS)
    take_claims()
    take("contacts")
    for on, taken in ((TOMORROW, 0), (TODAY, 1)):
        result = evening_file(kind, **{day: on.isoformat()})
        assert (result.accepted, len(result.refused)) == (taken, 1 - taken), result


def test_CORE_3_what_is_self_pay_is_owed_from_the_practices_day() -> None:
    set_practice(toml=SETTINGS)
    take_claims()
    take("contacts")
    evening_file("charges", date=TODAY.isoformat())
    assert only(Visit, control_number="EVE1").responsible_on == TODAY


def test_OPS_6_an_item_and_a_hold_are_as_old_as_the_practices_days() -> None:
    came(Payer().data(clp("LOST", svc("77777", 31))))
    visit = insured(10_000)
    with transaction() as session:
        session.add(
            AccountCondition(
                guarantor_account_id=visit.guarantor_account_id,
                kind="disputed",
                since=EVENING,
                source="test",
            )
        )
    with read_only() as session:
        [item] = session.scalars(select(WorkItem))
        facts = work_item(session, item.id, on=TOMORROW)
        [hold] = holds_of(session, [visit.guarantor_account_id], on=TOMORROW)
    assert facts is not None
    assert facts.row.days_open == 1
    assert (hold.since_on, hold.days_on(TOMORROW)) == (TODAY, 1)


def evening_file(kind: str, **cells: str) -> ImportResult:
    """A file of one row that comes in the evening."""
    fields = ROWS[kind] | cells
    data = f"{','.join(fields)}\n{','.join(fields.values())}\n".encode()
    return import_practice(kind=kind, data=data, name=f"{kind}.csv", now=EVENING)
