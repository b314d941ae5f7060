"""In the chain of a bill, money given to an agency is told as what it is: who paid how much to whom, and whether we have it (COLL-21, CORE-7)."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from billing.money import Money
from portal.db import read_only
from portal.models.placements import AgencyRow
from portal.queries.agency_money_told import back_sentence, paid_sentence
from portal.queries.entry_chain import WHAT, EntryChain, entry_chain
from portal.queries.viewer import PatientViewer
from portal.services.enter_agency_remittance import enter_agency_remittance
from portal.web.languages import COMPILED
from portal.web.spanish import in_words_of
from tests.reading_grade import reading_grade
from tests.services.agency_world import ON, line, placed, read, write_off
from tests.services.staff_world import add_staff
from tests.services.statement_world import noon, world
from tests.services.test_agency_remittances import ids, paid


def chain(bill) -> EntryChain:
    viewer = PatientViewer(1, frozenset({bill[0].guarantor_account_id}))
    found = entry_chain(viewer, bill[0].id, on=ON)
    assert found is not None
    return found


def name_of(at: int) -> str:
    with read_only() as session:
        return session.scalars(select(AgencyRow.name).where(AgencyRow.id == at)).one()


def last(bill) -> tuple[str, str, date, Money]:
    step = chain(bill).steps[-1]
    return step.what, step.source, step.on, step.owed_after


@pytest.mark.usefixtures("database_url")
def test_COLL_21_a_payment_says_who_paid_how_much_to_whom_and_whether_we_have_it() -> None:
    at, bill, placement = world(placed)
    agency = name_of(at)
    read(at, line("R1", "payment", placement, amount="20.00", fee="5.00"))
    what, source, on, owed = last(bill)
    assert what == "You paid a collection agency"
    assert source == (
        f"You paid $20.00 to {agency}. They have not passed it on to us yet. It counts all the same."
    )
    assert (on, owed) == (ON, Money(3000))
    brought = paid(at, 20_00, 5_00, covers=ids("R1"))
    enter_agency_remittance(brought, staff=add_staff("collections"), on=ON, now=noon(ON))
    assert last(bill)[1] == (
        f"You paid $20.00 to {agency}. They passed it on to us on {ON:%B} {ON.day}, {ON.year}."
    )


@pytest.mark.usefixtures("database_url")
def test_COLL_21_a_payment_that_the_bank_took_back_names_the_payment_it_was() -> None:
    at, bill, placement = world(placed)
    agency = name_of(at)
    read(
        at,
        line("R1", "payment", placement, amount="20.00", fee="5.00"),
        line("R2", "payment_back", placement, amount="20.00", of="R1"),
    )
    what, source, _, owed = last(bill)
    assert what == "Your bank took back a payment to the agency"
    assert source == (
        f"You had paid $20.00 to {agency} on {ON:%B} {ON.day}, {ON.year}."
        " Your bank took the money back, so it no longer counts."
    )
    assert owed == Money(5000)


@pytest.mark.usefixtures("database_url")
def test_OPS_22_what_was_paid_after_a_write_off_never_reads_as_a_correction() -> None:
    at, bill, placement = world(placed)
    write_off(placement)
    read(at, line("R1", "payment", placement, amount="20.00", fee="5.00"))
    told = [step.what for step in chain(bill).steps]
    assert told[-2:] == ["We stopped asking for this amount", "You paid a collection agency"]
    assert "We corrected our books" not in told


def test_STMT_14_and_LANG_2_the_words_are_plain_in_english_and_spanish() -> None:
    day = date(2026, 11, 20)
    told = {
        paid_sentence(Money(40_00), "Example Recovery", None): (
            "Usted pagó $40.00 a Example Recovery. Todavía no nos lo han entregado. Cuenta de todos modos."
        ),
        paid_sentence(Money(40_00), "Example Recovery", day): (
            "Usted pagó $40.00 a Example Recovery. Nos lo entregaron el 20 de noviembre de 2026."
        ),
        back_sentence(Money(40_00), "Example Recovery", day): (
            "Usted había pagado $40.00 a Example Recovery el 20 de noviembre de 2026."
            " Su banco retiró el dinero, así que el pago ya no cuenta."
        ),
        back_sentence(Money(40_00), "Example Recovery", None): (
            "Usted había pagado $40.00 a Example Recovery."
            " Su banco retiró el dinero, así que el pago ya no cuenta."
        ),
    }
    assert {english: in_words_of(COMPILED, english, "es") for english in told} == told
    words = (*told, *(WHAT[kind] + "." for kind in ("agency_payment", "agency_payment_back")))
    assert reading_grade(" ".join(words)) <= 8
