"""Each KPI of money and of claims on a world made by hand, with the numbers worked out beside it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from billing.ledger import Account
from billing.money import Money
from portal.db import read_only, transaction
from portal.models.eobs import EobBatch, EobEntry
from portal.models.files import File
from portal.models.ledger import JournalEntry
from portal.models.payments import PracticeReceipt
from portal.models.remittances import LineAdjustment, RemittanceClaim, RemittanceLine, RemittanceRow
from portal.models.reports import ReportCost
from portal.models.work import WorkItem
from portal.queries.automation import shares_by_payer, together
from portal.queries.kpi_figures import Figure, kpi_figures
from portal.queries.report_headlines import headlines
from tests.services.report_world import ReportWorld, Told
from tests.services.staff_world import add_staff

ON = date(2026, 3, 31)


@pytest.fixture
def world(database_url: str) -> ReportWorld:
    return ReportWorld()


def figures(on: date = ON) -> dict[str, Figure]:
    with read_only() as session:
        return kpi_figures(session, on)[1]


def before(days: int) -> date:
    return ON - timedelta(days=days)


def told(world: ReportWorld, key: str) -> tuple[int | None, object, object]:
    """Value in tenths, numerator, denominator."""
    world.fresh()
    figure = figures()[key]
    return figure.value, figure.numerator, figure.denominator


def answer(
    told: Told,
    on: date,
    *,
    status: str = "1",
    stays: bool = False,
    held: bool = False,
    group: str = "CO",
    received: date | None = None,
) -> int:
    """A payer's answer as a remittance keeps it, received on its day unless another is named."""
    came = received or on
    at = datetime(came.year, came.month, came.day, 15, tzinfo=UTC)
    with transaction() as session:
        file = File(
            kind="835",
            name="a.835",
            sha256=uuid4().hex,
            size=1,
            stored_as="x",
            received_at=at,
            result={},
        )
        session.add(file)
        session.flush()
        remittance = RemittanceRow(
            file_id=file.id,
            position=1,
            trace=uuid4().hex[:8],
            payer_tax_id="1",
            payer_name="Acme Health",
            payer_id=told.payer.id,
            issued_on=on,
            paid=Money(0),
            plb=Money(0),
            fingerprint=uuid4().hex,
            status="posted",
            received_at=at,
        )
        session.add(remittance)
        session.flush()
        claim = RemittanceClaim(
            remittance_id=remittance.id,
            ordinal=1,
            position=1,
            patient_control_number="X",
            status_code=status,
            billed=told.charge.billed,
            paid=Money(0),
            patient_responsibility=Money(0),
            claim_id=told.claim.id,
            disposition="held" if held else "posted",
            reasons=[],
            decided_on=on,
        )
        session.add(claim)
        session.flush()
        line = RemittanceLine(
            remittance_claim_id=claim.id,
            position=1,
            charge_id=told.charge.id,
            procedure="HC:99213",
            billed=told.charge.billed,
            paid=Money(0),
        )
        session.add(line)
        session.flush()
        if stays:
            session.add(
                LineAdjustment(
                    remittance_line_id=line.id,
                    group_code=group,
                    carc="16",
                    amount=told.charge.billed,
                    bucket="denied",
                    outcome="stays",
                )
            )
        if held:
            work(session, remittance_claim_id=claim.id, kind="held_claim", at=at)  # fmt: skip
        return remittance.id


def work(session, *, kind: str, at: datetime, **of) -> None:
    session.add(WorkItem(dedupe_key=uuid4().hex, kind=kind, opened_at=at, **of))


def a_year(world: ReportWorld) -> Told:
    """Charged 3,650.00 a hundred days ago: 2,000 paid, 650 taken off, 1,000 the patient's, 300 of it paid."""
    line = world.charge(before(100), 3_650_00, sent=before(95))
    world.decide(line, before(60), paid=2_000_00, discount=650_00, share=1_000_00)
    world.stated(line, before(50))
    world.pay(line, before(10), 300_00, over=50_00)
    return line


def test_KPI_1_days_in_ar_is_what_is_owed_less_credits_by_a_day_of_charges(
    world: ReportWorld,
) -> None:
    a_year(world)
    # (700.00 - 50.00) / (3,650.00 / 365) = 65 days; net of 3,000.00: 79.1
    assert told(world, "days_in_ar") == (650, Money(650_00), Money(3_650_00))
    assert told(world, "net_days_in_ar") == (791, Money(650_00), Money(3_000_00))
    assert figures()["days_in_ar"].met is False


def test_KPI_2_KPI_3_old_ar_is_of_what_was_billed_and_no_credit_is_taken_off(
    world: ReportWorld,
) -> None:
    for cents, age in ((60_00, 10), (25_00, 91), (15_00, 121)):
        world.charge(before(130), cents, sent=before(age))
    world.charge(before(130), 500_00, sent=None)
    assert told(world, "over_90") == (400, Money(40_00), Money(100_00))
    assert told(world, "over_120") == (150, Money(15_00), Money(100_00))


def test_KPI_4_net_collection_follows_the_services_of_twelve_whole_months(
    world: ReportWorld,
) -> None:
    a_year(world)
    early = world.charge(date(2025, 3, 31), 100_00, sent=date(2025, 4, 1))
    world.decide(early, date(2025, 5, 1), paid=100_00)
    # Of services since April 2025: (2,000.00 + 300.00) / (3,650.00 - 650.00)
    assert told(world, "net_collection") == (767, Money(2_300_00), Money(3_000_00))


def test_KPI_5_KPI_12_KPI_13_KPI_19_cash_bad_debt_and_charity_of_the_year(
    world: ReportWorld,
) -> None:
    line = a_year(world)
    world.write_off(line, before(5), 73_00, Account.BAD_DEBT)
    world.write_off(line, before(4), 146_00, Account.FINANCIAL_ASSISTANCE)
    # Came in: 2,000.00 + 350.00; net revenue: 3,650.00 - 650.00 - 146.00
    assert told(world, "gross_collection") == (644, Money(2_350_00), Money(3_650_00))
    assert told(world, "bad_debt") == (20, Money(73_00), Money(3_650_00))
    assert told(world, "charity") == (40, Money(146_00), Money(3_650_00))
    assert told(world, "cash_of_net") == (823, Money(2_350_00), Money(2_854_00))


def test_KPI_6_a_clean_claim_is_answered_without_denial_and_without_work(
    world: ReportWorld,
) -> None:
    lines = [world.charge(before(40), 100_00, sent=before(38)) for _ in range(5)]
    for line in lines[:4]:
        answer(line, before(20), stays=line is lines[0])
    with transaction() as session:
        work(
            session,
            kind="figures",
            at=datetime(2026, 3, 20, tzinfo=UTC),
            claim_id=lines[1].claim.id,
        )
    assert told(world, "clean_claims") == (500, 2, 4), "the fifth has no answer yet"


def test_KPI_7_KPI_8_the_first_decision_counts_and_a_later_one_undoes_first_pass(
    world: ReportWorld,
) -> None:
    lines = [
        world.charge(before(60), cents, sent=before(58)) for cents in (100_00, 300_00, 50_00, 50_00)
    ]
    answer(lines[0], before(50), status="4")
    answer(lines[0], before(30))
    answer(lines[1], before(50))
    answer(lines[2], before(50))
    answer(lines[2], before(20))
    answer(lines[3], before(1))
    assert told(world, "denials") == (250, 1, 4)
    assert told(world, "denied_dollars") == (200, Money(100_00), Money(500_00))
    assert told(world, "first_pass") == (500, 2, 4)
    then = figures(before(25))
    assert (then["first_pass"].numerator, then["first_pass"].denominator) == (2, 3)


def test_KPI_9_only_write_offs_of_denied_services_count(world: ReportWorld) -> None:
    denied, other = (
        world.charge(before(60), 1_000_00, payer="Acme Health", sent=before(58)) for _ in "ab"
    )
    answer(denied, before(50), stays=True)
    for line in (denied, other):
        world.decide(line, before(40), share=40_00)
        world.write_off(line, before(10), 40_00, Account.PROVIDER_WRITE_OFF)
    assert told(world, "denial_write_off") == (20, Money(40_00), Money(2_000_00))


def test_KPI_11_cost_to_collect_needs_every_month_and_takes_the_newest_figure(
    world: ReportWorld,
) -> None:
    a_year(world)
    login_id = add_staff("manager").login_id
    months = [date(2025 + (n + 3) // 12, (n + 3) % 12 + 1, 1) for n in range(12)]

    def enter(month: date, cents: int) -> None:
        with transaction() as session:
            at = datetime(2026, 3, 30, tzinfo=UTC)
            session.add(
                ReportCost(
                    form_id=uuid4(), month=month, amount=Money(cents), login_id=login_id, at=at
                )
            )

    for month in months[:11]:
        enter(month, 10_00)
    assert told(world, "cost_to_collect")[0] is None, "March is missing"
    enter(months[11], 99_00)
    enter(months[11], 7_50)
    # 11 x 10.00 + 7.50 of 2,350.00
    assert told(world, "cost_to_collect") == (50, Money(117_50), Money(2_350_00))


def test_KPI_14_paid_at_the_desk_is_of_all_patients_money(world: ReportWorld) -> None:
    line = world.charge(before(20), 500_00, payer="")
    world.pay(line, before(20), 400_00)
    receipts(line, (25_00, "copay", before(20)), (75_00, "balance", before(3)))
    assert told(world, "paid_at_desk") == (250, Money(25_00), Money(100_00))


def receipts(line: Told, *rows: tuple[int, str, date]) -> None:
    with transaction() as session:
        entry_id = session.scalars(
            select(JournalEntry.id).where(JournalEntry.kind == "payment")
        ).one()
        for cents, kind, on in rows:
            session.add(
                PracticeReceipt(
                    receipt_id=uuid4().hex, patient_id=line.visit.patient_id, visit_id=line.visit.id,
                    received_on=on, method="check", kind=kind, amount=Money(cents), entry_id=entry_id,
                )
            )  # fmt: skip


def test_KPI_16_claims_sent_within_three_days_of_the_service(world: ReportWorld) -> None:
    for days in (0, 3, 4):
        world.charge(before(30), 10_00, sent=before(30) + timedelta(days=days))
    assert told(world, "sent_in_72_hours") == (667, 2, 3)


def test_KPI_20_credit_days(world: ReportWorld) -> None:
    line = world.charge(before(50), 730_00, sent=before(50))
    world.decide(line, before(20), paid=734_00)
    own = world.charge(before(40), 1, payer="")
    world.pay(own, before(10), 1, over=3_99)
    # (4.00 of a payer + 3.99 of a patient) / (730.01 / 365)
    assert told(world, "credit_days") == (40, Money(7_99), Money(730_01))


def test_OPS_15_lines_that_posted_without_a_person(world: ReportWorld) -> None:
    lines = [world.charge(before(30), 10_00, sent=before(29)) for _ in range(4)]
    for line in lines:
        answer(line, before(10), held=line is lines[0])
    assert told(world, "auto_posted") == (750, 3, 4)


def test_OPS_15_what_a_person_posted_or_typed_did_not_post_by_itself(world: ReportWorld) -> None:
    lines = [world.charge(before(30), 10_00, sent=before(29)) for _ in range(4)]
    _, posted, waited, typed = [answer(line, before(10)) for line in lines]
    login_id, at = add_staff("payment_poster").login_id, datetime(2026, 3, 21, tzinfo=UTC)
    with transaction() as session:
        session.get_one(RemittanceRow, posted).posted_by_id = login_id
        work(session, remittance_id=waited, kind="waiting_set", at=at)
        batch = EobBatch(
            id=uuid4(), received_on=ON, checks=1, total=Money(0), login_id=login_id, begun_at=at
        )
        session.add(batch)
        session.flush()
        by = {"begun_by_id": login_id, "begun_at": at, "changed_by_id": login_id, "changed_at": at}
        session.add(
            EobEntry(
                id=uuid4(), batch_id=batch.id, payer_id=lines[3].payer.id, method="none", number="1",
                issued_on=ON, total=Money(0), document={}, state="posted", version=1,
                posted_by_id=login_id, posted_at=at, remittance_id=typed, **by,
            )
        )  # fmt: skip
    assert told(world, "auto_posted") == (333, 1, 3)
    with read_only() as session:
        share = together(shares_by_payer(session, since=datetime(2026, 3, 1, tzinfo=UTC)))
    assert share.lines == 3, "the page of payers counts no paper either"


def test_KPI_8_a_patients_share_that_no_bill_asks_for_is_no_denial(world: ReportWorld) -> None:
    line = world.charge(before(60), 100_00, sent=before(58))
    answer(line, before(50), stays=True, group="PR")
    assert told(world, "denials") == (0, 0, 1)
    with transaction() as session:
        session.scalars(select(LineAdjustment)).one().outcome = "passed_on"
    assert told(world, "denials") == (0, 0, 1)


def test_the_first_page_agrees_with_the_kpis(world: ReportWorld) -> None:
    line = a_year(world)
    answer(line, before(60), stays=True)
    world.fresh()
    _, cards = headlines(ON)
    values = {one.title: (one.value, one.met) for one in cards}
    assert values["Days in A/R"] == ("65 days", "Not met")
    assert values["Initial denials, of claims"] == ("100.0%", "Not met")
    chart = next(one.chart for one in cards if one.title == "Days in A/R")
    assert chart.series[0].values[-1] == 650
    assert chart.series[0].values[-5] is None, "nothing was charged before December"
