"""A confidential request holds in every channel, against files and against whoever else reads the account (HIPAA-10)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.db import read_only, transaction
from portal.models.accounts import GuarantorAccount
from portal.queries.account_readers import reader_emails
from portal.queries.paperless import electronic_readers
from portal.queries.proven_email import proven_emails
from portal.queries.reach import mailbox, text_number
from portal.queries.staff_account import account_title
from portal.services import letters
from portal.services.ask_confidential import end_confidential
from portal.services.change_address import change_address
from portal.services.download_statement import download_statement
from portal.services.mail_batch import write_addresses
from portal.services.queue_letter import queue_letter
from portal.services.send_message import send_message
from tests.adapters.mail_server import MailServer, mail_server
from tests.pdf_text import pdf_text
from tests.sandbox_server import SandboxServer
from tests.services.confidential_world import (
    ADDRESS,
    BORN,
    MINE,
    NOW,
    OTHER,
    SAFE,
    SAFE_PHONE,
    ask,
    mailbox_of,
    outbox,
    owing,
    reader,
    standing,
)
from tests.services.paperless_world import Post, agree, open_post, viewer_of
from tests.services.practice_files import contacts, take
from tests.services.statement_world import (
    DAY,
    Office,
    after,
    content,
    cut,
    deliver,
    noon,
    only,
)
from tests.services.text_world import agree as agree_to_texts
from tests.services.text_world import phone as texted

pytestmark = pytest.mark.usefixtures("database_url")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MailServer]:
    with mail_server(tmp_path) as running:
        yield running


def test_HIPAA_10_every_sender_is_told_the_safe_way_and_the_usual_one_again_at_the_end() -> None:
    """One table over the channels: without a request, with each, and after it ended."""
    account_id = owing(mobile="+12125550142", email=MINE)
    testa, partner = reader(account_id), reader(account_id, OTHER)

    def ways() -> tuple[object, ...]:
        with read_only() as session:
            account = session.get_one(GuarantorAccount, account_id)
            return (
                text_number(session, account),
                account_title(account_id).mobile,
                reader_emails(session, account_id=account_id),
                proven_emails(session, account_id=account_id),
                mailbox(session, MINE, account_id=None),
                mailbox(session, "helper@example.com", account_id=account_id),
            )

    both = (MINE, OTHER)
    usual = ("+12125550142", "+12125550142", both, both, MINE, "helper@example.com")
    assert ways() == usual
    table = [
        ({"phone": SAFE_PHONE}, (SAFE_PHONE, SAFE_PHONE, (MINE,), (MINE,), MINE)),
        ({"no_texts": True}, ("", SAFE_PHONE, (MINE,), (MINE,), MINE)),
        ({"no_calls": True}, ("", "", (MINE,), (MINE,), MINE)),
        ({"email": SAFE}, ("", "", (SAFE,), (SAFE,), SAFE)),
        ({"no_email": True}, ("", "", (), (), "")),
    ]
    for answers, expected in table:
        ask(testa, **answers)
        assert ways() == (*expected, "helper@example.com"), answers
    assert len(standing()) == 1, "a change is one request"
    assert standing()[0].account_ids == [account_id]
    end_confidential(viewer=testa, now=NOW)
    assert ways() == usual
    assert mailbox_of(partner) == OTHER


def test_HIPAA_10_who_reads_along_cannot_redirect_what_was_asked_first() -> None:
    account_id = owing(mobile="+12125550142")
    testa, partner = reader(account_id), reader(account_id, OTHER)
    ask(testa, phone=SAFE_PHONE)
    ask(partner, phone="+12125550188", email="new@example.com")
    with read_only() as session:
        assert text_number(session, session.get_one(GuarantorAccount, account_id)) == SAFE_PHONE
        assert reader_emails(session, account_id=account_id) == (MINE, "new@example.com")
    assert [row.account_ids for row in standing()] == [[account_id], []]


def test_HIPAA_10_only_the_envelope_bears_the_safe_address(tmp_path: Path) -> None:
    """STMT-13: the page's content, the kept PDF and the download know no address at all."""
    account_id = owing()
    testa = reader(account_id)
    ask(testa, **ADDRESS)
    cut()
    assert content().guarantor.address == ()
    assert deliver(tmp_path).sent == (only().number,)
    folder = tmp_path / "outbox" / DAY.isoformat()
    mailed = pdf_text((folder / f"{only().number}.pdf").read_bytes())
    assert "9 Safe Harbor" in mailed
    assert write_addresses(on=DAY, folder=folder) == 1
    envelope = (folder / "addresses.csv").read_text()
    assert "9 Safe Harbor" in envelope
    assert "1 Invented Street" not in envelope + mailed
    office = Office(tmp_path / "later")
    kept = download_statement(
        viewer=reader(account_id, OTHER),
        number=only().number,
        store=office.documents,
        printer=office.printer,
    )
    assert "Testa Sample" in pdf_text(kept.pdf)
    assert "Safe Harbor" not in pdf_text(kept.pdf)


def test_HIPAA_10_a_statement_cut_before_the_request_goes_to_the_safe_address(
    tmp_path: Path,
) -> None:
    account_id = owing()
    testa = reader(account_id)
    cut()
    ask(testa, **ADDRESS)
    deliver(tmp_path)
    pdf = tmp_path / "outbox" / DAY.isoformat() / f"{only().number}.pdf"
    assert "9 Safe Harbor" in pdf_text(pdf.read_bytes())
    assert "1 Invented Street" not in pdf_text(pdf.read_bytes())


def test_HIPAA_10_without_a_safe_address_paper_waits_for_a_person(tmp_path: Path) -> None:
    account_id = owing()
    testa = reader(account_id)
    cut()
    ask(testa, no_paper=True)
    assert deliver(tmp_path).stopped == ((only().number, ("HIPAA-10",)),)
    assert cut(after(30)).held_accounts == (account_id,)
    ask(testa, **ADDRESS)
    assert len(cut(after(31)).numbers) == 1


def test_HIPAA_10_no_file_of_the_practice_writes_over_it(tmp_path: Path) -> None:
    account_id = owing()
    ask(reader(account_id), **ADDRESS)
    take(
        "contacts",
        contacts(
            last_name="Sample",
            first_name="Testa",
            birth_date=BORN.isoformat(),
            street="77 Usual Road",
            city="Sampletown",
            state="NY",
            postal_code="10001",
            guarantor_last_name="Sample",
            guarantor_first_name="Partner",
            guarantor_birth_date="1979-01-02",
            guarantor_relationship="spouse",
        ),
    )
    with read_only() as session:
        account = session.get_one(GuarantorAccount, account_id)
        assert account.first_name == "Testa", "who owes is not renamed by a file"
    cut()
    deliver(tmp_path)
    pdf = tmp_path / "outbox" / DAY.isoformat() / f"{only().number}.pdf"
    assert "9 Safe Harbor" in pdf_text(pdf.read_bytes())
    assert "77 Usual Road" not in pdf_text(pdf.read_bytes())


def test_HIPAA_10_what_waits_is_asked_about_when_it_leaves(server: MailServer) -> None:
    """ID-12: news of a change to the old address included, the reset of a password included."""
    account_id = owing(mobile="+12125550142")
    testa = reader(account_id)
    with transaction() as session:
        for to in (MINE, "helper@example.com"):
            letter = letters.email_changed()
            queue_letter(session, to=to, letter=letter, now=NOW)
    ask(testa, email=SAFE)
    change_address(viewer=testa, account_id=account_id, answers=ADDRESS, now=NOW)
    send_all(server)
    told = [(row.template, row.recipient, row.state) for row in outbox()]
    assert told == [
        ("email_changed", SAFE, "sent"),
        ("email_changed", "helper@example.com", "sent"),
        ("address_changed", SAFE, "sent"),
    ]
    with transaction() as session:
        queue_letter(session, to=MINE, letter=letters.email_changed(), now=NOW)
    ask(testa, no_email=True)
    send_all(server)
    assert (outbox()[-1].state, outbox()[-1].gate) == ("canceled", "HIPAA-10")
    assert not [m for m in server.envelopes if MINE in m.rcpt_tos]


def send_all(server: MailServer) -> None:
    post = Post(Office(Path("unused")), server)
    for message in outbox():
        send_message(message_id=message.id, sms=None, email=post.mailer, now=NOW)


def test_MSG_1_texts_change_numbers_and_need_a_yes_for_the_new_one(
    sandbox: SandboxServer, tmp_path: Path
) -> None:
    """MSG-9 too: on a shared phone a text is a bare link, whatever was chosen before."""
    home = texted(sandbox, tmp_path, text_grade="full", last_name="Sample", birth_on=BORN)
    testa = reader(home.account_id)
    assert home.queue() == 1
    ask(testa, phone=SAFE_PHONE, phone_proven_at=NOW, shared_phone=True)
    assert home.send(home.only(), NOW) == "canceled"
    assert home.only().gate == "HIPAA-10"
    assert home.queue(home.before_due()) == 0, "nobody said yes for the safe phone"
    agree_to_texts(home.account_id, SAFE_PHONE, NOW)
    assert home.queue(home.before_due()) == 1
    last = home.messages()[-1]
    assert home.send(last, noon(home.before_due())) == "sent"
    assert last.recipient == SAFE_PHONE
    assert not home.texts()
    home.number = SAFE_PHONE
    [body] = home.texts()
    assert "$" not in body
    ask(testa, no_texts=True)
    assert home.queue(home.after_due()) == 0


def test_MSG_24_without_e_mail_an_electronic_statement_comes_on_paper(
    tmp_path: Path, server: MailServer
) -> None:
    post = open_post(tmp_path, server)
    with transaction() as session:
        account = session.get_one(GuarantorAccount, post.account_id)
        account.birth_on = BORN
    viewer = viewer_of()
    agree()
    with read_only() as session:
        found = electronic_readers(session, account_ids=[post.account_id], now=NOW)
    assert found[post.account_id].email == MINE
    ask(viewer, email=SAFE)
    with read_only() as session:
        found = electronic_readers(session, account_ids=[post.account_id], now=NOW)
    assert found[post.account_id].email == SAFE
    ask(viewer, no_email=True)
    with read_only() as session:
        assert not electronic_readers(session, account_ids=[post.account_id], now=NOW)
