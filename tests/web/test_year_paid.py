"""What was paid in a year: page, paper and receipts say one figure, and money that went back lowers the right year."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pikepdf
import pytest
from flask import Flask
from sqlalchemy import select, update

from billing.money import Money, total_of
from portal.config import Settings
from portal.db import read_only, transaction
from portal.models.audit import AuditEvent
from portal.models.payments import Payment
from portal.queries.receipts import receipt
from portal.queries.viewer import PatientViewer
from portal.queries.year_paid import YearPaid, year_paid
from portal.queries.year_print import year_print
from tests.pdf_text import pdf_text
from tests.sandbox_server import KEY, SECRET, SandboxServer
from tests.services.refund_desk import COMES_BACK, Desk, open_desk
from tests.services.till import open_tills
from tests.web.pages import Page, PageClient
from tests.web.statements_sent import statements_sent

BUDGET = 12
NEXT_YEAR = datetime(2027, 1, 12, 15, 0, tzinfo=UTC)


@pytest.fixture
def settings(settings: Settings, sandbox: SandboxServer) -> Settings:
    return replace(
        settings,
        stripe_secret_key=KEY,
        stripe_webhook_secret=SECRET,
        stripe_api_base=sandbox.url,
        checkout_origin=sandbox.url,
    )


@pytest.fixture
def desks(database_url: str, sandbox: SandboxServer, now: datetime) -> list[Desk]:
    mine, other = open_tills(sandbox, now, ["one@example.com", "two@example.com"])
    desk = open_desk(mine)
    return [desk, Desk(other, desk.asker, desk.approver)]


@pytest.fixture
def desk(desks: list[Desk]) -> Desk:
    return desks[0]


@pytest.fixture
def client(patient_app: Flask, desk: Desk, as_patient: Callable[..., PageClient]) -> PageClient:
    patient_app.config["CLOCK"] = lambda: NEXT_YEAR + timedelta(days=60)
    return as_patient(desk.till.account_id)


def later(desk: Desk, now: datetime) -> None:
    """The same till on another day, at the provider too."""
    advance = int((now - desk.till.now).total_seconds())
    desk.till.sandbox.control("clock", advance=advance)
    desk.till.now = now


def lost_dispute(desk: Desk, payment_id: UUID) -> None:
    charge = desk.till.payment(payment_id).charge_id
    dispute = desk.till.sandbox.control("dispute", charge=charge)["dispute"]
    desk.till.sandbox.control("close_dispute", id=dispute, status="lost")
    desk.till.deliver(*desk.till.sandbox.events())


def number(desk: Desk, payment_id: UUID) -> str:
    return desk.till.payment(payment_id).receipt_number or ""


def agrees(viewer: PatientViewer, year: int) -> YearPaid:
    """The year's figure is the sum of what its receipts call "Counts as paid now"."""
    found = year_paid(viewer, year)
    receipts = [receipt(viewer, payment.receipt_number) for payment in found.payments]
    assert found.kept == total_of(r.kept for r in receipts if r)
    assert [p.kept for p in found.payments] == [r.kept for r in receipts if r]
    assert found.paid - total_of(back.amount for back in found.returns) == found.kept
    assert year_print(found)["kept"] == str(found.kept)
    return found


def paper(page: Page) -> bytes:
    assert page.response.mimetype == "application/pdf"
    return page.response.get_data()


def test_each_year_has_its_own_payments_by_visit_and_patient(
    desk: Desk, client: PageClient
) -> None:
    first = desk.paid(7_000)
    later(desk, NEXT_YEAR)
    second = desk.paid(1_000)
    assert agrees(desk.till.viewer, 2026).kept == Money(7_000)
    assert agrees(desk.till.viewer, 2027).kept == Money(1_000)
    old, new = client.get("/payments/2026"), client.get("/payments/2027")
    assert old.h1 == "What you paid in 2026"
    assert "You paid $70.00" in old.text
    assert "Office visit, Testa Sample, Jan 12, 2026 $50.00" in old.text
    assert "Office visit, Testa Sample, Jan 20, 2026 $20.00" in old.text
    assert f"/receipts/{number(desk, first)}" in old.links()
    assert f"/receipts/{number(desk, second)}" not in old.links()
    assert "You paid $10.00" in new.text
    assert "only what you paid online" in new.text
    years = [link for link in client.get("/payments").links() if link.startswith("/payments/")]
    assert years == ["/payments/2027", "/payments/2026"]


def test_ADR_14_the_year_is_the_one_of_the_practices_calendar(desk: Desk) -> None:
    payment_id = desk.paid(5_000)
    for moment, year in (
        (datetime(2027, 1, 1, 3, 0, tzinfo=UTC), 2026),  # the evening before, in America
        (datetime(2027, 1, 1, 12, 0, tzinfo=UTC), 2027),
    ):
        with transaction() as session:
            session.execute(
                update(Payment).where(Payment.id == payment_id).values(succeeded_at=moment)
            )
        kept = {y: year_paid(desk.till.viewer, y).kept for y in (2026, 2027)}
        assert kept == {2026: Money(0), 2027: Money(0), year: Money(5_000)}


def test_ADR_14_a_refund_of_a_later_year_lowers_the_year_that_was_paid(
    desk: Desk, client: PageClient
) -> None:
    payment_id = desk.paid(7_000)
    later(desk, NEXT_YEAR)
    desk.refunded(payment_id, 2_000)
    assert agrees(desk.till.viewer, 2026).kept == Money(5_000)
    assert agrees(desk.till.viewer, 2027).kept == Money(0)
    old, new = client.get("/payments/2026"), client.get("/payments/2027")
    assert "You paid $50.00" in old.text
    assert "Sent back to you, January 12, 2027 \N{MINUS SIGN}$20.00" in old.text.replace(
        "\xa0", " "
    )
    assert "That was after 2026. It still lowers what you paid in 2026." in old.text
    assert "You paid nothing here in 2027." in new.text
    assert "We sent back $20.00 on January 12, 2027." in new.text.replace("\xa0", " ")
    assert "It is not taken off on this page." in new.text
    assert "/payments/2026" in new.links()
    printed = pdf_text(paper(client.get("/payments/2027/summary.pdf")))
    assert "It lowers the year in which you paid it." in printed


def test_ADR_14_a_refund_of_the_same_year_is_a_line_and_one_that_came_back_is_none(
    desk: Desk, client: PageClient
) -> None:
    desk.refunded(desk.paid(5_000), 1_500)
    desk.refunded(desk.paid(4_000, card=COMES_BACK), 1_000)
    desk.till.sandbox.control("clock", advance=int(timedelta(days=2).total_seconds()))
    desk.till.deliver(*desk.till.sandbox.events())
    assert agrees(desk.till.viewer, 2026).kept == Money(7_500)
    page = client.get("/payments/2026")
    assert "Counts as paid in 2026 $75.00" in page.text
    assert "That was after" not in page.text
    assert "$10.00" not in page.text


def test_ADR_14_a_lost_dispute_lowers_the_year_of_its_payment(
    desk: Desk, client: PageClient
) -> None:
    payment_id = desk.paid(7_000)
    desk.paid(1_000)
    later(desk, NEXT_YEAR)
    lost_dispute(desk, payment_id)
    assert agrees(desk.till.viewer, 2026).kept == Money(1_000)
    old, new = client.get("/payments/2026"), client.get("/payments/2027")
    assert "Your bank took back $70.00 on January 12, 2027." in old.text.replace("\xa0", " ")
    assert "Your bank took back $70.00 on January 12, 2027." in new.text.replace("\xa0", " ")
    assert agrees(desk.till.viewer, 2027).kept == Money(0)


def test_the_paper_is_tagged_and_says_the_same(desk: Desk, client: PageClient) -> None:
    desk.refunded(desk.paid(7_000), 2_000)
    page = client.get("/payments/2026")
    link = next(link for link in page.links() if link.endswith(".pdf"))
    data = paper(client.get(link))
    with pikepdf.open(io.BytesIO(data)) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang).lower().startswith("en")
        assert "What you paid in 2026" in str(pdf.docinfo.get("/Title", ""))
    printed = pdf_text(data)
    for words in ("$50.00", "Counts as paid in 2026", "-$20.00", "Testa Sample", "Office visit"):
        assert words in printed.replace("\N{MINUS SIGN}", "-"), words
    with read_only() as session:
        event = session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert event is not None
    assert (event.action, event.object_type, event.object_id) == ("export", "paid_in", "year 2026")
    assert desk.till.account_id in event.account_ids


def test_HIPAA_18_another_login_sees_only_its_own(
    desks: list[Desk], client: PageClient, as_patient: Callable[..., PageClient]
) -> None:
    mine, other = desks
    first, second = mine.paid(5_000), other.paid(13_240)
    stranger = as_patient(other.till.account_id)
    for who, seen, hidden in ((client, first, second), (stranger, second, first)):
        page = who.get("/payments/2026")
        assert number(mine, seen) in page.source
        assert number(mine, hidden) not in page.source
        printed = pdf_text(paper(who.get("/payments/2026/summary.pdf")))
        assert (number(mine, seen) in printed, number(mine, hidden) in printed) == (True, False)
    household = as_patient(mine.till.account_id, other.till.account_id)
    assert "You paid $182.40" in household.get("/payments/2026").text


def test_a_year_without_payments_is_a_friendly_page_and_one_out_of_range_is_none(
    client: PageClient,
) -> None:
    assert "You paid nothing here in 2026." in client.get("/payments/2026").text
    assert "You paid nothing online in 2026." in pdf_text(
        paper(client.get("/payments/2026/summary.pdf"))
    )
    for year in ("1999", "2028", "99999999999999999999"):
        client.get(f"/payments/{year}", expect=404)
        client.get(f"/payments/{year}/summary.pdf", expect=404)


def test_a_year_keeps_its_budget_of_queries(desk: Desk, client: PageClient) -> None:
    for cents in (1_000, 2_000, 3_000):
        desk.refunded(desk.paid(cents), 500)
    client.get("/payments/2026")
    for path in ("/payments/2026", "/payments"):
        with statements_sent() as sent:
            client.get(path)
        mine = [s for s in sent if "login" not in s]
        assert len(mine) <= BUDGET, "\n".join(mine)
