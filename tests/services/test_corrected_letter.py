"""The letter of a corrected statement: once beside the one that went out, asked about as it leaves (STMT-19, CORE-3, CORE-5)."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from billing import entries
from billing.bill_disputes import Channel, Kind
from billing.ledger import Account
from billing.money import Money
from billing.notice_text import text_of
from portal import db
from portal.models.accounts import AccountCondition
from portal.models.bill_disputes import BillDispute
from portal.models.notices import Notice, NoticeDelivery, NoticeTemplate
from portal.services.corrected_letter import write_corrected_letters
from portal.services.open_dispute import Filing, open_dispute
from tests.pdf_text import pdf_text
from tests.services.ledger_book import party_of
from tests.services.notice_world import URL, send
from tests.services.statement_world import (
    Office,
    after,
    cut,
    decided_anew,
    deliver,
    later,
    noon,
    world,
)

pytestmark = pytest.mark.usefixtures("database_url")
CORRECTED_ON = after(6)


def corrected(tmp_path, *, share: int = 7000, sent: bool = True, **account) -> int:
    """A bill of $50.00 that was sent, and decided anew; the id of its account."""
    bill = world(lambda w: w.owed(5000, account=w.account(**account)))
    cut()
    deliver(tmp_path)
    later(lambda w: decided_anew(w, bill, share))
    assert cut(CORRECTED_ON).numbers == ("2026-0002",)
    if sent:
        deliver(tmp_path, CORRECTED_ON)
    return bill[0].guarantor_account_id


def write(on=CORRECTED_ON) -> int:
    return write_corrected_letters(on=on, now=noon(on), public_url=URL)


def letters() -> list[Notice]:
    with db.read_only() as session:
        return list(session.scalars(select(Notice).order_by(Notice.id)))


def test_STMT_19_the_letter_has_reason_both_figures_and_the_new_last_day(tmp_path) -> None:
    account_id = corrected(tmp_path)
    assert write() == 1
    [letter] = letters()
    assert (letter.kind, letter.guarantor_account_id) == ("corrected_statement", account_id)
    said = text_of(letter.content)
    for words in (
        "Acme Health changed a decision on a bill that we sent you before.",
        "2026-0001",
        "2026-0002",
        "$50.00",
        "$70.00",
        "$20.00 more than before",
        "Please pay it by April 2, 2026.",
    ):
        assert words in said
    assert letter.facts["due"] >= (CORRECTED_ON + timedelta(days=21)).isoformat()
    with db.read_only() as session:
        template = session.get_one(NoticeTemplate, letter.template_id)
        assert template.approved_at is not None


def test_STMT_19_never_twice_for_the_same_correction(tmp_path) -> None:
    corrected(tmp_path)
    assert [write(), write(), write(after(7)), write(after(13))] == [1, 0, 0, 0]
    assert len(letters()) == 1


def test_STMT_19_a_statement_that_never_went_out_has_no_letter_and_the_next_tells_it_once(
    tmp_path,
) -> None:
    corrected(tmp_path, sent=False)
    assert write() == 0
    assert cut(after(7)).numbers == ("2026-0003",)
    deliver(tmp_path, after(7))
    assert write(after(7)) == 1
    [letter] = letters()
    assert letter.facts["number"] == "2026-0003"


def test_STMT_19_a_share_that_fell_is_no_increase(tmp_path) -> None:
    corrected(tmp_path, share=3000)
    assert write() == 1
    [letter] = letters()
    said = text_of(letter.content)
    assert Money(letter.facts["new_amount"]) == Money(3000)
    assert "more than before" not in said
    assert "You do not need to pay now." not in said


def test_LANG_3_in_spanish_the_reason_is_spanish_too(tmp_path) -> None:
    corrected(tmp_path, language="es")
    assert write() == 1
    [letter] = letters()
    said = text_of(letter.content)
    assert letter.language == "es"
    assert "Acme Health cambió una decisión sobre una factura que le enviamos antes." in said
    assert "Pague hasta el 2 de abril de 2026." in said


@pytest.mark.parametrize(
    ("language", "why"),
    [
        ("en", "You told us that a bill was wrong. We corrected it."),
        ("es", "Usted nos dijo que una factura estaba mal. La corregimos."),
    ],
)
def test_STMT_19_after_a_dispute_the_letter_says_that_we_corrected_the_bill(
    tmp_path, language: str, why: str
) -> None:
    bill = world(lambda w: w.owed(5000, account=w.account(language=language)))
    cut()
    deliver(tmp_path)
    dispute_id = uuid4()
    filing = Filing(
        visit_id=bill[0].id, kind=Kind.AMOUNT, channel=Channel.CALL, words="It is wrong."
    )
    with db.transaction() as session:
        told = {"dispute_id": dispute_id, "by_id": None, "face": "staff", "now": noon(after(2))}
        open_dispute(session, filing, **told)  # type: ignore[arg-type]  # as named

    def correct(w) -> None:
        lines = [entries.Line(party_of(bill[0], bill[1][0]), Money(2000))]
        asked = {"account": Account.PROVIDER_WRITE_OFF, "lines": lines, "memo": "wrong code"}
        w.post(entries.adjustment(source_ref="test:off", occurred_on=after(3), **asked))
        row = w.session.get_one(BillDispute, dispute_id)
        row.state, row.finding, row.answered_at = "answered", "corrected", noon(after(3))
        row.ended_on = after(3)

    later(correct)
    assert cut(CORRECTED_ON).numbers == ("2026-0002",)
    deliver(tmp_path, CORRECTED_ON)
    assert write() == 1
    [letter] = letters()
    assert letter.facts["reason"] == why
    said = text_of(letter.content)
    assert why in said
    assert "Acme Health" not in said, "no payer decided anything"
    assert "$50.00" in said
    assert "$30.00" in said


def test_CORE_3_it_leaves_as_tagged_paper_with_evidence(tmp_path) -> None:
    corrected(tmp_path)
    write()
    office = Office(tmp_path)
    assert send(office, on=CORRECTED_ON).printed == 1
    [letter] = letters()
    paper = office.outbox / CORRECTED_ON.isoformat() / f"notice-{letter.id}.pdf"
    assert "We corrected your bill" in pdf_text(paper.read_bytes())
    with db.read_only() as session:
        [proof] = session.scalars(
            select(NoticeDelivery).where(NoticeDelivery.notice_id == letter.id)
        )
    assert (proof.channel, proof.status) == ("paper", "handed_over")
    assert proof.content_hash == letter.content_hash


def test_CORE_5_the_gate_is_asked_as_it_leaves(tmp_path) -> None:
    account_id = corrected(tmp_path)
    write()
    later(
        lambda w: w.add(
            AccountCondition(
                guarantor_account_id=account_id,
                kind="attorney",
                since=noon(CORRECTED_ON),
                source="test",
            )
        )
    )
    assert send(Office(tmp_path), on=CORRECTED_ON).printed == 0
    [letter] = letters()
    assert letter.state == "stopped"
    assert letter.gate
