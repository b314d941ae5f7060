"""What comes back goes out on paper, sets no D0, and suspends the consent (STMT-18, CORE-3, MSG-24)."""

from __future__ import annotations

import io
import mailbox
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from portal import db
from portal.models.accounts import GuarantorAccount
from portal.models.identity import Login
from portal.models.statements import EnrolmentCode
from portal.queries.ledger_proof import verify_ledger
from portal.queries.overview import overview
from portal.queries.paperless import paperless_page
from portal.queries.statement_page import statement_page
from portal.services.consent_paperless import withdraw_paperless
from portal.services.download_statement import download_statement
from portal.services.letters import Letter
from portal.services.queue_letter import queue_letter
from portal.services.read_reports import read_reports
from portal.services.record_bounces import record_bounces
from sandbox.mail import bounce_report
from tests.adapters.mail_server import MailServer, mail_server
from tests.conftest import CHECKOUT
from tests.services.paperless_world import (
    BEFORE,
    EMAIL,
    HERE,
    KEYS,
    Post,
    agree,
    consents,
    deliveries,
    first_statement_on,
    notice,
    open_post,
    outbox,
    viewer_of,
)
from tests.services.statement_world import DAY, after, later, noon, only, work_items

pytestmark = pytest.mark.usefixtures("database_url")
NO_MAILBOX = "550 5.1.1 No such mailbox"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MailServer]:
    with mail_server(tmp_path) as running:
        yield running


@pytest.fixture
def post(tmp_path: Path, server: MailServer) -> Post:
    made = open_post(tmp_path, server)
    agree()
    made.send(BEFORE)
    server.envelopes.clear()
    return made


def record(post: Post, *reports: bytes, on=DAY) -> list[str]:
    done = record_bounces(reports, email=post.mailer, now=noon(on))
    return [kind for kind, count in done.counts.items() for _ in range(count)]


def email_failed() -> bool:
    with db.read_only() as session:
        return session.scalars(select(Login.email_failed_at)).one() is not None


def suspended() -> bool:
    newest = consents()[-1]
    return (newest.granted, newest.source, newest.email) == (False, "bounce", EMAIL)


def test_STMT_18_an_address_refused_at_once_means_paper_on_the_next_run(
    post: Post, server: MailServer
) -> None:
    server.to_recipient = NO_MAILBOX
    post.run()
    assert (notice().state, notice().error) == ("refused", "550")
    assert (deliveries(), first_statement_on()) == ([], None)
    assert suspended()
    assert email_failed()
    assert post.run(after(1)).returned.sent == ("2026-0001",)
    assert deliveries() == [("paper", after(1), None)]
    assert first_statement_on() == after(1)


def test_CORE_3_a_bounced_sole_delivery_clears_D0_and_paper_sets_it_anew(post: Post) -> None:
    post.run()
    frozen = only().content_hash
    assert first_statement_on() == DAY
    assert record(post, post.report(notice()), on=after(2)) == ["came back"]
    assert (notice().state, notice().error) == ("undelivered", "5.1.1")
    assert first_statement_on() is None
    assert deliveries() == [("email", DAY, after(2))]
    report = post.run(after(3))
    assert (report.cut.numbers, report.returned.sent) == ((), ("2026-0001",))
    assert post.batch(after(3)) == ["2026-0001.pdf", "addresses.csv"]
    assert deliveries() == [("email", DAY, after(2)), ("paper", after(3), None)]
    assert first_statement_on() == after(3)
    assert only().content_hash == frozen
    with db.read_only() as session:
        assert session.scalar(select(func.count(EnrolmentCode.id))) == 1
    assert [fault for fault in verify_ledger().faults if "statement" in fault.check] == []


def test_STMT_20_the_paper_that_replaces_it_gives_25_days(post: Post) -> None:
    post.run()
    record(post, post.report(notice()))
    post.run(after(4))
    page = statement_page(viewer_of(), "2026-0001", on=after(4))
    assert page.content.due_on == after(4) + timedelta(days=25)
    shown = overview(viewer_of(), on=after(4))
    assert [sent.due_on for sent in shown.statements] == [page.content.due_on]
    assert [bill.due_on for bill in shown.bills] == [page.content.due_on]


def test_STMT_20_the_patients_copy_follows_the_paper_that_came_later(post: Post) -> None:
    said = []

    class Watching:
        def print(self, layout: str, data: Mapping[str, Any]) -> bytes:
            said.append(data["due"])
            return post.office.printer.print(layout, data)

    def download() -> bytes:
        return download_statement(
            viewer=viewer_of(), number="2026-0001", store=post.office.documents, printer=Watching()
        ).pdf

    post.run()
    first = download()
    assert download() == first  # kept from the first time on
    record(post, post.report(notice()), on=after(2))
    post.run(after(4))
    assert download() == download() != first
    late = after(4) + timedelta(days=25)
    assert len(said) == 2
    assert said[1] == f"Due {late:%B} {late.day}, {late.year}"


def test_STMT_20_a_copy_that_was_asked_for_replaces_an_email_that_came_back(post: Post) -> None:
    """Nothing has arrived by then, so the paper gives its full time, like any that replaces an e-mail."""
    from portal.services.ask_paper_copy import ask_paper_copy

    post.run()
    ask_paper_copy(viewer=viewer_of(), number="2026-0001", now=noon(DAY))
    record(post, post.report(notice()), on=after(2))
    post.run(after(3))
    assert first_statement_on() == after(3)
    page = statement_page(viewer_of(), "2026-0001", on=after(3))
    assert page.content.due_on == after(3) + timedelta(days=25)


def test_CORE_3_a_copy_on_paper_keeps_a_D0_when_the_mail_comes_back(post: Post) -> None:
    from portal.services.ask_paper_copy import ask_paper_copy

    post.run()
    ask_paper_copy(viewer=viewer_of(), number="2026-0001", now=noon(DAY))
    post.run(after(1))
    record(post, post.report(notice()), on=after(2))
    assert first_statement_on() == after(1)
    assert post.run(after(3)).returned.sent == ()


def test_the_same_report_counts_once(post: Post) -> None:
    post.run()
    raw = post.report(notice())
    assert record(post, raw, raw) == ["came back", "known"]
    post.run(after(1))
    assert record(post, raw, on=after(2)) == ["known"]
    assert first_statement_on() == after(1)
    assert [c.source for c in consents()] == ["web", "bounce"]
    assert post.run(after(2)).returned.sent == ()


def test_a_report_that_nobody_signed_changes_nothing(post: Post) -> None:
    post.run()
    forged = bounce_report(
        to=f"billing+message-{notice().id}-0123456789abcdef@example.com",
        failed=EMAIL,
        message_id=f"<message-{notice().id}@example.com>",
    ).encode()
    assert record(post, forged, b"", b"\xff\0", b"Hello") == ["ignored"] * 4
    other = post.mailer._return_path("message-999")
    missing = bounce_report(to=other, failed=EMAIL, message_id="").encode()
    assert record(post, missing) == ["ignored"]
    assert notice().state == "sent"
    assert first_statement_on() == DAY
    assert not email_failed()


def test_a_server_that_still_tries_is_no_bounce(post: Post) -> None:
    post.run()
    assert record(post, post.report(notice(), action="delayed", status="4.4.1")) == ["delayed"]
    assert (notice().state, notice().error) == ("sent", "4.4.1")
    assert first_statement_on() == DAY
    assert not suspended()


def test_a_soft_failure_means_paper_and_the_third_suspends(post: Post) -> None:
    for cycle in range(3):
        assert not suspended()
        day = after(30 * cycle)
        post.run(day)
        newest = outbox("statement_notice")[-1]
        record(post, post.report(newest, status="4.2.2"), on=day)
        assert post.run(day + timedelta(days=1)).returned.sent == (f"2026-000{cycle + 1}",)
    assert suspended()


def test_a_soft_failure_in_between_does_not_count(post: Post) -> None:
    for cycle in range(5):
        day = after(30 * cycle)
        post.run(day)
        if cycle != 2:
            newest = outbox("statement_notice")[-1]
            record(post, post.report(newest, status="4.2.2"), on=day)
            post.run(day + timedelta(days=1))
    assert not suspended()


def test_a_refusal_of_our_words_blames_nobody(post: Post, server: MailServer) -> None:
    server.to_data = "554 5.7.1 We do not like your words"
    post.run()
    assert not suspended()
    assert not email_failed()
    assert post.run(after(1)).returned.sent == ("2026-0001",)


@pytest.mark.parametrize("answers", [{"to_recipient": "451 4.7.1 Later"}, {"hang_up": True}])
def test_STMT_18_what_no_server_takes_for_two_days_goes_on_paper(
    post: Post, server: MailServer, answers: dict
) -> None:
    vars(server).update(answers)
    post.run()
    assert post.run(after(1)).returned.sent == ()
    assert post.run(after(3)).returned.sent == ("2026-0001",)
    assert not suspended()
    assert first_statement_on() == after(3)


def test_STMT_12_old_figures_are_not_mailed_but_cut_anew(post: Post) -> None:
    post.run()
    record(post, post.report(notice()))
    later(lambda w: w.pay(post.bill, 2000, on=DAY))
    report = post.run(after(1))
    assert report.returned.stopped == (("2026-0001", ("STMT-12",)),)
    assert post.run(after(2)).delivered.sent == ("2026-0002",)
    assert statement_page(viewer_of(), "2026-0001", on=after(2)) is None
    assert first_statement_on() == after(2)


def test_a_receipt_that_comes_back_ends_the_consent_too(post: Post) -> None:
    with db.transaction() as session:
        queue_letter(session, to=EMAIL, letter=Letter("receipt", "Hello"), now=BEFORE)
    post.send(BEFORE)
    [receipt] = outbox("receipt")
    assert record(post, post.report(receipt)) == ["came back"]
    assert suspended()
    post.run()
    assert deliveries() == [("paper", DAY, None)]


def test_the_patient_is_told_on_the_page_and_a_new_consent_heals_it(
    post: Post, server: MailServer
) -> None:
    post.run()
    record(post, post.report(notice()))
    assert overview(viewer_of(), on=DAY).email_failed
    page = paperless_page(viewer_of(), language="en", now=noon(DAY))
    assert (page.email_failed, page.without_paper) == (True, False)
    agree(noon(after(1)))
    assert not overview(viewer_of(), on=DAY).email_failed
    assert paperless_page(viewer_of(), language="en", now=noon(after(1))).without_paper


def test_a_withdrawal_is_not_overwritten_by_a_late_bounce(post: Post) -> None:
    post.run()
    withdraw_paperless(
        viewer=viewer_of(), browser=HERE, public_url="http://localhost:8000", now=noon(DAY)
    )
    record(post, post.report(notice()))
    assert [c.source for c in consents()] == ["web", "web"]


def test_no_usable_channel_is_a_persons_work(post: Post) -> None:
    post.run()

    def forget_the_street(w) -> None:
        w.session.scalars(select(GuarantorAccount)).one().street = ""

    later(forget_the_street)
    record(post, post.report(notice()))
    [item] = [one for one in work_items() if one.kind == "unreachable"]
    assert item.guarantor_account_id == post.account_id
    assert not item.holds_bill


def test_reports_are_read_from_files_a_pipe_and_a_maildir(post: Post, tmp_path: Path) -> None:
    post.run()
    raw = post.report(notice())
    box = mailbox.Maildir(tmp_path / "box")
    box.add(raw)
    box.add(b"Subject: Hello\n\nNo report.\n")
    file = tmp_path / "report.eml"
    file.write_bytes(raw)
    sources = [Path("-"), file, tmp_path / "box"]
    read = list(read_reports(sources, io.BytesIO(raw)))
    assert len(read) == 4
    assert record(post, *read).count("came back") == 1
    assert list(read_reports([tmp_path / "box"], io.BytesIO())) == []
    assert len(box) == 2


def test_the_command_takes_a_report_from_a_mail_servers_pipe(
    post: Post, database_url: str, tmp_path: Path
) -> None:
    from portal.adapters.email import SmtpEmail
    from portal.config import derived_key

    post.run()
    mailer = SmtpEmail(
        url="smtp://127.0.0.1",
        sender="billing@practice.example.com",
        keys=[derived_key("a-key-of-the-tests", "return paths")],
    )
    to = mailer._return_path(f"message-{notice().id}")
    raw = bounce_report(to=to, failed=EMAIL, message_id="").encode()
    environment = os.environ | {
        "KINDBILL_DATABASE_URL": database_url,
        "KINDBILL_HOME": str(tmp_path / "home"),
        "KINDBILL_SECRET_KEYS": "a-key-of-the-tests",
    }
    command = [sys.executable, "-m", "portal", "record-bounces"]
    done = subprocess.run(
        command, input=raw, env=environment, cwd=CHECKOUT, capture_output=True, check=True
    )
    assert done.stdout == b"1 came back, 0 known, 0 delayed, 0 ignored\n"
    assert notice().state == "undelivered"
    assert KEYS
