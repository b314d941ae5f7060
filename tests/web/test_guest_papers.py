"""Papers that the office asks for after it tied an application without a sign-in to an account (FA-7, FA-9)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from portal.config import Settings
from portal.db import read_only, transaction
from portal.models.assistance import AssistanceApplication, AssistanceDocument, AssistanceEvent
from portal.models.audit import AuditEvent
from portal.models.guest_applications import GuestPaper
from portal.services import guest_papers
from portal.services.refusal import NotFound
from tests.services.statement_world import DAY, noon, world
from tests.web.guest_help_world import begin, come_back, fill, guest_address, sign, tie
from tests.web.help_world import application, papers, send_photo
from tests.web.insurance_world import photo
from tests.web.pages import PageClient
from tests.web.people import make_login, signed_in
from tests.web.statements_sent import statements_sent

AsStaff = Callable[[str], PageClient]
SEND = "/help-paying/mine/send-paper"
MOST = 12  # queries of a page


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Of a practice that had its Spanish reviewed."""
    return replace(settings, spanish_reviewed_by="Testa Sample, certified translator")


@pytest.fixture(autouse=True)
def _clock(patient_app: Flask, staff_app: Flask) -> None:
    for app in (patient_app, staff_app):
        app.config["CLOCK"] = lambda: noon(DAY)


@pytest.fixture
def account_id() -> int:
    bill = world(lambda w: w.owed(90_000, account=w.account(birth_on=date(1986, 4, 28))))
    return bill[0].guarantor_account_id


@pytest.fixture
def asked(
    stranger: PageClient, patient_app: Flask, as_staff: AsStaff, account_id: int
) -> PageClient:
    """Back by the code, a day after the office asked for pay stubs."""
    code = begin(stranger)
    fill(stranger)
    more = {"member": "Testa Sample", "source": "wages", "amount": "9,000", "period": "monthly"}
    assert stranger.post("/help-paying/mine/income", {**more, "seen": "1"}).status == 302
    sign(stranger)
    clerk = tie(as_staff, account_id)
    items = {"ask-items": ["pay_stubs"], "ask-note": "Of March, please."}
    clerk.post(f"/assistance/{application().id}/ask", items, expect=302)
    patient_app.config["CLOCK"] = lambda: noon(DAY + timedelta(days=1))
    other, page = come_back(patient_app, code)
    assert SEND in [form.get("action") for form in page.all("form")]
    return other


def test_FA_9_what_was_asked_for_goes_by_the_code_and_then_it_is_complete(
    asked: PageClient,
) -> None:
    page = asked.follow(asked.post("/help-paying/mine/answered"))
    assert "Send a paper first" in page.text
    assert "I have sent all of it" not in page.text
    page = asked.follow(send_photo(asked, SEND, photo()))
    assert "We have your paper. Thank you." in page.text
    assert "You sent a paper." in page.text
    with read_only() as session:
        paper = session.scalars(select(GuestPaper)).one()
    assert f"/help-paying/mine/papers/{paper.id}.pdf" in page.links()
    shown = asked.get(f"/help-paying/mine/papers/{paper.id}.pdf").response.data
    assert shown.startswith(b"%PDF-")
    page = asked.follow(asked.post("/help-paying/mine/answered"))
    assert "Thank you. We look at it now." in page.text
    assert "You have our answer by" in page.text
    assert application().state == "complete"


def test_FA_7_the_office_opens_it_and_no_sign_in_stands_behind_it(
    asked: PageClient, as_staff: AsStaff
) -> None:
    send_photo(asked, SEND, photo())
    [document] = papers()
    assert (document.kind, document.media_type) == ("pay_stubs", "application/pdf")
    assert document.login_id is None
    with read_only() as session:
        kept = session.scalars(select(GuestPaper)).one()
        event = session.scalars(
            select(AssistanceEvent).where(AssistanceEvent.kind == "paper")
        ).one()
    assert (kept.stored_as, kept.sha256) == (document.stored_as, document.sha256)
    assert (event.login_id, event.detail) == (None, {"proof": "pay_stubs"})
    clerk = as_staff("fa_counsellor")
    address = f"/assistance/{document.application_id}/papers/{document.id}.pdf"
    assert address in clerk.get(f"/assistance/{document.application_id}").links()
    assert clerk.get(address).response.data.startswith(b"%PDF-")


def test_HIPAA_3_a_paper_by_the_code_stands_in_the_trail_of_the_account(
    asked: PageClient, account_id: int, patient_app: Flask
) -> None:
    send_photo(asked, SEND, photo())
    asked.post("/help-paying/mine/answered")
    with read_only() as session:
        rows = session.scalars(
            select(AuditEvent)
            .where(AuditEvent.action == "update", AuditEvent.role.startswith("guest_application_"))
            .where(AuditEvent.reason != "")
            .order_by(AuditEvent.id)
        ).all()
    assert [(row.reason, row.account_ids, row.login_id) for row in rows] == [
        ("paper", [account_id], None),
        ("answered", [account_id], None),
    ]
    owner = signed_in(PageClient(patient_app), make_login("patient", accounts=[account_id]))
    told = owner.get("/account/seen").text
    assert "Somebody with the code of an application for help" in told


def test_FA_7_the_same_file_twice_is_kept_once(asked: PageClient) -> None:
    for _ in range(2):
        assert send_photo(asked, SEND, photo()).status == 302
    assert len(papers()) == 1


@pytest.mark.parametrize("content", [b"", b"MZ not a picture", b"%PDF-1.4 broken"])
def test_FA_7_HIPAA_18_what_is_no_paper_is_refused_at_its_field(
    asked: PageClient, content: bytes
) -> None:
    page = send_photo(asked, SEND, content)
    assert page.status == 200
    assert "field-error" in page.source
    assert "We need something from you by" in page.text
    assert papers() == []


def test_FA_7_a_paper_finds_no_other_application(
    asked: PageClient, stranger: PageClient, patient_app: Flask
) -> None:
    """Another's code opens another application; a paper of this one is not found there."""
    send_photo(asked, SEND, photo())
    with read_only() as session:
        paper_id = session.scalars(select(GuestPaper.id)).one()
    other = PageClient(patient_app)
    begin(other)
    other.get(f"/help-paying/mine/papers/{paper_id}.pdf", expect=404)
    for address in (SEND, "/help-paying/mine/answered"):  # its own is not sent yet
        assert other.post(address).location.endswith("/help-paying/mine")
    assert len(papers()) == 1
    nobody = PageClient(patient_app)
    for address in (SEND, "/help-paying/mine/answered"):
        assert nobody.post(address).location.endswith("/help-paying/come-back")


@pytest.fixture
def untied(stranger: PageClient, patient_app: Flask) -> PageClient:
    """Sent, and back by the code on another phone before the office found its account."""
    code = begin(stranger)
    fill(stranger)
    sign(stranger)
    other, page = come_back(patient_app, code)
    assert "A person here finds your bills." in page.text
    assert SEND in [form.get("action") for form in page.all("form")]
    return other


def test_FA_7_a_missing_paper_goes_before_it_is_tied_and_is_tied_with_it(
    untied: PageClient, as_staff: AsStaff, account_id: int
) -> None:
    page = untied.follow(send_photo(untied, SEND, photo()))
    assert "We have your paper. Thank you." in page.text
    untied.follow(send_photo(untied, SEND, photo()))  # the same file once more
    with read_only() as session:
        paper = session.scalars(select(GuestPaper)).one()
        [told] = session.scalars(select(AuditEvent).where(AuditEvent.reason == "paper"))
    assert (told.account_ids, told.login_id) == ([], None)
    assert f"/help-paying/mine/papers/{paper.id}.pdf" in page.links()
    assert f"/help-paying/mine/papers/{paper.id}/remove" not in page.source
    untied.post(f"/help-paying/mine/papers/{paper.id}/remove", {})
    assert untied.get(f"/help-paying/mine/papers/{paper.id}.pdf").status == 200
    tie(as_staff, account_id)
    [document] = papers()
    assert (document.kind, document.stored_as) == (paper.kind, paper.stored_as)


def test_FA_7_HIPAA_18_before_it_is_tied_the_same_is_refused(
    untied: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = send_photo(untied, SEND, b"MZ not a picture")
    assert page.status == 200
    assert "field-error" in page.source
    monkeypatch.setattr("portal.services.guest_papers.MOST_PAPERS", 0)
    assert "There are many papers already." in send_photo(untied, SEND, photo()).text
    assert untied.post("/help-paying/mine/answered", expect=404).status == 404
    with read_only() as session:
        assert session.scalars(select(GuestPaper)).all() == []


def test_FA_7_a_paper_that_comes_while_the_office_ties_it_lies_with_both(
    untied: PageClient, as_staff: AsStaff, account_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = guest_papers.stored_paper

    def meanwhile(*args):  # type: ignore[no-untyped-def]  # as the one that it stands for
        tie(as_staff, account_id)
        ask_for_more()
        return real(*args)

    monkeypatch.setattr(guest_papers, "stored_paper", meanwhile)
    send_photo(untied, SEND, photo())
    with read_only() as session:
        paper = session.scalars(select(GuestPaper)).one()
    assert [document.stored_as for document in papers()] == [paper.stored_as]


@pytest.mark.parametrize("why", ["twice", "fails"])
def test_HIPAA_18_a_file_that_no_row_names_is_deleted(
    untied: PageClient, patient_app: Flask, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    deleted: list[str] = []
    documents = patient_app.extensions["kindbill"].documents
    monkeypatch.setattr(documents, "delete", deleted.append)
    real, sent = guest_papers._open, []

    def meanwhile(session, guest_id):  # type: ignore[no-untyped-def]  # as the one that it stands for
        sent.append(guest_id)
        if len(sent) == 2 and why == "twice":  # from another window
            send_photo(untied, SEND, photo())
        if len(sent) == 2 and why == "fails":
            raise NotFound
        return real(session, guest_id)

    monkeypatch.setattr(guest_papers, "_open", meanwhile)
    send_photo(untied, SEND, photo())
    with read_only() as session:
        kept = session.scalars(select(GuestPaper.stored_as)).all()
    assert (len(deleted), len(kept)) == (1, 1 if why == "twice" else 0)
    assert not set(deleted) & set(kept)


def ask_for_more() -> None:
    """As if it had not been clear at once."""
    with transaction() as session:
        session.scalars(select(AssistanceApplication)).one().state = "received"


def test_FA_9_once_it_is_answered_or_closed_no_paper_is_taken(
    untied: PageClient, patient_app: Flask, as_staff: AsStaff, account_id: int
) -> None:
    tie(as_staff, account_id)
    page = untied.follow(send_photo(untied, SEND, photo()))
    assert application().state == "decided"
    assert "This application has its answer already." in page.text
    other = PageClient(patient_app)
    begin(other)
    fill(other)
    sign(other)
    clerk = as_staff("fa_counsellor")
    address = guest_address(clerk)
    clerk.get(address)
    clerk.post(f"{address}/close", {"reason": "No bill here; called."}, expect=302)
    page = other.follow(send_photo(other, SEND, photo()))
    assert "We could not find your bills." in page.text
    assert SEND not in page.source
    with read_only() as session:
        assert session.scalars(select(AssistanceDocument)).all() == []
        assert session.scalars(select(GuestPaper)).all() == []


def test_LANG_3_it_is_sent_in_Spanish_before_it_is_tied(untied: PageClient) -> None:
    untied.post("/speak/es", {}, expect=302)
    page = untied.get("/help-paying/mine").text
    assert "Enviar un papel" in page
    for words in ("We have it", "finds your bills", "Send this paper", "by mail"):
        assert words not in page
    refused = send_photo(untied, SEND, b"MZ not a picture").text
    assert "Envíe un PDF, un JPEG o un PNG." in refused
    assert "Send a PDF" not in refused


def test_LANG_3_it_is_asked_for_and_sent_in_Spanish(asked: PageClient) -> None:
    asked.post("/speak/es", {}, expect=302)
    page = asked.get("/help-paying/mine").text
    assert "Enviar un papel" in page
    for words in ("We need something", "pay stubs", "Send this paper", "by mail"):
        assert words not in page


def test_FA_9_its_page_asks_few_questions(asked: PageClient) -> None:
    send_photo(asked, SEND, photo())
    with statements_sent() as sent:
        asked.get("/help-paying/mine")
    assert len(sent) <= MOST, "\n".join(sent)
    with read_only() as session:
        row = session.scalars(select(AssistanceApplication)).one()
    assert row.state == "asked"
