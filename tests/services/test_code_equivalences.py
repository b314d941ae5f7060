"""A code of one payer that stands for one of ours from now on: the next remittance posts itself, an ended one no more (C-18)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from billing.ledger import Account
from billing.money import Money
from portal.db import read_only
from portal.models.audit import AuditEvent
from portal.models.claims import Charge, Claim, Visit
from portal.models.posting import CodeEquivalence
from portal.models.remittances import RemittanceClaim
from portal.services.end_code_equivalence import NotEnded, end_code_equivalence
from portal.services.keep_code_equivalences import StandsOtherwise
from portal.services.post_remittance import post_remittance
from portal.services.release_held import release_held
from tests.conftest import NOW
from tests.services.payer_voice import (
    Payer,
    bill,
    book,
    clp,
    dispositions,
    negated,
    rows,
    staff,
    svc,
    total,
    verify_ledger,
    work,
)
from tests.services.practice_files import Shelf

pytestmark = pytest.mark.usefixtures("database_url")
ACME = ("Acme Health", "1999999999")
SAYS = "CO-45 20, PR-1 50"


def visits(count: int, *cents: int, payers: tuple[tuple[str, str], ...] = (ACME,)) -> list[Visit]:
    """Visits of our 99213 (and 85025), so many at each payer."""
    with book() as found:
        found.practice()
        made = []
        for insurer in [
            one for name, tax_id in payers for one in [found.payer(name, tax_id)] * count
        ]:
            patient = found.patient(found.account())
            found.coverage(patient, insurer)
            visit, charges = found.visit(patient, list(cents or (10_000,)))
            found.claim(visit, charges, insurer)
            made.append(visit)
    return made


def pays(shelf: Shelf, payer: Payer, *claims) -> tuple[int, str]:
    """Post it: the row of its last claim, and what became of that."""
    report = post_remittance(data=payer.data(*claims), name="t", now=NOW, store=shelf)
    assert verify_ledger().ok
    with read_only() as session:
        return rows(session)[-1].id, dispositions(report)[-1]


def by_hand(row: int, visit: Visit, shelf: Shelf, *, standing: bool = True) -> None:
    with read_only() as session:
        ours = session.scalars(
            select(Charge.id).where(Charge.visit_id == visit.id).order_by(Charge.line_number)
        ).all()
        [claim] = session.scalars(select(Claim.id).where(Claim.visit_id == visit.id))
    release_held(
        remittance_claim_id=row,
        claim_id=claim,
        lines={number: [one] for number, one in enumerate(ours, start=1)},
        standing=standing,
        note="the payer renamed it",
        staff=staff(),
        store=shelf,
        now=NOW,
    )
    assert verify_ledger().ok


def says(visit: Visit, code: str = "99214", dollars: float = 100, **fields):
    return clp(visit.control_number, svc(code, dollars, SAYS), **fields)


def test_C_18_the_next_remittance_of_this_payer_posts_itself_by_the_standing_code() -> None:
    first, second, third = visits(3)
    shelf, payer = Shelf(), Payer()
    row, became = pays(shelf, payer, says(first))
    assert became == "held"
    by_hand(row, first, shelf)
    row, became = pays(shelf, payer, says(second))
    assert (became, work()) == ("posted", [])
    after = bill(second.id)
    assert (after.due_now, after.plan_paid, after.plan_discount) == (
        Money(50_00),
        Money(30_00),
        Money(20_00),
    )
    assert total(Account.PAYER_SUSPENSE) == 0
    with read_only() as session:
        told = session.get_one(RemittanceClaim, row).reasons
        [kept] = session.scalars(select(CodeEquivalence))
        [event] = session.scalars(
            select(AuditEvent).where(AuditEvent.object_type == "code_equivalence")
        )
    assert told == ["by our rule for this payer: its 99214 is our 99213"]
    assert (kept.theirs, kept.ours, kept.reason) == ("99214", "99213", "the payer renamed it")
    assert (event.action, event.reason) == ("create", "99214 is our 99213")
    # Its reversal takes back what the rule let post, as any other decision.
    pays(shelf, payer, negated(says(second)))
    assert (bill(second.id).plan_paid, total(Account.PAYER_SUSPENSE)) == (Money(0), 0)
    # Another amount is no equivalence: a person looks.
    assert pays(shelf, payer, says(third, dollars=90))[1] == "held"


def test_C_18_without_the_tick_nothing_stands_and_an_ended_one_asks_again() -> None:
    first, second, third, fourth = visits(4)
    shelf, payer = Shelf(), Payer()
    by_hand(pays(shelf, payer, says(first))[0], first, shelf, standing=False)
    row, became = pays(shelf, payer, says(second))
    assert became == "held"
    by_hand(row, second, shelf)
    assert pays(shelf, payer, says(third))[1] == "posted"
    with read_only() as session:
        [kept] = session.scalars(select(CodeEquivalence.id))
    with pytest.raises(NotEnded, match="why"):
        end_code_equivalence(equivalence_id=kept, reason="", staff=staff(), now=NOW)
    end_code_equivalence(equivalence_id=kept, reason="it was once", staff=staff(), now=NOW)
    with pytest.raises(NotEnded, match="before"):
        end_code_equivalence(equivalence_id=kept, reason="it was once", staff=staff(), now=NOW)
    row, became = pays(shelf, payer, says(fourth))
    assert (became, bill(third.id).plan_paid) == ("held", Money(30_00)), "what posted stays"
    by_hand(row, fourth, shelf)
    with read_only() as session:
        ended = session.scalars(select(CodeEquivalence).order_by(CodeEquivalence.id)).all()
    assert [one.ended_at is None for one in ended] == [False, True]


def test_C_18_it_stands_for_its_payer_alone() -> None:
    first, other = visits(1, payers=(ACME, ("Border Health", "1888888888")))
    shelf, payer = Shelf(), Payer()
    by_hand(pays(shelf, payer, says(first))[0], first, shelf)
    stranger = Payer(name="Border Health", tax_id="1888888888")
    assert pays(shelf, stranger, says(other))[1] == "held"


def test_C_18_a_code_stands_for_one_of_ours_and_what_cannot_stand_is_refused_whole() -> None:
    first, second = visits(2, 10_000, 5_000)
    shelf, payer = Shelf(), Payer()
    two = clp(first.control_number, svc("99214", 100, SAYS), svc("85025", 50, "CO-45 10"))
    by_hand(pays(shelf, payer, two)[0], first, shelf)
    swapped = clp(second.control_number, svc("85025", 100, SAYS), svc("99214", 50, "CO-45 10"))
    row, became = pays(shelf, payer, swapped)
    assert became == "held"
    with pytest.raises(StandsOtherwise, match="stands for our 99213"):
        by_hand(row, second, shelf)
    assert bill(second.id).plan_paid == Money(0)
    with read_only() as session:
        assert len(session.scalars(select(CodeEquivalence)).all()) == 1


def test_C_18_a_match_without_another_code_keeps_nothing_and_says_so() -> None:
    [only] = visits(1)
    shelf, payer = Shelf(), Payer()
    cut = clp(only.control_number, svc("X1", 70, "CO-45 20"), svc("X2", 30))
    row, _ = pays(shelf, payer, cut)
    with read_only() as session:
        [charge] = session.scalars(select(Charge.id).where(Charge.visit_id == only.id))
        [claim] = session.scalars(select(Claim.id).where(Claim.visit_id == only.id))
    with pytest.raises(StandsOtherwise, match="Nothing here can stand"):
        release_held(
            remittance_claim_id=row,
            claim_id=claim,
            lines={1: [charge], 2: [charge]},
            standing=True,
            note="cut in two",
            staff=staff(),
            store=shelf,
            now=NOW,
        )
    assert total(Account.PAYER_SUSPENSE) == -80_00
