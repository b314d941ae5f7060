"""FA-8: our own books are asked before anything is collected, and the answer is kept; FA-4: AGB from our own ledger."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from billing.money import Money
from portal.db import read_only, transaction
from portal.models.accounts import AccountCondition, Coverage, Patient, Payer
from portal.models.assistance_decisions import AssistanceAgb
from portal.models.notices import Notice
from portal.models.work import WorkItem
from portal.queries.assistance_agb import newest_agb, work_out
from portal.queries.ledger_proof import verify_ledger
from portal.queries.screening import last_screenings
from portal.services.assistance_refusals import CannotDecideAssistance
from portal.services.grant_presumed import grant_presumed
from portal.services.keep_agb import NothingToWorkOut, keep_agb, renew_agb
from portal.services.refusal import NotFound
from portal.services.screen_assistance import PRESUMED, screen_assistance
from tests.services.assistance_world import decision, grant
from tests.services.staff_world import ON, World, add_account, add_staff
from tests.services.statement_world import later, world

NOW = datetime.fromisoformat("2026-03-02T15:00:00+00:00")


@pytest.fixture
def account(database_url: str) -> World:
    world(lambda _: None)
    return add_account()


def screen(account: World, why: str = "placement", on: date = ON):
    return screen_assistance(account_id=account.account_id, why=why, on=on, now=NOW)


def medicaid(account: World) -> None:
    """Of another year than the bills, which it does not pay."""
    with transaction() as session:
        patient = session.get_one(Patient, account.patient_id)
        payer = Payer(identifier="MEDICAID1", name="State Medicaid")
        session.add(payer)
        session.flush()
        session.add(
            Coverage(
                patient_id=patient.id,
                payer_id=payer.id,
                member_id="M1",
                sequence="P",
                filing_code="MC",
                first_service_on=date(2024, 1, 1),
                last_service_on=date(2024, 12, 31),
            )
        )


def work() -> list[WorkItem]:
    with read_only() as session:
        return list(session.scalars(select(WorkItem).where(WorkItem.kind == PRESUMED)))


def test_FA_8_an_account_of_which_nothing_is_known_is_screened_and_said_so(account: World) -> None:
    found = screen(account)
    assert (found.result, found.presumed, found.screened_on) == ("none", False, ON)
    with read_only() as session:
        kept = last_screenings(session, [account.account_id, 999])
    assert kept == {account.account_id: found}
    assert work() == []


def test_FA_8_medicaid_on_another_date_is_presumed_and_is_work_before_collecting(
    account: World,
) -> None:
    medicaid(account)
    found = screen(account)
    assert (found.result, found.presumed) == ("medicaid", True)
    assert found.evidence[0].startswith("Medicaid coverage")
    screen(account)
    [item] = work()
    assert "before anything is collected" in item.next_step


def test_FA_8_a_full_approval_of_six_months_counts(account: World) -> None:
    manager = add_staff("manager")
    grant(account.account_id, 100, now=NOW, by=manager.login_id)
    assert screen(account).result == "prior"
    assert screen(account, on=ON + timedelta(days=184)).result == "none"


def test_FA_8_a_death_is_looked_at_by_a_person(account: World) -> None:
    with transaction() as session:
        session.add(
            AccountCondition(
                guarantor_account_id=account.account_id, kind="deceased", since=NOW, source="test"
            )
        )
    found = screen(account)
    assert (found.result, len(work())) == ("none", 1)
    assert "estate" in found.evidence[0]


def test_FA_8_only_a_named_reason_and_a_known_account(account: World) -> None:
    with pytest.raises(ValueError, match="placement"):
        screen(account, "curiosity")
    with pytest.raises(NotFound):
        screen_assistance(account_id=999, why="plan", on=ON, now=NOW)


def test_COLL_10_what_is_presumed_is_granted_with_one_press_and_once(account: World) -> None:
    medicaid(account)
    counsellor, form = add_staff("fa_counsellor"), uuid4()

    def press(form_id=form) -> str:
        return grant_presumed(
            decision_id=form_id,
            account_id=account.account_id,
            staff=counsellor,
            note="",
            public_url="http://localhost:8000",
            on=ON,
            now=NOW,
        )

    with pytest.raises(CannotDecideAssistance, match="presume nothing"):
        press()
    screen(account)
    assert press() == "made"
    assert press() == "made"
    made = decision(form)
    assert (made.route, made.presumed, made.discount, made.granted) == (
        "presumed",
        "medicaid",
        100,
        Money(58_00),
    )
    assert [item.outcome for item in work()] == ["granted"]
    with read_only() as session:
        assert session.scalars(select(Notice.kind)).all() == ["assistance_decision"]
    assert verify_ledger().ok


@pytest.mark.parametrize("role", ["biller", "front_desk", "collections", "auditor"])
def test_HIPAA_7_roles_that_only_read_grant_nothing(account: World, role: str) -> None:
    medicaid(account)
    screen(account)
    with pytest.raises(CannotDecideAssistance, match="Your role"):
        grant_presumed(
            decision_id=uuid4(),
            account_id=account.account_id,
            staff=add_staff(role),
            note="",
            public_url="http://localhost:8000",
            on=ON,
            now=NOW,
        )


def decided(w, filing_code: str, *, paid: int, share: int, on: date) -> None:
    bill = w.bill()
    bill[2].filing_code = filing_code
    w.decide(bill, paid=paid, discount=25000 - paid - share, share={"1": share}, on=on)


def test_FA_4_agb_is_what_medicare_and_private_plans_allowed_of_gross(database_url: str) -> None:
    day = date(2026, 2, 20)

    def build(w) -> None:
        decided(w, "MB", paid=9000, share=1000, on=day)  # 100 of 250
        decided(w, "CI", paid=13000, share=5000, on=day)  # 180 of 250
        decided(w, "MC", paid=100, share=0, on=day)  # Medicaid is not in it
        decided(w, "CI", paid=25000, share=0, on=date(2025, 2, 28))  # a day too old
        decided(w, "CI", paid=25000, share=0, on=date(2026, 3, 1))  # not of a whole month
        decided(w, "CI", paid=0, share=0, on=day)  # nothing was allowed

    world(build)
    with read_only() as session:
        found = work_out(session, ON)
    assert (found.first_on, found.last_on) == (date(2025, 3, 1), date(2026, 2, 28))
    assert (found.medicare.allowed, found.private.allowed) == (Money(100_00), Money(180_00))
    assert (found.both.gross, found.both.decisions) == (Money(500_00), 2)
    assert (found.medicare.hundredths, found.hundredths) == (40_00, 56_00)


def test_FA_4_the_figure_is_kept_with_its_period_and_renewed_each_month(database_url: str) -> None:
    manager = add_staff("manager")
    with pytest.raises(NothingToWorkOut, match="No Medicare"):
        keep_agb(staff=manager, on=ON, now=NOW)
    assert not renew_agb(on=ON, now=NOW)
    world(lambda w: decided(w, "MB", paid=9000, share=1000, on=date(2026, 2, 20)))
    with pytest.raises(NothingToWorkOut, match="Your role"):
        keep_agb(staff=add_staff("fa_counsellor"), on=ON, now=NOW)
    assert renew_agb(on=ON, now=NOW)
    assert not renew_agb(on=ON + timedelta(days=20), now=NOW)
    later(lambda w: decided(w, "CI", paid=20000, share=0, on=date(2026, 3, 20)))
    assert renew_agb(on=date(2026, 4, 1), now=NOW)
    with read_only() as session:
        kept = newest_agb(session)
        rows = session.scalars(select(AssistanceAgb.hundredths).order_by(AssistanceAgb.id)).all()
    assert kept is not None
    assert (kept.last_on, kept.hundredths, kept.decisions) == (date(2026, 3, 31), 60_00, 2)
    assert rows == [40_00, 60_00]
