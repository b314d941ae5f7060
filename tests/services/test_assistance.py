"""An application from its day to its answer: clear cases at once, all others by people, and nobody denied past the policy (FA-6..11)."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import select, text

from billing.assistance import Presumed
from billing.assistance_income import Income, Period, Source
from billing.holds import Action, Condition, Denied, allowed
from billing.money import ZERO, Money
from billing.notice_text import text_of
from billing.notices import REQUIRED, NoticeKind
from portal.db import read_only, transaction
from portal.models.assistance import AssistanceDocument
from portal.models.assistance_decisions import AssistanceLetter
from portal.models.notices import Notice
from portal.queries.ledger_proof import verify_ledger
from portal.queries.viewer import StaffViewer
from portal.services.approve_assistance import approve_assistance
from portal.services.assistance_refusals import CannotDecideAssistance
from portal.services.decide_assistance import appeal_assistance
from portal.services.keep_assistance_letter import (
    keep_assistance_letter,
    write_assistance_letters,
)
from portal.services.move_application import held_application
from portal.services.receive_application import look_again
from portal.services.reverse_assistance import reverse_assistance
from portal.services.work_application import (
    call_complete,
)
from tests.pdf_text import pdf_text
from tests.services.application_world import NOW, ONE, URL, Case, add_visit, paper_letter
from tests.services.staff_world import ON, add_account, add_staff
from tests.services.statement_world import Office, world


@pytest.fixture
def case(database_url: str) -> Case:
    world(lambda _: None)
    return Case(add_account(), add_staff("fa_counsellor"), add_staff("manager"), uuid4())


def test_FA_9_a_paper_form_is_received_acknowledged_and_holds_the_bills(case: Case) -> None:
    assert case.enter()
    assert not case.enter()
    row = case.row()
    assert (row.state, row.received_on, row.acknowledged_on) == ("received", ON, ON)
    assert case.events() == ["started", "received", "acknowledged"]
    assert case.held()
    for action in (Action.FINAL_NOTICE, Action.PLACEMENT, Action.LAWSUIT, Action.REMINDER):
        assert isinstance(allowed({Condition.ASSISTANCE_PENDING}, action), Denied)
    assert paper_letter(case) == ["assistance_received"]


def test_FA_8_a_clear_income_is_decided_at_once(case: Case) -> None:
    case.enter(incomes=(Income(Source.WAGES, Period.MONTHLY, Money(1_000_00)),))
    assert (case.row().state, case.due(), case.held()) == ("decided", ZERO, False)
    [made] = case.decisions()
    assert (made.outcome, made.made_by_id, made.route) == ("approved", None, "scale")
    assert "150%" in made.by_rule
    assert case.events()[-2:] == ["complete", "decided"]
    assert verify_ledger().ok


def test_FA_8_a_program_waits_for_its_letter_and_then_is_decided_at_once(case: Case) -> None:
    case.enter(program=Presumed.SNAP)
    assert case.row().state == "received"
    with transaction() as session:
        application = held_application(session, case.application_id)
        session.add(
            AssistanceDocument(
                id=uuid4(),
                application_id=case.application_id,
                kind="program_letter",
                name="letter.pdf",
                media_type="application/pdf",
                size=1,
                sha256="0",
                stored_as="x",
                login_id=case.counsellor.login_id,
                added_at=NOW,
            )
        )
        session.flush()
        assert look_again(session, application, public_url=URL, on=ON, now=NOW)
    [made] = case.decisions()
    assert (made.route, made.presumed, case.due()) == ("presumed", "snap", ZERO)


@pytest.mark.parametrize(
    "changes",
    [
        {"incomes": (Income(Source.WAGES, Period.YEARLY, Money(ONE * 160 // 100)),)},
        {"incomes": (Income(Source.WAGES, Period.YEARLY, Money(ONE * 900 // 100)),)},
        {"incomes": (), "signed": False},
        {"incomes": (), "another_plan": True},
    ],
)
def test_FA_8_what_is_not_clear_waits_for_a_person_and_nothing_is_decided(
    case: Case, changes: dict[str, object]
) -> None:
    case.enter(**changes)
    assert case.decisions() == []
    assert case.row().state in {"received", "complete"}
    assert case.held()


def test_FA_9_one_application_at_a_time_and_no_day_to_come(case: Case) -> None:
    with pytest.raises(CannotDecideAssistance, match="has not come"):
        case.enter(received_on=ON + timedelta(days=1))
    case.enter()
    case.application_id = uuid4()
    with pytest.raises(CannotDecideAssistance, match="open already"):
        case.enter()


def test_FA_7_only_what_is_on_the_list_may_be_asked_for(case: Case) -> None:
    case.enter()
    for wrong in ((), ("passport",), ("pay_stubs", "citizenship")):
        with pytest.raises(CannotDecideAssistance, match="nothing else"):
            case.ask(*wrong)
    assert case.ask("pay_stubs", "tax_form") == ON + timedelta(days=30)
    assert (case.row().state, case.held()) == ("asked", True)
    assert paper_letter(case) == ["assistance_received", "assistance_missing"]


def test_FA_7_nobody_is_denied_for_papers_before_they_were_asked_for_and_30_days(
    case: Case,
) -> None:
    case.enter()
    with pytest.raises(CannotDecideAssistance, match="Ask for them"):
        case.decide("deny", "not_answered")
    case.ask("pay_stubs")
    with pytest.raises(CannotDecideAssistance, match="Ask for them"):
        case.decide("deny", "not_answered", on=ON + timedelta(days=30))
    assert case.decide("deny", "not_answered", on=ON + timedelta(days=31)) == "made"
    [made] = case.decisions()
    assert (made.outcome, made.policy_line, made.discount) == ("denied", "not_answered", 0)
    assert (case.due(), case.held()) == (Money(58_00), False)


def test_FA_10_a_no_names_a_line_of_the_policy(case: Case) -> None:
    case.enter()
    case.verify(500)
    for line in ("", "we do not like it"):
        with pytest.raises(CannotDecideAssistance, match="line of the policy"):
            case.decide("deny", line)
    with pytest.raises(CannotDecideAssistance, match="give nothing"):
        case.decide("grant")
    assert case.decide("deny", "income_above") == "made"


def test_FA_3_what_was_verified_counts_and_not_what_was_said(case: Case) -> None:
    case.enter(incomes=(Income(Source.WAGES, Period.YEARLY, Money(ONE * 9)),))
    case.verify(225)
    assert case.row().state == "complete"
    form = uuid4()
    assert case.decide(decision_id=form) == "made"
    assert case.decide(decision_id=form) == "made"
    [made] = case.decisions()
    assert (made.percent, made.discount, made.outcome) == (225_00, 75, "partial")
    assert (made.residence, made.because) == ("OH", ["FA-3", "COLL-T2"])  # the practice is in NY
    assert case.due() == Money(14_50)
    assert (made.effective_on, made.ends_on) == (ON, date(2027, 3, 1))
    assert made.covers_since == ON - timedelta(days=240)
    with pytest.raises(CannotDecideAssistance, match="has its answer"):
        case.decide()


def test_FA_9_a_person_calls_it_complete_once(case: Case) -> None:
    case.enter()
    assert call_complete(application_id=case.application_id, staff=case.counsellor, on=ON, now=NOW)
    assert not call_complete(
        application_id=case.application_id, staff=case.counsellor, on=ON, now=NOW
    )
    assert case.row().complete_on == ON


def test_FA_10_an_appeal_holds_the_bills_again_and_another_person_decides(case: Case) -> None:
    case.enter()
    case.verify(500)
    case.decide("deny", "income_above")
    [no] = case.decisions()

    def appeal(on: date) -> bool:
        return appeal_assistance(
            decision_id=no.id,
            words="I lost my job",
            received_on=on,
            login_id=case.counsellor.login_id,
            now=NOW,
        )

    with pytest.raises(CannotDecideAssistance, match="30 days to appeal"):
        appeal(ON + timedelta(days=31))
    assert appeal(ON + timedelta(days=30))
    assert not appeal(ON)
    assert (case.row().state, case.held()) == ("complete", True)
    case.verify(150)
    with pytest.raises(CannotDecideAssistance, match="another person"):
        case.decide()
    assert case.decide(by=case.manager) == "made"
    yes = case.decisions()[-1] if case.decisions()[-1].id != no.id else case.decisions()[0]
    assert (yes.answers_id, yes.outcome, case.due()) == (no.id, "approved", ZERO)
    assert verify_ledger().ok


def test_FA_11_above_the_limit_the_application_waits_until_the_second_person(case: Case) -> None:
    add_visit(case.world, 5_000_00)
    case.enter()
    case.verify(100)
    assert case.decide() == "waiting"
    assert (case.row().state, case.held()) == ("complete", True)
    with pytest.raises(CannotDecideAssistance, match="second person"):
        case.decide()
    [made] = case.decisions()
    assert approve_assistance(
        decision_id=made.id, staff=case.manager, public_url=URL, on=ON, now=NOW
    )
    assert (case.row().state, case.due(), case.held()) == ("decided", ZERO, False)


def test_FA_11_an_award_is_taken_back_for_fraud_alone_and_they_are_told(case: Case) -> None:
    case.enter()
    case.verify(100)
    case.decide()
    [made] = case.decisions()

    def reverse(by: StaffViewer, *, fraud: bool = True, reason: str = "The stubs are forged"):
        return reverse_assistance(
            decision_id=made.id, fraud=fraud, reason=reason, staff=by,
            public_url=URL, on=ON, now=NOW,
        )  # fmt: skip

    for refused, words in (
        (lambda: reverse(case.counsellor), "Your role"),
        (lambda: reverse(case.manager, fraud=False), "for fraud alone"),
        (lambda: reverse(case.manager, reason=" "), "for fraud alone"),
    ):
        with pytest.raises(CannotDecideAssistance, match=words):
            refused()
    assert case.due() == ZERO
    assert reverse(case.manager)
    assert not reverse(case.manager)
    assert case.due() == Money(58_00)
    assert paper_letter(case)[-1] == "reversed"
    assert verify_ledger().ok


@pytest.mark.parametrize("language", ["en", "es"])
def test_FA_10_the_letter_is_a_tagged_pdf_kept_once(
    case: Case, tmp_path: Path, language: str
) -> None:
    case.enter(language=language)
    case.verify(225)
    case.decide()
    [made] = case.decisions()
    office = Office(tmp_path)
    key = keep_assistance_letter(decision_id=made.id, press=office, now=NOW)
    assert keep_assistance_letter(decision_id=made.id, press=office, now=NOW) == key
    assert write_assistance_letters(press=office, now=NOW) == 0
    content = office.documents.get(key)
    assert content.startswith(b"%PDF-")
    assert b"/StructTreeRoot" in content
    said = pdf_text(content)
    assert ("Left to pay" if language == "en" else "Le queda por pagar") in said
    assert "$14.50" in said
    with read_only() as session:
        [kept] = session.scalars(select(AssistanceLetter))
        assert (kept.language, kept.words["language"]) == (language, language)
        assert len(kept.sha256) == 64


def test_FA_10_the_letter_waits_to_leave_with_every_field(case: Case) -> None:
    case.enter(language="es")
    case.verify(225)
    case.decide()
    with read_only() as session:
        found = select(Notice).where(Notice.kind == "assistance_decision")
        [notice] = session.scalars(found)
    assert set(REQUIRED[NoticeKind.ASSISTANCE_DECISION]) <= set(notice.facts)
    said = text_of(notice.content)
    assert "Le queda por pagar" in said
    assert "$14.50" in said
    assert "we have free help for you" in said  # LANG-1


def test_FA_10_what_was_decided_at_once_gets_its_letter_from_the_daily_run(
    case: Case, tmp_path: Path
) -> None:
    case.enter(incomes=())
    office = Office(tmp_path)
    assert write_assistance_letters(press=office, now=NOW) == 1
    assert write_assistance_letters(press=office, now=NOW) == 0


@pytest.mark.parametrize(
    "role", ["front_desk", "biller", "payment_poster", "collections", "auditor"]
)
def test_HIPAA_7_only_who_works_on_assistance_changes_it(case: Case, role: str) -> None:
    other = add_staff(role, f"{role}-other@example.com")
    mine, case.counsellor = case.counsellor, other
    with pytest.raises(CannotDecideAssistance, match="Your role"):
        case.enter()
    case.counsellor = mine
    case.enter()
    case.counsellor = other
    for refused in (lambda: case.verify(100), lambda: case.ask("pay_stubs"), case.decide):
        with pytest.raises(CannotDecideAssistance, match="Your role"):
            refused()


def test_events_are_never_edited(case: Case) -> None:
    case.enter()
    with pytest.raises(Exception, match=r"append|permission|denied"), transaction() as session:
        session.execute(text("UPDATE assistance_events SET kind = 'x'"))
