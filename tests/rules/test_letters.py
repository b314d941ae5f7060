"""Every e-mail: generic where a stranger may look, plain, short, and one place for all words (MSG-17, MSG-18, LANG-1)."""

from __future__ import annotations

import ast
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from portal.services import (
    access_letters,
    assistance_letters,
    letters,
    pay_letters,
    plan_letters,
    reminder_letters,
    saved_letters,
    visit_letters,
)
from portal.services.letter_subjects import SUBJECTS
from portal.services.letters import Letter, Letterhead
from tests.reading_grade import reading_grade

ROOT = Path(__file__).resolve().parents[2]
HEAD = Letterhead(
    name="Sample Family Practice", phone="(202) 555-0100", public_url="https://bills.example.com"
)
WHEN = reminder_letters.When(datetime(2026, 9, 30, 9, 0, tzinfo=UTC))
SPANISH = (
    *(
        visit_letters.visit_letter(one, HEAD, WHEN, page="/visits/x", language="es")
        for one in visit_letters.WORDS
    ),
    reminder_letters.visit_reminder(HEAD, WHEN, page="/visits/x", language="es"),
    reminder_letters.visit_missed(HEAD, language="es"),
    reminder_letters.wait_list(HEAD, WHEN, until=WHEN, language="es"),
    reminder_letters.wait_list_gone(HEAD, language="es"),
)
BILLING = {
    letter.template: letter
    for letter in (
        letters.statement_notice(HEAD, number="2026-0142"),
        letters.letter_waiting(HEAD, notice_id=12),
        letters.receipt(HEAD, number="R-0123456789"),
        letters.refund(HEAD, number="R-0123456789"),
        letters.refund_failed(HEAD, number="R-0123456789"),
        letters.payment_returned(HEAD, number="R-0123456789"),
        letters.new_message(HEAD),
        letters.payment_news(HEAD),
        letters.bill_notice(HEAD, number="2026-0142"),
        letters.paperless_sample(HEAD, link="https://bills.example.com/paperless/sample/x"),
        letters.paperless_on(HEAD),
        letters.paperless_off(HEAD),
        access_letters.proxy_invitation(HEAD, link="https://bills.example.com/access/invitation/x"),
        access_letters.proxy_news(HEAD),
        pay_letters.pay_link(HEAD, link="https://bills.example.com/p/x"),
        *(plan_letters.plan_letter(HEAD, what) for what in plan_letters.WORDS),
        *(assistance_letters.assistance_letter(HEAD, what) for what in assistance_letters.WORDS),
        saved_letters.method_added(HEAD),
        saved_letters.method_expiring(HEAD),
        saved_letters.autopay_signed(HEAD),
        saved_letters.autopay_stopped(HEAD),
        saved_letters.draft_ahead(HEAD),
        saved_letters.draft_failed(HEAD),
        saved_letters.draft_asks(HEAD),
        saved_letters.draft_skipped(HEAD),
        *(
            visit_letters.visit_letter(one, HEAD, WHEN, page="/visits/x")
            for one in visit_letters.WORDS
        ),
        reminder_letters.visit_reminder(HEAD, WHEN, page="/visits/x"),
        reminder_letters.visit_missed(HEAD),
        reminder_letters.wait_list(HEAD, WHEN, until=WHEN),
        reminder_letters.wait_list_gone(HEAD),
    )
}
SIGN_IN = {
    letter.template: letters.signed(letter, HEAD)
    for letter in (
        letters.email_code("123456"),
        letters.access_granted(),
        letters.already_signed_up(HEAD),
        access_letters.link_code("123456"),
        access_letters.linked(HEAD),
        *map(access_letters.link_answer, access_letters.LINK_ANSWERS),
        *map(access_letters.parent_answer, ("refused", "come_in")),
        letters.sign_in_locked(),
        letters.mobile_changed(),
        letters.recovery_code_used(),
        letters.sign_in_reset(HEAD),
        letters.second_factor_changed(),
        letters.passkey_added(),
        letters.change_code("123456"),
        letters.email_known(),
        letters.email_changed(),
        letters.address_changed(),
        letters.staff_invitation(link="https://bills.example.com/staff/invitation/x"),
        letters.passkey_deleted(),
        *(
            letters.from_library(
                f"security/email/{path.stem}", re.sub(r"{[{#%].*?[}#%]}", "", text)
            )
            for path in sorted((ROOT / "portal/templates/security/email").glob("*.txt"))
            for text in [path.read_text()]
        ),
    )
}
EVERY = BILLING | SIGN_IN
# What a locked screen may show: the subject and the first line. Each is here because a person read it.
FIRST_LINES = {
    "We wrote you a letter.",
    "A time with us is booked.",
    "Una hora con nosotros está reservada.",
    "Una hora que reservó con nosotros ha cambiado.",
    "Una hora que reservó con nosotros se canceló, como nos pidieron.",
    "Tuvimos que cancelar una hora que reservó con nosotros. Lo sentimos.",
    "A time that you booked with us was changed.",
    "A time that you booked with us was canceled, as we were asked.",
    "We had to cancel a time that you booked with us. We are sorry.",
    "We have the form that you sent us. Thank you.",
    "We need something more from you.",
    "We have an answer to the form that you sent us.",
    "An answer that we gave you has changed.",
    "You signed an agreement with us. Your copy is ready.",
    "We have an answer to what you asked us about your payments.",
    "Your payments to us were changed, as you or our office asked.",
    "A payment that you agreed to has not reached us.",
    "A payment that you agreed to is still open.",
    "A payment that you agreed to is a month late.",
    "An agreement with us has ended, because payments did not reach us.",
    "You have paid everything that you agreed to. Thank you.",
    "What you owe us has changed. Your agreed payments stay as they are.",
    "An agreement with us has ended.",
    "Somebody tried to sign up on our website with this e-mail address. It already has a sign-in.",
    "Somebody signed up on our website and can see your bills there now.",
    "###### is your code to open your bills on our website. It works for ## minutes.",
    "We linked your bills to your sign-in.",
    "You asked us to let you see an account. We need to see you.",
    "You asked us to link your bills to your sign-in. We could not do that.",
    "You asked us to link your bills to your sign-in. We need to see you.",
    "###### is your code to go on signing up. It works for ## minutes.",
    "Your statements come on paper from now on.",
    "Your statements come without paper from now on.",
    "You asked to try statements without paper.",
    "There is a message about your bill.",
    "We received your payment. Thank you.",
    "We sent money back to you, the same way that you paid.",
    "We sent money back to you, but your bank returned it to us.",
    "Your bank returned a payment that you made to us.",
    "Somebody signed in with one of your saved recovery codes.",
    "The way you get your sign-in codes was changed.",
    "A passkey was added to your sign-in.",
    "Here is the link to pay that you asked for.",
    "As you asked, our office turned off your old password and your old sign-in codes.",
    "###### is your code to change how we reach you. It works for ## minutes.",
    "Somebody typed this e-mail address for another sign-in of our website. Nothing was changed.",
    "The e-mail address that you sign in with was changed.",
    "The address that we mail your bills to was changed.",
    "You are invited to sign in to the pages of our office.",
    "A passkey was deleted from your sign-in.",
    "The mobile number that we text about your bills was changed.",
    "Your password was changed.",
    "You asked for a new password. Open this link to choose one:",
    "Somebody cannot complete the second step of signing in and asks for help: sign-in .",
    "We paused your sign-in for ## minutes.",
    "A new statement is ready for you.",
    "You have a new message from us.",
    "There is news about a payment.",
    "Somebody asks you to help with an account at our office.",
    "There is news about who can see an account.",
    "A way to pay was saved on our website.",
    "A card that you saved on our website will soon be out of date.",
    "You gave us leave to draw payments. Here is your copy.",
    "We will not draw payments from you any more.",
    "We will soon draw a payment that you agreed to.",
    "A payment that you agreed to did not go through.",
    "Your bank wants you to confirm a payment to us.",
    "We did not draw the payment that you agreed to.",
    "This is a reminder of a time that you booked with us.",
    "We are sorry that we missed you.",
    "An earlier time has opened.",
    "The time that we offered you is taken.",
    "La hora que le ofrecimos ya no está libre.",
    "Le recordamos algo que reservó con nosotros.",
    "Sentimos no haberle visto.",
    "Hay una hora antes.",
}
CARE = re.compile(
    r"\b(visit|doctor|dr\.|diagnos|treat|test result|lab|appointment|patient|insur|plan|deductible|"
    r"clinic|hospital|health|medical|care)\w*",
    re.IGNORECASE,
)


# Below the first line these may say that there is a visit, its day and its hour.
OF_VISITS = (*visit_letters.WORDS, "visit_reminder", "visit_missed", "wait_list", "wait_list_gone")


@pytest.mark.parametrize("letter", SPANISH, ids=lambda one: one.template)
def test_MSG_18_and_22_spanish_letters_have_a_generic_first_line_too(letter: Letter) -> None:
    assert " ".join(letter.body.split("\n\n")[0].split()) in FIRST_LINES
    assert not CARE.search(re.sub(r"https?://\S+", "", letter.body.partition("-- \n")[0]))
    assert " · " in letter.subject


def test_every_letter_is_tested_here() -> None:
    assert set(EVERY) == set(SUBJECTS)


@pytest.mark.parametrize("letter", EVERY.values(), ids=EVERY)
def test_MSG_18_subject_and_first_line_are_generic(letter: Letter) -> None:
    first = " ".join(letter.body.split("\n\n")[0].split())
    assert re.sub(r"\d", "#", first) in FIRST_LINES
    for text in (letter.subject, first):
        assert not CARE.search(text), text
        assert "$" not in text
        assert HEAD.name not in text


@pytest.mark.parametrize("letter", EVERY.values(), ids=EVERY)
def test_MSG_18_the_body_says_nothing_about_care_or_amounts(letter: Letter) -> None:
    ours = letter.body.partition("-- \n")[0]
    if letter.template in OF_VISITS:  # that there is a visit, and when; never with whom or what for
        ours = re.sub(r"\bvisits?\b", "", ours)
    assert not CARE.search(ours)
    assert "$" not in ours


@pytest.mark.parametrize("letter", EVERY.values(), ids=EVERY)
def test_STMT_14_each_letter_reads_easily(letter: Letter) -> None:
    words = re.sub(r"https?://\S+", "", letter.body.partition("-- \n")[0])
    assert reading_grade(words) <= 8, (reading_grade(words), words)
    assert "!" not in letter.body


@pytest.mark.parametrize("letter", EVERY.values(), ids=EVERY)
def test_lines_are_short_but_for_a_link(letter: Letter) -> None:
    long = [line for line in letter.body.splitlines() if len(line) > letters.WIDTH]
    assert all("http" in line and " " not in line for line in long)


@pytest.mark.parametrize("letter", BILLING.values(), ids=BILLING)
def test_LANG_1_billing_letters_offer_help_in_other_languages(letter: Letter) -> None:
    foot = " ".join(letter.body.partition("-- \n")[2].split())
    assert "free help in your language" in foot
    assert "ayuda gratis en español" in foot
    assert "https://bills.example.com/languages" in foot
    assert HEAD.phone in foot


@pytest.mark.parametrize("letter", EVERY.values(), ids=EVERY)
def test_who_writes_and_whom_to_call_stand_under_every_letter(letter: Letter) -> None:
    foot = letter.body.partition("-- \n")[2]
    assert foot.startswith(HEAD.name)
    assert HEAD.phone in foot


@pytest.mark.parametrize("letter", EVERY.values(), ids=EVERY)
def test_MSG_17_nothing_is_advertised(letter: Letter) -> None:
    assert not re.search(r"\b(offer|discount|sale|save|deal|new service|refer a)\b", letter.subject)


def called(node: ast.Call) -> str:
    return str(getattr(node.func, "attr", getattr(node.func, "id", "")))


def test_nobody_writes_an_email_elsewhere() -> None:
    """Only `letters` makes a Letter, and only `queue_letter` writes a row of an e-mail."""
    makers, writers = set(), set()
    for folder in ("portal", "staff_admin"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Letter":
                    makers.add(path.name)
                if isinstance(node, ast.Call) and called(node) in {"values", "OutboundMessage"}:
                    channels = [k.value for k in node.keywords if k.arg == "channel"]
                    writes = any(getattr(one, "value", "") == "email" for one in channels)
                    writers |= {path.name} if writes else set()
    assert makers == {"letters.py"}, "put the words into portal/services/letters.py"
    assert writers == {"queue_letter.py"}


def test_an_unknown_letter_is_refused_at_once() -> None:
    with pytest.raises(KeyError, match="no letter is called"):
        letters.from_library("security/email/none", "Hello")
