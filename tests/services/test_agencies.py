"""Agencies as the office keeps them: two people, versions, and an approval that ends with what was approved (COLL-11, OPS-13)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from billing.free_text import CardNumberRefused
from billing.placement import Term
from portal import db
from portal.models.audit import AuditEvent
from portal.models.placements import AgencyRow, AgencyVersion
from portal.queries.agency_pages import agency_list, agency_page
from portal.services.add_agency import AgencyDetails, CannotKeepAgency, add_agency
from portal.services.approve_agency import approve_agency
from portal.services.change_agency import change_agency
from portal.services.refusal import NotFound
from tests.services.staff_world import add_staff
from tests.services.statement_world import noon

pytestmark = pytest.mark.usefixtures("database_url")
ON = date(2026, 3, 2)
WHOLE = AgencyDetails(
    name="Testa Recovery",
    contract_ref="C-1",
    baa_ref="B-1",
    terms=tuple(Term),
    states=("NY",),
    begins_on=date(2026, 1, 1),
    ends_on=None,
    dispute_address=("9 Sample Way", "Exampleton, NY 10001"),
    phone="(212) 555-0109",
)


def add(staff, details=WHOLE) -> int:
    return add_agency(staff=staff, details=details, now=noon(ON))


def approve(staff, agency_id: int, upon: int = 1) -> bool:
    return approve_agency(staff=staff, agency_id=agency_id, upon=upon, on=ON, now=noon(ON))


def change(staff, agency_id: int, details, upon: int = 1, reason: str = "A new annex") -> bool:
    return change_agency(
        staff=staff, agency_id=agency_id, upon=upon, details=details, reason=reason, now=noon(ON)
    )


def lacks(agency_id: int) -> tuple[str, ...]:
    page = agency_page(agency_id, on=ON)
    assert page is not None
    return page.line.lacks


def test_OPS_13_whoever_wrote_a_contract_down_does_not_approve_it() -> None:
    first, second = add_staff("manager", "first@example.com"), add_staff("manager")
    agency_id = add(first)
    assert lacks(agency_id) == ("the approval of its contract by a second person",)
    with pytest.raises(CannotKeepAgency, match="Another person"):
        approve(first, agency_id)
    with pytest.raises(CannotKeepAgency, match="Your role"):
        approve(add_staff("collections"), agency_id)
    assert approve(second, agency_id)
    assert not approve(second, agency_id)
    assert lacks(agency_id) == ()
    with db.read_only() as session:
        trail = session.execute(
            select(AuditEvent.action, AuditEvent.object_id).where(
                AuditEvent.object_type == "agency"
            )
        ).all()
    assert trail == [("create", str(agency_id)), ("approve", str(agency_id))]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"terms": tuple(term for term in Term if term is not Term.NO_ECA)}, "extraordinary"),
        ({"baa_ref": ""}, "business associate agreement"),
        ({"states": ()}, "licence"),
        ({"phone": ""}, "phone number for disputes"),
        ({"ends_on": date(2026, 2, 1)}, "in force"),
    ],
)
def test_COLL_11_what_lacks_anything_is_not_approved_and_says_what(fields, words) -> None:
    agency_id = add(add_staff("collections"), replace(WHOLE, **fields))
    assert any(words in one for one in lacks(agency_id))
    with pytest.raises(CannotKeepAgency, match="still lacks"):
        approve(add_staff("manager"), agency_id)


def test_COLL_11_a_contract_may_be_approved_before_its_first_day() -> None:
    agency_id = add(add_staff("collections"), replace(WHOLE, begins_on=date(2026, 7, 1)))
    assert approve(add_staff("manager"), agency_id)
    assert lacks(agency_id) == ("a contract that is in force",)


def test_COLL_11_a_change_of_what_binds_takes_the_approval_away_and_of_the_phone_does_not() -> None:
    clerk, manager = add_staff("collections"), add_staff("manager")
    agency_id = add(clerk)
    approve(manager, agency_id)
    phone = replace(WHOLE, phone="(212) 555-0110")
    assert change(clerk, agency_id, phone)
    assert lacks(agency_id) == ()
    assert not change(manager, agency_id, replace(phone, states=("NJ", "NY")), upon=2)
    assert lacks(agency_id) == ("the approval of its contract by a second person",)
    with pytest.raises(CannotKeepAgency, match="Another person"):
        approve(manager, agency_id, upon=3)  # who changed it, not who wrote it first
    assert approve(add_staff("manager", "third@example.com"), agency_id, upon=3)
    page = agency_page(agency_id, on=ON)
    assert [row.version for row in page.history] == [3, 2, 1]
    assert page.history[0].changes == (("Licences", "NY", "NJ, NY"),)
    assert page.history[1].changes == (("Phone for disputes", "(212) 555-0109", "(212) 555-0110"),)
    assert [bool(row.approved_at) for row in page.history] == [True, True, True]


def test_a_change_upon_an_older_version_or_without_a_reason_keeps_nothing() -> None:
    clerk = add_staff("collections")
    agency_id = add(clerk)
    other = replace(WHOLE, phone="(212) 555-0110")
    for wrong in (
        {"details": WHOLE},
        {"details": other, "reason": " "},
        {"details": other, "upon": 2},
        {"details": replace(WHOLE, states=("XX",))},
        {"details": replace(WHOLE, ends_on=date(2025, 1, 1))},
        {"details": replace(WHOLE, name="")},
    ):
        with pytest.raises(CannotKeepAgency):
            change(clerk, agency_id, **wrong)
    with pytest.raises(CardNumberRefused):
        change(clerk, agency_id, replace(WHOLE, contract_ref="4111 1111 1111 1111"))
    with pytest.raises(NotFound):
        change(clerk, agency_id + 99, other)
    with pytest.raises(CannotKeepAgency, match="of this name"):
        add(clerk)
    with pytest.raises(CannotKeepAgency, match="Your role"):
        add(add_staff("biller"), replace(WHOLE, name="Another"))
    with db.read_only() as session:
        assert session.scalar(select(AgencyRow.version)) == 1
        assert len(session.scalars(select(AgencyVersion)).all()) == 1


def test_the_list_shows_first_what_may_be_used() -> None:
    clerk, manager = add_staff("collections"), add_staff("manager")
    add(clerk, replace(WHOLE, name="Aaa Recovery"))
    approve(manager, add(clerk, replace(WHOLE, name="Zzz Recovery")))
    assert [line.facts.name for line in agency_list(on=ON)] == ["Zzz Recovery", "Aaa Recovery"]
