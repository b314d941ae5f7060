"""The three-way match of a day: every difference to the cent, and a day that is closed stays as it was."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from billing.entries import receipt
from billing.ledger import Account, Party
from billing.money import ZERO, Money
from portal.db import read_only, transaction
from portal.models.audit import AuditEvent
from portal.models.day import BankDeposit, DayClose
from portal.models.ledger import JournalEntry
from portal.models.remittances import RemittanceRow
from portal.models.work import WorkItem
from portal.queries.day_summary import DaySummary, business_days, day_summary
from portal.queries.viewer import StaffViewer
from portal.services.close_day import CloseRefused, close_day, explain_difference, reopen_day
from portal.services.day_lock import DayClosed
from portal.services.enter_deposit import DepositRefused, Entered, enter_deposit
from portal.services.export_day import day_csv
from portal.services.post_entry import post_entry
from portal.services.reassociate import reassociate
from tests.conftest import NOW
from tests.services.payer_voice import Payer, clp, svc, total
from tests.services.payer_voice import verify_ledger as verified
from tests.services.staff_world import add_account, add_staff
from tests.services.test_release_held import SHELF, insured, pays

pytestmark = pytest.mark.usefixtures("database_url")
LATER = NOW + timedelta(days=40)
TODAY = LATER.date()


def remitted() -> tuple[date, str]:
    """One payer pays $30.00 for one claim; the day it stands in, and its trace."""
    _, claim = insured(10_000)
    pays(Payer(), clp(claim.patient_control_number, svc("99213", 100, "CO-45 20, PR-1 50")))
    with read_only() as session:
        row = session.scalars(select(RemittanceRow)).one()
        return row.issued_on, row.trace


def deposit(
    cents: int, day: date, staff: StaffViewer, *, trace: str = "", form_id: UUID | None = None
) -> Entered:
    return enter_deposit(
        form_id=form_id or uuid4(),
        deposited_on=day,
        amount=Money(cents),
        trace=trace,
        staff=staff,
        on=TODAY,
        now=LATER,
    )


def close(day: date, staff: StaffViewer, now: datetime = LATER) -> None:
    close_day(day=day, staff=staff, on=TODAY, now=now)


def causes(page: DaySummary) -> list[tuple[int, str]]:
    return [(d.amount.cents, d.cause) for d in page.differences]


def test_OPS_10_a_deposit_is_matched_by_its_trace_and_moves_the_money_to_the_bank() -> None:
    day, trace = remitted()
    poster = add_staff("payment_poster")
    before = day_summary(day)
    assert (before.remitted, before.posted, before.deposited) == (Money(30_00), Money(30_00), ZERO)
    assert [one.trace for one in before.awaited] == [trace]
    form = uuid4()
    assert deposit(30_00, day, poster, trace=trace, form_id=form).matched == "remittance"
    assert deposit(30_00, day, poster, trace=trace, form_id=form).repeated
    assert (total(Account.BANK), total(Account.PAYER_CLEARING)) == (30_00, 0)
    after = day_summary(day)
    assert (after.deposited, after.awaited, after.differences) == (Money(30_00), (), ())
    assert after.remittances[0].deposited == Money(30_00)
    assert verified().ok


def test_OPS_10_without_a_trace_only_a_single_remittance_of_the_amount_is_taken() -> None:
    day, _ = remitted()
    poster = add_staff("payment_poster")
    assert deposit(30_01, day, poster).matched == ""
    assert deposit(30_00, day, poster).matched == "remittance"
    with pytest.raises(DepositRefused, match="ahead of today"):
        deposit(1_00, TODAY + timedelta(days=1), poster)


def test_OPS_11_a_remittance_that_waits_for_a_person_keeps_its_day_open() -> None:
    remitted()
    with transaction() as session:
        row = session.scalars(select(RemittanceRow)).one()
        session.add(
            RemittanceRow(
                file_id=row.file_id,
                position=1,
                trace="WAITS1",
                payer_tax_id=row.payer_tax_id,
                payer_name=row.payer_name,
                issued_on=row.issued_on,
                paid=Money(70_00),
                plb=ZERO,
                fingerprint="another",
                status="waiting",
                received_at=NOW,
            )
        )
    page = day_summary(NOW.date())
    assert [(d.amount, d.cause) for d in page.unexplained] == [
        (Money(70_00), "it waits for a person to post it, nothing is posted")
    ]
    poster = add_staff("payment_poster")
    with pytest.raises(CloseRefused):
        close(NOW.date(), poster)
    deposit(70_00, NOW.date(), poster, trace="WAITS1")
    reassociate(on=TODAY, now=LATER)
    with read_only() as session:
        asked = session.scalars(select(WorkItem).where(WorkItem.kind == "eft_without_era")).all()
    assert asked == [], "its paper is here"


def test_OPS_11_one_cent_keeps_a_day_open_until_a_manager_says_why() -> None:
    day, trace = remitted()
    poster, manager = add_staff("payment_poster"), add_staff("manager")
    deposit(29_99, day, poster, trace=trace)
    page = day_summary(day)
    assert causes(page) == [(-1, "the bank shows $29.99, Acme Health says $30.00")] or [
        cents for cents, _ in causes(page)
    ] == [-1]
    with pytest.raises(CloseRefused, match="1 unexplained"):
        close(day, poster)
    [gap] = page.differences
    explain_difference(day=day, key=gap.key, note="the bank rounded down", staff=manager, now=LATER)
    close(day, poster)
    closed = day_summary(day).closed
    assert closed is not None
    assert closed.by == "Payment Poster Sample"
    with read_only() as session:
        figures = session.scalars(select(DayClose.figures)).one()
        assert (figures["remitted"], figures["deposited"]) == (30_00, 29_99)
        assert figures["differences"][0]["note"] == "the bank rounded down"
        reasons = session.scalars(select(AuditEvent.reason).where(AuditEvent.object_type == "day"))
        assert set(reasons) == {f"explained {gap.key} {gap.amount}", "closed"}


def test_OPS_11_an_explanation_counts_for_its_amount_alone() -> None:
    day, _ = remitted()
    poster, manager = add_staff("payment_poster"), add_staff("manager")
    deposit(5_00, day, poster)
    [gap] = day_summary(day).differences
    assert gap.cause == "no remittance or payout is this"
    explain_difference(day=day, key=gap.key, note="a refund of rent", staff=manager, now=LATER)
    deposit(6_00, day, poster)
    assert [d.explained for d in day_summary(day).differences] == [True, False]
    with pytest.raises(CloseRefused, match="gone"):
        explain_difference(day=day, key="deposit:99", note="x", staff=manager, now=LATER)


def cash(day: date, number: str = "1") -> UUID:
    world = add_account(f"70000{number:>02}")
    with transaction() as session:
        return post_entry(
            session,
            receipt(
                source_ref=f"receipt:late-{number}",
                occurred_on=day,
                amount=Money(5_00),
                party=Party(guarantor_account_id=world.account_id, visit_id=world.visit_id),
            ),
        ).entry_id


def day_of(entry_id: UUID) -> date:
    with read_only() as session:
        return session.get_one(JournalEntry, entry_id).occurred_on


def test_OPS_12_what_comes_late_for_a_closed_day_stands_in_the_first_open_one() -> None:
    poster = add_staff("payment_poster")
    day = date(2026, 3, 5)
    close(day, poster)
    close(day + timedelta(days=1), poster)
    assert day_of(cash(day)) == day + timedelta(days=2)
    assert day_of(cash(day - timedelta(days=1), "2")) == day - timedelta(days=1)
    with pytest.raises(DayClosed):
        deposit(5_00, day, poster)
    with pytest.raises(DayClosed):
        close(day, poster)


def test_OPS_12_the_database_itself_refuses_an_entry_in_a_closed_day() -> None:
    day = date(2026, 3, 5)
    close(day, add_staff("payment_poster"))
    planted = text(
        "INSERT INTO journal_entries (kind, source_ref, occurred_on) VALUES ('x', 'x:1', :day)"
    )
    with pytest.raises(IntegrityError, match="the day is closed"), transaction() as session:
        session.execute(planted, {"day": day})


def test_OPS_12_a_day_is_reopened_with_a_reason_and_keeps_its_figures() -> None:
    poster, manager = add_staff("payment_poster"), add_staff("manager")
    day = date(2026, 3, 5)
    with pytest.raises(CloseRefused, match="is open"):
        reopen_day(day=day, reason="x", staff=manager, now=LATER)
    close(day, poster)
    with pytest.raises(CloseRefused, match="Say why"):
        reopen_day(day=day, reason=" ", staff=manager, now=LATER)
    reopen_day(day=day, reason="A receipt was missing", staff=manager, now=LATER)
    page = day_summary(day)
    assert page.closed is None
    assert (page.history[0].reopened_by, page.history[0].reason) == (
        "Manager Sample",
        "A receipt was missing",
    )
    assert day_of(cash(day)) == day
    close(day, poster)
    assert len(day_summary(day).history) == 2


def test_OPS_12_two_people_close_at_once_and_one_is_told() -> None:
    people = [add_staff("payment_poster"), add_staff("manager")]

    def act(staff: StaffViewer) -> str:
        try:
            close(date(2026, 3, 5), staff)
        except DayClosed:
            return "told"
        return "closed"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(act, people)) == ["closed", "told"]


def test_today_is_not_closed() -> None:
    with pytest.raises(CloseRefused, match="when it is over"):
        close(TODAY, add_staff("manager"))


def test_a_held_set_stands_as_a_difference_with_its_reason() -> None:
    day, _ = remitted()
    with transaction() as session:
        row = session.scalars(select(RemittanceRow)).one()
        session.add(
            RemittanceRow(
                file_id=row.file_id,
                position=9,
                trace="HELD1",
                payer_tax_id="1999999999",
                payer_name="Acme Health",
                issued_on=day,
                paid=Money(70_00),
                plb=ZERO,
                fingerprint="held",
                status="held",
                reasons=["BPR02 does not add up"],
                received_at=NOW,
            )
        )
    page = day_summary(NOW.date())
    assert (70_00, "held whole, nothing is posted: BPR02 does not add up") in causes(page)


def test_business_days_leave_weekends_out() -> None:
    friday = date(2026, 3, 6)
    assert [business_days(friday, friday + timedelta(days=n)) for n in (0, 2, 3, 5)] == [0, 0, 1, 3]


def test_the_day_as_csv_is_whole_and_keeps_formulas_from_spreadsheets() -> None:
    day, trace = remitted()
    deposit(5_00, day, add_staff("payment_poster"), trace="=1+1")
    rows = day_csv(day_summary(day)).splitlines()
    assert rows[0].startswith("day,part,who,number,amount")
    assert f"{day},remittance," in rows[1]
    assert trace in rows[1]
    assert ",30.00,30.00,posted" in rows[1]
    assert "'=1+1" in "\n".join(rows)
    assert any("difference" in row and "unexplained" in row for row in rows)
    with read_only() as session:
        assert session.scalars(select(BankDeposit.trace)).all() == ["=1+1"]


assert SHELF
