"""What is asked when a text leaves: consent, gate, balance, hours, caps. Each refusal keeps its rules."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import select

from billing.holds import MATRIX, Action, Condition, Effect
from billing.money import Money
from portal.db import read_only, transaction
from portal.models.accounts import AccountCondition, GuarantorAccount
from portal.models.messages import MessageSwitch, OutboundMessage, TextNumber
from portal.models.payments import Payment
from portal.models.text_links import TextLink
from portal.models.work import WorkItem
from portal.ports import OutcomeUnknown
from portal.queries.text_consents import TextCategory
from portal.services.record_text_consent import Said, withdraw_all_texts
from portal.services.sweep_messages import sweep_messages
from tests.sandbox_server import SandboxServer
from tests.services.statement_world import DAY, after, cut, deliver, later, noon
from tests.services.text_world import PHONE, Phone, agree, phone

pytestmark = pytest.mark.usefixtures("database_url")


@pytest.fixture
def testa(sandbox: SandboxServer, tmp_path: Path) -> Phone:
    reader = phone(sandbox, tmp_path)
    reader.queue()
    return reader


def ended(reader: Phone) -> tuple[str, str]:
    message = reader.only()
    return message.state, message.gate


def test_MSG_20_what_was_sent_under_which_consent_is_one_row_without_the_token(
    testa: Phone,
) -> None:
    assert testa.send(testa.only(), noon(DAY)) == "sent"
    [body] = testa.texts()
    assert body.startswith("Example Family: You have a new statement. View it: http://localhost")
    assert "212-555-0100" in body
    assert "50" not in body.split("http")[0]
    row = testa.only()
    assert (row.gate, row.template, row.template_version) == (
        "allowed",
        "new_statement",
        "2026-11.en.link",
    )
    assert row.consent_id is not None
    assert row.provider_id
    assert "[link]" in row.body
    assert "/t/" not in row.body


def test_MSG_9_the_link_is_made_when_the_text_leaves_and_kept_only_hashed(testa: Phone) -> None:
    with read_only() as session:
        assert session.scalars(select(TextLink)).all() == []
    testa.send(testa.only(), noon(DAY))
    token = testa.texts()[0].split("/t/")[1].split()[0]
    with read_only() as session:
        [link] = session.scalars(select(TextLink))
        assert link.expires_at == noon(DAY) + timedelta(hours=72)
        assert token not in link.token_hash
        assert link.phone == PHONE


@pytest.mark.parametrize(
    ("grade", "language", "words"),
    [
        ("link", "en", "You have a new statement. View it: "),
        ("amount", "en", "New statement: $50.00. "),
        ("full", "en", "You owe $50.00 by Mar "),
        ("link", "es", "Tiene un nuevo estado de cuenta: "),
        ("full", "es", "Debe $50.00, vence el "),
    ],
)
def test_MSG_9_and_22_the_chosen_grade_and_language(
    sandbox: SandboxServer, tmp_path: Path, grade: str, language: str, words: str
) -> None:
    reader = phone(sandbox, tmp_path, text_grade=grade, language=language)
    reader.queue()
    reader.send(reader.only(), noon(DAY))
    assert words in reader.texts()[0]


def test_MSG_1_no_consent_no_text(sandbox: SandboxServer, tmp_path: Path) -> None:
    assert phone(sandbox, tmp_path, consent=False).queue() == 0


@pytest.mark.parametrize(("left", "then"), [(4_99, "canceled"), (5_00, "sent")])
def test_OPS_19_nobody_is_reminded_of_less_than_the_floor(
    testa: Phone, left: int, then: str
) -> None:
    later(lambda book: book.pay(testa.bill, 50_00 - left, on=DAY))
    assert testa.send(testa.only(), noon(DAY)) == then
    assert testa.only().gate == ("OPS-19" if then == "canceled" else "allowed")


def test_MSG_3_a_no_after_queueing_stops_it(testa: Phone) -> None:
    with transaction() as session:
        # as if the withdrawal had not seen the queued row
        withdraw_all_texts(session, phone=PHONE, said=Said(source="sms"), now=noon(DAY))
        session.get_one(OutboundMessage, testa.only().id).state = "queued"
    assert testa.send(testa.only(), noon(DAY)) == "canceled"
    assert ended(testa) == ("canceled", "MSG-1")
    assert testa.texts() == []


def test_MSG_1_a_number_that_is_no_longer_theirs(testa: Phone) -> None:
    with transaction() as session:
        session.get_one(GuarantorAccount, testa.account_id).mobile = "+12125550199"
    testa.send(testa.only(), noon(DAY))
    assert ended(testa) == ("canceled", "MSG-1")


def test_MSG_13_a_bad_number_gets_nothing(testa: Phone) -> None:
    with transaction() as session:
        session.add(TextNumber(phone=PHONE, bad_since=noon(DAY), bad_code="30006"))
    testa.send(testa.only(), noon(DAY))
    assert ended(testa) == ("canceled", "MSG-13")


def test_MSG_21_a_number_not_proven_for_a_year(sandbox: SandboxServer, tmp_path: Path) -> None:
    reader = phone(sandbox, tmp_path, consent=False)
    agree(reader.account_id, PHONE, noon(after(-366)))
    reader.queue()
    reader.send(reader.only(), noon(DAY))
    assert ended(reader) == ("canceled", "MSG-21")
    with transaction() as session:
        account = session.get_one(GuarantorAccount, reader.account_id)
        account.proven_mobile, account.proven_mobile_at = PHONE, noon(after(-300))
        session.get_one(OutboundMessage, reader.only().id).state = "queued"
    assert reader.send(reader.only(), noon(DAY)) == "sent"


def test_MSG_13_while_texts_are_stopped_they_wait(testa: Phone) -> None:
    with transaction() as session:
        session.add(MessageSwitch(name="texts", stopped_at=noon(DAY), reason="30007"))
    assert testa.send(testa.only(), noon(DAY)) == "queued"
    assert testa.only().gate == "MSG-13"
    # Meanwhile it takes no place of an e-mail that an outage left behind.
    assert sweep_messages(now=noon(DAY) + timedelta(minutes=20)) == 0
    with transaction() as session:
        session.get_one(MessageSwitch, "texts").stopped_at = None
    assert sweep_messages(now=noon(DAY) + timedelta(minutes=30)) == 1
    assert testa.send(testa.only(), noon(DAY) + timedelta(minutes=30)) == "sent"


GATED = {
    Condition.DECEASED,
    Condition.BANKRUPTCY,
    Condition.DO_NOT_CONTACT,
    Condition.ATTORNEY,
    Condition.DISPUTED,
    Condition.MEDICAID_QMB,
    Condition.WORKERS_COMP,
    Condition.VETERANS_AFFAIRS,
    Condition.BELOW_FLOOR,
}


@pytest.mark.parametrize("kind", sorted(GATED))
def test_CORE_6_a_condition_that_opened_after_queueing_stops_the_reminder(
    testa: Phone, kind: Condition
) -> None:
    assert MATRIX[kind][Action.REMINDER] is Effect.BLOCK
    with transaction() as session:
        session.add(
            AccountCondition(
                guarantor_account_id=testa.account_id,
                kind=kind.value,
                since=noon(DAY),
                source="staff:1",
            )
        )
    assert testa.send(testa.only(), noon(DAY)) == "canceled"
    assert testa.only().gate
    assert testa.texts() == []


def test_CORE_6_a_minor_without_guarantor_and_a_held_bill_get_none(testa: Phone) -> None:
    with transaction() as session:
        session.get_one(GuarantorAccount, testa.account_id).named = False
    testa.send(testa.only(), noon(DAY))
    assert ended(testa) == ("canceled", "COLL-26")


def test_STMT_5_a_work_item_that_holds_the_bill_stops_the_reminder(testa: Phone) -> None:
    with transaction() as session:
        session.add(
            WorkItem(
                dedupe_key="x",
                kind="review",
                guarantor_account_id=testa.account_id,
                holds_bill=True,
                opened_at=noon(DAY),
            )
        )
    testa.send(testa.only(), noon(DAY))
    assert ended(testa) == ("canceled", "STMT-5")


def test_STMT_1_a_claim_being_decided_again_stops_the_reminder(testa: Phone) -> None:
    later(lambda book: setattr(book.session.merge(testa.bill[2]), "state", "deciding_again"))
    testa.send(testa.only(), noon(DAY))
    assert ended(testa) == ("canceled", "STMT-1")


def test_MSG_16_a_paid_bill_is_not_spoken_of(testa: Phone) -> None:
    later(lambda book: book.pay(testa.bill, 5000, on=DAY))
    testa.send(testa.only(), noon(DAY))
    assert ended(testa) == ("canceled", "MSG-16")


@pytest.mark.parametrize(
    ("state", "then", "rule"),
    [("processing", "canceled", "MSG-16"), ("requires_action", "queued", "MSG-16")],
)
def test_MSG_16_a_payment_under_way(testa: Phone, state: str, then: str, rule: str) -> None:
    with transaction() as session:
        session.add(
            Payment(
                id=uuid4(),
                guarantor_account_id=testa.account_id,
                amount=Money(5000),
                scope="all",
                request_hash="x",
                state=state,
                created_at=noon(DAY),
                state_at=noon(DAY),
            )
        )
    assert testa.send(testa.only(), noon(DAY)) == then
    assert testa.only().gate == rule


def test_acceptance_10_MSG_8_a_text_at_21_01_waits_for_nine_and_is_asked_again(
    testa: Phone,
) -> None:
    late = datetime(2026, 3, 3, 2, 1, tzinfo=UTC)  # 21:01 in New York
    assert testa.send(testa.only(), late) == "queued"
    assert (testa.only().not_before, testa.only().gate) == (
        datetime(2026, 3, 3, 14, tzinfo=UTC),
        "MSG-8",
    )
    assert testa.send(testa.only(), late) == "queued"  # too early: nothing is asked
    later(lambda book: book.pay(testa.bill, 5000, on=DAY))
    assert testa.send(testa.only(), datetime(2026, 3, 3, 14, tzinfo=UTC)) == "canceled"


def test_MSG_8_the_area_code_of_los_angeles_and_a_zip_of_new_york(
    sandbox: SandboxServer, tmp_path: Path
) -> None:
    reader = phone(sandbox, tmp_path, number="+12135550142")
    reader.queue()
    assert reader.send(reader.only(), noon(DAY)) == "queued"  # 10:00 and 7:00
    assert reader.only().not_before == datetime(2026, 3, 2, 17, tzinfo=UTC)
    assert reader.send(reader.only(), datetime(2026, 3, 2, 17, tzinfo=UTC)) == "sent"


def test_MSG_7_one_a_day_by_number_whichever_account(
    sandbox: SandboxServer, testa: Phone, tmp_path: Path
) -> None:
    other = phone(sandbox, tmp_path / "other", first_name="Otha")
    other.queue()
    assert testa.send(testa.only(), noon(DAY)) == "sent"
    assert other.send(other.only(), noon(DAY)) == "queued"
    assert (other.only().gate, other.only().not_before) == ("MSG-7", noon(after(1)))
    assert other.send(other.only(), noon(after(1))) == "sent"


def sent_before(reader: Phone, *moments: datetime) -> None:
    with transaction() as session:
        for moment in moments:
            session.add(
                OutboundMessage(
                    channel="sms",
                    recipient=PHONE,
                    category=TextCategory.VISITS.value,
                    template="visit_reminder",
                    body="",
                    guarantor_account_id=reader.account_id,
                    state="delivered",
                    created_at=moment,
                    sent_at=moment,
                )
            )


def test_MSG_7_three_in_a_sliding_week_across_categories(testa: Phone) -> None:
    days = (timedelta(days=6, hours=23), timedelta(days=4), timedelta(days=2))
    sent_before(testa, *(noon(DAY) - ago for ago in days))
    [message] = [one for one in testa.messages() if one.template == "new_statement"]
    assert testa.send(message, noon(DAY)) == "queued"
    then = noon(DAY) + timedelta(hours=1)
    with read_only() as session:
        assert session.get_one(OutboundMessage, message.id).not_before == then
    assert testa.send(message, then) == "sent"


def test_MSG_7_codes_do_not_count(testa: Phone) -> None:
    with transaction() as session:
        session.add(
            OutboundMessage(
                channel="sms",
                recipient=PHONE,
                template="sign_in_code",
                body="",
                state="sent",
                created_at=noon(DAY),
                sent_at=noon(DAY),
            )
        )
    assert testa.send(testa.only(), noon(DAY)) == "sent"


def test_MSG_7_two_events_are_told_in_the_newest_text(testa: Phone, tmp_path: Path) -> None:
    later_day = after(35)
    later(
        lambda book: book.owed(
            7000, account=book.session.get_one(GuarantorAccount, testa.account_id)
        )
    )
    cut(later_day)
    deliver(tmp_path, later_day)
    with transaction() as session:  # the old one still waits, as after an outage
        session.get_one(OutboundMessage, testa.only().id).created_at = noon(later_day)
    testa.queue(later_day)
    old, new = testa.messages()
    assert testa.send(old, noon(later_day)) == "canceled"
    assert testa.send(new, noon(later_day)) == "sent"
    assert testa.messages()[0].gate == "MSG-7"
    assert len(testa.texts()) == 1


def test_MSG_20_a_lost_answer_is_looked_up_and_a_lost_request_judged_anew(
    sandbox: SandboxServer, testa: Phone
) -> None:
    sandbox.control("faults", do="error", status=503, where="after", path="Messages.json")
    with pytest.raises(OutcomeUnknown):
        testa.send(testa.only(), noon(DAY))
    assert testa.send(testa.only(), noon(DAY)) == "sent"
    assert len(testa.texts()) == 1
    assert "/t/" not in testa.only().body


def test_MSG_16_a_lost_request_is_not_sent_again_once_paid(
    sandbox: SandboxServer, testa: Phone
) -> None:
    sandbox.control("faults", do="error", status=503, path="Messages.json")
    with pytest.raises(OutcomeUnknown):
        testa.send(testa.only(), noon(DAY))
    later(lambda book: book.pay(testa.bill, 5000, on=DAY))
    assert testa.send(testa.only(), noon(DAY)) == "canceled"
    assert testa.texts() == []


def test_MSG_1_consent_of_one_account_is_not_that_of_another(
    sandbox: SandboxServer, testa: Phone, tmp_path: Path
) -> None:
    other = phone(sandbox, tmp_path / "other", first_name="Otha", consent=False)
    assert other.queue() == 0
    agree(other.account_id, PHONE, noon(DAY))
    assert other.queue() == 1


def test_MSG_16_what_waited_three_days_is_over_and_keeps_no_token(testa: Phone) -> None:
    with transaction() as session:
        row = session.get_one(OutboundMessage, testa.only().id)
        row.state, row.body = "sending", "x http://localhost:8000/t/abcdefghijklmn y"
    sweep_messages(now=noon(after(2)))
    assert testa.only().state == "sending"
    sweep_messages(now=noon(after(3)))
    assert (testa.only().state, testa.only().error, testa.only().body) == (
        "failed",
        "unknown",
        "x [link] y",
    )
    with transaction() as session:
        session.get_one(OutboundMessage, testa.only().id).state = "queued"
    sweep_messages(now=noon(after(3)))
    assert ended(testa) == ("canceled", "MSG-16")
