"""What somebody sees who acts for a patient: in whose name each page speaks, what it hides, and who paid (HIPAA-9)."""

from __future__ import annotations

import io
import re
import uuid
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from billing import entries
from billing.money import Money
from portal.db import read_only, transaction
from portal.models.accounts import Patient
from portal.models.claims import Charge, Visit
from portal.models.messages import OutboundMessage
from portal.models.payments import Payment, PaymentAllocation
from portal.services.keep_confidential import keep_confidential
from portal.services.post_entry import PostedEntry, post_entry
from tests.pdf_text import pdf_text
from tests.services.ledger_book import party_of
from tests.services.proxy_world import HELPER, NOW, add_grant
from tests.services.staff_world import add_staff
from tests.services.statement_world import cut, deliver, only, world
from tests.web.pages import Page, PageClient, words
from tests.web.people import make_login, signed_in

PARENT, OTHER = "parent@example.com", "other.helper@example.com"
# What betrays the private visit: its sum, the total with it, its day, its claim.
TRACES = ("40.00", "90.00", "January 20", "Jan 20", "2026-01-20", "777")


@dataclass(frozen=True, slots=True)
class Family:
    """A parent's account with a teenager's open visit, and one that is the teenager's secret."""

    account_id: int
    own_id: int  # the account of the secret one
    open_visit: int
    private: int
    parent: PageClient
    helper: PageClient  # acts for the teenager, in everything
    other: PageClient  # so does this one
    teen: PageClient
    statement: str

    @property
    def pages(self) -> tuple[str, ...]:
        """Every page that speaks of money, as far as a sum or a visit can stand on it."""
        bill = f"/bills/{self.open_visit}"
        return (
            *("/bills", bill, f"{bill}/entries", f"{bill}/compare"),
            *(f"{bill}/insurance", f"/statements/{self.statement}", "/payments", "/payments/2026"),
            *("/receipts/R-1", "/pay", "/pay?amount=other", "/credit", "/insurance"),
        )

    @property
    def papers(self) -> tuple[str, ...]:
        return (
            f"/statements/{self.statement}/statement.pdf",
            "/receipts/R-1/receipt.pdf",
            "/payments/2026/summary.pdf",
        )


@pytest.fixture
def family(patient_app: Flask, tmp_path: Path) -> Family:
    patient_app.config["CLOCK"] = lambda: NOW

    def build(book: Any) -> tuple[int, int, int, int]:
        account = book.account(first_name="Parent", last_name="Sample", birth_on=date(1980, 4, 5))
        born = date(2010, 5, 4)
        first = book.bill(account=account, first_name="Teena", last_name="Sample", birth_on=born)
        book.decide(first, paid=8000, discount=12000, share={"1": 5000})
        patient = book.session.get_one(Patient, first[0].patient_id)
        second = book.more(patient, first[3], service_on=date(2026, 1, 20))
        book.decide(second, paid=9000, discount=12000, share={"1": 4000}, number="777")
        return account.id, patient.id, first[0].id, second[0].id

    account_id, teen_id, open_visit, private = world(build)
    own_id = keep_confidential(
        account_id=account_id,
        visit_id=private,
        reason="Teena asked at the desk",
        staff=add_staff("front_desk"),
        now=NOW,
    )
    parent = make_login("patient", email=PARENT, accounts=[account_id])
    with read_only() as session:
        teen = session.get_one(Patient, teen_id)
    cut()
    deliver(tmp_path)
    helper, grant_id = _helper(patient_app, teen, parent, HELPER)
    _pay(account_id, open_visit, login_id=helper.login_id, grant_id=grant_id)
    return Family(
        account_id=account_id,
        own_id=own_id,
        open_visit=open_visit,
        private=private,
        parent=signed_in(PageClient(patient_app), parent),
        helper=helper,
        other=_helper(patient_app, teen, parent, OTHER)[0],
        teen=signed_in(PageClient(patient_app), make_login("patient", accounts=[own_id])),
        statement=only().number,
    )


def _helper(app: Flask, teen: Patient, parent: int, email: str) -> tuple[PageClient, int]:
    login_id = make_login("patient", email=email)
    grant_id = add_grant(
        teen,
        by=parent,
        proxy=login_id,
        email=email,
        of_minor=True,
        ends_on=date(2028, 5, 4),
        scopes=["full"],
    )
    client = signed_in(PageClient(app), login_id)
    client.follow(client.post(f"/access/{grant_id}/act", expect=303))
    return client, grant_id


def _pay(account_id: int, visit_id: int, *, login_id: int, grant_id: int) -> None:
    """$12.34 by card, on the open visit, by somebody who acts."""
    paid = Money(1234)
    with transaction() as session:
        visit = session.get_one(Visit, visit_id)
        charge = session.scalars(select(Charge).where(Charge.visit_id == visit_id)).one()
        posted = post_entry(
            session,
            entries.payment(
                source_ref="t:pay:1",
                occurred_on=NOW.date(),
                lines=[entries.Line(party_of(visit, charge), paid)],
            ),
        )
        assert isinstance(posted, PostedEntry)
        payment = Payment(
            id=uuid.uuid4(),
            guarantor_account_id=account_id,
            login_id=login_id,
            proxy_grant_id=grant_id,
            amount=paid,
            scope="own_amount",
            request_hash="x",
            state="succeeded",
            created_at=NOW,
            state_at=NOW,
            succeeded_at=NOW,
            method="card",
            brand="visa",
            last4="4242",
            receipt_number="R-1",
            entry_id=posted.entry_id,
        )
        session.add(payment)
        session.flush()
        session.add(PaymentAllocation(payment_id=payment.id, charge_id=charge.id, amount=paid))


def main_text(page: Page) -> str:
    """The page without its menu and footer."""
    return " ".join(words(one) for one in page.all("main"))


def test_HIPAA_9_pages_speak_of_the_patient_and_never_say_you_owe(family: Family) -> None:
    wrong = re.compile(
        r"\b(you (owe|still owe|have paid)|your (bill|visit|receipt|payment|credit|statement)s?)\b",
        re.IGNORECASE,
    )
    for path in family.pages:
        page = family.helper.get(path)
        assert "You are acting for Teena Sample" in page.text, path
        assert "Teena" not in page.h1, path
        found = wrong.search(main_text(page))
        assert found is None, (path, found)
    assert "Owed for Teena $37.66" in family.helper.get("/bills").text
    assert "“you” means Teena" in family.helper.get(f"/bills/{family.open_visit}").text
    assert "You owe $37.66" in family.parent.get("/bills").text
    assert "“you” means" not in family.parent.get(f"/bills/{family.open_visit}").text


def test_HIPAA_9_from_the_12th_birthday_on_a_parent_reads_no_messages(family: Family) -> None:
    """Whatever the grant says, which may be older than that day."""
    for path in ("/messages", f"/bills/{family.open_visit}/ask"):
        family.helper.get(path, expect=403)
    assert "/messages" not in family.helper.get("/bills").links()
    with transaction() as session:
        session.scalars(select(Patient)).one().birth_on = date(2014, 3, 3)  # 12 tomorrow
    assert "/messages" in family.helper.get("/bills").links()
    family.helper.get("/messages")


def surfaces(family: Family, reader: PageClient, *, acting: bool) -> Iterator[tuple[str, str]]:
    """Each surface on which somebody of the family may read of a visit, with its text."""
    for path in (
        *family.pages,
        *(() if acting else ("/account/seen", f"/contact/{family.account_id}", "/details")),
    ):
        page = reader.get(path)
        yield path, main_text(page) + " ".join(page.links())
    for path in family.papers:
        yield path, pdf_text(reader.http.get(path).data)
    if acting:
        return
    packed = reader.http.post("/account/data/download", data={"csrf_token": reader.token}).data
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        for name in archive.namelist():
            inside = archive.read(name)
            yield f"data: {name}", pdf_text(inside) if name.endswith("pdf") else inside.decode()
    with read_only() as session:
        for sent in session.scalars(select(OutboundMessage)):
            yield f"{sent.channel} {sent.template}", f"{sent.subject} {sent.body}"


def test_HIPAA_9_a_confidential_visit_is_on_no_surface_that_a_parent_reads(family: Family) -> None:
    """rules.md, section 14, number 14: portal, totals, statement, PDF, receipts, year, data, e-mail and texts."""
    told = [
        *surfaces(family, family.parent, acting=False),
        *surfaces(family, family.helper, acting=True),
    ]
    assert len(told) > 35
    for where, written in told:
        assert written.strip(), where
        text = " ".join(written.split())  # no hard spaces
        found = [
            trace for trace in TRACES if re.search(rf"(?<![\d.,]){re.escape(trace)}(?!\d)", text)
        ]
        assert found == [], where
        assert not re.search(rf"/bills/{family.private}\b", text), where
    for path in (f"/bills/{family.private}", f"/bills/{family.private}/entries"):
        family.parent.get(path, expect=404)
        family.helper.get(path, expect=404)
    own = family.teen.get("/bills").text  # it is somewhere, for the one whose it is
    assert "$40.00" in own
    assert "Jan 20" in own


def test_HIPAA_9_who_paid_for_whom_is_told_to_the_patient_the_payer_and_staff(
    family: Family, as_staff: Callable[[str], PageClient]
) -> None:
    shown = ("/bills", f"/bills/{family.open_visit}/entries", "/payments", "/payments/2026")
    receipt, paper = "/receipts/R-1", "/receipts/R-1/receipt.pdf"
    for reader, payer in (
        (family.parent, HELPER),
        (family.helper, "You"),
        (family.other, "Another helper"),
    ):
        for path in shown:
            text = main_text(reader.get(path))
            assert f"{payer} paid this" in text, (payer, path)
            assert (HELPER in text) == (reader is family.parent), (payer, path)
        assert f"{payer}, for Parent Sample" in reader.get(receipt).text
        assert f"{payer}, for Parent Sample" in pdf_text(reader.http.get(paper).data)
    page = as_staff("manager").get(f"/accounts/{family.account_id}/papers")
    assert f"by {HELPER}, for the patient" in page.text
