"""Notes on an account: kept as written, and whoever is named in one finds it on the first page of their day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import ProgrammingError

from billing.mentions import handle_of
from portal.db import read_only, transaction
from portal.models.audit import AuditEvent
from portal.models.identity import Login
from portal.models.notes import AccountNote
from portal.services.note_account import NoteRefused, note_account
from tests.services.staff_world import add_account, add_staff
from tests.web.pages import Page, PageClient

AsStaff = Callable[[str], PageClient]
NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


def test_a_colleague_who_is_named_finds_the_note_until_it_is_read(as_staff: AsStaff) -> None:
    world, desk, biller = add_account(), as_staff("front_desk"), as_staff("biller")
    address = f"/accounts/{world.account_id}/notes"
    assert "Written to you" not in biller.get("/").text
    words = f"Called twice.\nNo answer, @{handle(biller)}: try on Friday."
    done = write(desk, address, words)
    assert "try on Friday." in desk.follow(done).text
    assert "on account 7000001" in biller.get("/").text
    assert "Written to you" not in desk.get("/").text
    assert "try on Friday" in biller.get(f"/accounts/{world.account_id}").text
    assert "Written to you" in biller.get("/").text  # until the notes themselves were opened
    assert "try on Friday" in biller.get(address).text
    assert "Written to you" not in biller.get("/").text
    with read_only() as session:
        written = session.scalars(
            select(AuditEvent).where(
                AuditEvent.object_type == "account_note", AuditEvent.action == "create"
            )
        ).one()
        assert written.account_ids == [world.account_id]


def test_a_name_that_nobody_bears_is_said_and_nothing_is_lost(as_staff: AsStaff) -> None:
    world, desk = add_account(), as_staff("front_desk")
    page = write(desk, f"/accounts/{world.account_id}/notes", "Ask @nobody.here")
    assert "Nobody here is called @nobody.here" in page.text
    assert "Ask @nobody.here" in page.text
    assert written() == 0


def test_PCI_5_a_card_number_is_not_kept(as_staff: AsStaff) -> None:
    world, desk = add_account(), as_staff("front_desk")
    address = f"/accounts/{world.account_id}/notes"
    page = write(desk, address, "Card 4242 4242 4242 4242")
    assert "looks like a card number" in page.text
    assert written() == 0


def test_HIPAA_7_the_auditor_reads_and_writes_nothing(as_staff: AsStaff) -> None:
    world, auditor = add_account(), as_staff("auditor")
    page = auditor.get(f"/accounts/{world.account_id}/notes")
    assert page.h1 == "Notes"
    assert "Save the note" not in page.text


def test_the_same_form_is_one_note_and_no_note_is_ever_changed(database_url: str) -> None:
    world, biller, form_id = add_account(), add_staff("biller"), uuid4()
    for _ in range(2):
        note_account(
            form_id=form_id, account_id=world.account_id, text="Once", staff=biller, now=NOW
        )
    with pytest.raises(NoteRefused, match="Nothing was saved"):
        note_account(form_id=uuid4(), account_id=world.account_id, text="  ", staff=biller, now=NOW)
    assert written() == 1
    with pytest.raises(ProgrammingError, match="permission denied"), transaction() as session:
        session.execute(text("UPDATE account_notes SET text = 'Never'"))


def write(client: PageClient, address: str, words: str) -> Page:
    form_id = client.get(address).hidden("form_id")
    return client.post(address, {"form_id": form_id, "text": words})


def handle(client: PageClient) -> str:
    with read_only() as session:
        return handle_of(session.get_one(Login, client.login_id).email)


def written() -> int:
    with read_only() as session:
        return session.scalar(select(func.count()).select_from(AccountNote)) or 0
