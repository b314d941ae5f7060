"""Where a bill stands, at each stage of its way, in the words a patient reads (STMT-10, COLL-3, COLL-4, CORE-6)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.engine import Engine

from billing import entries
from billing.dunning import Step
from billing.holds import Condition
from billing.money import Money
from billing.placement import PlacementState
from portal.config import Settings
from portal.db import transaction
from portal.models.accounts import AccountCondition
from portal.models.claims import Charge, Visit
from portal.models.placements import Placement
from portal.queries.bill import bill_page
from portal.queries.viewer import GuestViewer
from portal.queries.where_bill import where_bill
from portal.services.post_entry import post_entry
from portal.services.run_day import run_day
from tests.services.gate_world import act, owing
from tests.services.ledger_book import party_of
from tests.services.placement_world import agency
from tests.services.statement_world import DAY, Office, World, after, later, noon
from tests.web.pages import Page, PageClient
from tests.web.people import make_account
from tests.web.test_overview import counted, engine  # noqa: F401 - a fixture

Opens = Callable[..., PageClient]
THREATS = ("lawsuit", "sue", "legal", "past due", "overdue", "delinquent", "must pay", "!")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Of a practice that had its Spanish reviewed."""
    return replace(settings, spanish_reviewed_by="Testa Sample, certified translator")


@pytest.fixture
def bill(as_patient: Opens, patient_app: Flask, tmp_path: Path) -> BillOnItsWay:
    return BillOnItsWay(as_patient, patient_app, Office(tmp_path))


class BillOnItsWay:
    """A bill of $200.00 whose days pass, and whoever reads where it stands."""

    def __init__(self, opens: Opens, app: Flask, office: Office) -> None:
        self.account_id, self.visit_id = owing()
        self.app, self.office, self.opens = app, office, opens

    def days(self, *numbers: int) -> None:
        for number in numbers:
            run_day(on=after(number), now=noon(after(number)), office=self.office)

    def itself(self, on: date) -> Page:
        self.app.config["CLOCK"] = lambda: noon(on)
        return self.opens(self.account_id).get(f"/bills/{self.visit_id}")

    def read(self, on: date, *, spanish: bool = False) -> Page:
        self.app.config["CLOCK"] = lambda: noon(on)
        client = self.opens(self.account_id)
        if spanish:
            client.post("/speak/es", {}, expect=302)
        page = client.get(f"/bills/{self.visit_id}/where")
        assert not [word for word in THREATS if word in page.text.lower()]
        return page


def test_CORE_3_before_the_first_statement_it_says_that_one_comes(bill: BillOnItsWay) -> None:
    page = bill.read(DAY)
    assert page.h1 == "Where this bill stands"
    assert "This bill is new. $200.00 is open." in page.text
    assert "We send you a statement." in page.text
    assert "at least 90 days before any last letter" in page.text


def test_STMT_10_each_next_statement_and_the_first_day_of_a_last_letter(bill: BillOnItsWay) -> None:
    bill.days(0)
    text = bill.read(after(3)).text
    assert "We sent 1 statement of it." in text
    assert f"the next statement goes out about {said(after(30))}." in text
    assert f"That letter comes no sooner than {said(after(90))}." in text
    bill.days(30, 60)
    text = bill.read(after(61)).text
    assert "We sent 3 statements of it." in text
    assert f"about {said(after(90))}. It is the last one." in text
    bill.days(90)
    text = bill.read(after(91)).text
    assert "We have sent each statement of it." in text
    assert "No more statements of it come." in text
    assert f"no sooner than {said(after(91))}." in text


def test_every_way_to_stop_it_is_one_step_away(bill: BillOnItsWay) -> None:
    bill.days(0)
    links = bill.read(after(3)).links()
    for way in (
        f"/pay?bill={bill.visit_id}",
        "/plans/new",
        "/help-paying",
        f"/bills/{bill.visit_id}/dispute",
        f"/bills/{bill.visit_id}/ask",
    ):
        assert way in links, (way, links)
    assert any(link.startswith("tel:") for link in links)
    client = bill.opens(bill.account_id)
    assert f"/bills/{bill.visit_id}/where" in client.get(f"/bills/{bill.visit_id}").links()
    statement = next(one for one in client.get("/bills").links() if one.startswith("/statements/"))
    assert f"/bills/{bill.visit_id}/where" in client.get(statement).links()


def test_COLL_4_after_the_last_letter_it_gives_the_last_day(bill: BillOnItsWay) -> None:
    bill.days(0, 30, 60, 90)
    act(bill.account_id, Step.FINAL_NOTICE, after(91))
    text = bill.read(after(95)).text
    assert f"On {said(after(91))} we sent you a last letter about it." in text
    assert f"You have time until {said(after(121))}." in text
    assert "an agency may write to you for us" in text
    text = bill.read(after(125)).text
    assert f"The time in that letter ended on {said(after(121))}." in text
    assert "It is not too late" in text


def test_COLL_4_the_bill_itself_tells_of_the_last_letter(bill: BillOnItsWay) -> None:
    bill.days(0, 30, 60, 90)
    assert "last letter about this bill" not in bill.itself(after(91)).text
    act(bill.account_id, Step.FINAL_NOTICE, after(91))
    page = bill.itself(after(95))
    assert f"On {said(after(91))} we sent you a last letter about this bill." in page.text
    assert f"You have time until {said(after(121))}." in page.text
    assert "an agency may write to you for us" in page.text
    for way in ("/plans/new", "/help-paying", f"/bills/{bill.visit_id}/dispute"):
        assert way in page.links()
    assert "It is not too late" in bill.itself(after(125)).text
    with transaction() as session:
        session.add(
            AccountCondition(
                guarantor_account_id=bill.account_id,
                kind=Condition.PROMISED.value,
                since=noon(after(125)),
                source="test",
            )
        )
    for text in (bill.itself(after(126)).text, bill.read(after(126)).text):
        assert "Nothing more comes while it is on hold." in text
    place(bill, PlacementState.RECALLED)
    assert "last letter about this bill" not in bill.itself(after(130)).text


def test_MSG_9_a_guest_reads_no_last_letter_on_the_bill(bill: BillOnItsWay) -> None:
    bill.days(0, 30, 60, 90)
    act(bill.account_id, Step.FINAL_NOTICE, after(91))
    page = bill_page(GuestViewer(1, bill.account_id), bill.visit_id, on=after(95))
    assert page is not None
    assert page.letter is None


def test_the_last_letter_costs_a_bill_at_most_two_questions_more(
    bill: BillOnItsWay,
    engine: Engine,  # noqa: F811 - a fixture
) -> None:
    bill.days(0, 30, 60, 90)

    def asked(on: date) -> int:
        bill.app.config["CLOCK"] = lambda: noon(on)
        client = bill.opens(bill.account_id)
        client.get(f"/bills/{bill.visit_id}")
        with counted(engine) as statements:
            client.get(f"/bills/{bill.visit_id}")
        return len(statements)

    young = asked(after(61))
    act(bill.account_id, Step.FINAL_NOTICE, after(91))
    assert asked(after(95)) <= young + 2


def test_CORE_6_on_hold_it_says_why_and_names_no_step(bill: BillOnItsWay) -> None:
    bill.days(0)
    with transaction() as session:
        session.add(
            AccountCondition(
                guarantor_account_id=bill.account_id,
                visit_id=bill.visit_id,
                kind=Condition.COVERAGE_CHANGED.value,
                since=noon(after(2)),
                source="test",
            )
        )
    text = bill.read(after(3)).text
    assert "This is on hold." in text
    assert "We are checking your insurance for this visit." in text
    assert f"On hold since {said(after(2))}." in text
    assert "No reminder and no last letter comes while it is on hold." in text
    assert "no sooner than" not in text


@pytest.mark.parametrize(
    ("state", "says"),
    [
        (PlacementState.PLACED, "An agency speaks for this bill now: Testa Agency."),
        (PlacementState.RECALLED, "This bill is with us again."),
    ],
)
def test_COLL_19_at_an_agency_and_back(bill: BillOnItsWay, state: str, says: str) -> None:
    bill.days(0)
    place(bill, state)
    text = bill.read(after(130)).text
    assert says in text
    assert ("(212) 555-0109" in text) == (state == PlacementState.PLACED)
    assert ("Pay this bill" in text) == (state == PlacementState.RECALLED)


def place(bill: BillOnItsWay, state: str) -> None:
    def make(w: World) -> None:
        at = agency(w, name="Testa Agency")
        w.add(
            Placement(
                id=uuid4(),
                number="P-1",
                agency_id=at.id,
                guarantor_account_id=bill.account_id,
                visit_id=bill.visit_id,
                state=state,
                placed_on=after(125),
                placed_at=noon(after(125)),
                placed_by_id=at.added_by_id,
                placed=Money(200_00),
                itemised_bill="2026-0001",
                itemization_on=after(90),
                itemization=Money(200_00),
                ended_at=None if state == PlacementState.PLACED else noon(after(128)),
            )
        )

    later(make)


def test_a_paid_bill_is_done_and_offers_nothing_more(bill: BillOnItsWay) -> None:
    bill.days(0)
    with transaction() as session:
        visit = session.get_one(Visit, bill.visit_id)
        charge = session.scalars(select(Charge).where(Charge.visit_id == visit.id)).one()
        line = entries.Line(party_of(visit, charge), Money(200_00))
        post_entry(
            session, entries.payment(source_ref="t:paid", occurred_on=after(2), lines=[line])
        )
    page = bill.read(after(3))
    assert "This is done. Nothing is left to pay for this visit." in page.text
    assert "What you can do" not in page.text


def test_LANG_3_each_stage_in_Spanish(bill: BillOnItsWay) -> None:
    bill.days(0)
    page = bill.read(after(3), spanish=True)
    assert page.h1 != "Where this bill stands"
    assert "If it is still open" not in page.text
    assert "stands" not in page.text


def test_MSG_9_a_guest_reads_no_letter_no_agency_and_no_hold(bill: BillOnItsWay) -> None:
    bill.days(0, 30, 60, 90)
    act(bill.account_id, Step.FINAL_NOTICE, after(91))
    place(bill, PlacementState.PLACED)
    page = where_bill(GuestViewer(1, bill.account_id), bill.visit_id, on=after(95))
    assert page is not None
    assert page.stage == "told"
    assert (page.notice, page.agency, page.letter_on, page.holds) == (None, None, None, ())


def test_another_patients_bill_is_not_found(bill: BillOnItsWay) -> None:
    stranger = bill.opens(make_account(last_name="Other"))
    stranger.get(f"/bills/{bill.visit_id}/where", expect=404)


def test_it_asks_at_most_twelve_questions(bill: BillOnItsWay, engine: Engine) -> None:  # noqa: F811 - a fixture
    bill.days(0)
    bill.app.config["CLOCK"] = lambda: noon(after(3))
    client = bill.opens(bill.account_id)
    client.get(f"/bills/{bill.visit_id}/where")
    with counted(engine) as statements:
        client.get(f"/bills/{bill.visit_id}/where")
    assert len(statements) <= 12, [s[:90] for s in statements]


def said(on: date) -> str:
    return f"{on:%B} {on.day}, {on.year}"
