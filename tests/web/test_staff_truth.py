"""From a printed figure to its entries, and from an entry to the very segment of the file; and any past day (CORE-7)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from billing.money import Money, total_of
from portal.db import read_only
from portal.models.accounts import Patient
from portal.models.audit import AuditEvent
from portal.models.claims import Claim, Visit
from portal.models.remittances import RemittanceClaim
from portal.queries.balances import balances
from portal.queries.staff_as_of import Basis, as_of_page
from portal.queries.staff_proof import proof
from portal.services.import_claims import import_claims
from portal.services.move_visits import Move, move_visits
from portal.services.post_remittance import post_remittance
from tests.services.staff_world import add_account
from tests.services.statement_world import after, cut, deliver, later, only, world
from tests.web.pages import PageClient
from tests.web.statements_sent import statements_sent

AsStaff = Callable[[str], PageClient]
NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
FIXTURES = Path(__file__).resolve().parent.parent / "fixtures" / "x12"


def with_note(data: bytes, *, after: bytes) -> bytes:
    """The file with free words about care in its first claim, and the count of its set put right."""
    end = re.search(rb"SE\*(\d+)\*", data)
    assert end
    noted = data.replace(after, after + b"NTE*ADD*CHEST PAIN SINCE MAY~", 1)
    return noted.replace(end.group(), b"SE*%d*" % (int(end[1]) + 1), 1)


@pytest.fixture
def visit(staff_app: Flask) -> Visit:
    """V1001: claimed and decided by real files that the store keeps."""
    staff_app.config["CLOCK"] = lambda: NOW
    store = staff_app.extensions["kindbill"].documents
    claims, remittance = FIXTURES / "claims.837", FIXTURES / "remittance.835"
    noted = with_note(claims.read_bytes(), after=b"HI*ABK:R69~")
    import_claims(data=noted, name=claims.name, now=NOW, store=store)
    post_remittance(data=remittance.read_bytes(), name=remittance.name, now=NOW, store=store)
    with read_only() as session:
        return session.scalars(select(Visit).where(Visit.control_number == "V1001")).one()


def test_CORE_7_the_columns_of_a_proof_are_the_balance(visit: Visit) -> None:
    with read_only() as session:
        [account] = balances(session, on=NOW.date(), account_ids=[visit.guarantor_account_id])
    [bill] = [one for one in account.visits if one.visit_id == visit.id]
    found = proof(visit.guarantor_account_id, visit_id=visit.id)
    assert found is not None
    assert found.sums == (
        bill.billed,
        bill.plan_discount,
        bill.plan_paid,
        bill.insurance_due,
        bill.written_off,
        bill.patient_paid,
        bill.patient_due,
    )
    assert bill.billed == Money(250_00)
    for line in bill.charges:
        own = proof(visit.guarantor_account_id, charge_id=line.charge_id)
        assert own is not None
        assert own.sums[0] == line.billed
        assert total_of(own.sums[1:]) == line.billed


def test_CORE_7_a_figure_opens_to_its_entries_and_they_to_the_segments(
    visit: Visit, as_staff: AsStaff
) -> None:
    client, account = as_staff("biller"), visit.guarantor_account_id
    page = client.get(f"/accounts/{account}/proof?bill={visit.id}")
    assert "Billed Plan discount Plan paid" in page.text
    [decision] = [link for link in page.links() if link.endswith("/source") and "decisions" in link]
    payer = client.get(decision)
    assert payer.h1 == "What the payer wrote"
    assert "CLP*V1001*1*250*120*30*12*ACM-1*11*1 This one" in payer.text
    assert "CAS*PR*1*20" in payer.text
    assert "V0900" not in payer.text, "the next claim is somebody else's"
    [ours] = [link for link in page.links() if link.endswith("/source") and "claims" in link]
    sent = client.get(ours)
    assert "CLM*V1001*250" in sent.text
    assert "R69" not in sent.text, "a diagnosis proves no amount"
    assert "NTE*(a note, not shown here)" in sent.text
    assert "CHEST PAIN" not in sent.text


def test_CORE_7_an_adjustment_opens_at_its_own_line(visit: Visit, as_staff: AsStaff) -> None:
    client = as_staff("biller")
    page = client.get(f"/accounts/{visit.guarantor_account_id}/proof?bill={visit.id}")
    assert "PR 1 $20.00 deductible" in page.text
    [link, *_] = [link for link in page.links() if "segment=" in link]
    assert "SVC*HC:99213:25*150*90**1 This one" in client.get(link).text


def test_HIPAA_7_sources_and_proofs_open_to_nobody_elses_account(
    visit: Visit, as_staff: AsStaff
) -> None:
    other = add_account("7000001").account_id
    with read_only() as session:
        decision = session.scalars(
            select(RemittanceClaim.id).where(RemittanceClaim.claim_id.is_not(None))
        ).first()
        claim = session.scalars(select(Claim.id).where(Claim.visit_id == visit.id)).first()
    biller, desk = as_staff("biller"), as_staff("front_desk")
    counsellor = as_staff("fa_counsellor")
    for path in (f"decisions/{decision}/source", f"claims/{claim}/source"):
        biller.get(f"/accounts/{other}/{path}", expect=404)
        desk.get(f"/accounts/{visit.guarantor_account_id}/{path}", expect=403)
        counsellor.get(f"/accounts/{visit.guarantor_account_id}/{path}", expect=403)
    biller.get(f"/accounts/{other}/proof?bill={visit.id}", expect=404)
    biller.get("/accounts/999999/proof", expect=404)
    biller.get("/accounts/999999/as-of", expect=404)


def test_HIPAA_3_opening_a_source_is_written_down(visit: Visit, as_staff: AsStaff) -> None:
    with read_only() as session:
        decision = session.scalars(
            select(RemittanceClaim.id).where(RemittanceClaim.patient_control_number == "V1001")
        ).one()
    as_staff("auditor").get(f"/accounts/{visit.guarantor_account_id}/decisions/{decision}/source")
    with read_only() as session:
        event = session.scalars(select(AuditEvent).where(AuditEvent.object_type == "source")).one()
    assert event.account_ids == [visit.guarantor_account_id]
    assert event.patient_ids == [visit.patient_id]


def test_CORE_7_a_statement_is_proved_as_it_knew_the_ledger(
    staff_app: Flask, as_staff: AsStaff, tmp_path: Path
) -> None:
    bill = world(lambda w: w.owed(5000))
    cut()
    deliver(tmp_path)
    later(lambda w: w.pay(bill, 2000, on=after(10)))
    statement, account = only(), bill[0].guarantor_account_id
    found = proof(account, statement_id=statement.id)
    assert found is not None
    assert found.printed is not None
    assert (found.printed.owe, found.sums[-1], found.holds) == (Money(5000), Money(5000), True)
    now = proof(account)
    assert now is not None
    assert now.sums[-1] == Money(3000)
    page = as_staff("auditor").get(f"/accounts/{account}/proof?statement={statement.id}")
    assert "The figures agree." in page.text
    as_staff("auditor").get(f"/accounts/{account}/proof?statement=999", expect=404)
    papers = as_staff("auditor").get(f"/accounts/{account}/papers")
    assert [link for link in papers.links() if f"proof?statement={statement.id}" in link]


@pytest.mark.usefixtures("database_url")
def test_CORE_7_any_past_day_sums_what_was_dated_by_then() -> None:
    bill = world(lambda w: w.owed(5000))
    later(lambda w: w.pay(bill, 2000, on=after(10)))
    account = bill[0].guarantor_account_id

    def owed(day: date, basis: Basis = Basis.DATED) -> Money:
        page = as_of_page(account, day=day, basis=basis, zone="America/New_York")
        assert page is not None
        return page.patient_due

    assert owed(date(2026, 2, 19)) == Money(0)  # decided on the 20th
    assert owed(date(2026, 2, 20)) == Money(5000)
    assert owed(after(9)) == Money(5000)
    assert owed(after(10)) == Money(3000)
    assert owed(after(30)) == Money(3000)
    # In our books only since this test ran, whatever the entries are dated.
    assert owed(after(30), Basis.RECORDED) in {Money(0), Money(3000)}
    assert owed(date(2026, 2, 20), Basis.RECORDED) == Money(0)


@pytest.mark.usefixtures("database_url")
def test_CORE_7_a_bill_stands_where_it_stood_before_it_moved() -> None:
    bill = world(lambda w: w.owed(5000))
    old = bill[0].guarantor_account_id

    def move(w):
        new = w.account().id
        patient = w.session.scalars(select(Patient)).one()
        move_visits(w.session, [Move(patient, new)], source="t", on=after(10))
        return new

    new = later(move)

    def owed(account: int, day: date) -> Money:
        page = as_of_page(account, day=day, basis=Basis.DATED, zone="America/New_York")
        assert page is not None
        return page.patient_due

    assert (owed(old, after(9)), owed(new, after(9))) == (Money(5000), Money(0))
    assert (owed(old, after(10)), owed(new, after(10))) == (Money(0), Money(5000))


def test_CORE_7_the_past_day_page_asks_and_answers(
    staff_app: Flask, as_staff: AsStaff, tmp_path: Path
) -> None:
    staff_app.config["CLOCK"] = lambda: datetime(2026, 4, 1, 15, 0, tzinfo=UTC)
    bill = world(lambda w: w.owed(5000))
    cut()
    deliver(tmp_path)
    later(lambda w: w.pay(bill, 2000, on=after(10)))
    client, path = as_staff("auditor"), f"/accounts/{bill[0].guarantor_account_id}/as-of"
    page = client.get(f"{path}?on=3/5/2026&basis=dated")
    assert "At the end of March 5, 2026" in page.text
    assert "Patient share$50.00" in page.text
    assert "2026-0001 of March 2, 2026, $50.00" in page.text
    assert "Entries since1" in page.text
    assert "Enter a date like" in client.get(f"{path}?on=soon&basis=dated").text
    assert "has not come yet" in client.get(f"{path}?on=3/5/2126&basis=dated").text
    assert "At the end of April 1, 2026" in client.get(f"{path}?on=&basis=nonsense").text


def test_the_pages_stay_in_their_budget(visit: Visit, as_staff: AsStaff) -> None:
    client = as_staff("biller")
    for path in ("proof", f"proof?bill={visit.id}", "as-of?on=2/1/2026&basis=recorded"):
        with statements_sent() as sent:
            client.get(f"/accounts/{visit.guarantor_account_id}/{path}")
        assert len(sent) <= 12, "\n".join(sent)
