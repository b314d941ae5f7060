"""STMT-13, HIPAA-9: a visit from the twelfth birthday on never lands on the family's account by a file."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import update

from billing.holds import Condition
from portal.db import transaction
from portal.models.accounts import AccountCondition, GuarantorAccount, Patient
from portal.models.claims import Visit
from portal.queries.ledger_proof import verify_ledger
from portal.services.import_claims import import_claims
from portal.services.set_practice import set_practice
from tests.services.practice_files import (
    CLAIMS,
    SETTINGS,
    Shelf,
    account_of,
    only,
    take,
    take_claims,
)

pytestmark = pytest.mark.usefixtures("database_url")
NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)
HEAD = "visit_id,practice_patient_id,date,line,procedure_code,modifiers,units,amount_cents,description,provider_npi,place_of_service,coverage_intent\n"


@pytest.fixture(autouse=True)
def _family(database_url: str) -> None:
    set_practice(toml=SETTINGS)
    take_claims()
    take("contacts")
    assert account_of("P-2").id == account_of("P-1").id


def born(day: date) -> None:
    """The child of the family was born on another day, in our books."""
    with transaction() as session:
        session.execute(
            update(Patient).where(Patient.practice_patient_id == "P-2").values(birth_on=day)
        )


def claim_again(birth: date) -> None:
    """The same two visits under new numbers, the child's birth date as it is now."""
    data = CLAIMS.replace(b"V1001", b"V2001").replace(b"V1002", b"V2002")
    data = data.replace(b"20260112", b"20260119").replace(b"20260113", b"20260120")
    data = data.replace(b"20160505", f"{birth:%Y%m%d}".encode())
    result = import_claims(data=data, name="next.837", now=NOW, store=Shelf())
    assert result.refused == ()


def charge_again() -> None:
    row = "N-1,P-2,2026-01-20,1,99213,,1,12000,,1999999976,11,self_pay\n"
    assert take("charges", HEAD + row).refused == ()


@pytest.mark.parametrize(
    ("birth", "apart"),
    [
        (date(2014, 1, 21), False),  # twelve tomorrow
        (date(2014, 1, 20), True),  # twelve on the day of the visit
        (date(2009, 6, 1), True),
    ],
)
def test_HIPAA_9_the_twelfth_birthday_decides(birth: date, apart: bool) -> None:
    family = account_of("P-1")
    born(birth)
    claim_again(birth)
    told = only(Visit, control_number="V1002").guarantor_account_id
    fresh = only(Visit, control_number="V2002").guarantor_account_id
    assert told == family.id, "what the family was told of stays"
    assert (fresh != family.id) is apart
    assert only(Visit, control_number="V2001").guarantor_account_id == family.id
    if apart:
        own = only(GuarantorAccount, id=fresh)
        assert (own.named, own.display_name) == (True, family.display_name)
        assert own.postal_code == family.postal_code
    assert verify_ledger().ok


def test_HIPAA_9_from_18_they_answer_for_themselves() -> None:
    born(date(2007, 6, 1))
    charge_again()
    own = only(GuarantorAccount, id=only(Visit, control_number="N-1").guarantor_account_id)
    assert own.id != account_of("P-1").id
    assert (own.named, own.birth_on) == (True, date(2007, 6, 1))
    assert (own.mobile, own.email) == ("", ""), "a parent's phone is not theirs"
    assert verify_ledger().ok


def test_HIPAA_9_a_second_visit_finds_the_account_apart() -> None:
    birth = date(2010, 6, 1)
    born(birth)
    claim_again(birth)
    charge_again()
    places = {
        only(Visit, control_number=number).guarantor_account_id for number in ("V2002", "N-1")
    }
    assert len(places) == 1


def test_CORE_6_what_forbids_a_bill_forbids_it_on_the_account_apart() -> None:
    born(date(2010, 6, 1))
    with transaction() as session:
        session.add(
            AccountCondition(
                guarantor_account_id=account_of("P-1").id,
                kind=Condition.BANKRUPTCY,
                since=NOW,
                source="test",
            )
        )
    charge_again()
    own = only(Visit, control_number="N-1").guarantor_account_id
    assert only(AccountCondition, guarantor_account_id=own).kind == Condition.BANKRUPTCY


def alone(birth: date) -> GuarantorAccount:
    """The child is the only patient of an account that the parent answers for; its visit of January stands there."""
    family = account_of("P-1")
    with transaction() as session:
        session.execute(
            update(Patient)
            .where(Patient.practice_patient_id == "P-1")
            .values(guarantor_account_id=apart_from(session, family))
        )
    born(birth)
    return family


def apart_from(session, family: GuarantorAccount) -> int:
    fields = ("named", "last_name", "first_name", "birth_on", "street", "city", "state")
    own = GuarantorAccount(
        number="1111-2222", postal_code="10001", **{f: getattr(family, f) for f in fields}
    )
    session.add(own)
    session.flush()
    return own.id


def charge(number: str, day: str) -> int:
    """The account on which a visit of the child lands."""
    row = f"{number},P-2,{day},1,99213,,1,12000,,1999999976,11,self_pay\n"
    assert take("charges", HEAD + row).refused == ()
    return only(Visit, control_number=number).guarantor_account_id


def test_COLL_26_from_18_they_answer_for_themselves_alone_on_a_parents_account_too() -> None:
    family = alone(date(2008, 1, 20))
    assert charge("N-1", "2026-01-19") == family.id, "seventeen on the day of the visit"
    own = only(GuarantorAccount, id=charge("N-2", "2026-01-20"))
    assert own.id != family.id
    assert (own.named, own.birth_on) == (True, date(2008, 1, 20))
    assert only(Visit, control_number="V1002").guarantor_account_id == family.id
    assert charge("N-3", "2026-01-25") == own.id
    assert verify_ledger().ok


def test_COLL_26_a_visit_from_before_goes_to_who_answered_then_however_late_it_comes() -> None:
    family = alone(date(2008, 1, 20))
    assert charge("N-1", "2026-01-25") != family.id
    assert charge("N-2", "2026-01-18") == family.id
    assert verify_ledger().ok
