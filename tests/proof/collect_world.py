"""Hundreds of days of many accounts, thrown by a seed: what people, payers, the post and staff do, each written down in the story."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from uuid import UUID, uuid4

from sqlalchemy import select, update

from billing.bill_disputes import Channel, Kind
from billing.holds import Condition
from billing.organisation import Organisation
from portal import db
from portal.models.accounts import AccountCondition, GuarantorAccount, Patient
from portal.models.bill_disputes import BillDispute
from portal.models.claims import Claim, Visit
from portal.models.identity import Login
from portal.models.ledger import JournalEntry
from portal.models.remittances import RemittanceClaim
from portal.models.statements import Statement
from portal.queries.viewer import PatientViewer, StaffViewer
from portal.services.judge_reach import judge_reach
from portal.services.mail_came_back import mail_came_back
from portal.services.open_dispute import AlreadyDisputed, Filing, open_dispute
from portal.services.prove_step import ProofKind
from portal.services.review_template import review_template
from portal.services.set_hold import HoldAsked, end_hold, set_hold
from portal.services.set_organisation import set_organisation
from tests.proof.collect_events import MORE, paperless
from tests.proof.collect_files import Decision, decisions_come
from tests.proof.collect_oracle import Dispute, Span, Story
from tests.proof.collect_people import Child, child_of
from tests.sandbox_server import SandboxServer
from tests.services.gate_world import prove, read_law
from tests.services.placement_world import agency
from tests.services.staff_world import add_staff
from tests.services.statement_world import DAY, World, later, noon, world
from tests.services.text_world import agree

HOMES = ("NY", "NY", "NY", "NJ", "WA", "OH")  # nobody has read the law of Ohio
READ = ("NY", "NJ", "WA")
BY_STAFF = {
    "bankruptcy", "deceased", "attorney", "scra", "do_not_contact", "gfe_dispute", "appeal_open",
    "medicaid_qmb", "workers_comp", "veterans_affairs",
}  # fmt: skip
OF_A_VISIT = {"gfe_dispute", "appeal_open", "medicaid_qmb", "workers_comp", "veterans_affairs"}
HOLDS = (*sorted(BY_STAFF), "assistance_pending", "minor_unnamed", "open_claim")
EVENTS = (
    ("hold", 8), ("end", 8), ("pay", 3), ("dispute", 3), ("move", 2), ("mail", 2), ("bill", 1),
    ("plan", 3), ("cent", 1), ("line", 3), ("card", 2), ("agency", 3), ("letter", 2), ("back", 2),
    ("anew", 3), ("child", 2),
)  # fmt: skip


@dataclass
class Sim:
    """The world, its dice, and the story that the oracle reads."""

    seed: int
    size: int
    sandbox: SandboxServer | None = None  # without it no card is saved
    fails: float = 0.05  # of texts and e-mails, so many do not arrive
    diligence: float = 0.9  # of the calls and screenings that fall to a person, so many are done
    events: tuple[tuple[str, int], ...] = EVENTS  # what happens, and how often beside the others
    dice: Random = field(init=False)
    story: Story = field(init=False)
    bills: dict[int, tuple] = field(default_factory=dict)  # by visit
    held: list[tuple[Span, int]] = field(default_factory=list)  # what an `end` may end
    filed: list[tuple[Dispute, UUID]] = field(default_factory=list)
    viewers: dict[int, PatientViewer] = field(default_factory=dict)
    todo: list[tuple[date, int, str]] = field(default_factory=list)  # what staff will do, and when
    counts: dict[str, int] = field(default_factory=dict)
    declined: set[int] = field(default_factory=set)  # accounts whose card says no
    # What agencies told us of: its row, the account, the placement, the cents.
    agency_paid: list[tuple[str, int, UUID, int]] = field(default_factory=list)
    decisions: dict[int, Decision] = field(default_factory=dict)  # of payers, by visit
    coming: list[tuple[date, Span, Decision]] = field(default_factory=list)  # decided again, when
    children: dict[int, Child] = field(default_factory=dict)  # of accounts
    files: int = 0  # of payers and of the practice
    wrong: list[str] = field(default_factory=list)  # what somebody did and was not done
    staff: StaffViewer = field(init=False)
    agency_id: int = field(init=False)

    def __post_init__(self) -> None:
        self.dice, self.story = Random(self.seed), Story(frozenset(READ))

    @property
    def accounts(self) -> list[int]:
        return list(self.viewers)

    def lay(self) -> None:
        """The practice, its law and agency, and every account with its first bill."""
        world(lambda _: None)
        read_law(*READ)
        self.staff = add_staff("manager")
        set_organisation(
            staff=self.staff,
            form_id=uuid4(),
            organisation=Organisation(
                is_501r_hospital=False,
                is_large_facility_va=False,
                texas_facility_license=False,
                states_of_service=("NY",),
            ),
            starts_on=DAY,
            reason="So it is.",
            now=noon(DAY),
        )

        review_template(
            staff=self.staff, state="NJ", language="en", note="The statute.", now=noon(DAY)
        )

        def build(w: World) -> int:
            row = agency(w, states=["NY", "NJ", "WA", "OH"])
            other = w.add(
                Login(face="staff", email="two@example.com", role="manager", fs_uniquifier="2")
            )
            row.approved_by_id, row.approved_at = other.id, noon(DAY)
            for number in range(self.size):
                self._account(w, number)
            return row.id

        self.agency_id = later(build)
        for account_id in self.accounts[::3]:
            agree(account_id, _mobile(account_id), noon(DAY))
        for account_id in self.accounts[1::6]:
            paperless(self.viewers[account_id], account_id)
            self.story.mailboxes.add(account_id)

    def _account(self, w: World, number: int) -> None:
        home = self.dice.choice(HOMES)
        account = w.account(state=home)
        if number % 3 == 0:
            account.mobile = _mobile(account.id)
            self.story.phones.add(account.id)
        login = w.add(
            Login(
                face="patient", email=f"p{account.id}@example.com", fs_uniquifier=f"p{account.id}"
            )
        )
        self.viewers[account.id] = PatientViewer(login.id, frozenset({account.id}))
        self.story.homes[account.id] = [(date.min, home)]
        if number % 4 == 1:
            self._new(w, account, patient=child_of(self, w, account))
        else:
            self._new(w, account)

    def _new(
        self, w: World, account: GuarantorAccount, on: date = DAY, patient: Patient | None = None
    ) -> None:
        cents = self.dice.choice((20_00, 60_00, 120_00))
        child, payer = patient is not None, w.payer()
        patient = patient or w.patient(account)
        two = self.dice.random() < 0.4  # a second line that is owed too
        visit, charges = w.visit(patient, [250_00] * (1 + two))
        for charge in charges:
            charge.description = "Office visit"
        made = (visit, charges, w.claim(visit, charges, payer), payer)
        _kept(w, w.decide(made, paid=130_00 - cents, discount=120_00, share={"1": cents}, on=on))
        if two:
            also = (visit, charges[1:], *made[2:])
            _kept(w, w.decide(also, paid=90_00, discount=120_00, share={"1": 40_00}, on=on))
        self.bills[made[0].id] = made
        self.decisions[visit.id] = Decision("12345", cents)
        self.story.shares[visit.id].append((date.min, cents))
        self.story.bills[account.id].add(made[0].id)
        if child:
            self.story.treated[visit.id] = (self.children[account.id].name, False)

    # one day

    def people(self, on: date, rate: float) -> None:
        """What happens before the day's run."""
        decisions_come(self, on)
        for due, account, what in [one for one in self.todo if one[0] <= on]:
            self.todo.remove((due, account, what))
            self._did(account, what, on)
        names, weights = zip(*self.events, strict=True)
        for account in self.accounts:
            if self.dice.random() < rate:
                event = self.dice.choices(names, weights)[0]
                if self.happens(event, account, on):
                    self.counts[event] = self.counts.get(event, 0) + 1
        for dispute, dispute_id in list(self.filed):
            if (on - dispute.filed).days > 5 and self.dice.random() < 0.08:
                self.filed.remove((dispute, dispute_id))
                self._decide(dispute, dispute_id, on)

    def happens(self, event: str, account: int, on: date) -> bool:
        """One event; false where it could not be."""
        more = MORE.get(event)
        return bool(more(self, account, on) if more else getattr(self, f"_{event}")(account, on))

    def found(self, account: int, step: str, on: date) -> None:
        """A step was given to a person, who takes it some days later, or never."""
        if self.dice.random() < self.diligence:
            self.todo.append((on + timedelta(days=self.dice.randint(1, 12)), account, step))

    def _did(self, account: int, what: str, on: date) -> None:
        if what == "screening":
            prove(account, ProofKind.SCREENING, on, result="none")
            self.story.screened[account].append(on)
        elif what == "oral_attempt":
            prove(account, ProofKind.ORAL_ATTEMPT, on, outcome="no answer")
            self.story.oral[account].append(on)
            if self.dice.random() < 0.7:
                prove(account, ProofKind.PLAN_OFFER, on)
                self.story.offered[account].append(on)

    def _visit(self, account: int) -> int:
        return self.dice.choice(sorted(self.story.bills[account]))

    def _hold(self, account: int, on: date) -> bool:
        kind = self.dice.choice(HOLDS)
        visit = self._visit(account) if kind in OF_A_VISIT or kind == "open_claim" else None
        if kind == "open_claim" and visit not in self.decisions:
            return False
        if any(s.kind == kind and s.visit == visit and s.on(on) for s in self.story.spans[account]):
            return False
        span, row_id = Span(kind, account, visit, on), 0
        if kind in BY_STAFF:
            asked = HoldAsked(kind=Condition(kind), visit_id=visit, reason="It was told.")
            row_id = set_hold(staff=self.staff, account_id=account, asked=asked, now=noon(on))
        elif kind == "assistance_pending":
            row_id = later(
                lambda w: (
                    w.add(
                        AccountCondition(
                            guarantor_account_id=account, kind=kind, since=noon(on), source="test"
                        )
                    ).id
                )
            )
        else:
            self._turn(kind, account, visit, on, begins=True)
        self.story.spans[account].append(span)
        self.held.append((span, row_id))
        return True

    def _end(self, _account: int, on: date) -> bool:
        if not self.held:
            return False
        span, row_id = self.held.pop(self.dice.randrange(len(self.held)))
        span.until = on
        if span.kind in BY_STAFF:
            end_hold(
                staff=self.staff,
                account_id=span.account,
                hold_id=row_id,
                reason="Over.",
                now=noon(on),
            )
        elif row_id:
            with db.transaction() as session:
                session.get_one(AccountCondition, row_id).ended_at = noon(on)
        else:
            self._turn(span.kind, span.account, span.visit, on, begins=False)
        return True

    def _turn(self, kind: str, account: int, visit: int | None, on: date, *, begins: bool) -> None:
        with db.transaction() as session:
            if kind == "minor_unnamed":
                session.get_one(GuarantorAccount, account).named = not begins
                return
            state = "deciding_again" if begins else "decided"
            session.execute(update(Claim).where(Claim.visit_id == visit).values(state=state))
            session.get_one(Visit, visit).responsible_on = None if begins else on

    def _pay(self, account: int, on: date, *, leave: int | None = None) -> bool:
        visit = self._visit(account)
        owed = self.story.owed.get(visit, 0)
        cents = owed - leave if leave is not None else self.dice.choice((owed, owed // 2))
        if cents <= 0 or owed <= 0:
            return False
        later(lambda w: self._pays(w, visit, cents, on))
        self.story.owed[visit] = owed - cents
        return True

    def _pays(self, w: World, visit: int, cents: int, on: date) -> None:
        """At the desk: the lines in their turn."""
        made = self.bills[visit]
        for charge in made[1]:
            part = min(cents, self.story.lines.get(visit, {}).get(charge.id, 0))
            if part > 0:
                w.pay((made[0], [charge]), part, on=on)
                self.story.lines[visit][charge.id] -= part
                cents -= part

    def _cent(self, account: int, on: date) -> bool:
        return self._pay(account, on, leave=3_00)

    def _bill(self, account: int, on: date) -> bool:
        with db.read_only() as session:
            row = session.get_one(GuarantorAccount, account)
        later(lambda w: self._new(w, row, on))
        return True

    def _dispute(self, account: int, on: date) -> bool:
        visit = self._visit(account)
        if any(d.on(on) for d in self.story.disputes[visit]) or self.story.owed.get(visit, 0) <= 0:
            return False
        filing = Filing(
            visit_id=visit, kind=Kind.AMOUNT, channel=Channel.CALL, words="It is wrong."
        )
        dispute_id = uuid4()
        try:
            with db.transaction() as session:
                open_dispute(
                    session, filing, dispute_id=dispute_id, by_id=None, face="staff", now=noon(on)
                )
        except AlreadyDisputed:
            return False
        dispute = Dispute(visit, on)
        self.story.disputes[visit].append(dispute)
        self.filed.append((dispute, dispute_id))
        return True

    def _decide(self, dispute: Dispute, dispute_id: UUID, on: date) -> None:
        dispute.over = on
        with db.transaction() as session:
            row = session.get_one(BillDispute, dispute_id)
            if self.dice.random() < 0.4:
                row.state, row.ended_on, dispute.free = "withdrawn", on, on
            else:
                dispute.free = on + timedelta(days=14)
                row.state, row.finding, row.answered_at = "answered", "valid", noon(on)
                row.rejoins_on = dispute.free

    def _move(self, account: int, on: date) -> bool:
        home, homes = self.dice.choice(HOMES), self.story.homes[account]
        with db.transaction() as session:
            row = session.get_one(GuarantorAccount, account)
            # Also within a state: mail that came back from the old street says nothing of the new one.
            row.state, row.street = home, f"{len(homes) + 1} Invented Street"
            session.flush()
            judge_reach(session, account, now=noon(on), new_address=True)
        homes.append((on, home))
        self.story.lost_mail.discard(account)
        return True

    def _mail(self, account: int, on: date) -> bool:
        with db.transaction() as session:
            last = session.scalar(
                select(Statement.id)
                .where(Statement.guarantor_account_id == account)
                .order_by(Statement.id.desc())
                .limit(1)
            )
            if last is None or not mail_came_back(session, last, on=on, now=noon(on)):
                return False
        self.story.came_back(account, last, "paper")
        return True


def _kept(w: World, row: RemittanceClaim) -> None:
    """The decision knows its entry, so that its payer can take it back."""
    query = select(JournalEntry.id).where(JournalEntry.source_ref.like(f"era:%:{row.id}"))
    row.entry_id = w.session.scalars(query).one()


def _mobile(account_id: int) -> str:
    return f"+1212555{account_id % 10_000:04}"
