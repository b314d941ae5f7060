"""Match and possession, and nothing less, open a record to a sign-in (ID-2, ID-7)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from portal.db import read_only, transaction
from portal.models.accounts import GuarantorAccount, Patient
from portal.models.audit import AuditEvent
from portal.models.consents import TextConsent
from portal.models.identity import AccountAccess
from portal.models.messages import OutboundMessage, TextNumber
from portal.models.profiles import Profile
from portal.queries.text_consents import TextCategory, standing_consent
from portal.services.ask_link import ask_link_code, ask_office_to_link
from portal.services.prove_link import Outcome, Proven, prove_link
from portal.services.send_link_code import send_link_code
from tests.services.ledger_book import Book
from tests.services.link_world import (
    ASKED,
    EMAIL,
    KEYS,
    NOW,
    PHONE,
    add_patient,
    ask,
    code_of,
    newcomer,
    on_file,
    opened,
    standing,
)


@pytest.fixture(autouse=True)
def practice(database_url: str) -> None:
    with transaction() as session:
        Book(session).practice()


def sent() -> list[OutboundMessage]:
    with read_only() as session:
        return list(session.scalars(select(OutboundMessage).order_by(OutboundMessage.id)))


def prove(login_id: int, typed: str, now: Any = NOW) -> Proven:
    return prove_link(login_id=login_id, typed=typed, ip="", keys=KEYS, now=now)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


ONE_MORE = [
    {"postal_code": "20852"},
    {"postal_code": "20852-9999"},
    {"postal_code": "", "phone": PHONE},
    {"postal_code": "", "email": "Testa@Example.com"},
    {"postal_code": "10001", "phone": PHONE},
]


@pytest.mark.parametrize("said", ONE_MORE)
def test_ID_2_name_birth_date_and_one_thing_more_send_a_code_to_the_contact_on_file(
    said: dict[str, str],
) -> None:
    account_id, login_id = on_file(), newcomer()
    request = ask(login_id, **said)
    assert (request.state, request.guarantor_account_id) == ("code_sent", account_id)
    [message] = sent()
    assert (message.channel, message.recipient) == ("sms", PHONE)
    assert code_of(request.id) in message.body
    assert opened(login_id) == [], "a match alone opens nothing"
    assert prove(login_id, code_of(request.id)) == Proven(Outcome.LINKED, account_id)
    assert opened(login_id) == [account_id]
    told = sent()[-1]
    assert (told.template, told.recipient) == ("access_granted", EMAIL)


NEVER: dict[str, dict[str, Any]] = {
    "name and birth date alone": {"postal_code": ""},
    "wrong ZIP": {"postal_code": "20853"},
    "wrong phone": {"postal_code": "", "phone": "+12125550143"},
    "wrong e-mail": {"postal_code": "", "email": "other@example.com"},
    "wrong birth date": {"birth_on": date(1986, 4, 29)},
    "day and month exchanged": {"birth_on": date(1986, 8, 24)},
    "another first name": {"first_name": "Samuel"},
    "another last name": {"last_name": "Example"},
    "one letter wrong": {"last_name": "Semple"},
    "an initial": {"first_name": "T"},
}


@pytest.mark.parametrize("said", NEVER.values(), ids=NEVER.keys())
def test_ID_2_never_less(said: dict[str, Any]) -> None:
    on_file()
    login_id = newcomer()
    request = ask(login_id, **said)
    assert (request.state, request.reason) == ("waiting", "no_match")
    assert sent() == []
    assert prove(login_id, code_of(request.id)).outcome is Outcome.WRONG
    assert opened(login_id) == []


def test_ID_2_what_is_not_on_file_agrees_with_nothing() -> None:
    on_file(postal_code="", mobile="", email="")
    assert ask(newcomer(), postal_code="", phone="", email="").reason == "no_match"


def test_ID_2_two_candidates_are_for_a_person() -> None:
    on_file()
    on_file(first_name="Testa Ann", mobile="+12125550177")
    request = ask(newcomer())
    assert (request.state, request.reason) == ("waiting", "several")
    assert sent() == []


def test_ID_2_a_namesake_with_another_zip_does_not_confuse() -> None:
    account_id = on_file()
    on_file(postal_code="10001", mobile="+12125550177", email="")
    assert ask(newcomer()).guarantor_account_id == account_id


def test_ID_5_a_record_that_was_merged_into_another_is_no_second_candidate() -> None:
    stays, went = on_file(), on_file(mobile="+12125550177")
    with transaction() as session:
        patients = {p.guarantor_account_id: p for p in session.scalars(select(Patient))}
        patients[went].merged_into_id = patients[stays].id
    request = ask(newcomer())
    assert (request.state, request.guarantor_account_id) == ("code_sent", stays)


PROTECTED: dict[str, dict[str, Any]] = {
    "deceased": {"condition": "deceased"},
    "not to be contacted": {"condition": "do_not_contact"},
    "confidential": {"confidential": True},
}


@pytest.mark.parametrize("kept", PROTECTED.values(), ids=PROTECTED.keys())
def test_ID_2_protected_records_are_never_linked_by_a_code(kept: dict[str, Any]) -> None:
    on_file(**kept)
    request = ask(newcomer())
    assert (request.state, request.reason) == ("waiting", "protected")
    assert sent() == []


def test_ID_2_a_minors_account_without_a_guarantor_is_for_a_person() -> None:
    account_id = on_file(patient=False, named=False, birth_on=None, first_name="")
    who = {"last_name": "Sample", "first_name": "Testa", "suffix": "", "birth_on": date(2010, 1, 5)}
    add_patient(account_id, who)
    request = ask(newcomer(), birth_on=date(2010, 1, 5))
    assert (request.state, request.reason) == ("waiting", "protected")
    assert sent() == []


def test_ID_2_a_patient_on_somebody_elses_account_is_for_a_person() -> None:
    account_id = on_file(first_name="Gwen", birth_on=date(1960, 1, 5))
    who = {"last_name": "Sample", "first_name": "Testa", "suffix": "", "birth_on": ASKED.birth_on}
    add_patient(account_id, who)
    assert ask(newcomer()).reason == "not_guarantor"


def test_ID_2_an_account_that_somebody_opens_already_is_for_a_person() -> None:
    on_file(linked_to=newcomer())
    assert ask(newcomer()).reason == "linked_before"
    assert sent() == []


WAYS: dict[str, tuple[dict[str, Any], str]] = {
    "no mobile": ({"mobile": ""}, "email"),
    "somebody else's mobile": ({"mobile_owner": "spouse"}, "email"),
    "neither": ({"mobile": "", "email": ""}, ""),
}


@pytest.mark.parametrize(("kept", "channel"), WAYS.values(), ids=WAYS.keys())
def test_ID_2_the_code_goes_to_what_is_on_file(kept: dict[str, Any], channel: str) -> None:
    on_file(**kept)
    request = ask(newcomer())
    assert [message.channel for message in sent()] == ([channel] if channel else [])
    if not channel:
        assert (request.state, request.reason) == ("waiting", "no_contact")


def test_ID_2_a_number_that_texts_do_not_reach_gets_the_code_by_email() -> None:
    on_file()
    with transaction() as session:
        session.add(TextNumber(phone=PHONE, bad_since=NOW, bad_code="30006"))
    ask(newcomer())
    [message] = sent()
    assert (message.channel, message.recipient, message.subject) == ("email", EMAIL, "Your code")


def test_ID_7_a_code_ends_after_ten_minutes() -> None:
    on_file()
    login_id = newcomer()
    code = code_of(ask(login_id).id)
    late = NOW + timedelta(minutes=10, seconds=1)
    assert prove(login_id, code, late).outcome is Outcome.WRONG
    assert prove(login_id, code, NOW + timedelta(minutes=10)).outcome is Outcome.LINKED


def test_ID_7_a_code_works_once() -> None:
    account_id, login_id = on_file(), newcomer()
    code = code_of(ask(login_id).id)
    assert prove(login_id, code).outcome is Outcome.LINKED
    with transaction() as session:
        session.execute(update(AccountAccess).values(ended_at=NOW))
    prove(login_id, code)
    assert opened(login_id) == [], f"account {account_id} is not opened again"
    assert prove(newcomer(), code).outcome is Outcome.WRONG, "nor to anybody else"


def test_ID_7_a_new_code_ends_the_old_and_keeps_the_failures() -> None:
    on_file()
    login_id = newcomer()
    request = ask(login_id)
    old = code_of(request.id)
    for _ in range(3):
        assert prove(login_id, wrong(old)).outcome is Outcome.WRONG
    ask_link_code(login_id=login_id, way="email")
    send_link_code(request_id=request.id, keys=KEYS, now=NOW)
    assert [message.channel for message in sent()] == ["sms", "email"]
    new = code_of(request.id)
    if new != old:
        assert prove(login_id, old).outcome is Outcome.WRONG
    assert standing(request.id).failures >= 3
    assert prove(login_id, new).outcome is Outcome.LINKED


def test_ID_7_five_wrong_codes_call_a_person() -> None:
    on_file()
    login_id = newcomer()
    request = ask(login_id)
    code = code_of(request.id)
    for _ in range(5):
        prove(login_id, wrong(code))
    kept = standing(request.id)
    assert (kept.state, kept.reason, kept.failures) == ("waiting", "wrong_codes", 5)
    assert prove(login_id, code).outcome is Outcome.WRONG
    send_link_code(request_id=request.id, keys=KEYS, now=NOW)
    assert len(sent()) == 1, "and no more codes leave"


def test_ID_4_a_record_gets_ten_codes_a_day_from_all_who_ask() -> None:
    on_file()
    for _ in range(10):
        assert ask(newcomer()).state == "code_sent"
    request = ask(newcomer())
    assert (request.state, request.reason) == ("waiting", "too_many_codes")
    assert len(sent()) == 10
    assert ask(newcomer(), now=NOW + timedelta(days=1, minutes=1)).state == "code_sent"


def test_ID_4_a_record_hears_ten_wrong_codes_a_day_from_all_who_guess() -> None:
    on_file()
    for _ in range(5):
        login_id = newcomer()
        code = code_of(ask(login_id).id)
        prove(login_id, wrong(code))
        prove(login_id, wrong(code))
    login_id = newcomer()
    code = code_of(ask(login_id).id)
    assert prove(login_id, code).outcome is Outcome.WRONG, "the eleventh try is not looked at"
    tomorrow = NOW + timedelta(days=1, minutes=1)
    assert prove(login_id, code_of(ask(login_id, now=tomorrow).id), tomorrow).account_id


def test_ID_2_whoever_asks_the_office_waits_for_a_person() -> None:
    on_file()
    login_id = newcomer()
    request = ask(login_id)
    ask_office_to_link(login_id=login_id)
    assert standing(request.id).reason == "asked_for_help"
    assert prove(login_id, code_of(request.id)).outcome is Outcome.WRONG


def test_ID_2_a_new_request_takes_the_place_of_the_old() -> None:
    on_file()
    login_id = newcomer()
    first = ask(login_id, postal_code="10001")
    second = ask(login_id)
    assert (standing(first.id).state, second.state) == ("replaced", "code_sent")


def test_ID_2_a_hold_that_came_in_between_calls_a_person() -> None:
    account_id, login_id = on_file(), newcomer()
    request = ask(login_id)
    with transaction() as session:
        session.execute(update(GuarantorAccount).values(named=False))
    assert prove(login_id, code_of(request.id)) == Proven(Outcome.OFFICE)
    assert standing(request.id).state == "waiting"
    assert opened(login_id) == [], account_id


def test_HIPAA_3_wrong_codes_and_grants_are_in_the_audit_trail() -> None:
    account_id, login_id = on_file(), newcomer()
    code = code_of(ask(login_id).id)
    prove(login_id, wrong(code))
    prove(login_id, code)
    with read_only() as session:
        rows = session.execute(
            select(AuditEvent.action, AuditEvent.account_ids).order_by(AuditEvent.id)
        ).all()
    assert [tuple(row) for row in rows] == [
        ("create", []),
        ("link_failed", [account_id]),
        ("grant", [account_id]),
    ]


def profile(login_id: int, mobile: str = PHONE) -> None:
    with transaction() as session:
        session.add(
            Profile(
                login_id=login_id,
                first_name="Testa",
                last_name="Sample",
                birth_on=ASKED.birth_on,
                mobile=mobile,
                mobile_proven_at=NOW,
                created_at=NOW,
            )
        )
        session.add(
            TextConsent(
                phone=mobile,
                category="billing",
                granted=True,
                source="web",
                wording_version="2026-11",
                wording="Yes",
                login_id=login_id,
                at=NOW,
            )
        )


@pytest.mark.parametrize(
    ("on_record", "carried"), [(PHONE, True), ("", True), ("+12125550177", False)]
)
def test_MSG_1_a_newcomers_yes_is_carried_where_the_number_is_the_records_or_it_has_none(
    on_record: str, carried: bool
) -> None:
    account_id, login_id = on_file(mobile=on_record), newcomer()
    profile(login_id)
    prove(login_id, code_of(ask(login_id).id))
    with read_only() as session:
        account = session.get_one(GuarantorAccount, account_id)
        found = standing_consent(
            session,
            phone=PHONE,
            category=TextCategory.BILLING,
            guarantor_account_id=account_id,
        )
    assert (found is not None) is carried
    assert account.mobile == (PHONE if carried else on_record)
    assert (account.proven_mobile == PHONE) is carried
