"""What the books must hold after some sets, worked out from the facts and posting.md alone: no code of ours is asked."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from tests.proof.posting_world import Event, Said, Set, World

# posting.md, "PLB": the account beside payer_clearing; above zero it is debited.
PLB_ACCOUNTS = {
    "WO": "payer_recoupment",
    "FB": "payer_recoupment",
    "72": "payer_recoupment",
    "L6": "payer_interest",
    "CT": "capitation_and_incentives",
    "50": "payer_fees",
    "LE": "withheld_from_us",
    "CS": "payer_suspense",
}
NOTHING = Said(0)


@dataclass
class Line:
    """What stands decided on one line, by each payer."""

    billed: int
    first: Said | None = None
    second: Said | None = None
    second_discount: int = 0  # what of a later plan's CO-45 is posted
    second_share: int = 0  # what it left to the patient; zero once the first plan took its own back

    @property
    def patient(self) -> int:
        return self.second_share

    @property
    def discount(self) -> int:
        return (self.first or NOTHING).discount + self.second_discount

    @property
    def paid(self) -> int:
        return (self.first or NOTHING).paid + (self.second or NOTHING).paid


@dataclass
class Books:
    """The whole ledger, debits less credits in cents."""

    world: World
    lines: list[list[Line]] = field(init=False)
    clearing: int = 0
    bank: int = 0
    suspense: int = 0
    beside: Counter[str] = field(default_factory=Counter)
    told: set[str] = field(default_factory=set)
    at_bank: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.lines = [[Line(cents) for cents in billed] for billed in self.world.billed]

    def post(self, one: Set) -> list[str]:
        """Follow the set; the disposition that each of its claims must have."""
        if one.trace in self.told:
            return ["duplicate"] * len(one.events)
        self.told.add(one.trace)
        self.clearing += one.paid
        for reason, _, cents in one.plbs:
            self.beside[PLB_ACCOUNTS[reason]] += cents
        return [self._event(event) for event in one.events]

    def deposit(self, one: Set) -> None:
        self.clearing -= one.paid
        self.bank += one.paid
        self.at_bank.add(one.trace)

    def _event(self, event: Event) -> str:
        if event.kind in {"again", "wrong", "unknown"}:
            self.suspense -= event.paid
            return "unmatched" if event.kind == "unknown" else "held"
        take = self._reverse if event.kind == "reverses" else self._decide
        for at, said in event.answer.lines.items():
            take(self.lines[event.visit][at], said, event)
        return "posted"

    def _decide(self, line: Line, said: Said, event: Event) -> None:
        if event.payer == 0:
            line.first = said
            if not self.world.second[event.visit]:
                line.second_share = said.share  # no other plan: the patient's at once
            return
        left = (line.first or NOTHING).share
        line.second, line.second_share = said, said.share
        # It repeats the first plan's discount: only what is left of this plan's own part goes.
        line.second_discount = left - said.paid - said.share

    def _reverse(self, line: Line, _said: Said, event: Event) -> None:
        line.second_share = 0
        if event.payer == 0:
            line.first = None
        else:
            line.second, line.second_discount = None, 0

    def totals(self) -> dict[str, int]:
        """Every account that is not empty."""
        lines = [line for visit in self.lines for line in visit]
        sums = Counter(self.beside)
        sums["payer_clearing"] += self.clearing
        sums["bank"] += self.bank
        sums["payer_suspense"] += self.suspense
        sums["charges"] -= sum(line.billed for line in lines)
        sums["patient_receivable"] += sum(line.patient for line in lines)
        sums["contractual_adjustment"] += sum(line.discount for line in lines)
        sums["insurance_receivable"] += sum(insurance(line) for line in lines)
        return {code: cents for code, cents in sums.items() if cents}

    def by_line(self) -> dict[tuple[int, int, str], int]:
        """Patient, plan and discount of each line."""
        found = {}
        for visit, lines in enumerate(self.lines):
            for at, line in enumerate(lines):
                found[visit, at, "patient_receivable"] = line.patient
                found[visit, at, "contractual_adjustment"] = line.discount
                found[visit, at, "insurance_receivable"] = insurance(line)
        return {key: cents for key, cents in found.items() if cents}

    def may_owe(self, visit: int) -> int:
        """The most that PR amounts of the last plan ever put on the patient."""
        return sum(line.patient for line in self.lines[visit])


def insurance(line: Line) -> int:
    """What no payer paid or took off, and no patient owes, the payers still owe."""
    return line.billed - line.paid - line.discount - line.patient


def most_ever(world: World, visit: int) -> int:
    """The largest PR of any answer to the visit, its parts together: nobody may ever be asked for more."""
    shares: Counter[str] = Counter()
    for one in world.sets:
        for event in one.events:
            if event.visit == visit and event.kind in {"answers", "again"}:
                shares[event.answer.number] += sum(s.share for s in event.answer.lines.values())
    return max(shares.values(), default=0)
