"""What may be done about an account on a day: CORE-6, CORE-3 and COLL-2 to COLL-23 as the rules print them, naively.

It shares no line with our code: it reads a story of what happened, and of our tables only what arrived. A question is
answered with the rule ids that say no; none: it may be done.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

# rules.md, CORE-6, row by row: statement, reminder, final notice, placement, draft. X blocked, w other words, o allowed.
TABLE = {
    "open_claim": ("X X X X X", "STMT-1"),
    "medicaid_qmb": ("X X X X X", "STMT-23"),
    "appeal_open": (
        "w X X X X",
        "COLL-22",
    ),  # a draft only where the patient asked: nobody does here
    "disputed": ("w X X X X", "DISP-1"),
    "assistance_pending": ("w X X X o", "FA-12"),
    "gfe_dispute": ("X X X X X", "NSA-7"),
    "bankruptcy": ("X X X X X", "COLL-24"),
    "deceased": ("X X X X X", "COLL-25"),
    "minor_unnamed": ("X X X X X", "COLL-26"),
    "not_theirs": ("X X X X X", "COLL-26"),  # of a minor asked, or a parent for a grown-up
    "veterans_affairs": ("X X X X X", "COLL-28"),
    "workers_comp": ("X X X X X", "COLL-29"),
    "plan_current": ("w X X X o", "PLAN-16"),
    "scra": ("o o X X o", "COLL-27"),  # reviewed by a manager: nobody does here
    "attorney": ("X X X X o", "COLL-17"),  # to the attorney, whose address nobody has here
    "do_not_contact": ("X X X X o", "COLL-17"),
    "unreachable": ("X X X X o", "CORE-3"),
    "below_floor": ("X X X X o", "OPS-19"),  # n/a for a draft: a plan's last part may be small
    # W: another's bill is asked for beside it, which no credit pays without consent (STMT-11).
    "credit_balance": ("w X X X X", "STMT-11"),
    "placed": ("X X X X X", "COLL-19"),
}
COLUMNS = ("statement", "reminder", "notice", "placement", "draft")
FLOOR = 5_00
FACILITY = "NY"


@dataclass
class Span:
    """Something that holds, of an account or of one visit; `until` is the first day on which it does not."""

    kind: str
    account: int
    visit: int | None
    since: date
    until: date | None = None

    def on(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)


ALL_OF_IT = 10**9  # cents: also what a payer adds later


@dataclass
class Dispute:
    """A patient's own dispute of a bill, or of lines of it: withdrawn, or answered and then rejoining."""

    visit: int
    filed: date
    over: date | None = None  # withdrawn or answered
    free: date | None = None  # the bill may be asked for again
    # Cents of each disputed line, ALL_OF_IT where no amount was named; None: the whole bill.
    parts: dict[int, int] | None = None

    def on(self, day: date) -> bool:
        return self.filed <= day and (self.free is None or day < self.free)


@dataclass
class Sent:
    """A statement that left once, on paper or by e-mail."""

    statement: int
    channel: str
    day: date
    returned: bool = False
    cut: date = date.min  # the day as of which it says what is owed


@dataclass
class Warned:
    """A final notice that left, once; one that left again is another."""

    letter: int
    sent: date
    deadline: date | None
    visits: tuple[int, ...]
    names: tuple[str, ...]
    in_bold: bool  # it says as New Jersey asks for that nothing was reported
    returned: bool = False


@dataclass
class Owed:
    """A corrected statement that is owed since a payer's decision of `day`; what held it back moves `since`."""

    account: int
    visit: int
    day: date
    since: date


@dataclass
class Story:
    """All that happened, as whoever did it wrote it down, and what arrived."""

    read: frozenset[str]  # states whose every row somebody read
    spans: dict[int, list[Span]] = field(default_factory=lambda: defaultdict(list))
    disputes: dict[int, list[Dispute]] = field(default_factory=lambda: defaultdict(list))
    homes: dict[int, list[tuple[date, str]]] = field(default_factory=dict)
    oral: dict[int, list[date]] = field(default_factory=lambda: defaultdict(list))
    screened: dict[int, list[date]] = field(default_factory=lambda: defaultdict(list))
    offered: dict[int, list[date]] = field(default_factory=lambda: defaultdict(list))
    told: dict[int, list[int]] = field(
        default_factory=lambda: defaultdict(list)
    )  # deliveries of what asks for it, by visit
    sent: dict[int, Sent] = field(default_factory=dict)  # by delivery
    warned: dict[int, list[Warned]] = field(default_factory=lambda: defaultdict(list))
    lost: dict[int, list[Span]] = field(
        default_factory=lambda: defaultdict(list)
    )  # plans, by visit
    owed: dict[int, int] = field(default_factory=dict)  # cents by visit, as the ledger adds up now
    lines: dict[int, dict[int, int]] = field(default_factory=dict)  # the same by visit and charge
    credit: dict[int, int] = field(default_factory=dict)  # cents by account that we owe
    shares: dict[int, list[tuple[date, int]]] = field(default_factory=lambda: defaultdict(list))
    named: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))  # as `told`
    correct: list[Owed] = field(default_factory=list)
    bills: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    names: dict[int, str] = field(default_factory=dict)  # of guarantors, by account
    # Who was treated, and whether they were grown up then, by visit; of others nobody asks.
    treated: dict[int, tuple[str, bool]] = field(default_factory=dict)
    phones: set[int] = field(default_factory=set)  # accounts with a mobile
    dead: set[int] = field(default_factory=set)  # whose mobile no text reaches (MSG-13)
    mailboxes: set[int] = field(default_factory=set)  # with a sign-in whose e-mail works
    lost_mail: set[int] = field(default_factory=set)  # mail came back, and nobody moved since
    last_paper: dict[int, Sent] = field(default_factory=dict)  # by account

    def home(self, account: int, day: date) -> str:
        return [state for since, state in self.homes[account] if since <= day][-1]

    def kinds(self, account: int, visit: int | None, day: date) -> set[str]:
        """What holds for a visit, with its account's; without a visit: for the account alone."""
        found = {s.kind for s in self.spans[account] if s.visit in {None, visit} and s.on(day)}
        if visit is not None and any(d.on(day) for d in self.disputes[visit]):
            found.add("disputed")
        name, grown = self.treated.get(visit or 0, (None, False))
        if name is not None and (self.names[account] == name) != grown:
            found.add("not_theirs")
        if self.unreachable(account):
            found.add("unreachable")
        total = sum(max(0, self.owed.get(one, 0)) for one in self.bills[account])
        if 0 < total < FLOOR:
            found.add("below_floor")
        if self.credit.get(account, 0) > total:
            found.add("credit_balance")
        return found

    def arrived(self, visit: int, day: date) -> list[date]:
        """The days of statements that asked for it, arrived and did not come back."""
        found = [self.sent[one] for one in self.told[visit]]
        stands = [s for s in found if s.day <= day and not s.returned]
        first: dict[int, date] = {}  # paper after an e-mail, and a copy, are the same statement
        for one in stands:
            first[one.statement] = min(one.day, first.get(one.statement, one.day))
        return sorted(set(first.values()))

    def share(self, visit: int, day: date) -> int:
        """What its payer had left to the patient by that day, in cents."""
        return [cents for since, cents in self.shares[visit] if since <= day][-1]

    def tellings(self, visit: int, day: date) -> list[Sent]:
        """Of statements that spoke of it, asking or not, and did not come back."""
        found = [self.sent[one] for one in self.named[visit]]
        return [one for one in found if one.day <= day and not one.returned]

    def asked(self, visit: int, day: date) -> date | None:
        """D0: of what a payer raised, the day of the first statement that says so (CORE-3, STMT-19)."""
        now, told = self.share(visit, day), self.tellings(visit, day)
        less = max((one.cut for one in told if self.share(visit, one.cut) < now), default=date.min)
        asking = {id(self.sent[one]) for one in self.told[visit]}
        return min((s.day for s in told if id(s) in asking and s.cut > less), default=None)

    def decided(self, account: int, visit: int, share: int, day: date) -> None:
        """A payer decided again: what was told otherwise is to be corrected (STMT-19)."""
        self.shares[visit].append((day, share))
        self.correct = [one for one in self.correct if one.visit != visit]
        told = self.tellings(visit, day)
        if told and self.share(visit, max(one.cut for one in told)) != share:
            self.correct.append(Owed(account, visit, day, day))

    def uncorrected(self, corrected: Collection[tuple[int, date]], day: date) -> list[Owed]:
        """Whom no corrected statement reached ten business days later, where one was free to leave (STMT-19)."""
        late = []
        for one in list(self.correct):
            kinds = self.kinds(one.account, one.visit, day) - {"credit_balance"}
            if any(account == one.account and cut >= one.day for account, cut in corrected):
                self.correct.remove(one)
            elif (
                blocked(kinds, "statement") or "plan_current" in kinds or self.unmailed(one.account)
            ):
                one.since = day
            elif (day - one.since).days > 16:
                late.append(one)
                self.correct.remove(one)
        return late

    def unmailed(self, account: int) -> bool:
        """No statement arrives: the last mail came back, and no e-mail tells of one. A text alone is none."""
        return (
            account in self.lost_mail
            and self.last_paper[account].returned
            and account not in self.mailboxes
        )

    def unreachable(self, account: int) -> bool:
        """No way is left: no statement arrives, and no mobile takes a text."""
        return self.unmailed(account) and account not in self.phones - self.dead

    def came_back(self, account: int, statement: int, channel: str) -> None:
        for one in self.sent.values():
            if (one.statement, one.channel) == (statement, channel):
                one.returned = True
        if channel == "paper":
            self.lost_mail.add(account)

    def unwarned(self, account: int, letter: int) -> None:
        """A final notice reached nobody."""
        for one in self.warned[account]:
            if one.letter == letter:
                one.returned = True

    def free(self, visit: int, day: date) -> dict[int, int]:
        """Cents of each line that nobody disputes (DISP-1: the undisputed part stays payable)."""
        left = dict(self.lines.get(visit, {}))
        for one in self.disputes[visit]:
            for charge, cents in (one.parts or left).items() if one.on(day) else ():
                left[charge] = 0 if one.parts is None else max(0, left.get(charge, 0) - cents)
        return left


def blocked(kinds: Collection[str], column: str) -> set[str]:
    """The rules of the rows that say X."""
    at = COLUMNS.index(column)
    return {TABLE[kind][1] for kind in kinds if TABLE[kind][0].split()[at] == "X"}


def age(story: Story, visit: int, day: date) -> int | None:
    """Days since D0; days in a dispute, and in a plan that was lost, do not count (DISP-2, PLAN-14)."""
    start = story.asked(visit, day)
    if start is None:
        return None
    still = [(d.filed, d.free) for d in story.disputes[visit]]
    still += [(s.since, s.until) for s in story.lost[visit]]
    count, one = 0, start
    while one < day:
        count += not any(a <= one and (b is None or one < b) for a, b in still)
        one += timedelta(days=1)
    return count


def due(sent: date, due_on: date) -> set[str]:
    """A statement that left on this day, and the last day that it gives."""
    return {"STMT-20"} if (due_on - sent).days < 21 else set()


def _recently_disputed(story: Story, visit: int, day: date) -> bool:
    return any(d.over is not None and 0 <= (day - d.over).days < 14 for d in story.disputes[visit])


def statement(
    story: Story, account: int, visit: int, asked: Mapping[int, int], day: date
) -> set[str]:
    """A statement that asks for this much of each line of a bill."""
    if sum(asked.values()) <= 0:
        return set()
    # W: the disputed part is shown, not due.
    return blocked(story.kinds(account, visit, day), "statement") | _beyond(
        story, visit, asked, day
    )


def _beyond(story: Story, visit: int, asked: Mapping[int, int], day: date) -> set[str]:
    """Of a line more is asked for than nobody disputes (DISP-1), or than is owed (PLAN-6)."""
    free, owed = story.free(visit, day), story.lines.get(visit, {})
    no = {"DISP-1" for one, cents in asked.items() if cents > free.get(one, 0) < owed.get(one, 0)}
    return no | {"PLAN-6" for one, cents in asked.items() if cents > owed.get(one, 0)}


def reminder(story: Story, account: int, visits: Collection[int], day: date, sms: bool) -> set[str]:
    """A text or an e-mail that says that these bills wait: at least one must be free to be spoken of."""
    no = blocked(story.kinds(account, None, day), "reminder")
    if sms and account in story.dead:
        no.add("MSG-13")
    if sms and any("placed" in story.kinds(account, one, day) for one in story.bills[account]):
        no.add("MSG-15")
    each = [blocked(story.kinds(account, one, day), "reminder") for one in visits]
    return no | (set.intersection(*each) if each else set())


def call(story: Story, account: int, day: date) -> set[str]:
    """A person is told to call: as a reminder; whom nothing reaches may be found by a call."""
    return blocked(story.kinds(account, None, day) - {"unreachable"}, "reminder")


def draft(story: Story, account: int, visit: int, drawn: Mapping[int, int], day: date) -> set[str]:
    """So much is drawn, or would be, for each line of a bill."""
    if sum(drawn.values()) <= 0:
        return set()
    kinds = story.kinds(account, visit, day)
    if not any(d.on(day) and d.parts is None for d in story.disputes[visit]):
        kinds.discard("disputed")  # X is for the disputed part alone
    return blocked(kinds, "draft") | _beyond(story, visit, drawn, day)


def stays_payable(story: Story, account: int, visit: int, day: date) -> set[int]:
    """The lines of a bill in dispute that nobody disputes, where nothing else holds it or a plan covers it."""
    kinds = story.kinds(account, visit, day)
    if kinds != {"disputed"} or any(d.on(day) and not d.parts for d in story.disputes[visit]):
        return set()
    return {one for one, cents in story.free(visit, day).items() if cents > 0}


def notice(story: Story, account: int, visits: Collection[int], day: date) -> set[str]:
    """A final notice about these bills."""
    no: set[str] = set()
    for visit in visits:
        no |= blocked(story.kinds(account, visit, day), "notice")
        no |= set(_steps(story, visit, day))
    return no


def _steps(story: Story, visit: int, day: date) -> Iterator[str]:
    old = age(story, visit, day)
    if story.owed.get(visit, 0) <= 0:
        yield "STMT-11"
    if old is None:
        yield "CORE-3"
    elif old < 90:
        yield "STMT-10"
    if len(story.arrived(visit, day)) < 4:
        yield "STMT-10"
    if _recently_disputed(story, visit, day):
        yield "DISP-2"


def placement(story: Story, account: int, visit: int, day: date) -> set[str]:
    """One bill goes to an agency: every step before it, and the strictest of both states."""
    no = blocked(story.kinds(account, visit, day), "placement") | set(_steps(story, visit, day))
    arrived, old = story.arrived(visit, day), age(story, visit, day)
    start = arrived[0] if arrived else None
    if old is None or old < 121:
        no.add("COLL-3")
    if start is None or not any(
        start <= d <= day - timedelta(days=30) for d in story.oral[account]
    ):
        no.add("COLL-5")
    if start is None or not any(start <= d <= day for d in story.screened[account]):
        no.add("FA-8")
    if start is None or not any(_warns(story, w, visit, day) for w in story.warned[account]):
        no.add("COLL-4")
    home = story.home(account, day)
    if not {home, FACILITY} <= story.read:
        no.add("CORE-2")
    if home == "NJ" and (
        start is None
        or not any(start <= d <= day for d in story.offered[account])
        or not any(w.in_bold and _warns(story, w, visit, day) for w in story.warned[account])
    ):
        no.add("COLL-T4")
    return no


def _warns(story: Story, warned: Warned, visit: int, day: date) -> bool:
    start = story.asked(visit, day)
    # A plan that was lost asks for a new notice; one that ended with whoever signed it does not (PLAN-14).
    lost = [s.until or day for s in story.lost[visit] if s.kind == "defaulted"]
    since = max([start + timedelta(days=90), *lost]) if start else date.max
    return (
        not warned.returned
        and visit in warned.visits
        and "placement" in warned.names
        and since <= warned.sent <= day - timedelta(days=30)
        and warned.deadline is not None
        and warned.sent + timedelta(days=30) <= warned.deadline < day
    )


def stays_placed(story: Story, account: int, visit: int, day: date) -> set[str]:
    """Why an agency may not go on asking for a bill at the end of a day's run (COLL-8, COLL-19, COLL-24)."""
    return blocked(story.kinds(account, visit, day) - {"placed", "below_floor"}, "placement")
