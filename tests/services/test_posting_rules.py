"""The practice's posting rules at work: what waits, what is held alone, and what a person lets post (OPS-15)."""

from datetime import date

import pytest
from sqlalchemy import select

from billing.exceptions import Category
from billing.ledger import Account
from billing.money import ZERO, Money
from billing.posting_policy import Choice
from portal.db import read_only
from portal.models.claims import Charge, Visit
from portal.models.posting import PostingPolicy
from portal.models.remittances import RemittanceClaim, RemittanceRow
from portal.services.post_remittance import post_remittance
from portal.services.post_waiting import NotWaiting, post_waiting
from portal.services.release_held import Released, ReleaseRefused, release_held
from portal.services.remittance_report import RemittanceReport
from tests.conftest import NOW
from tests.services.payer_voice import (
    Payer,
    bill,
    book,
    clp,
    dispositions,
    insured,
    negated,
    plb,
    rows,
    staff,
    svc,
    total,
    verify_ledger,
    work,
)
from tests.services.practice_files import Shelf

pytestmark = pytest.mark.usefixtures("database_url")
CLEAN = "CO-45 20, PR-1 50"
LISTED = "CO-45 20, CO-97 30"
DENIED = "CO-50 100"


def rule(level: str, *never_auto: str, payer_id: int | None = None, day: int = 1) -> None:
    who = staff()
    with book() as found:
        found.add(
            PostingPolicy(
                payer_id=payer_id,
                level=level,
                never_auto=list(never_auto),
                effective_from=date(2026, 3, day),
                reason="test",
                made_by_id=who.login_id,
                made_at=NOW,
            )
        )


def sends(data: bytes, shelf: Shelf, choice: Choice | None = None) -> RemittanceReport:
    report = post_remittance(data=data, name="a.835", now=NOW, store=shelf, choice=choice)
    proven()
    return report


def proven() -> None:
    proof = verify_ledger()
    assert proof.ok, proof.to_json()


def visits(count: int) -> list[Visit]:
    with book() as found:
        found.practice()
        payer = found.payer()
        made = []
        for _ in range(count):
            patient = found.patient(found.account())
            found.coverage(patient, payer)
            visit, charges = found.visit(patient, [10_000])
            found.claim(visit, charges, payer)
            made.append(visit)
    return made


def say(visit: Visit, adjustments: str, **fields):
    return clp(visit.control_number, svc("99213", 100, adjustments), **fields)


def test_OPS_15_clean_claims_post_and_what_opens_work_is_held_alone() -> None:
    clean, denied = visits(2)
    rule("clean_claims")
    data = Payer().data(say(clean, CLEAN), say(denied, DENIED), plbs=[plb("L6", -3, "INT")])
    report = sends(data, Shelf())
    assert dispositions(report) == ["posted", "held"]
    assert total(Account.PAYER_CLEARING) == 3_300
    assert bill(clean.id).due_now == Money(5_000)
    [item] = work()
    assert (item.kind, item.category) == ("held_claim", Category.POSTING_RULE)
    assert "only claims that open no work" in item.reasons[0]


def test_OPS_15_a_listed_code_holds_its_money_in_suspense_until_a_person_releases_it() -> None:
    clean, listed = visits(2)
    rule("all_balanced", "97")
    shelf = Shelf()
    report = sends(Payer().data(say(clean, CLEAN), say(listed, LISTED)), shelf)
    assert dispositions(report) == ["posted", "held"]
    assert (total(Account.PAYER_CLEARING), total(Account.PAYER_SUSPENSE)) == (8_000, -5_000)
    with read_only() as session:
        row = rows(session)[1]
    released = release_held(
        remittance_claim_id=row.id, note="read", staff=staff(), store=shelf, now=NOW
    )
    proven()
    assert released.decided
    assert (total(Account.PAYER_SUSPENSE), bill(listed.id).plan_paid) == (0, Money(5_000))
    assert [item.kind for item in work()] == ["denial"]


def test_the_newest_rule_of_the_payer_stands_before_the_practices() -> None:
    [visit] = visits(1)
    payer_id = 1
    rule("review_all")
    rule("review_all", payer_id=payer_id)
    rule("all_balanced", payer_id=payer_id, day=2)
    rule("review_all", payer_id=payer_id, day=3)  # from tomorrow
    assert sends(Payer().data(say(visit, CLEAN)), Shelf()).status == "posted"


def test_OPS_15_a_set_under_review_waits_whole_and_posts_as_a_person_chooses() -> None:
    clean, denied = visits(2)
    rule("review_all")
    shelf, data = Shelf(), Payer().data(say(clean, CLEAN), say(denied, DENIED))
    report = sends(data, shelf)
    assert (report.status, dispositions(report)) == ("held", ["held", "held"])
    assert total(Account.PAYER_CLEARING) == 0
    [item] = work()
    assert (item.kind, item.amount) == ("waiting_set", Money(3_000))
    with read_only() as session:
        waiting = rows(session)
        assert [row.disposition for row in waiting] == ["waiting", "waiting"]
        assert waiting[0].reasons == []
        assert waiting[1].reasons[0].startswith("posting it opens work")
    assert sends(data, shelf).status == "duplicate"
    post_waiting(
        remittance_id=waiting[0].remittance_id,
        choice=Choice.CLEAN,
        staff=staff(),
        store=shelf,
        now=NOW,
    )
    proven()
    with read_only() as session:
        posted = session.get_one(RemittanceRow, waiting[0].remittance_id)
        assert (posted.status, posted.posted_by_id) == ("posted", staff().login_id)
        assert [row.disposition for row in rows(session)] == ["posted", "held"]
    assert total(Account.PAYER_CLEARING) == 3_000
    assert [item.kind for item in work()] == ["held_claim"]
    with pytest.raises(NotWaiting):
        post_waiting(
            remittance_id=posted.id, choice=Choice.ALL, staff=staff(), store=shelf, now=NOW
        )


def test_OPS_15_the_bill_that_a_waiting_set_contradicts_waits_with_it() -> None:
    visit, other = visits(2)
    payer, shelf = Payer(), Shelf()
    said = say(visit, CLEAN)
    sends(payer.data(said), shelf)
    assert bill(visit.id).due_now == Money(5_000)
    rule("review_all")
    new = say(visit, "CO-45 20, PR-1 10", payer_claim_number="NEW")
    sends(payer.data(negated(said), new, say(other, CLEAN)), shelf)
    assert bill(visit.id).due_now == ZERO
    found = {item.kind: (item.visit_id, item.amount) for item in work()}
    assert found == {"waiting_set": (None, Money(7_000)), "waiting_bill": (visit.id, Money(5_000))}
    with read_only() as session:
        waiting = rows(session)[-1].remittance_id
    post_waiting(remittance_id=waiting, choice=Choice.ALL, staff=staff(), store=shelf, now=NOW)
    proven()
    assert (bill(visit.id).due_now, bill(other.id).due_now) == (Money(1_000), Money(5_000))
    assert work() == []


def test_a_changed_resend_posted_meanwhile_keeps_the_waiting_one_from_posting() -> None:
    [visit] = visits(1)
    rule("review_all")
    shelf, payer = Shelf(), Payer()
    sends(payer.data(say(visit, CLEAN), trace="T1"), shelf)
    changed = payer.data(say(visit, "CO-45 30, PR-1 50"), trace="T1")
    assert sends(changed, shelf, Choice.ALL).status == "posted"
    with read_only() as session:
        waiting = rows(session)[0].remittance_id
    with pytest.raises(NotWaiting, match="Another remittance"):
        post_waiting(remittance_id=waiting, choice=Choice.ALL, staff=staff(), store=shelf, now=NOW)
    assert bill(visit.id).plan_discount == Money(3_000)


@pytest.mark.parametrize("first", [0, 1])
def test_a_reversal_and_its_correction_are_never_split_by_the_rule(first: int) -> None:
    """Fixture 3 under a rule: held together, and released together whichever a person opens."""
    [visit] = visits(1)
    payer, shelf = Payer(), Shelf()
    said = say(visit, CLEAN)
    sends(payer.data(said), shelf)
    rule("all_balanced", "97")
    pair = payer.data(negated(said), say(visit, LISTED, payer_claim_number="NEW"))
    report = sends(pair, shelf)
    assert dispositions(report) == ["held", "held"]
    assert total(Account.PAYER_CLEARING) == 5_000  # 30, then -30 and 50
    assert bill(visit.id).due_now == ZERO  # nobody is billed by what the payer takes back
    with read_only() as session:
        held = [row.id for row in rows(session) if row.disposition == "held"]
    released = release_held(
        remittance_claim_id=held[first], note="read", staff=staff(), store=shelf, now=NOW
    )
    proven()
    assert released.decided
    after = bill(visit.id)
    assert (after.plan_paid, after.patient_due) == (Money(5_000), ZERO)
    assert (total(Account.PAYER_SUSPENSE), total(Account.PAYER_CLEARING)) == (0, 5_000)
    assert [item.kind for item in work()] == ["denial"]


def held_pair(shelf: Shelf) -> tuple[Visit, list[int]]:
    """30 of 100 was paid and 50 billed; the payer takes it back, and answers another code: 60 and 20."""
    [visit] = visits(1)
    payer, said = Payer(), say(visit, CLEAN)
    sends(payer.data(said), shelf)
    rule("clean_claims")
    new = clp(
        visit.control_number, svc("99215", 100, "CO-45 20, PR-1 20"), payer_claim_number="NEW"
    )
    assert dispositions(sends(payer.data(negated(said), new), shelf)) == ["held", "held"]
    with read_only() as session:
        return visit, [row.id for row in rows(session) if row.disposition == "held"]


def lets_go(row: int, shelf: Shelf, **fields) -> Released:
    released = release_held(
        remittance_claim_id=row, note="read", staff=staff(), store=shelf, now=NOW, **fields
    )
    proven()
    return released


def matched_by_lines(visit: Visit, row: int, shelf: Shelf) -> None:
    with read_only() as session:
        [charge] = session.scalars(select(Charge.id).where(Charge.visit_id == visit.id))
    assert lets_go(row, shelf, lines={1: [charge]}).decided
    after = bill(visit.id)
    assert (after.plan_paid, after.due_now) == (Money(6_000), Money(2_000))
    assert (total(Account.PAYER_SUSPENSE), total(Account.PAYER_CLEARING), work()) == (0, 6_000, [])


def test_OPS_15_a_reversal_undoes_the_old_bill_where_its_correction_cannot_post() -> None:
    shelf = Shelf()
    visit, (reversal, correction) = held_pair(shelf)
    with pytest.raises(ReleaseRefused, match="still billed"):
        lets_go(correction, shelf)
    assert total(Account.PAYER_SUSPENSE) == -3_000, "nothing moved: -30 and 60 wait"
    assert lets_go(reversal, shelf).decided
    after = bill(visit.id)
    assert (after.insurance_due, after.patient_due, after.due_now) == (Money(10_000), ZERO, ZERO)
    assert sorted(item.kind for item in work()) == ["held_claim", "reversal"]
    matched_by_lines(visit, correction, shelf)


def test_OPS_15_a_correction_matched_by_its_lines_takes_its_reversal_with_it() -> None:
    shelf = Shelf()
    visit, (_, correction) = held_pair(shelf)
    matched_by_lines(visit, correction, shelf)


def test_OPS_15_a_reversal_of_another_decision_never_moves_its_money_while_one_stands() -> None:
    [visit] = visits(1)
    payer, shelf = Payer(), Shelf()
    sends(payer.data(say(visit, CLEAN)), shelf)
    sends(payer.data(negated(say(visit, "CO-45 30, PR-1 50"))), shelf)
    with read_only() as session:
        held = rows(session)[-1]
    assert held.disposition == "held"
    with pytest.raises(ReleaseRefused, match="does not take back what stands"):
        lets_go(held.id, shelf)
    assert bill(visit.id).due_now == ZERO, "the bill waits"


def test_a_clean_correction_beside_its_reversal_posts_by_itself() -> None:
    [visit] = visits(1)
    payer, shelf = Payer(), Shelf()
    said = say(visit, CLEAN)
    sends(payer.data(said), shelf)
    rule("clean_claims", "97")
    new = say(visit, "CO-45 20, PR-1 40", payer_claim_number="NEW")
    assert dispositions(sends(payer.data(negated(said), new), shelf)) == ["posted", "posted"]
    assert bill(visit.id).due_now == Money(4_000)
    assert work() == []


def test_a_reversal_alone_is_held_where_only_clean_claims_post() -> None:
    [visit] = visits(1)
    payer, shelf = Payer(), Shelf()
    said = say(visit, CLEAN)
    sends(payer.data(said), shelf)
    rule("clean_claims")
    assert dispositions(sends(payer.data(negated(said)), shelf)) == ["held"]
    assert work()[0].holds_bill
    with read_only() as session:
        held = rows(session)[-1].id
    release_held(remittance_claim_id=held, note="read", staff=staff(), store=shelf, now=NOW)
    proven()
    after = bill(visit.id)
    assert (after.insurance_due, after.patient_due) == (Money(10_000), ZERO)
    assert (total(Account.PAYER_CLEARING), total(Account.PAYER_SUSPENSE)) == (0, 0)
    assert [item.kind for item in work()] == ["reversal"]


def test_what_the_law_holds_keeps_its_own_reasons_under_a_rule() -> None:
    visit = insured(10_000)
    rule("clean_claims", "97")
    report = sends(Payer().data(clp(visit.control_number, svc("77777", 31))), Shelf())
    assert "our rule" not in report.sets[0].claims[0].reasons[0]
    with read_only() as session:
        assert session.get_one(RemittanceClaim, 1).disposition == "held"
