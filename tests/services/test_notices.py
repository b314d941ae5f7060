"""Letters with required words: frozen once, asked about when they leave, printed or announced, and proven (COLL-4, CORE-3, CORE-5)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from billing.holds import Condition
from billing.money import Money
from billing.notices import NoticeKind, WrongField
from portal import db
from portal.models.accounts import AccountCondition, GuarantorAccount
from portal.models.gate import CollectionProof
from portal.models.notices import Notice, NoticeDelivery, NoticeTemplate
from portal.models.work import WorkItem
from portal.services import send_notices as module
from portal.services.run_day import run_day
from portal.services.send_notice import AskedNotice, ForbiddenWords
from tests.services.notice_world import queue, send, the
from tests.services.statement_world import DAY, Office, after, later, noon, world

pytestmark = pytest.mark.usefixtures("database_url")


def owing(cents: int = 200_00, **account) -> tuple[int, int]:
    visit, *_ = world(lambda w: w.owed(cents, account=w.account(**account)))
    return visit.guarantor_account_id, visit.id


def answer(account_id: int, key: str = "dispute:1:received", **changed) -> AskedNotice:
    facts = {"received": DAY, "about": "the bill of March 2", "answer_by": after(30)}
    return AskedNotice(
        kind=NoticeKind.DISPUTE_RECEIVED,
        account_id=account_id,
        key=key,
        facts=facts | changed,
        subject="bill_dispute:1",
    )


def final(
    account_id: int, visit_id: int, on: date, *, cents: int = 200_00, **changed
) -> AskedNotice:
    facts = {
        "amount": Money(cents),
        "bills": ("Visit of March 2: $200.00.",),
        "deadline": on + timedelta(days=40),
    }
    return AskedNotice(
        kind=NoticeKind.FINAL_NOTICE,
        account_id=account_id,
        key=f"final:{account_id}:{on}",
        facts=facts | changed,
        visit_ids=(visit_id,),
        intended=frozenset({"placement"}),
    )


def deliveries() -> list[NoticeDelivery]:
    with db.read_only() as session:
        return list(session.scalars(select(NoticeDelivery).order_by(NoticeDelivery.id)))


def hold(account_id: int, kind: Condition) -> None:
    later(
        lambda w: w.add(
            AccountCondition(
                guarantor_account_id=account_id, kind=kind.value, since=noon(DAY), source="test"
            )
        )
    )


def test_the_same_event_makes_one_letter_and_a_wrong_field_none() -> None:
    account_id, _ = owing()
    first = queue(answer(account_id))
    assert first is not None
    assert queue(answer(account_id)) is None
    with pytest.raises(WrongField, match="about"):
        queue(answer(account_id, key="other", about=""))
    with pytest.raises(ForbiddenWords, match="sue"):
        queue(answer(account_id, key="other", about="the bill that we may sue for"))
    with db.read_only() as session:
        assert session.scalars(select(Notice.id)).all() == [first]


def test_CORE_3_a_printed_letter_leaves_its_evidence_once(tmp_path) -> None:
    account_id, _ = owing()
    office = Office(tmp_path)
    notice_id = queue(answer(account_id)) or 0
    assert send(office).printed == 1
    assert send(office).printed == 0
    [fact] = deliveries()
    notice = the(notice_id)
    assert (fact.channel, fact.status, fact.batch) == ("paper", "handed_over", DAY.isoformat())
    assert fact.address == "1 Invented Street, Sampletown, NY 10001"
    assert fact.content_hash == notice.content_hash
    assert (notice.state, notice.sent_on, notice.gate) == ("sent", DAY, "allowed")
    assert (office.outbox / DAY.isoformat() / f"notice-{notice_id}.pdf").read_bytes()[
        :5
    ] == b"%PDF-"


def test_run_day_sends_it_and_its_envelope_stands_in_the_address_file(tmp_path) -> None:
    account_id, _ = owing()
    notice_id = queue(answer(account_id))
    office = Office(tmp_path)
    report = run_day(on=DAY, now=noon(DAY), office=office)
    assert report.sent.printed == 1
    page = (office.outbox / DAY.isoformat() / "addresses.csv").read_text()
    assert f"notice-{notice_id}.pdf,," in page
    again = run_day(on=DAY, now=noon(DAY), office=office)
    assert again.sent.printed == 0
    assert (office.outbox / DAY.isoformat() / "addresses.csv").read_text() == page


def test_a_run_that_dies_after_the_file_prints_the_same_piece_again(tmp_path, monkeypatch) -> None:
    account_id, _ = owing()
    office = Office(tmp_path)
    notice_id = queue(answer(account_id)) or 0

    def dies(*_args, **_kwargs):
        raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(module, "note_delivery", dies)
        with pytest.raises(RuntimeError):
            send(office)
    before = (office.outbox / DAY.isoformat() / f"notice-{notice_id}.pdf").read_bytes()
    assert the(notice_id).state == "queued"
    assert send(office).printed == 1
    assert [one.name for one in (office.outbox / DAY.isoformat()).glob("notice-*")] == [
        f"notice-{notice_id}.pdf"
    ]
    assert (office.outbox / DAY.isoformat() / f"notice-{notice_id}.pdf").read_bytes() == before
    assert len(deliveries()) == 1


def test_CORE_5_the_gate_is_asked_when_it_leaves_and_an_early_final_notice_is_stopped(
    tmp_path,
) -> None:
    account_id, visit_id = owing()
    notice_id = queue(final(account_id, visit_id, DAY)) or 0
    assert send(Office(tmp_path)).printed == 0
    notice = the(notice_id)
    assert notice.state == "stopped"
    assert {"STMT-10", "CORE-3"} <= set(notice.gate.split(", "))
    assert deliveries() == []
    with db.read_only() as session:
        assert session.scalars(select(CollectionProof)).all() == []
        assert "notice_stopped" in session.scalars(select(WorkItem.kind)).all()


def test_COLL_4_a_final_notice_that_leaves_is_a_proof_before_the_gate(tmp_path) -> None:
    account_id, visit_id = owing()
    office = Office(tmp_path)
    for days in (0, 30, 60, 90):
        run_day(on=after(days), now=noon(after(days)), office=office)
    day = after(95)
    notice_id = queue(final(account_id, visit_id, day), on=day) or 0
    assert send(office, on=day).printed == 1, the(notice_id).gate
    with db.read_only() as session:
        [proof] = session.scalars(select(CollectionProof)).all()
    assert (proof.kind, proof.visit_id, proof.happened_on) == ("final_notice", visit_id, day)
    assert proof.facts == {
        "deadline_on": (day + timedelta(days=40)).isoformat(),
        "names": ["placement"],
        "encloses_summary": True,
        "not_reported_in_bold": False,
    }


def test_COLL_4_STMT_12_a_final_notice_that_waited_too_long_or_says_an_old_sum_is_stopped(
    tmp_path,
) -> None:
    account_id, visit_id = owing()
    office = Office(tmp_path)
    for days in (0, 30, 60, 90):
        run_day(on=after(days), now=noon(after(days)), office=office)
    late = queue(final(account_id, visit_id, after(95)), on=after(95)) or 0
    send(office, on=after(106))
    assert the(late).gate == "COLL-4"
    wrong = queue(final(account_id, visit_id, after(107), cents=199_99), on=after(107)) or 0
    send(office, on=after(107))
    assert the(wrong).gate == "STMT-12"


@pytest.mark.parametrize(
    ("kind", "rule"), [(Condition.DECEASED, "COLL-25"), (Condition.ATTORNEY, "COLL-17")]
)
def test_COLL_17_25_no_letter_at_all_goes_to_who_cannot_read_it(tmp_path, kind, rule) -> None:
    account_id, _ = owing()
    hold(account_id, kind)
    notice_id = queue(answer(account_id)) or 0
    assert send(Office(tmp_path)).printed == 0
    assert the(notice_id).gate == rule


def test_DISP_2_an_answer_is_not_held_with_the_bill_that_it_is_about(tmp_path) -> None:
    account_id, _ = owing()
    hold(account_id, Condition.BANKRUPTCY)
    queue(answer(account_id))
    assert send(Office(tmp_path)).printed == 1


def test_CORE_3_without_any_address_it_is_stopped_and_a_person_told(tmp_path) -> None:
    account_id, _ = owing(street="")
    notice_id = queue(answer(account_id)) or 0
    assert send(Office(tmp_path)).stopped == ((notice_id, "CORE-3"),)


def test_COLL_T_words_of_a_state_that_nobody_reviewed_are_not_used_and_staff_are_told(
    tmp_path,
) -> None:
    account_id, visit_id = owing(state="NJ")
    first = queue(final(account_id, visit_id, DAY)) or 0
    assert 'credit bureau.", "style": "bold_14"' not in str(the(first).content)
    assert "has not been reported" not in str(the(first).content)
    with db.read_only() as session:
        told = session.scalars(
            select(WorkItem.dedupe_key).where(WorkItem.kind == "notice_state_text")
        ).all()
    assert "notice_state_text:NJ:en" in told
    with db.transaction() as session:
        for row in session.scalars(select(NoticeTemplate).where(NoticeTemplate.state == "NJ")):
            row.reviewed_at = noon(DAY)
    second = queue(final(account_id, visit_id, after(1)), on=after(1)) or 0
    assert "has not been reported" in str(the(second).content)


def test_LANG_3_a_spanish_account_gets_spanish_words() -> None:
    account_id, _ = owing()
    later(lambda w: setattr(w.session.get(GuarantorAccount, account_id), "language", "es"))
    notice = the(queue(answer(account_id)) or 0)
    assert notice.language == "es"
    assert notice.content["title"] == "Estamos revisando su factura"
    assert "ATENCIÓN: si habla español" in str(notice.content)  # LANG-1


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE notice_deliveries SET status = 'mailed'",
        "DELETE FROM notice_deliveries",
        "UPDATE notices SET content = '{}'",
        "UPDATE notices SET facts = '{}'",
        "UPDATE notice_templates SET words = '{}'",
        "DELETE FROM notices",
    ],
)
def test_CORE_4_evidence_and_words_cannot_be_rewritten(tmp_path, change) -> None:
    account_id, _ = owing()
    queue(answer(account_id))
    send(Office(tmp_path))
    with pytest.raises(DBAPIError), db.transaction() as session:
        session.execute(text(change))
