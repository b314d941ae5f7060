"""Statements of bills that real decisions, reviews and late plans made: each figure is explained."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update

from billing.money import Money
from portal.db import read_only, transaction
from portal.models.accounts import GuarantorAccount
from portal.models.accounts import Payer as PayerRow
from portal.models.claims import Charge, Visit
from portal.models.statements import Statement
from portal.queries.statement_content import StatementContent
from portal.queries.statement_json import from_json
from portal.services.cut_statements import cut_statements
from portal.services.decide_review import decide_review
from tests.conftest import NOW
from tests.services.payer_voice import ON, Payer, book, clp, rows, staff, svc, work

pytestmark = pytest.mark.usefixtures("database_url")


def cut() -> StatementContent:
    address = {"street": "1 Invented Street", "city": "Sampletown", "state": "NY"}
    with transaction() as session:
        session.execute(update(GuarantorAccount).values(**address, postal_code="10001"))
    at = datetime(ON.year, ON.month, ON.day, 15, tzinfo=UTC)
    cut_statements(on=ON, now=at, public_url="http://localhost:8000")
    assert [item.reasons for item in work("held_statement")] == []
    with read_only() as session:
        return from_json(session.scalars(select(Statement.content)).one())


def two_plans(*cents: int, asked: bool = True) -> tuple[Visit, Payer, Payer]:
    with book() as found:
        found.practice()
        visit, charges, *_ = found.insured_visit(list(cents), name="Medicare", tax_id="1111")
        medigap = found.payer("Medigap", "2222")
        if asked:
            found.claim(visit, charges, medigap, "S")
    return visit, Payer("Medicare", "1111"), Payer("Medigap", "2222")


def steps(content: StatementContent) -> list[list[tuple[str, Money]]]:
    [visit] = content.visits
    return [[(d.label, d.amount) for d in one.differences] for one in visit.decisions]


def test_STMT_5_a_share_that_a_person_confirmed_is_on_the_statement_once() -> None:
    with book() as found:
        found.practice()
        visit, *_ = found.insured_visit([10_000])
    said = svc("99213", 100, "CO-45 20, PR-1 10, PR-96 40")
    Payer().pays(clp(visit.control_number, said))
    with read_only() as session:
        [row] = rows(session)
    decide_review(
        remittance_claim_id=row.id, bill_patient=True, note="", staff=staff(), on=ON, now=NOW
    )
    content = cut()
    assert (content.amount_due, steps(content)) == (Money(5_000), [[]])
    [line] = content.lines
    assert (line.deductible, line.not_covered) == (Money(1_000), Money(4_000))


def test_STMT_5_a_plan_that_was_asked_late_is_explained() -> None:
    visit, medicare, medigap = two_plans(10_000, asked=False)
    medicare.pays(clp(visit.control_number, svc("99213", 100, "CO-45 20, PR-1 50")))
    with book() as found:
        payer = found.session.scalars(select(PayerRow).where(PayerRow.name == "Medigap")).one()
        charges = list(found.session.scalars(select(Charge).where(Charge.visit_id == visit.id)))
        found.claim(visit, charges, payer, "S")
    answer = svc("99213", 100, "OA-23 50, PR-1 15")
    medigap.pays(clp(visit.control_number, answer, status_code="2", payer_claim_number="G1"))
    content = cut()
    assert content.amount_due == Money(1_500)
    assert steps(content) == [[("Medigap paid", Money(3_500))], []]


def test_STMT_5_a_first_plan_that_answered_in_parts_is_explained_part_by_part() -> None:
    visit, medicare, medigap = two_plans(10_000, 20_000)
    number = visit.control_number
    medicare.pays(clp(number, svc("99213", 100, "PR-1 20"), payer_claim_number="A"))
    medicare.pays(clp(number, svc("85025", 200, "CO-45 50, PR-1 30"), payer_claim_number="B"))
    answer = (svc("99213", 100, "OA-23 80, PR-1 12"), svc("85025", 200, "CO-45 60, OA-23 125"))
    medigap.pays(clp(number, *answer, status_code="2", payer_claim_number="G"))
    content = cut()
    assert content.amount_due == Money(1_200)
    assert steps(content) == [
        [("Medigap paid", Money(800))],
        [("Medigap paid", Money(1_500)), ("Medigap took off", Money(1_500))],
        [],
    ]
