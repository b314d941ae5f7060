"""What a person asked for comes before what is on file, in each channel (HIPAA-10, MSG-9)."""

from __future__ import annotations

import pytest

from billing.reach import Wishes, call_to, email_to, is_sealed, paper_to, text_grade, text_to
from billing.text_templates import Grade

HOME, SAFE = ("1 Invented Street", "Sampletown, NY 10001"), ("9 Safe Street", "Othertown, NY 10002")
MAIL, SAFE_MAIL = "shared@example.com", "safe@example.com"
PHONE, SAFE_PHONE = "+12125550101", "+12125550199"

TABLE = [
    # wishes, paper, e-mail, texts, calls
    (None, HOME, MAIL, PHONE, PHONE),
    (Wishes(), HOME, MAIL, PHONE, PHONE),
    (Wishes(address=SAFE), SAFE, MAIL, PHONE, PHONE),
    (Wishes(address=SAFE, no_paper=True), SAFE, MAIL, PHONE, PHONE),
    (Wishes(no_paper=True), (), MAIL, PHONE, PHONE),
    (Wishes(email=SAFE_MAIL), HOME, SAFE_MAIL, PHONE, PHONE),
    (Wishes(email=SAFE_MAIL, no_email=True), HOME, "", PHONE, PHONE),
    (Wishes(phone=SAFE_PHONE), HOME, MAIL, SAFE_PHONE, SAFE_PHONE),
    (Wishes(phone=SAFE_PHONE, no_texts=True), HOME, MAIL, "", SAFE_PHONE),
    (Wishes(phone=SAFE_PHONE, no_calls=True), HOME, MAIL, SAFE_PHONE, ""),
    (Wishes(no_texts=True, no_calls=True), HOME, MAIL, "", ""),
    (Wishes(shared_phone=True), HOME, MAIL, PHONE, PHONE),
]


@pytest.mark.parametrize(("wishes", "paper", "email", "text", "call"), TABLE)
def test_HIPAA_10_a_request_holds_in_every_channel(wishes, paper, email, text, call) -> None:
    assert paper_to(HOME, wishes) == paper
    assert email_to(MAIL, wishes) == email
    assert text_to(PHONE, wishes) == text
    assert call_to(PHONE, wishes) == call


def test_HIPAA_10_nothing_on_file_stays_nothing_unless_a_safe_way_was_given() -> None:
    assert paper_to((), Wishes(address=SAFE)) == SAFE
    assert text_to("", Wishes(shared_phone=True)) == ""


def test_MSG_9_on_a_shared_phone_a_text_is_a_bare_link_whatever_was_chosen() -> None:
    for chosen in Grade:
        assert text_grade(chosen, Wishes(shared_phone=True)) is Grade.LINK
        assert text_grade(chosen, Wishes(phone=SAFE_PHONE)) is chosen
        assert text_grade(chosen, None) is chosen


def test_HIPAA_10_only_an_address_that_may_not_be_shown_seals_a_statement() -> None:
    assert is_sealed(Wishes(address=SAFE))
    assert is_sealed(Wishes(no_paper=True))
    assert not is_sealed(None)
    assert not is_sealed(Wishes(email=SAFE_MAIL, no_texts=True))
