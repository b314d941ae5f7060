"""Each kind of exception, from a small 835 through the import to its item with category and pattern (OPS-8, OPS-9)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from billing.exceptions import Category
from portal.models.accounts import Payer as PayerRow
from portal.models.claims import Claim, Visit
from portal.x12.remittance import ClaimPayment, Name
from tests.services.payer_voice import Payer, book, clp, negated, plb, post, svc, work, written

pytestmark = pytest.mark.usefixtures("database_url")


@dataclass
class World:
    """One visit of two lines, $100 and $50, and the payer who answers."""

    visit: Visit
    claim: Claim
    payer_row: PayerRow
    payer: Payer

    def answers(self, *lines, **fields) -> None:
        self.payer.pays(clp(self.visit.control_number, *lines, **fields))


@pytest.fixture
def world() -> World:
    with book() as made:
        made.practice()
        visit, _, claim, payer = made.insured_visit([10_000, 5_000])
    return World(visit, claim, payer, Payer())


def two(first: str = "CO-45 20", second: str = "CO-45 10") -> tuple:
    return svc("99213", 100, first), svc("85025", 50, second)


def unmatched(w: World) -> None:
    w.payer.pays(clp("NOWHERE", *two()))


def patient_mismatch(w: World) -> None:
    w.answers(*two(), patient=Name(last="Somebody", first="Else"))


def changed_code(w: World) -> None:
    w.answers(svc("99214", 100, "CO-45 20"), two()[1])


def split_or_bundled(w: World) -> None:
    w.answers(svc("99213", 70), svc("85025", 80))


def unbalanced_line(w: World) -> None:
    first, second = two()
    w.answers(first._replace(paid_cents=first.paid_cents + 1), second)


def unbalanced_claim(w: World) -> None:
    w.answers(*two(), billed_cents=151_00)


def unbalanced_file(w: World) -> None:
    w.payer.pays(clp(w.visit.control_number, *two()), paid_cents=1)


def changed_resend(w: World) -> None:
    sent = w.payer.remittance(clp(w.visit.control_number, *two()))
    post(written(sent))
    post(written(replace(sent, claims=(clp(w.visit.control_number, *two("CO-45 20")[:1]),))))


def again(w: World, first: ClaimPayment, second: ClaimPayment) -> None:
    w.payer.pays(first)
    w.payer.pays(second)


def duplicate(w: World) -> None:
    number = w.visit.control_number
    again(w, clp(number, *two()), clp(number, *two("CO-18 100", "CO-18 50"), status_code="4"))


def decided_twice(w: World) -> None:
    number = w.visit.control_number
    again(w, clp(number, *two()), clp(number, *two("CO-45 30")))


def unknown_code(w: World) -> None:
    w.answers(*two("CO-ZZ9 20"))


def patient_share(w: World) -> None:
    w.answers(*two("PR-96 20"))


def denial(w: World) -> None:
    w.answers(*two("CO-50 100", "CO-197 50"), status_code="4")


def no_original(w: World) -> None:
    w.payer.pays(negated(clp(w.visit.control_number, *two())))


def overpayment(w: World) -> None:
    # The lines balance, and pay more than was billed.
    w.answers(svc("99213", 100, "OA-94 -20"), two()[1])


def provider_adjustment(w: World) -> None:
    w.payer.pays(clp(w.visit.control_number, *two()), plbs=[plb("CS", 5, "ADJ-1")])


def other(w: World) -> None:
    w.answers(*two(), status_code="23")


CASES: dict[Category, tuple[Callable[[World], None], str, str]] = {
    Category.UNMATCHED: (unmatched, "unmatched", "none"),
    Category.PATIENT_MISMATCH: (patient_mismatch, "unmatched", ""),
    Category.DUPLICATE: (duplicate, "held_claim", "18"),
    Category.CHANGED_CODE: (changed_code, "held_claim", "99213>99214"),
    Category.SPLIT_OR_BUNDLED: (split_or_bundled, "held_claim", "85025|99213"),
    Category.UNBALANCED_LINE: (unbalanced_line, "held_claim", "99213"),
    Category.UNBALANCED_CLAIM: (unbalanced_claim, "held_claim", ""),
    Category.UNBALANCED_FILE: (unbalanced_file, "held_set", ""),
    Category.UNKNOWN_CODE: (unknown_code, "denial", "CO-ZZ9"),
    Category.PATIENT_SHARE: (patient_share, "review", "PR-96"),
    Category.NO_ORIGINAL: (no_original, "held_claim", "none"),
    Category.OVERPAYMENT: (overpayment, "held_claim", ""),
    Category.PROVIDER_ADJUSTMENT: (provider_adjustment, "plb", "CS"),
    Category.CHANGED_RESEND: (changed_resend, "held_set", ""),
    Category.DECIDED_TWICE: (decided_twice, "held_claim", ""),
    Category.DENIAL: (denial, "denial", "CO-197|CO-50"),
    Category.OTHER: (other, "held_claim", "status 23"),
}
# Our own rule for a payer is not the remittance's doing; its test stands with the posting policy.
ELSEWHERE = {Category.POSTING_RULE}


def test_every_category_has_its_case() -> None:
    assert set(CASES) | ELSEWHERE == set(Category)


@pytest.mark.parametrize("category", list(CASES))
def test_OPS_9_an_exception_carries_its_category_and_pattern(
    world: World, category: Category
) -> None:
    happens, kind, codes = CASES[category]
    happens(world)
    [item] = [one for one in work() if one.category]
    assert (item.kind, item.category) == (kind, category.value)
    whole_set = kind == "held_set"  # nobody asked yet which payer of ours that is
    payer = f"t{world.payer.tax_id}" if whole_set else f"p{world.payer_row.id}"
    assert item.pattern == "|".join(filter(None, (payer, category.value, codes)))
    assert world.visit.control_number not in item.pattern


def test_C_18_the_reason_says_which_code_stands_for_which(world: World) -> None:
    changed_code(world)
    [item] = work("held_claim")
    [reason] = item.reasons
    assert reason == "the payer says 99214 where we billed 99213; day and amount are the same"


def test_C_18_a_modifier_that_the_payer_drops_still_posts(world: World) -> None:
    world.answers(svc("99213:25", 100, "CO-45 20"), two()[1])
    assert work() == []
