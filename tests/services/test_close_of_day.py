"""The close of a day: two counts of the drawer, three ways by kind, and corrections that land in an open day."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from billing.adjustments import AdjustmentKind
from billing.money import ZERO, Money
from billing.reassociation import Kind
from portal.db import read_only, transaction
from portal.models.accounts import Payer
from portal.models.day import BankDeposit, DayClose
from portal.models.eobs import EobBatch, EobEntry
from portal.models.ledger import JournalEntry
from portal.queries.day_drawer import drawer_page
from portal.queries.day_summary import day_summary
from portal.queries.viewer import StaffViewer
from portal.services.adjust_balance import adjust_balance
from portal.services.close_day import CloseRefused, close_day, explain_difference
from portal.services.count_drawer import CountRefused, count_drawer
from portal.services.day_lock import DayClosed
from portal.services.decide_review import decide_review
from portal.services.match_deposit import match_deposit
from portal.services.post_batch import Counted, post_batch
from portal.services.reverse_adjustment import reverse_adjustment
from tests.services.payer_voice import ON, clp, insured, rows, svc
from tests.services.payer_voice import Payer as Voice
from tests.services.payer_voice import verify_ledger as verified
from tests.services.staff_world import add_account, add_staff
from tests.services.test_reassociation import LATER, TODAY, addenda, bring, line, remitted

pytestmark = pytest.mark.usefixtures("database_url")
DAY = date(2026, 4, 1)


def cash_taken(poster: StaffViewer, cents: int = 60_00) -> UUID:
    """A batch with cash of the day."""
    account, batch_id = add_account(), uuid4()
    post_batch(
        batch_id=batch_id,
        received_on=DAY,
        control_total=Money(cents),
        rows=[Counted(account_id=account.account_id, amount=Money(cents), method="cash")],
        staff=poster,
        on=TODAY,
        now=LATER,
    )
    return batch_id


def count(staff: StaffViewer, twenties: int, minutes: int = 0, form: UUID | None = None) -> bool:
    """So many notes of $20, of which $40.00 is the float."""
    return count_drawer(
        form_id=form or uuid4(),
        day=DAY,
        pieces={20_00: twenties},
        coins=ZERO,
        float_kept=Money(40_00),
        staff=staff,
        on=TODAY,
        now=LATER + timedelta(minutes=minutes),
    )


def close(day: date, staff: StaffViewer) -> None:
    close_day(day=day, staff=staff, on=TODAY, now=LATER)


def test_OPS_12_a_day_with_cash_closes_when_two_people_count_the_same() -> None:
    poster, biller = add_staff("payment_poster"), add_staff("biller")
    cash_taken(poster)
    with pytest.raises(CloseRefused, match="not counted"):
        close(DAY, poster)
    form = uuid4()
    assert count(biller, 5, form=form)
    assert not count(biller, 5, form=form)
    count(biller, 5, minutes=1)
    with pytest.raises(CloseRefused, match="second person"):
        close(DAY, poster)
    count(poster, 4, minutes=2)
    with pytest.raises(CloseRefused, match="two counts"):
        close(DAY, poster)
    blind = drawer_page(DAY)
    assert (blind.counted_by[-1], blind.missing.split(".")[0]) == (
        "Payment Poster Sample",
        "The two counts of the cash drawer differ",
    )
    count(poster, 5, minutes=3)
    assert day_summary(DAY).drawer.over == ZERO
    close(DAY, poster)
    with pytest.raises(DayClosed):
        count(biller, 5, minutes=4)
    with pytest.raises(CountRefused, match="float"):
        count(biller, 1, minutes=4)


def test_OPS_11_a_drawer_that_is_short_is_a_difference_with_its_cause() -> None:
    poster, biller, manager = add_staff("payment_poster"), add_staff("biller"), add_staff("manager")
    cash_taken(poster)
    count(biller, 4)
    count(poster, 4, minutes=1)
    [gap] = day_summary(DAY).differences
    assert (gap.what, gap.amount) == ("Cash drawer short", Money(-20_00))
    with pytest.raises(CloseRefused, match="1 unexplained"):
        close(DAY, poster)
    explain_difference(
        day=DAY, key="drawer", note="Change was given wrong", staff=manager, now=LATER
    )
    close(DAY, poster)
    with read_only() as session:
        figures = session.scalars(select(DayClose.figures)).one()
    assert figures["ways"] == [
        {"kind": "Cash drawer, as counted", "bank": 40_00, "papers": 60_00, "posted": 60_00}
    ]


def test_OPS_11_one_cent_between_bank_papers_and_ledger_stands_by_its_kind() -> None:
    remittance, poster = remitted(), add_staff("payment_poster")
    bring(line(29_99, remittance.issued_on, addenda(remittance)), staff=poster)
    with read_only() as session:
        deposit_id = session.scalars(select(BankDeposit.id)).one()
    [waits] = day_summary(remittance.issued_on).ways
    assert (waits.label, waits.papers) == ("Lines that answer nothing yet", ZERO)
    match_deposit(
        deposit_id=deposit_id,
        kind=Kind.REMITTANCE,
        ids=[str(remittance.id)],
        staff=poster,
        on=TODAY,
        now=LATER,
    )
    [eft] = day_summary(remittance.issued_on).ways
    assert (eft.bank, eft.papers, eft.posted) == (Money(29_99), Money(30_00), Money(30_00))
    assert (eft.variance, eft.unposted) == (Money(-1), ZERO)
    [gap] = day_summary(remittance.issued_on).differences
    assert gap.deposit_id == deposit_id


def test_OPS_12_what_comes_late_for_a_closed_day_lands_in_the_open_one() -> None:
    visit = insured(200_00)
    payer, biller, poster = Voice(), add_staff("biller"), add_staff("payment_poster")
    payer.pays(clp(visit.control_number, svc("99213", 200, "PR-96 100, PR-1 50")))
    account = add_account()
    adjusted = adjust_balance(
        form_id=uuid4(),
        account_id=account.account_id,
        charge_id=account.charge_ids[0],
        kind=AdjustmentKind.OUR_ERROR,
        amount=Money(5_00),
        reason="Wrong code",
        staff=biller,
        on=ON,
        now=LATER,
    ).entry_id
    for day in (ON - timedelta(days=1), ON):
        close(day, poster)
    before = totals_of(ON)

    def late() -> None:
        adjust_balance(
            form_id=uuid4(),
            account_id=account.account_id,
            charge_id=account.charge_ids[1],
            kind=AdjustmentKind.OUR_ERROR,
            amount=Money(1_00),
            reason="Wrong code",
            staff=biller,
            on=ON,
            now=LATER,
        )
        reverse_adjustment(
            entry_id=adjusted,
            account_id=account.account_id,
            reason="It was right",
            staff=biller,
            on=ON,
            now=LATER,
        )
        with read_only() as session:
            decision = rows(session)[0].id
        decide_review(
            remittance_claim_id=decision,
            bill_patient=True,
            note="Checked",
            staff=biller,
            on=ON,
            now=LATER,
        )
        payer.pays(clp("NOBODY", svc("99213", 20, "CO-45 5")), issued_on=ON)

    late()
    assert totals_of(ON) == before
    with read_only() as session:
        days = set(
            session.scalars(
                select(JournalEntry.occurred_on).where(
                    JournalEntry.kind.in_(
                        ("adjustment_reversal", "patient_share", "payer_suspense")
                    )
                )
            )
        )
    assert days == {ON + timedelta(days=1)}
    assert verified().ok


def totals_of(day: date) -> int:
    """How many entries stand in the day."""
    with read_only() as session:
        return len(
            session.scalars(select(JournalEntry.id).where(JournalEntry.occurred_on == day)).all()
        )


def test_OPS_12_what_is_entered_for_a_closed_day_is_refused() -> None:
    poster, account = add_staff("payment_poster"), add_account()
    close(ON, poster)
    with pytest.raises(DayClosed):
        post_batch(
            batch_id=uuid4(),
            received_on=ON,
            control_total=Money(1_00),
            rows=[Counted(account_id=account.account_id, amount=Money(1_00), method="cash")],
            staff=poster,
            on=TODAY,
            now=LATER,
        )


def test_OPS_12_a_day_with_an_open_batch_stays_open() -> None:
    poster = add_staff("payment_poster")
    with transaction() as session:
        payer = Payer(identifier="ACME", name="Acme Health")
        session.add(payer)
        session.flush()
        batch = EobBatch(
            id=uuid4(),
            received_on=DAY,
            checks=1,
            total=Money(5_00),
            login_id=poster.login_id,
            begun_at=LATER,
        )
        session.add(batch)
        session.flush()
        session.add(
            EobEntry(
                id=uuid4(),
                batch_id=batch.id,
                payer_id=payer.id,
                method="check",
                number="77",
                issued_on=DAY,
                total=Money(5_00),
                document={},
                state="draft",
                version=1,
                begun_by_id=poster.login_id,
                begun_at=LATER,
                changed_by_id=poster.login_id,
                changed_at=LATER,
            )
        )
    with pytest.raises(CloseRefused, match="A batch of EOBs is open"):
        close(DAY, poster)
    with transaction() as session:
        session.execute(update(EobEntry).values(state="discarded"))
    close(DAY, poster)
