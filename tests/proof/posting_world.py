"""Facts of a small practice and what its payers say of them, drawn at random; and the 835s that say it.

Nothing here asks Kindbill what anything means: what the books must hold afterwards is `posting_oracle`'s to say.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from hypothesis import strategies as st

from portal.x12.remittance import (
    Adjustment,
    ClaimPayment,
    Name,
    ProviderAdjustment,
    Remittance,
    ServicePayment,
)
from tests.services.ledger_book import SERVICE_ON

CODES = ("99213", "85025", "36415")
PAYERS = (("First Plan", "1111111111"), ("Second Plan", "2222222222"))
PLB_CODES = ("WO", "FB", "72", "L6", "CT", "50", "LE", "CS")
DAY = date(2026, 2, 20)


@dataclass(frozen=True)
class Said:
    """What a payer says of one line, in cents: billed = paid + discount + share + other."""

    paid: int
    discount: int = 0  # CO-45 as printed
    share: int = 0  # PR
    other: int = 0  # CO-16: for a person, never written off by itself
    carc: str = "1"  # of the share

    @property
    def adjustments(self) -> tuple[Adjustment, ...]:
        said = (
            ("CO", "45", self.discount),
            ("PR", self.carc, self.share),
            ("CO", "16", self.other),
        )
        return tuple(Adjustment(*one) for one in said if one[2])


@dataclass(frozen=True)
class Answer:
    """One decision: what is said of each line that it speaks of."""

    number: str  # the payer's own claim number
    lines: dict[int, Said] = field(hash=False)
    denied: bool = False

    @property
    def paid(self) -> int:
        return sum(said.paid for said in self.lines.values())


@dataclass(frozen=True)
class Event:
    """One CLP. `kind`: answers, reverses, wrong (a reversal of other amounts), again (no 22), unknown."""

    kind: str
    visit: int
    payer: int
    answer: Answer

    @property
    def negated(self) -> bool:
        return self.kind in {"reverses", "wrong"}

    @property
    def paid(self) -> int:
        return -self.answer.paid if self.negated else self.answer.paid


@dataclass(frozen=True)
class Set:
    """One ST: a payment with its claims and provider adjustments."""

    payer: int
    trace: str
    events: tuple[Event, ...]
    plbs: tuple[tuple[str, str, int], ...] = ()
    deposited: bool = False

    @property
    def paid(self) -> int:
        """BPR02, below zero where BPR03 is D."""
        return sum(e.paid for e in self.events) - sum(cents for _, _, cents in self.plbs)

    @property
    def visits(self) -> frozenset[int]:
        return frozenset(e.visit for e in self.events if e.kind != "unknown")


@dataclass(frozen=True)
class World:
    """Billed cents of each visit's lines, who has a second plan, and every set in the order it was sent."""

    billed: tuple[tuple[int, ...], ...]
    second: tuple[bool, ...]
    sets: tuple[Set, ...]


def remittance(world: World, one: Set) -> Remittance:
    """The set as its payer writes it."""
    name, tax_id = PAYERS[one.payer]
    return Remittance(
        position=0,
        control_number="0001",
        paid_cents=abs(one.paid),
        credit_or_debit="D" if one.paid < 0 else "C",
        issued_on=DAY + timedelta(days=int(one.trace[1:]) % 5),
        trace=one.trace,
        payer_tax_id=tax_id,
        payer=Name(last=name),
        payee=Name(last="Example Family Practice"),
        claims=tuple(_clp(world, event) for event in one.events),
        provider_adjustments=tuple(
            ProviderAdjustment(
                position=0,
                provider_identifier="1999999984",
                fiscal_period_on=date(2026, 12, 31),
                reason=reason,
                reference=reference,
                amount_cents=cents,
            )
            for reason, reference, cents in one.plbs
        ),
    )


def control_number(visit: int) -> str:
    return f"VISIT{visit + 1}"


def _clp(world: World, event: Event) -> ClaimPayment:
    sign = -1 if event.negated else 1
    billed = world.billed[event.visit]
    lines = tuple(
        ServicePayment(
            position=0,
            procedure=f"HC:{CODES[at]}",
            billed_cents=sign * billed[at],
            paid_cents=sign * said.paid,
            units="1",
            service_from=SERVICE_ON,
            adjustments=tuple(
                a._replace(amount_cents=sign * a.amount_cents) for a in said.adjustments
            ),
        )
        for at, said in sorted(event.answer.lines.items())
    )
    status = "22" if event.negated else "4" if event.answer.denied else str(event.payer + 1)
    number = "NOBODY" if event.kind == "unknown" else control_number(event.visit)
    return ClaimPayment(
        position=0,
        ordinal=0,
        patient_control_number=number,
        status_code=status,
        billed_cents=sum(line.billed_cents for line in lines),
        paid_cents=sum(line.paid_cents for line in lines),
        payer_claim_number=event.answer.number,
        lines=lines,
    )


@st.composite
def first_answers(draw: st.DrawFn, billed: tuple[int, ...], number: str) -> Answer:
    """Of the first plan: each line cut into what is paid, taken off, left to the patient, and not explained."""
    lines = {}
    for at, cents in enumerate(billed):
        cuts = sorted(draw(st.integers(0, cents)) for _ in range(2))
        other = draw(st.integers(0, cents - cuts[1])) if draw(st.integers(0, 3)) == 0 else 0
        carc = draw(st.sampled_from(["1", "2", "3"]))
        share = cents - cuts[1] - other
        lines[at] = Said(cuts[0], cuts[1] - cuts[0], share, other, carc)
    return Answer(number, lines)


@st.composite
def second_answers(draw: st.DrawFn, billed: tuple[int, ...], first: Answer, number: str) -> Answer:
    """Of the second plan: it pays of what the first left to the patient, and prints all the rest as CO-45."""
    lines = {}
    for at, cents in enumerate(billed):
        left = first.lines[at].share
        paid = draw(st.integers(0, left))
        share = draw(st.integers(0, left - paid))
        lines[at] = Said(paid, cents - paid - share, share)
    return Answer(number, lines)


@st.composite
def stories(draw: st.DrawFn, visit: int, billed: tuple[int, ...], second: bool) -> list[Event]:
    """What happens to one visit, in the order in which it must be told."""

    def event(kind: str, payer: int, answer: Answer) -> Event:
        return Event(kind, visit, payer, answer)

    icn = iter(f"ICN{visit}{at}" for at in range(20))
    if not second and draw(st.integers(0, 4)) == 0:
        nothing = Answer(
            next(icn), {at: Said(0, other=c) for at, c in enumerate(billed)}, denied=True
        )
        better = draw(first_answers(billed, next(icn)))
        told = [
            event("answers", 0, nothing),
            event("reverses", 0, nothing),
            event("answers", 0, better),
        ]
        return told[: draw(st.integers(1, 3))]
    first = draw(first_answers(billed, next(icn)))
    if len(billed) > 1 and draw(st.integers(0, 4)) == 0:  # one claim answered in two parts
        parts = [
            Answer(first.number, {at: said for at, said in first.lines.items() if (at == 0) == one})
            for one in (True, False)
        ]
        told = [event("answers", 0, part) for part in parts]
        if second:
            told.append(event("answers", 1, draw(second_answers(billed, first, next(icn)))))
        return told
    told = [event("answers", 0, first)]
    told += draw(st.lists(mishaps(visit, billed, first, next(icn)), max_size=1))
    anew = draw(first_answers(billed, next(icn)))
    changes = [event("reverses", 0, first), event("answers", 0, anew)][: draw(st.integers(0, 2))]
    if not second:
        return told + changes
    early = len(changes) == 2 and draw(st.booleans())
    stands = anew if early else first
    other = draw(second_answers(billed, stands, next(icn)))
    told += [*(changes if early else []), event("answers", 1, other)]
    if early or not changes:
        changes = []
        anew = stands
    told += changes
    if len(changes) != 1 and draw(
        st.booleans()
    ):  # the second plan decides again, upon what stands now
        later = draw(second_answers(billed, anew, next(icn)))
        told += [event("reverses", 1, other), event("answers", 1, later)]
    return told


@st.composite
def mishaps(
    draw: st.DrawFn, visit: int, billed: tuple[int, ...], stands: Answer, number: str
) -> Event:
    """What must wait for a person while a decision stands: money goes to suspense, and nothing else moves."""
    kind = draw(st.sampled_from(["again", "wrong", "unknown"]))
    if kind == "wrong":
        at, said = next(iter(stands.lines.items()))
        cents = draw(st.integers(1, 500))
        changed = Said(said.paid + cents, said.discount, said.share, said.other - cents, said.carc)
        return Event(kind, visit, 0, Answer(stands.number, {**stands.lines, at: changed}))
    return Event(kind, visit, 0, draw(first_answers(billed, number)))


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """One to three visits, their stories woven into sets of one payer each, with provider adjustments."""
    count = draw(st.integers(1, 3))
    billed = tuple(
        tuple(draw(st.lists(st.integers(100, 40_000), min_size=1, max_size=3)))
        for _ in range(count)
    )
    second = tuple(draw(st.booleans()) for _ in range(count))
    left = [draw(stories(v, billed[v], second[v])) for v in range(count)]
    woven: list[Event] = []
    while any(left):
        ready = [v for v in range(count) if left[v]]
        woven.append(left[draw(st.sampled_from(ready))].pop(0))
    return World(billed, second, tuple(draw(cut(woven))))


@st.composite
def cut(draw: st.DrawFn, woven: list[Event]) -> list[Set]:
    """Neighbours of one payer share a set, a visit once: or twice where a correction follows its reversal."""
    groups: list[list[Event]] = []
    for event in woven:
        last = groups[-1] if groups else []
        joins = (
            bool(last)
            and last[0].payer == event.payer
            and _fits(last, event)
            and draw(st.integers(0, 3)) > 0
        )
        if joins:
            last.append(event)
        else:
            groups.append([event])
    plb = st.tuples(
        st.sampled_from(PLB_CODES), st.sampled_from(["REF1", "REF2"]), st.integers(-3_000, 3_000)
    ).filter(lambda one: one[2] != 0)
    sets = []
    for at, group in enumerate(groups):
        plbs = tuple(draw(st.lists(plb, max_size=2)))
        sets.append(Set(group[0].payer, f"T{at:05}", tuple(group), plbs, draw(st.booleans())))
    return sets


def _fits(group: list[Event], event: Event) -> bool:
    mine = [one for one in group if one.visit == event.visit]
    if not mine:
        return True
    corrects = (mine[-1].kind, event.kind) == ("reverses", "answers")
    return len(mine) == 1 and corrects and mine[-1].payer == event.payer
