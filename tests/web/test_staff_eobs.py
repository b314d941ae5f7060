"""A biller types a paper EOB: batch, check, claim found by POST, lines, scan, preview, post (OPS-9, OPS-12, C-21)."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from uuid import uuid4

import pikepdf
import pytest
from flask import Flask
from sqlalchemy import select

from billing.money import Money
from portal.db import read_only
from portal.models.audit import AuditEvent
from portal.models.claims import Claim
from portal.models.eobs import EobEntry, EobScan
from portal.models.remittances import RemittanceRow
from tests.services.payer_voice import bill, insured
from tests.web.insurance_world import photo
from tests.web.pages import Page, PageClient
from tests.web.statements_sent import statements_sent


def scanned(*, trap: bool = False) -> bytes:
    """One page; a `trap` runs a program and carries a file, both inside compressed object streams."""
    file = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(612, 792))
        if trap:
            program = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
            pdf.Root.OpenAction = pdf.make_indirect(program)
            pdf.attachments["note.txt"] = b"hidden"
        pdf.save(file, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return file.getvalue()


PDF = scanned()


@dataclass
class Typist:
    """Somebody at the pages, and the claim that the EOB is about."""

    client: PageClient
    visit_id: int
    claim: Claim
    entry: str = ""

    def begin(self, total: str = "80.00", checks: str = "1") -> Page:
        batch = str(uuid4())
        said = {"batch": batch, "received_on": "3/2/2026", "checks": checks, "total": total}
        page = self.client.follow(self.client.post("/eobs/batches/new", said, expect=302))
        assert "0 are entered" in page.text
        self.entry = str(uuid4())
        head = {
            "entry": self.entry,
            "version": "1",
            "payer": str(self.claim.payer_id),
            "total": "80.00",
            "method": "check",
            "number": "1042",
            "issued_on": "2/20/2026",
        }
        return self.client.follow(self.client.post(f"/eobs/batches/{batch}/new", head, expect=302))

    def at(self, step: str = "") -> str:
        return f"/eobs/{self.entry}{step}"

    def add(self) -> Page:
        found = self.client.post(self.at("/find"), {"term": "Sample 2/3/2026"}, expect=200)
        said = {"version": found.hidden("version"), "claim": found.hidden("claim")}
        return self.client.follow(self.client.post(self.at("/claims"), said, expect=302))

    def line(self, page: Page, *, version: str = "", **said: str) -> Page:
        fields = {
            "version": version or page.hidden("version"),
            "status": "1",
            "payer_claim_number": "ICN1",
            "lines-0-paid": "80",
            "lines-0-allowed": "105",
            "lines-0-adjustments-0-group": "CO",
            "lines-0-adjustments-0-carc": "45",
            "lines-0-adjustments-0-amount": "20",
            "lines-0-adjustments-1-group": "PR",
            "lines-0-adjustments-1-carc": "1",
            "lines-0-adjustments-1-amount": "25",
        }
        return self.client.post(self.at("/claims/1"), fields | said)

    def attach(self, content: bytes) -> Page:
        data = {"scan": str(uuid4()), "file": (io.BytesIO(content), "../../eob")}
        return self.client.post(self.at("/scan"), data, content_type="multipart/form-data")


@pytest.fixture
def typist(staff_app: Flask, as_staff: Callable[[str], PageClient], now) -> Typist:
    staff_app.config["CLOCK"] = lambda: now
    visit = insured(12_500)
    with read_only() as session:
        claim = session.scalars(select(Claim)).one()
    return Typist(as_staff("biller"), visit.id, claim)


@pytest.fixture
def now():
    from tests.conftest import NOW

    return NOW


def test_C_21_a_biller_types_an_eob_with_its_scan_and_it_posts_as_an_835(typist: Typist) -> None:
    assert "No claim yet" in typist.begin().text
    page = typist.add()
    assert page.h1 == "Type a claim"
    assert "billed $125.00" in page.text
    half = typist.client.follow(typist.line(page, **{"lines-0-adjustments-1-amount": "20"}))
    assert "Saved as a draft" in half.text, "an unbalanced line is kept, and said to be one"
    assert "$5.00 not explained" in half.text
    assert "This is a discount your plan has set with us" in half.text, "our own words"
    whole = typist.client.follow(typist.line(half))
    assert "Saved. It balances." in whole.text
    assert "Everything balances." in whole.text
    typist.client.follow(typist.attach(photo(words="EOB")))
    typist.client.follow(typist.attach(PDF))
    for step in ("", "/claims/1", "/head", "/provider-adjustments"):
        with statements_sent() as sent:
            typist.client.get(typist.at(step))
        assert len(sent) <= 12, "\n".join([step, *sent])
    preview = typist.client.get(typist.at("/preview"))
    assert "Will be posted" in preview.text
    assert bill(typist.visit_id).plan_paid == Money(0)
    posted = typist.client.post(
        typist.at("/post"), {"version": preview.hidden("version")}, expect=302
    )
    remittance = typist.client.follow(posted)
    assert "Typed by" in remittance.text
    assert "from a paper EOB" in remittance.text
    scans = [link for link in remittance.links() if "/scans/" in link]
    assert len(scans) == 2
    shown = [typist.client.get(link).response for link in scans]
    assert sorted(one.mimetype for one in shown) == ["application/pdf", "image/jpeg"]
    assert all(
        "attachment" in one.headers["Content-Disposition"]
        for one in shown
        if one.mimetype == "application/pdf"
    ), "a PDF is never opened inside our own address"
    after = bill(typist.visit_id)
    assert (after.plan_paid, after.patient_due) == (Money(8_000), Money(2_500))
    again = typist.client.get(typist.at())
    assert "Open the remittance" in again.text
    with read_only() as session:
        searched = session.scalars(
            select(AuditEvent).where(AuditEvent.action == "search", AuditEvent.object_type == "eob")
        ).all()
    assert [len(row.patient_ids) for row in searched] == [1], "whom a search showed is written down"


def test_OPS_12_a_batch_that_does_not_agree_offers_no_posting(typist: Typist) -> None:
    typist.begin(total="90.00", checks="2")
    typist.client.follow(typist.line(typist.add()))
    preview = typist.client.get(typist.at("/preview"))
    assert "The batch has 2 payments, 1 are entered." in preview.text
    assert "Post $80.00" not in preview.text
    refused = typist.client.post(typist.at("/post"), {"version": "3"}, expect=409)
    assert "Nothing was posted" in refused.text
    with read_only() as session:
        assert session.scalars(select(RemittanceRow)).all() == []


def test_OPS_12_who_saves_upon_an_older_page_is_told_and_keeps_what_was_typed(
    typist: Typist,
) -> None:
    typist.begin()
    page = typist.add()
    seen = page.hidden("version")
    typist.client.follow(typist.line(page, payer_claim_number="THEIRS"))
    told = typist.line(page, version=seen, payer_claim_number="MINE")
    assert told.status == 200
    assert "saved this EOB meanwhile" in told.text
    assert 'value="MINE"' in told.source
    with read_only() as session:
        said = session.scalars(select(EobEntry.document)).one()["claims"][0]
    assert said["payer_claim_number"] == "THEIRS"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "The file is empty"),
        (b"MZ\x90\x00 a program", "Choose a PDF, JPEG or PNG"),
        (PDF[:20], "cut short"),
        (b"%PDF-1.7 and then nothing %%EOF", "damaged"),
        (b"\x89PNG\r\n\x1a\n and then nothing", "cannot be opened"),
    ],
)
def test_C_21_what_is_no_scan_is_not_kept(typist: Typist, content: bytes, why: str) -> None:
    typist.begin()
    assert why in typist.attach(content).text
    with read_only() as session:
        assert session.scalars(select(EobScan)).all() == []


def test_C_21_a_program_in_an_object_stream_does_not_come_along(
    typist: Typist, staff_app: Flask
) -> None:
    trap = scanned(trap=True)
    assert b"JavaScript" not in trap, "no search for bytes finds it"
    typist.begin()
    typist.client.follow(typist.attach(trap))
    with read_only() as session:
        [scan] = session.scalars(select(EobScan))
    kept = staff_app.extensions["kindbill"].documents.get(scan.stored_as)
    assert (scan.size, scan.sha256) == (len(kept), sha256(kept).hexdigest())
    with pikepdf.open(io.BytesIO(kept)) as pdf:
        assert len(pdf.pages) == 1
        assert not {"/OpenAction", "/AA", "/Names"} & set(pdf.Root.keys())
        words = b"".join(one.unparse(resolved=True) for one in pdf.objects)
    assert b"JavaScript" not in words
    assert b"EmbeddedFile" not in words


def test_PCI_5_no_card_number_is_taken_as_a_check_number(typist: Typist) -> None:
    page = typist.begin()
    head = {
        "entry": typist.entry,
        "version": page.hidden("version"),
        "payer": str(typist.claim.payer_id),
        "total": "80.00",
        "method": "virtual_card",
        "number": "4111 1111 1111 1111",
        "issued_on": "2/20/2026",
    }
    refused = typist.client.post(typist.at("/head"), head, expect=200)
    assert "looks like a card number" in refused.text
    assert "4111" not in refused.source
    saved = typist.client.follow(
        typist.client.post(
            typist.at("/head"), head | {"method": "eft", "number": "4111111111111111"}, expect=302
        )
    )
    page = typist.add()
    typist.client.follow(typist.line(page, payer_claim_number="5555555555554444"))
    assert "4111111111111111" in saved.source
    assert "5555555555554444" in typist.client.get(typist.at("/claims/1")).source
