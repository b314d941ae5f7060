"""Letters at the office: evidence of each sending, previews about nobody, and a state's words that somebody reads first (CORE-3, COLL-T)."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from billing.notices import NoticeKind
from portal.db import read_only, transaction
from portal.models.audit import AuditEvent
from portal.models.notices import Notice, NoticeDelivery, NoticeTemplate
from portal.services.notice_template import template_on
from tests.services.staff_world import add_account
from tests.services.statement_world import DAY, noon
from tests.web.bills import make_practice
from tests.web.letters_world import add_letter
from tests.web.pages import PageClient
from tests.web.statements_sent import statements_sent

As = Callable[[str], PageClient]


@pytest.fixture(autouse=True)
def practice(staff_app: Flask) -> None:
    """Who writes: previews and reviews need it."""
    del staff_app  # its database is ready
    make_practice()


def test_CORE_3_the_account_shows_each_letter_with_its_evidence(as_staff: As) -> None:
    world = add_account("1111-2222")
    biller = as_staff("biller")
    address = f"/accounts/{world.account_id}/letters"
    assert "No letter was made for this account." in biller.get(address).text
    number = add_letter(world.account_id, noon(DAY))
    with transaction() as session:
        notice = session.get_one(Notice, number)
        for status in ("handed_over", "returned"):
            session.add(
                NoticeDelivery(
                    source=f"notice-{number}:{status}",
                    notice_id=number,
                    channel="paper",
                    address="1 Invented Street, Sampletown, NY 10001",
                    content_hash=notice.content_hash,
                    status=status,
                    happened_on=DAY,
                    at=noon(DAY),
                )
            )
    with statements_sent() as sent:
        page = biller.get(address).text
    assert len(sent) <= 12
    assert "Dispute: received" in page
    assert "in the mail batch, 1 Invented Street" in page
    assert "mail came back" in page
    assert notice.content_hash[:12] in page


@pytest.mark.parametrize("kind", NoticeKind)
@pytest.mark.parametrize("language", ["en", "es"])
def test_every_letter_has_a_preview_with_invented_facts(
    as_staff: As, kind: NoticeKind, language: str
) -> None:
    pdf = as_staff("manager").http.get(f"/settings/letters/{kind.value}/{language}.pdf")
    assert pdf.status_code == 200
    assert pdf.data.startswith(b"%PDF")


def test_COLL_T_a_state_s_words_count_once_somebody_says_who_read_them(as_staff: As) -> None:
    manager = as_staff("manager")
    page = manager.get("/settings/letters").text
    assert "This debt has not been reported to a credit bureau." in page
    assert "Not yet: no letter says it." in page
    refused = manager.post("/settings/letters/states/NJ/en", {"note": " "})
    assert "Say who read it" in refused.text
    manager.post("/settings/letters/states/NJ/en", {"note": "Counsel, P.L. 2024"}, expect=302)
    manager.post("/settings/letters/states/XX/en", {"note": "Counsel"}, expect=404)
    with read_only() as session:
        [row] = session.scalars(select(NoticeTemplate).where(NoticeTemplate.state == "NJ"))
        [told] = session.scalars(
            select(AuditEvent).where(
                AuditEvent.object_type == "letter_words", AuditEvent.reason != ""
            )
        )
    assert row.reviewed_at is not None
    assert (told.object_id, told.reason) == ("NJ:en:1", "Counsel, P.L. 2024")
    assert (told.face, told.role) == ("staff", "manager")


def test_HIPAA_7_only_who_sets_things_reviews_words(as_staff: As) -> None:
    as_staff("biller").post("/settings/letters/states/NJ/en", {"note": "me"}, expect=403)
    with read_only() as session:
        assert session.scalars(select(NoticeTemplate)).all() == []


def test_CORE_3_an_envelope_that_came_back_is_said_on_the_page_and_by_the_printers_file(
    as_staff: As,
) -> None:
    world = add_account("1111-2222")
    number, biller = add_letter(world.account_id, noon(DAY)), as_staff("biller")
    with transaction() as session:
        notice = session.get_one(Notice, number)
        sent = NoticeDelivery(
            source=f"notice-{number}:handed_over",
            notice_id=number,
            channel="paper",
            address="1 Invented Street, Sampletown, NY 10001",
            content_hash=notice.content_hash,
            status="handed_over",
            happened_on=DAY,
            at=noon(DAY),
        )
        session.add(sent)
        session.flush()
        delivery_id = sent.id
    address = f"/accounts/{world.account_id}/letters"
    assert "came back" in biller.get(address).text
    assert "came back" not in as_staff("auditor").get(address).text.replace("mail came back", "")
    biller.post(f"{address}/{delivery_id}/came-back", expect=302)
    page = biller.get(address).text
    assert "mail came back" in page
    file = f"piece,status,date\nnotice-{number},returned,{DAY}\nother-1,mailed,{DAY}\n"
    told = biller.post("/mail-status", {"file": (io.BytesIO(file.encode()), "back.csv")})
    assert "1 known, 1 unknown" in told.text
    refused = biller.post("/mail-status", {"file": (io.BytesIO(b"nothing"), "back.csv")})
    assert "has no column piece" in refused.text


def test_OPS_13_new_words_take_two_people_and_a_preview_and_then_letters_say_them(
    as_staff: As,
) -> None:
    writer, second = as_staff("manager"), as_staff("manager")
    path = f"/settings/letters/{NoticeKind.DISPUTE_RECEIVED.value}/en"
    shown = writer.get(path)
    texts = [node.text or "" for node in shown.all("textarea")]
    texts = [text.strip("\n") for text in texts]
    form = {"version": "1", "title": "We got your question"}
    bad = writer.post(path, form | {"text": [*texts[:-1], "Pay or go to jail."]}, expect=409)
    assert "jail" in bad.text
    fresh = [*texts[:-1], f"{texts[-1]}\nWe are glad to help."]
    writer.follow(writer.post(path, form | {"text": fresh}))
    page = writer.get("/settings/letters").text
    assert "You wrote it: somebody else approves it." in page
    waiting = second.get("/settings/letters").text.split("Facts that it carries")[0]
    assert "We are glad to help." in waiting  # the new words, beside those in force
    assert texts[-1].split("{")[0][:30] in waiting
    assert texts[0].split("{")[0][:30] not in waiting  # a part that stays is not shown
    with read_only() as session:
        row = session.scalars(
            select(NoticeTemplate).where(NoticeTemplate.approved_at.is_(None))
        ).one()
    assert row.version == 2
    at = f"/settings/letters/proposed/{row.id}"
    assert second.http.get(f"{at}.pdf").data.startswith(b"%PDF")
    assert "somebody else must approve" in writer.post(f"{at}/approve", expect=409).text
    alone = update(NoticeTemplate).where(NoticeTemplate.id == row.id)
    with pytest.raises(DBAPIError, match="two_people"), transaction() as session:
        session.execute(alone.values(approved_by_id=row.proposed_by_id, approved_at=noon(DAY)))
    assert in_force().version == 1
    second.follow(second.post(f"{at}/approve"))
    assert in_force().version == 2
    assert "We are glad to help." in str(in_force().words)
    stale = writer.post(path, form | {"text": texts}, expect=409)
    assert "Somebody changed this letter since" in stale.text
    as_staff("auditor").get(path, expect=403)


def in_force() -> NoticeTemplate:
    with transaction() as session:
        return template_on(session, NoticeKind.DISPUTE_RECEIVED, language="en", on=date.max)


def test_LANG_3_who_read_the_spanish_words_is_shown(as_staff: As) -> None:
    manager = as_staff("manager")
    with statements_sent() as sent:
        page = manager.get("/settings/letters").text
    assert len(sent) <= 12
    assert "Nobody yet" in page
    path = f"/settings/letters/{NoticeKind.RETURNED_MAIL.value}/read"
    assert "Say who read" in manager.post(path, {"note": " "}, expect=409).text
    manager.post(path, {"note": "Ana Sample, translator"}, expect=302)
    with read_only() as session:
        [kept] = session.scalars(
            select(NoticeTemplate).where(NoticeTemplate.reviewed_at.is_not(None))
        )
    assert (kept.kind, kept.language) == ("returned_mail", "es")
