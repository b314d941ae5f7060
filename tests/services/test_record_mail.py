"""Mail that came back or was forwarded: D0, bad addresses, the hold, and the way back; each fact once (CORE-3, STMT-18)."""

from __future__ import annotations

import csv
import hashlib
import json
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from billing.mail_status import UnreadableStatus, read_mail_status
from portal import db
from portal.adapters.folder_mail import FolderMail
from portal.models.accounts import AccountCondition, GuarantorAccount
from portal.models.claims import Visit
from portal.models.gate import CollectionProof, ProofRevoked
from portal.models.notices import BadAddress, NoticeDelivery
from portal.models.statements import StatementDelivery
from portal.models.work import WorkItem
from portal.queries.notice_evidence import sent_page
from portal.queries.viewer import StaffViewer
from portal.services import record_piece as module
from portal.services.letter_came_back import CannotTakeBack, letter_came_back
from portal.services.record_mail import MailFileRefused, record_mail
from portal.services.refusal import NotFound
from portal.services.run_day import run_day
from tests.services.notice_world import queue, send, the
from tests.services.staff_world import add_staff
from tests.services.statement_world import DAY, Office, after, later, noon, only
from tests.services.test_notices import answer, deliveries, final, owing

pytestmark = pytest.mark.usefixtures("database_url")
HEAD = "piece,status,date,line_1,line_2,city,state,postal_code\n"
NEW = ",9 New Lane,,Otherville,NY,10002"


def tell(*rows: str, on: date = DAY) -> dict[str, int]:
    done = record_mail((HEAD + "\n".join(rows) + "\n").encode(), house=FolderMail(), now=noon(on))
    return {kind: count for kind, count in done.counts.items() if count}


def row(model):
    with db.read_only() as session:
        return session.scalars(select(model).order_by(model.id)).all()


def mailed(tmp_path: Path) -> tuple[int, Office]:
    account_id, _ = owing()
    office = Office(tmp_path)
    run_day(on=DAY, now=noon(DAY), office=office)
    return account_id, office


def move(account_id: int) -> None:
    later(lambda w: setattr(w.session.get(GuarantorAccount, account_id), "street", "9 New Lane"))


def test_CORE_3_a_statement_leaves_evidence_and_a_returned_sole_one_clears_D0(tmp_path) -> None:
    account_id, _ = mailed(tmp_path)
    number = only().number
    [fact] = deliveries()
    assert (fact.status, fact.statement_id) == ("handed_over", only().id)
    assert fact.content_hash == only().content_hash
    [visit] = row(Visit)
    assert visit.first_statement_on == DAY
    assert tell(f"{number},mailed,{after(1)}") == {"mailed": 1}
    assert tell(f"{number},returned,{after(9)}") == {"returned": 1}
    [visit] = row(Visit)
    assert visit.first_statement_on is None
    [delivery] = row(StatementDelivery)
    assert delivery.returned_on == after(9)
    [held] = [c for c in row(AccountCondition) if c.kind == "unreachable"]
    assert held.guarantor_account_id == account_id
    assert "mail_returned" in {one.kind for one in row(WorkItem)}


def test_CORE_3_the_same_file_again_changes_nothing_and_a_strange_piece_is_counted(
    tmp_path,
) -> None:
    mailed(tmp_path)
    line = f"{only().number},returned,{after(9)}"
    tell(line)
    before = [(len(row(BadAddress))), len(row(NoticeDelivery)), len(row(WorkItem))]
    assert tell(line, f"9999-0001,mailed,{after(9)}") == {"known": 1, "unknown": 1}
    assert [(len(row(BadAddress))), len(row(NoticeDelivery)), len(row(WorkItem))] == before


def test_CORE_3_nothing_is_mailed_there_again_until_the_address_is_another(tmp_path) -> None:
    account_id, office = mailed(tmp_path)
    tell(f"{only().number},returned,{after(9)}")
    for days in (30, 31):
        report = run_day(on=after(days), now=noon(after(days)), office=office)
        assert (report.delivered.sent, report.envelopes) == ((), 0)
    move(account_id)
    report = run_day(on=after(32), now=noon(after(32)), office=office)
    assert len(report.delivered.sent) == 1  # resumed by the run itself
    [visit] = row(Visit)
    assert visit.first_statement_on == after(32)  # its D0 begins now
    assert all(c.ended_at for c in row(AccountCondition) if c.kind == "unreachable")


def test_CORE_3_the_same_street_written_otherwise_is_the_same_bad_address(tmp_path) -> None:
    account_id, office = mailed(tmp_path)
    tell(f"{only().number},returned,{after(9)}")
    later(
        lambda w: setattr(
            w.session.get(GuarantorAccount, account_id), "street", "1  INVENTED street"
        )
    )
    assert run_day(on=after(31), now=noon(after(31)), office=office).delivered.sent == ()


def test_CORE_3_a_forwarded_piece_was_delivered_and_its_new_address_is_used(tmp_path) -> None:
    account_id, _ = mailed(tmp_path)
    assert tell(f"{only().number},forwarded,{after(9)}" + NEW) == {"forwarded": 1}
    with db.read_only() as session:
        account = session.get_one(GuarantorAccount, account_id)
    assert (account.street, account.city, account.postal_code) == (
        "9 New Lane",
        "Otherville",
        "10002",
    )
    [visit] = row(Visit)
    assert visit.first_statement_on == DAY
    assert row(BadAddress) == []


def test_COLL_4_a_final_notice_that_came_back_is_no_proof_and_goes_out_again_to_a_new_address(
    tmp_path,
) -> None:
    account_id, visit_id = owing()
    office = Office(tmp_path)
    for days in (0, 30, 60, 90):
        run_day(on=after(days), now=noon(after(days)), office=office)
    notice_id = queue(final(account_id, visit_id, after(91)), on=after(91)) or 0
    send(office, on=after(91))
    tell(f"notice-{notice_id},returned,{after(96)}", on=after(96))
    assert the(notice_id).state == "returned"
    assert len(row(ProofRevoked)) == len(row(CollectionProof)) == 1


def test_COLL_4_the_second_paper_try_of_a_final_notice_proves_and_the_first_does_not(
    tmp_path,
) -> None:
    account_id, visit_id = owing()
    office = Office(tmp_path)
    for days in (0, 30, 60, 90):
        run_day(on=after(days), now=noon(after(days)), office=office)
    notice_id = queue(final(account_id, visit_id, after(91)), on=after(91)) or 0
    send(office, on=after(91))
    tell(f"notice-{notice_id},returned,{after(93)}", on=after(93))
    move(account_id)
    run_day(on=after(94), now=noon(after(94)), office=office)
    assert the(notice_id).state == "sent"
    first, second = row(CollectionProof)
    assert (first.happened_on, second.happened_on) == (after(91), after(94))
    assert [one.proof_id for one in row(ProofRevoked)] == [first.id]
    tell(f"notice-{notice_id}-2,returned,{after(99)}", on=after(99))
    assert {one.proof_id for one in row(ProofRevoked)} == {first.id, second.id}


def test_CORE_3_staff_who_hold_the_envelope_say_that_it_came_back(tmp_path) -> None:
    account_id, _ = mailed(tmp_path)
    [sent], biller = deliveries(), add_staff("biller")

    def back(account: int = account_id, by: StaffViewer = biller) -> bool:
        return letter_came_back(
            account_id=account, delivery_id=sent.id, staff=by, now=noon(after(9))
        )

    with pytest.raises(CannotTakeBack):
        back(by=add_staff("front_desk"))
    with pytest.raises(NotFound):
        back(account=account_id + 1)
    [shown] = sent_page(account_id).statements
    assert [fact.id for fact in shown.out] == [sent.id]
    assert back()
    assert back() is False
    [visit] = row(Visit)
    assert visit.first_statement_on is None, "its D0 is gone"
    [shown] = sent_page(account_id).statements
    assert (shown.out, shown.reached) == ((), False)
    assert "mail_returned" in {one.kind for one in row(WorkItem)}


def test_an_answer_that_came_back_is_a_second_piece_at_the_new_address(tmp_path) -> None:
    account_id, _ = owing()
    office = Office(tmp_path)
    notice_id = queue(answer(account_id)) or 0
    send(office)
    tell(f"notice-{notice_id},returned,{after(5)}")
    move(account_id)
    run_day(on=after(6), now=noon(after(6)), office=office)
    assert the(notice_id).state == "sent"
    assert (office.outbox / after(6).isoformat() / f"notice-{notice_id}-2.pdf").exists()
    page = (office.outbox / after(6).isoformat() / "addresses.csv").read_text()
    assert "9 New Lane" in page


def test_a_run_that_dies_between_two_rows_is_finished_by_the_next(tmp_path, monkeypatch) -> None:
    account_id, _ = owing()
    office = Office(tmp_path)
    ids = [queue(answer(account_id, key=f"k{n}")) for n in range(2)]
    send(office)
    lines = [f"notice-{one},returned,{after(5)}" for one in ids]
    real = module.mark_bad

    def dies(session, account, *, source, **rest):
        if source == f"notice-{ids[1]}":
            raise RuntimeError("killed")
        real(session, account, source=source, **rest)

    with monkeypatch.context() as patch:
        patch.setattr(module, "mark_bad", dies)
        with pytest.raises(RuntimeError):
            tell(*lines)
    assert [the(one).state for one in ids] == ["returned", "sent"]
    assert tell(*lines) == {"known": 1, "returned": 1}
    assert [the(one).state for one in ids] == ["returned", "returned"]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"piece,status\n", "column date"),
        (b"piece,status,date\nx,lost,2026-01-01\n", "row 2"),
        (b"piece,status,date\nx,mailed,soon\n", "row 2"),
        (b"piece,status,date\n,mailed,2026-01-01\n", "row 2"),
        (b"piece,status,date\nx,forwarded,2026-01-01\n", "row 2"),
        (b"\xff\xfe", "UTF-8"),
    ],
)
def test_a_file_that_is_half_understood_changes_nothing(content: bytes, why: str) -> None:
    with pytest.raises(UnreadableStatus, match=why):
        read_mail_status(content)
    with pytest.raises(MailFileRefused):
        record_mail(content, house=FolderMail(), now=noon(DAY))


def test_the_manifest_proves_each_file_and_the_address_file_tells_nothing_of_care(
    tmp_path,
) -> None:
    _, office = mailed(tmp_path)
    folder = office.outbox / DAY.isoformat()
    said = json.loads((folder / "manifest.json").read_text())
    assert said["batch"] == DAY.isoformat()
    assert {one["file"] for one in said["files"]} == {f"{only().number}.pdf", "addresses.csv"}
    for one in said["files"]:
        assert one["sha256"] == hashlib.sha256((folder / one["file"]).read_bytes()).hexdigest()
    with (folder / "addresses.csv").open() as page:
        [line] = csv.DictReader(page)
    assert set(line) == {"file", "statement", "name", "line_1", "line_2", "line_3"}
    before = (folder / "manifest.json").read_bytes()
    run_day(on=DAY, now=noon(DAY), office=office)
    assert (folder / "manifest.json").read_bytes() == before
