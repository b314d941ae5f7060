"""As a decision posts, its lines are compared with the contract of the day of service (OPS-16)."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select, update

from billing.money import Money
from portal.db import read_only, transaction
from portal.models.accounts import Payer as PayerRow
from portal.models.claims import Charge, Claim, Visit
from portal.models.reference import ContractVariance, FeeRow
from portal.models.work import WorkItem
from portal.queries.report_list import report, report_rows, rows_of
from tests.conftest import NOW
from tests.services.ledger_book import SERVICE_ON
from tests.services.payer_voice import ON, Payer, bill, book, clp, insured, negated, post, svc, work
from tests.web.statements_sent import statements_sent

pytestmark = pytest.mark.usefixtures("database_url")
LONG_AGO = date(2025, 1, 1)


def agreed(
    visit: Visit, amount: int | None, *, since: date = LONG_AGO, code: str = "", modifiers: str = ""
) -> None:
    with transaction() as session:
        payer_id = session.scalars(select(Claim.payer_id).where(Claim.visit_id == visit.id)).first()
        charge = session.scalars(select(Charge).where(Charge.visit_id == visit.id)).first()
        assert charge is not None
        session.add(
            FeeRow(
                payer_id=payer_id,
                procedure=code or charge.procedure_code,
                modifiers=modifiers,
                from_on=since,
                amount=None if amount is None else Money(amount),
            )
        )


def changed(visit: Visit, **values: object) -> None:
    with transaction() as session:
        session.execute(update(Charge).where(Charge.visit_id == visit.id).values(**values))


def code_of(visit: Visit) -> str:
    with read_only() as session:
        return (
            session.scalars(
                select(Charge.procedure_code).where(Charge.visit_id == visit.id)
            ).first()
            or ""
        )


def more(*, like: Visit, count: int) -> list[Visit]:
    """Other patients' visits with the plan of this one."""
    with book() as found:
        claim = found.session.scalars(select(Claim).where(Claim.visit_id == like.id)).one()
        payer = found.session.get_one(PayerRow, claim.payer_id)
        found.counter = 1_000 * count  # no number of an earlier book
        made = []
        for _ in range(count):
            patient = found.patient(found.account())
            coverage = found.coverage(patient, payer)
            visit, charges = found.visit(patient, [10_000])
            found.claim(visit, charges, payer, coverage_id=coverage.id)
            made.append(visit)
    return made


def kept() -> list[tuple[Money, Money, bool]]:
    with read_only() as session:
        rows = session.scalars(select(ContractVariance).order_by(ContractVariance.id))
        return [(row.expected, row.allowed, row.underpaid) for row in rows]


def paid(visit: Visit, reasons: str, **fields):
    return clp(visit.control_number, svc(code_of(visit), 100, reasons), **fields)


def test_OPS_16_a_line_short_by_five_dollars_and_a_cent_is_asked_about() -> None:
    visit = insured(10_000)
    agreed(visit, 80_00)
    Payer().pays(paid(visit, "CO-45 25.01, PR-1 30"))
    assert kept() == [(Money(80_00), Money(74_99), True)]
    [item] = work("underpaid")
    assert item.amount == Money(5_01)
    assert "since Jan 1, 2025 allows $80.00, the payer allowed $74.99" in item.reasons[0]
    assert item.next_step
    assert item.due_on
    assert not item.holds_bill
    assert bill(visit.id).patient_due == Money(30_00), "the patient's bill does not wait for it"


def test_OPS_16_what_was_agreed_is_no_work_and_is_kept() -> None:
    visit = insured(10_000)
    agreed(visit, 80_00)
    Payer().pays(paid(visit, "CO-45 20, PR-2 16"))
    assert kept() == [(Money(80_00), Money(80_00), False)]
    assert work("underpaid") == []


def test_OPS_16_sequestration_is_part_of_what_was_allowed() -> None:
    visit = insured(10_000)
    agreed(visit, 80_00)
    Payer().pays(paid(visit, "CO-45 20, CO-253 1.60"))
    assert kept() == [(Money(80_00), Money(80_00), False)]


def test_OPS_16_the_row_of_the_day_of_service_counts() -> None:
    visit = insured(10_000)
    agreed(visit, 80_00, since=SERVICE_ON)
    agreed(visit, 95_00, since=date(SERVICE_ON.year + 1, 1, 1))
    agreed(visit, 60_00)
    Payer().pays(paid(visit, "CO-45 20"))
    assert kept() == [(Money(80_00), Money(80_00), False)]


def test_OPS_16_from_a_day_without_an_amount_nothing_is_agreed() -> None:
    visit = insured(10_000)
    agreed(visit, 80_00)
    agreed(visit, None, since=SERVICE_ON)
    Payer().pays(paid(visit, "CO-45 40"))
    assert kept() == []


@pytest.mark.parametrize(
    ("modifiers", "found"),
    [(["25"], 80_00), (["26"], 30_00), (["RT", "26"], 30_00), (["TC"], None)],
)
def test_OPS_16_a_modifier_that_prices_has_its_own_row(
    modifiers: list[str], found: int | None
) -> None:
    visit = insured(10_000)
    changed(visit, modifiers=modifiers)
    agreed(visit, 80_00)
    agreed(visit, 30_00, modifiers="26")
    line = svc(":".join([code_of(visit), *modifiers]), 100, "CO-45 20")
    Payer().pays(clp(visit.control_number, line))
    assert [expected for expected, _, _ in kept()] == ([] if found is None else [Money(found)])


def test_OPS_16_the_amount_is_for_each_unit() -> None:
    visit = insured(10_000)
    changed(visit, units="2")
    agreed(visit, 40_00)
    Payer().pays(clp(visit.control_number, svc(code_of(visit), 100, "CO-45 20", units="2")))
    assert kept() == [(Money(80_00), Money(80_00), False)]


def test_OPS_16_a_refused_line_is_a_denial_and_no_variance() -> None:
    visit = insured(10_000)
    agreed(visit, 80_00)
    Payer().pays(paid(visit, "CO-197 100", status_code="4"))
    assert kept() == []
    assert len(work("denial")) == 1


def test_OPS_16_a_reversal_closes_the_item_and_takes_the_line_out_of_the_report() -> None:
    visit = insured(10_000)
    agreed(visit, 80_00)
    payer, first = Payer(), paid(visit, "CO-45 40")
    payer.pays(first)
    assert len(work("underpaid")) == 1
    payer.pays(negated(first))
    assert work("underpaid") == []
    with read_only() as session:
        row = session.scalars(select(ContractVariance)).one()
        assert row.taken_back_at == NOW
        closed = session.scalars(select(WorkItem).where(WorkItem.kind == "underpaid")).one()
        assert closed.closed_at == NOW
    payer.pays(paid(visit, "CO-45 20", payer_claim_number="ICN2"))
    assert [underpaid for _, _, underpaid in kept()] == [True, False]


def test_OPS_16_the_same_file_twice_is_compared_once() -> None:
    visit = insured(10_000)
    agreed(visit, 80_00)
    data = Payer().data(paid(visit, "CO-45 40"))
    post(data)
    post(data)
    assert (len(kept()), len(work("underpaid"))) == (1, 1)


def test_OPS_16_many_claims_are_compared_in_as_many_statements_as_one() -> None:
    first = insured(10_000)

    def sent_for(count: int) -> int:
        visits = more(like=first, count=count)
        with statements_sent() as sent:
            Payer(sent=100 * count).pays(*(paid(visit, "CO-45 40") for visit in visits))
        return len(
            [one for one in sent if "contract_variances" in one or one.startswith("WITH line AS")]
        )

    agreed(first, 80_00)
    assert sent_for(1) == sent_for(7) == 2


def test_OPS_16_the_report_by_payer_leads_to_its_lines() -> None:
    short = insured(10_000)
    [right] = more(like=short, count=1)
    agreed(short, 80_00)
    payer = Payer()
    payer.pays(paid(short, "CO-45 40"), paid(right, "CO-45 20"))
    made = report("contract-variance", ON, {})
    acme, together = made.tables[0].rows
    texts = [cell.text for cell in acme[1:]]
    assert texts == ["2", "$160.00", "$140.00", "1", "50.0%", "$20.00"]
    assert [cell.text for cell in together[1:]] == texts
    for cell, count, total in ((acme[1], 2, 20_00), (acme[4], 1, 20_00), (together[6], 1, 20_00)):
        asked = rows_of("contract-variance", cell.rows, ON, {})
        assert asked is not None
        found = report_rows(asked, figure=cell.rows, on=ON)
        assert (found.count, found.total) == (count, Money(total))
    assert rows_of("contract-variance", "nothing.1", ON, {}) is None
