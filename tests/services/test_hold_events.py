"""Each event holds its bill at once, and its end frees it: from what happened, not from anybody's memory (CORE-6)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from time import monotonic
from uuid import uuid4

import pytest
from sqlalchemy import delete, select, update

from billing.bill_disputes import Channel, Kind
from billing.holds import Condition
from portal import db
from portal.models.accounts import AccountCondition, GuarantorAccount
from portal.models.assistance import AssistanceApplication, AssistanceCovered
from portal.models.bill_disputes import BillDispute
from portal.models.claims import Visit
from portal.models.denials import Denial
from portal.models.gate import GateDenial
from portal.models.messages import OutboundMessage, TextNumber
from portal.models.placements import Placement
from portal.models.remittances import RemittanceClaim
from portal.models.statements import StatementDelivery
from portal.queries.conditions import conditions
from portal.queries.hold_rows import holds_of
from portal.services.assistance_clock import start_assistance_clock
from portal.services.judge_reach import judge_reach
from portal.services.mail_came_back import mail_came_back
from portal.services.open_dispute import Filing, open_dispute
from portal.services.run_day import run_day
from portal.services.set_hold import BY_HAND, HoldAsked, end_hold, set_hold
from tests.sandbox_server import SandboxServer
from tests.services.placement_world import agency, place
from tests.services.staff_world import add_staff
from tests.services.statement_world import DAY, Office, after, later, noon, world
from tests.services.text_world import phone

pytestmark = pytest.mark.usefixtures("database_url")


def holding(account_id: int, visit_id: int) -> frozenset[Condition]:
    """What holds the bill now, found within a second, and as the register has it too."""
    start = monotonic()
    with db.read_only() as session:
        found = conditions(session, on=DAY, account_ids=[account_id]).of(account_id, visit_id).kinds
        register = {row.kind for row in holds_of(session, [account_id], on=DAY)}
    assert monotonic() - start < 1
    shown = {Condition.NO_SMS_CONSENT, Condition.NO_ESTATEMENT_CONSENT}
    assert found - shown == register
    return found


def owing() -> tuple[int, int]:
    visit, *_ = world(lambda w: w.owed(200_00))
    return visit.guarantor_account_id, visit.id


@pytest.mark.parametrize("kind", BY_HAND)
def test_CORE_6_what_a_person_writes_down_holds_and_ends(kind: Condition) -> None:
    account_id, visit_id = owing()
    biller = add_staff("biller")
    assert kind not in holding(account_id, visit_id)
    asked = HoldAsked(kind=kind, reason="They told us so.", until_on=after(30))
    hold_id = set_hold(staff=biller, account_id=account_id, asked=asked, now=noon(DAY))
    assert kind in holding(account_id, visit_id)
    end_hold(
        staff=biller, account_id=account_id, hold_id=hold_id, reason="It is over.", now=noon(DAY)
    )
    assert kind not in holding(account_id, visit_id)


def test_DISP_1_DISP_2_a_dispute_holds_until_the_bill_rejoins_the_cycle() -> None:
    account_id, visit_id = owing()
    dispute_id = uuid4()
    filing = Filing(visit_id=visit_id, kind=Kind.AMOUNT, channel=Channel.PORTAL, words="Wrong.")
    with db.transaction() as session:
        open_dispute(
            session, filing, dispute_id=dispute_id, by_id=None, face="patient", now=noon(DAY)
        )
    assert Condition.DISPUTED in holding(account_id, visit_id)
    for rejoins_on, holds in ((after(14), True), (DAY, False)):
        with db.transaction() as session:
            row = session.get_one(BillDispute, dispute_id)
            row.state, row.finding, row.answer = "answered", "valid", "It is right."
            row.answered_at, row.rejoins_on = noon(DAY), rejoins_on
        assert (Condition.DISPUTED in holding(account_id, visit_id)) is holds


def test_COLL_22_an_appeal_holds_the_bill_until_the_payer_answers() -> None:
    visit, _, claim, payer = world(lambda w: w.owed(200_00))
    with db.transaction() as session:
        decision = session.scalars(select(RemittanceClaim)).one()
        session.add(
            Denial(
                claim_id=claim.id,
                payer_id=payer.id,
                charge_ids=[],
                remittance_claim_id=decision.id,
                group_code="CO",
                carc="50",
                amount=decision.paid,
                category="medical_necessity",
                root_cause="",
                preventable=False,
                state="appealed",
                action="appeal",
                noticed_on=DAY,
                opened_at=noon(DAY),
            )
        )
    assert Condition.APPEAL_OPEN in holding(visit.guarantor_account_id, visit.id)
    with db.transaction() as session:
        session.execute(update(Denial).values(state="won", closed_at=noon(DAY)))
    assert Condition.APPEAL_OPEN not in holding(visit.guarantor_account_id, visit.id)


def test_FA_12_an_application_holds_every_bill_until_it_is_decided_and_starts_its_clock() -> None:
    account_id, visit_id = owing()
    login = add_staff("fa_counsellor").login_id
    with db.transaction() as session:
        application = AssistanceApplication(
            id=uuid4(),
            number="FA-1",
            guarantor_account_id=account_id,
            state="received",
            state_at=noon(DAY),
            login_id=login,
            started_at=noon(DAY),
            received_on=DAY,
        )
        session.add(application)
        session.flush()
        session.add(
            AssistanceCovered(application_id=application.id, guarantor_account_id=account_id)
        )
        session.flush()
        for received_on in (after(3), after(9)):
            start_assistance_clock(session, application.id, received_on=received_on)
    assert Condition.ASSISTANCE_PENDING in holding(account_id, visit_id)
    with db.transaction() as session:
        session.execute(update(AssistanceApplication).values(state="decided", decided_on=DAY))
    assert Condition.ASSISTANCE_PENDING not in holding(account_id, visit_id)
    with db.read_only() as session:
        assert session.get_one(Visit, visit_id).assistance_asked_on == after(3)


def test_COLL_19_a_placement_holds_until_it_is_called_home() -> None:
    bill = world(lambda w: w.owed(200_00))
    later(lambda w: place(w, bill, agency(w)))
    account_id, visit_id = bill[0].guarantor_account_id, bill[0].id
    assert Condition.PLACED in holding(account_id, visit_id)
    with db.transaction() as session:
        session.execute(update(Placement).values(state="recalled", ended_at=noon(DAY)))
    assert Condition.PLACED not in holding(account_id, visit_id)


@pytest.mark.parametrize("category", ["billing", "payments", "visits"])
def test_acceptance_11_MSG_15_no_text_of_any_kind_goes_to_a_placed_account(
    sandbox: SandboxServer, tmp_path: Path, category: str
) -> None:
    reader = phone(sandbox, tmp_path)
    reader.queue()
    with db.transaction() as session:
        message = session.scalars(select(OutboundMessage)).one()
        if category != "billing":  # as a receipt, or a visit's reminder: about no statement
            message.category, message.statement_id = category, None
    visit_id = _first_visit(reader.account_id)
    later(lambda w: place(w, (w.session.get_one(Visit, visit_id),), agency(w)))
    assert reader.send(reader.only(), noon(DAY)) == "canceled"
    assert "MSG-15" in reader.only().gate
    assert reader.texts() == []
    with db.read_only() as session:
        assert "MSG-15" in {
            rule for row in session.scalars(select(GateDenial)) for rule in row.rule_ids
        }


def _first_visit(account_id: int) -> int:
    with db.read_only() as session:
        return session.scalars(
            select(Visit.id).where(Visit.guarantor_account_id == account_id).limit(1)
        ).one()


def test_CORE_3_mail_that_came_back_clears_D0_and_holds_whoever_nothing_else_reaches(
    tmp_path: Path,
) -> None:
    account_id, visit_id = owing()
    run_day(on=DAY, now=noon(DAY), office=Office(tmp_path))
    with db.read_only() as session:
        [delivery] = session.scalars(select(StatementDelivery))
        assert session.get_one(Visit, visit_id).first_statement_on == DAY
    for _ in range(2):
        with db.transaction() as session:
            mail_came_back(session, delivery.statement_id, on=after(6), now=noon(after(6)))
    assert Condition.UNREACHABLE in holding(account_id, visit_id)
    with db.read_only() as session:
        assert session.get_one(Visit, visit_id).first_statement_on is None
        assert len(session.scalars(select(AccountCondition)).all()) == 1
    # An address that works is how it ends; so does a phone or an e-mail that does.
    with db.transaction() as session:
        account = session.get_one(GuarantorAccount, account_id)
        account.street = "77 Other Street"
        session.flush()
        judge_reach(session, account_id, now=noon(after(7)), new_address=True)
    assert Condition.UNREACHABLE not in holding(account_id, visit_id)


def test_CORE_3_one_way_that_works_is_enough(tmp_path: Path) -> None:
    account_id, visit_id = owing()
    with db.transaction() as session:
        session.get_one(GuarantorAccount, account_id).mobile = "+12125550147"
    run_day(on=DAY, now=noon(DAY), office=Office(tmp_path))
    with db.transaction() as session:
        [delivery] = session.scalars(select(StatementDelivery))
        mail_came_back(session, delivery.statement_id, on=after(6), now=noon(after(6)))
    assert Condition.UNREACHABLE not in holding(account_id, visit_id)
    with db.transaction() as session:
        session.add(TextNumber(phone="+12125550147", bad_since=noon(after(7))))
        session.flush()
        judge_reach(session, account_id, now=noon(after(7)))
    assert Condition.UNREACHABLE in holding(account_id, visit_id)
    with db.transaction() as session:
        session.execute(delete(TextNumber))
        judge_reach(session, account_id, now=noon(after(7)) + timedelta(hours=1))
    assert Condition.UNREACHABLE not in holding(account_id, visit_id)
