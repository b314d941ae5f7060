"""Assistance at the office: the list, one application, what may be done by whom, the policy (FA-3, FA-7, FA-9..11, HIPAA-7)."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import Engine, event, select

from billing.audit_rules import Restriction
from billing.money import Money
from portal.db import read_only
from portal.models.assistance import AssistanceApplication, AssistanceDocument
from portal.models.assistance_decisions import AssistanceDecision, AssistanceScale
from portal.services.restrict_account import restrict_account
from tests.services.application_world import NOW, add_visit
from tests.services.staff_world import World, add_account, add_staff
from tests.services.statement_world import DECIDED_ON, world
from tests.services.test_screening import decided
from tests.web.insurance_world import photo
from tests.web.pages import Page, PageClient

FORM = {
    "how": "paper",
    "received_on": "2026-03-02",
    "applicant": "Testa Sample",
    "household": "1",
    "residence": "OH",
    "program": "",
    "language": "en",
    "signed": "y",
    "source": "wages",
    "amount": "2,500.00",
    "period": "monthly",
    "source_2": "wages",
    "period_2": "monthly",
}


@pytest.fixture
def account(staff_app: Flask) -> World:
    staff_app.config["CLOCK"] = lambda: NOW
    world(lambda w: decided(w, "MB", paid=9000, share=1000, on=DECIDED_ON))
    return add_account()


def entered(client: PageClient, account: World, **changes: str) -> str:
    """The address of the application that this form makes."""
    path = f"/assistance/of/{account.account_id}/enter"
    form_id = client.get(path).hidden("form_id")
    client.post(path, FORM | {"form_id": form_id} | changes, expect=302)
    return f"/assistance/{form_id}"


def last() -> AssistanceDecision:
    with read_only() as session:
        standing = AssistanceDecision.state != "sent_back"
        found = select(AssistanceDecision).where(standing)
        found = found.order_by(AssistanceDecision.made_at.desc())
        return session.scalars(found).first()  # type: ignore[return-value]  # there is one


def decide(client: PageClient, path: str, what: str = "grant", line: str = "") -> Page:
    form_id = client.get(path).hidden("decide-form_id")
    sent = {"decide-form_id": form_id, "decide-what": what, "decide-line": line}
    return client.post(f"{path}/decide", sent)


def test_FA_9_from_a_paper_form_to_its_answer(
    as_staff: Callable[[str], PageClient], account: World
) -> None:
    client = as_staff("fa_counsellor")
    path = entered(client, account)
    listed = client.get("/assistance/")
    assert "Testa Sample" in listed.text
    assert "Decide" in listed.text  # signed, and low enough to be believed (FA-7)
    page = client.get(path)
    assert "$2,500.00 × 12 = $30,000.00" in page.text
    assert "$30,000.00 of $15,960.00" in page.text
    assert "187.97%" in page.text
    assert "100% off" in page.text
    assert "$58.00" in page.text
    client.post(
        f"{path}/verify",
        {
            "verify-household": "1",
            "verify-income": "35,910.00",
            "verify-how": "Two stubs: $1,381.15 × 26",
            "verify-residence": "OH",
            "verify-program": "",
        },
        expect=302,
    )
    page = client.get(path)
    assert "225.00%" in page.text
    assert "75% off" in page.text
    assert decide(client, path).status == 302
    page = client.get(path)
    assert "A part off" in page.text
    assert last().granted == Money(43_50)
    pdf = client.http.get(f"/assistance/decisions/{last().id}/letter.pdf")
    assert (pdf.status_code, pdf.mimetype) == (200, "application/pdf")
    assert pdf.data.startswith(b"%PDF-")


def test_FA_8_a_low_income_is_answered_while_it_is_entered(
    as_staff: Callable[[str], PageClient], account: World
) -> None:
    client = as_staff("fa_counsellor")
    path = entered(client, account, amount="900.00")
    assert last().by_rule
    assert "Everything off" in client.get(path).text


def test_FA_7_the_list_of_what_may_be_asked_for_is_closed(
    as_staff: Callable[[str], PageClient], account: World
) -> None:
    client = as_staff("fa_counsellor")
    path = entered(client, account)
    assert "Choose what is missing." in client.post(f"{path}/ask", {}).text
    wrong = client.post(f"{path}/ask", {"ask-items": "passport"})
    assert "not valid choices" in wrong.text or "not a valid choice" in wrong.text
    client.post(f"{path}/ask", {"ask-items": ["pay_stubs"]}, expect=302)
    assert "Waits for papers" in client.get(path).text


def test_FA_10_a_no_without_a_line_is_refused_in_words(
    as_staff: Callable[[str], PageClient], account: World
) -> None:
    client = as_staff("fa_counsellor")
    path = entered(client, account, amount="90,000.00")
    assert "line of the policy" in decide(client, path, "deny").text
    assert decide(client, path, "deny", "income_above").status == 302
    appeal = {"appeal-received_on": "2026-03-10", "appeal-words": "I lost my job"}
    client.post(f"/assistance/decisions/{last().id}/appeal", appeal, expect=302)
    assert "another person decides" in decide(client, path, "deny", "income_above").text
    assert decide(as_staff("manager"), path, "deny", "income_above").status == 302


def test_FA_11_a_second_person_agrees_on_the_page(
    as_staff: Callable[[str], PageClient], account: World
) -> None:
    add_visit(account, 6_000_00)
    client, manager = as_staff("fa_counsellor"), as_staff("manager")
    path = entered(client, account, amount="1,900.00")
    decide(client, path)
    page = client.get(path)
    assert "is above $5,000.00" in page.text
    assert "Agree and post it" not in page.text
    back = {"back-reason": "Which stubs?"}
    manager.post(f"/assistance/decisions/{last().id}/send-back", back, expect=302)
    decide(client, path)
    assert "Agree and post it" in manager.get(path).text
    manager.post(f"/assistance/decisions/{last().id}/approve", {}, expect=302)
    assert (last().state, last().granted) == ("made", Money(6_058_00))
    fraud = {"fraud-fraud": "y", "fraud-reason": "The stubs are forged"}
    manager.post(f"/assistance/decisions/{last().id}/reverse", fraud, expect=302)
    assert "Taken back for fraud" in client.get(path).text


def test_FA_7_a_paper_is_shown_as_a_pdf_that_we_made(
    as_staff: Callable[[str], PageClient], account: World
) -> None:
    client = as_staff("fa_counsellor")
    path = entered(client, account, program="snap")
    form_id = client.get(path).hidden("paper-form_id")
    sent = {
        "paper-form_id": form_id,
        "paper-kind": "program_letter",
        "paper-file": (io.BytesIO(photo()), "letter.jpg"),
    }
    client.post(f"{path}/papers", sent, expect=302, content_type="multipart/form-data")
    with read_only() as session:
        document = session.scalars(select(AssistanceDocument)).one()
        state = session.scalars(select(AssistanceApplication.state)).one()
    assert state == "decided"  # the letter proves it (FA-8)
    shown = client.http.get(f"{path}/papers/{document.id}.pdf")
    assert (shown.status_code, shown.mimetype) == (200, "application/pdf")
    assert "no-store" in shown.headers["Cache-Control"]
    client.get(f"/assistance/{uuid4()}/papers/{document.id}.pdf", expect=404)


@pytest.mark.parametrize("role", ["front_desk", "biller", "collections"])
def test_HIPAA_7_others_see_where_it_stands_and_nothing_of_what_it_says(
    as_staff: Callable[[str], PageClient], account: World, role: str
) -> None:
    path = entered(as_staff("fa_counsellor"), account)
    client = as_staff(role)
    assert "Testa Sample" in client.get("/assistance/").text
    of_account = client.get(f"/assistance/of/{account.account_id}").text
    assert "Complete" in of_account
    assert "$" not in of_account
    client.get(path, expect=403)


def test_HIPAA_3_a_restricted_account_is_neither_shown_nor_decided_before_a_reason(
    as_staff: Callable[[str], PageClient], account: World
) -> None:
    client = as_staff("fa_counsellor")
    path = entered(client, account)
    form_id = client.get(path).hidden("decide-form_id")
    restrict_account(
        staff=add_staff("manager", "boss@example.com"),
        account_id=account.account_id,
        kind=Restriction.VIP,
        staff_login_id=None,
        reason="Mayor of the town",
        now=NOW,
    )
    client.get(path, expect=403)
    client.get(f"/assistance/of/{account.account_id}", expect=403)
    sent = {"decide-form_id": form_id, "decide-what": "grant", "decide-line": ""}
    client.post(f"{path}/decide", sent, expect=403)
    with read_only() as session:
        assert session.scalars(select(AssistanceDecision)).all() == []


def test_FA_8_screen_and_see_that_nothing_is_presumed(
    as_staff: Callable[[str], PageClient], account: World
) -> None:
    client, path = as_staff("fa_counsellor"), f"/assistance/of/{account.account_id}"
    assert "never screened" in client.get(path).text
    client.post(f"{path}/screen", {}, expect=302)
    assert "Screened" in client.get(path).text
    refused = client.post(f"{path}/grant", {"form_id": str(uuid4())})
    assert "presume nothing" in refused.text


def test_FA_3_a_scale_is_changed_by_a_manager_and_an_unfair_one_is_refused(
    as_staff: Callable[[str], PageClient], account: World
) -> None:
    client = as_staff("manager")
    assert account
    assert "As the software comes" in client.get("/assistance/policy").text
    sent = {
        "rows": "200, 100, 0\n300, 40, 10\n400, 60, 10",
        "hardship": "y",
        "debt_over": "25",
        "paid_over": "10",
        "discount": "20",
        "cap": "10",
        "effective_from": "2026-03-02",
        "reason": "Board of March",
    }
    path = "/assistance/policy/change"
    assert "200, 100, 0" in client.get(path).source
    assert "more than the 40% of a lower income" in client.post(path, sent).text
    assert "Write each line like" in client.post(path, sent | {"rows": "two hundred"}).text
    past = client.post(
        path, sent | {"rows": "200, 100, 0", "discount": "0", "effective_from": "2026-03-01"}
    )
    assert "today at the earliest" in past.text
    fair = sent | {"rows": "200, 100, 0\n300, 40, 5\n400, 20, 10"}
    client.post(path, fair, expect=302)
    with read_only() as session:
        assert session.scalars(select(AssistanceScale.number)).all() == [1]
    assert "Board of March" in client.get("/assistance/policy").text


def test_FA_4_amounts_generally_billed_are_kept_from_the_page(
    as_staff: Callable[[str], PageClient], account: World
) -> None:
    client = as_staff("manager")
    assert account
    assert "40.00%" in client.get("/assistance/policy").text
    assert "None is kept" in client.get("/assistance/policy").text
    client.post("/assistance/policy/agb", {}, expect=302)
    assert "None is kept" not in client.get("/assistance/policy").text


def test_FA_10_a_date_after_30_days_is_too_late(
    as_staff: Callable[[str], PageClient], account: World
) -> None:
    client = as_staff("fa_counsellor")
    entered(client, account, amount="900.00")
    late = {"appeal-received_on": date(2026, 4, 2).isoformat(), "appeal-words": ""}
    page = client.post(f"/assistance/decisions/{last().id}/appeal", late)
    assert "30 days to appeal are over" in page.text


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/assistance/", 4),
        ("{page}", 18),
        ("/assistance/of/{account}", 6),
        ("/assistance/policy", 6),
    ],
)
def test_pages_ask_the_database_few_times(
    as_staff: Callable[[str], PageClient], account: World, path: str, most: int
) -> None:
    client = as_staff("manager")
    page = entered(client, account)
    asked: list[str] = []

    def note(*args: object) -> None:
        asked.append(str(args[2]))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        client.get(path.format(page=page, account=account.account_id))
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    count = len([one for one in asked if one.startswith("SELECT")])
    assert count <= most, asked
