"""One day after the other by the real daily run; everything that came of it is put before the oracle."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import SimpleNamespace
from uuid import uuid4

from sqlalchemy import select

from billing.money import Money
from portal import db
from portal.models.messages import OutboundMessage
from portal.queries.lived_days import lived_days
from portal.services.draft_payments import draft_due
from portal.services.draftable import draftable
from portal.services.place_bill import CannotPlace, PlacementAsked, place_bill
from portal.services.run_day import run_day
from portal.services.send_message import send_message
from portal.services.word_message import Links
from tests.proof import collect_oracle as oracle
from tests.proof.collect_events import Phones, failed
from tests.proof.collect_facts import (
    CORRECTED,
    CREDIT,
    DRAWN,
    NAMES,
    OWED,
    PAID,
    PLACED,
    PLANS,
    REACH,
    SCREENED,
    TOLD,
    UNTOLD,
    WARNED,
)
from tests.proof.collect_oracle import Sent, Span, Warned
from tests.proof.collect_world import Sim
from tests.services.statement_world import DAY, Office, noon

ZONE = "America/New_York"
LINKS = Links(hash_keys=(b"0" * 32,), public_url="http://localhost:8000")


def by_charge(cents: Mapping[str, int]) -> dict[int, int]:
    """As JSON gave it: keys are words there."""
    return {int(charge): one for charge, one in cents.items()}


@dataclass
class Watch:
    """The days, what was done in them, and what the oracle says against it."""

    sim: Sim
    office: Office
    rate: float
    done: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    stricter: Counter[str] = field(default_factory=Counter)
    seen: int = 0
    letters: set[tuple[int, date]] = field(default_factory=set)  # final notices that were judged
    phones: Phones = field(default_factory=Phones)
    opened: dict[int, date] = field(default_factory=dict)  # accounts whose gate was said to open
    spans: dict[tuple[str, object], Span] = field(default_factory=dict)
    eager: Collection[str] = ()  # "bills": each is tried, "drafts": each account asked, on each day
    every: int = 1  # so many days pass at once: the practice was closed

    def live(self, days: int) -> None:
        for number in range(0, days, self.every):
            self.one(DAY + timedelta(days=number))

    def one(self, on: date) -> None:
        """People, then the day's run, then texts, drafts and staff who try to place bills."""
        self.looked(on)
        self.sim.people(on, min(1.0, self.rate * self.every))
        self.looked(on)
        report = run_day(on=on, now=noon(on), office=self.office)
        self.looked(on)
        self._statements(on)
        self._notices(on)
        for account, step in report.walked.found:
            self._step(account, step.value, on)
        self._draw(on)
        left = self._texts(on)
        self._statements(on)  # those that an e-mail told of, and letters by e-mail
        self._notices(on)
        for message_id in left:
            failed(self.sim, self.phones, message_id, on)
        self._drafts(on)
        self._place(on)
        self._agencies(on)
        self._corrected(on)

    def untold(self) -> list[str]:
        """What of the whole history has no reason on record, or is not on the page of it that staff read."""
        with db.read_only() as session:
            found = list(session.scalars(UNTOLD))
        told = lived_days(
            first=DAY - timedelta(days=60), last=DAY + timedelta(days=999), zone=ZONE,
            kind="", account_id=0, number=1,
        ).counts  # fmt: skip
        steps = sum(n for what, n in self.done.items() if what.startswith("step "))
        for kind, happened in (("statement", len(self.sim.story.sent)), ("step", steps)):
            if told.get(kind, 0) != happened:
                found.append(f"{happened} of {kind}, and staff read of {told.get(kind, 0)}")
        return found

    def _says(self, what: str, account: int, on: date, no: set[str]) -> None:
        self.done[what] += 1
        if no:
            self.broken.append(f"{on}: {what} of account {account} against {', '.join(sorted(no))}")

    def looked(self, on: date) -> None:
        """What only our tables know: the ledger's sums, plans as they stand, agencies, who is not reached."""
        story = self.sim.story
        with db.read_only() as session:
            story.lines = defaultdict(dict)
            for row in session.execute(OWED):
                story.lines[row.visit_id][row.charge_id] = int(row.sum)
            story.names = {row[0]: row[1] for row in session.execute(NAMES)}
            story.credit = {row[0]: int(row[1]) for row in session.execute(CREDIT)}
            story.owed = {one: sum(lines.values()) for one, lines in story.lines.items()}
            plans, placed = session.execute(PLANS).all(), session.execute(PLACED).all()
            held = set(session.scalars(REACH))
            for account, day in session.execute(SCREENED):
                story.screened[account].append(day)
        now: set[tuple[str, object]] = set()
        for plan in plans:
            key = ("plan_current", (plan.id, plan.visit_id))
            if plan.state in {"active", "paused", "in_grace"}:
                now.add(key)
                self._stands(key, "plan_current", plan.guarantor_account_id, plan.visit_id, on)
            elif plan.state in {"defaulted", "canceled"}:
                self._was_lost(plan)
        for account, visit, state in placed:
            if state in {"placed", "suspended"}:
                now.add(("placed", visit))
                self._stands(("placed", visit), "placed", account, visit, on)
        self._told_by_people(held, on)
        for key in [key for key in self.spans if key not in now]:
            self.spans.pop(key).until = on

    def _told_by_people(self, held: set[int], on: date) -> None:
        """What the story says by itself, beside what our tables make of it."""
        story = self.sim.story
        self.broken += self.sim.wrong
        self.sim.wrong.clear()
        for account in self.sim.accounts:
            if story.unreachable(account) and account not in held:
                self.broken.append(f"{on}: nothing reaches account {account}, against CORE-3")
        self.stricter["CORE-3"] += sum(not story.unreachable(account) for account in held)

    def _stands(
        self, key: tuple[str, object], kind: str, account: int, visit: int | None, on: date
    ) -> None:
        if key not in self.spans:
            self.spans[key] = Span(kind, account, visit, on)
            self.sim.story.spans[account].append(self.spans[key])

    def _was_lost(self, plan) -> None:  # type: ignore[no-untyped-def]  # a row of PLANS
        found = self.sim.story.lost[plan.visit_id]
        if all(one.since != plan.created_at for one in found):
            found.append(
                Span(
                    plan.state, plan.guarantor_account_id, plan.visit_id, plan.created_at, plan.over
                )
            )

    def _statements(self, on: date) -> None:
        with db.read_only() as session:
            rows = session.execute(TOLD, {"seen": self.seen}).all()
        for row in rows:
            self.seen = max(self.seen, row.id)
            account, visit, story = row.guarantor_account_id, row.visit_id, self.sim.story
            if visit is not None:
                asked = by_charge(row.asked)
                no = oracle.statement(story, account, visit, asked, on)
                self._says("statement", account, on, no | oracle.due(row.delivered_on, row.due_on))
                story.named[visit].append(row.id)
                if row.sum > 0:
                    story.told[visit].append(row.id)
            sent = Sent(row.statement_id, row.channel, row.delivered_on, cut=row.cycle_on)
            story.sent[row.id] = sent  # also of one that tells of credit alone
            if row.channel == "paper":
                story.last_paper[account] = sent

    def _corrected(self, on: date) -> None:
        """What a payer decided anew was told by a corrected statement."""
        with db.read_only() as session:
            corrected = [(row[0], row[1]) for row in session.execute(CORRECTED)]
        for one in self.sim.story.uncorrected(corrected, on):
            self.broken.append(f"{on}: visit {one.visit} stays uncorrected, against STMT-19")

    def _notices(self, on: date) -> None:
        with db.read_only() as session:
            rows = session.execute(WARNED, {"on": on}).all()
        for row in rows:
            account, visits = row.guarantor_account_id, tuple(row.visit_ids)
            if (row.id, row.sent_on) in self.letters:
                continue
            self.letters.add((row.id, row.sent_on))
            self._says(
                "final notice", account, on, oracle.notice(self.sim.story, account, visits, on)
            )
            self.sim.story.warned[account].append(
                Warned(
                    row.id,
                    row.sent_on,
                    row.deadline_on,
                    visits,
                    tuple(row.eca_types),
                    row.in_bold,
                )
            )

    def _step(self, account: int, step: str, on: date) -> None:
        self.done[f"step {step}"] += 1
        if step in {"screening", "oral_attempt"}:
            self._says(f"call for {step}", account, on, oracle.call(self.sim.story, account, on))
        if step == "gate_open":
            self.opened[account] = on
        self.sim.found(account, step, on)

    def _texts(self, on: date) -> list[int]:
        """The texts and e-mails about bills that left."""
        left = []
        with db.read_only() as session:
            waiting = session.scalars(
                select(OutboundMessage)
                .where(
                    OutboundMessage.state == "queued",
                    (OutboundMessage.not_before.is_(None))
                    | (OutboundMessage.not_before <= noon(on)),
                )
                .order_by(OutboundMessage.id)
            ).all()
        for one in waiting:
            state = send_message(
                message_id=one.id,
                sms=self.phones,  # type: ignore[arg-type]  # it takes what it is given
                email=self.phones,  # type: ignore[arg-type]  # as above
                now=noon(on),
                links=LINKS,
            )
            account = one.guarantor_account_id
            if state != "sent" or account is None:
                continue
            if one.template in {
                "statement_notice",
                "letter_waiting",
            }:  # judged as what they tell of
                left.append(one.id)
            if one.category not in {"billing", "payments"}:
                continue
            visits = self._visits_of(one.statement_id)
            sms = one.channel == "sms"
            self._says(f"{one.channel} {one.template}", account, on,
                       oracle.reminder(self.sim.story, account, visits, on, sms))  # fmt: skip
            left.append(one.id)
        return left

    def _visits_of(self, statement: int | None) -> list[int]:
        story = self.sim.story
        return [
            visit
            for visit, rows in story.told.items()
            if any(story.sent[one].statement == statement for one in rows)
        ]

    def _draw(self, on: date) -> None:
        """What is due is drawn from cards for real; line by line, by what stood in the books before."""
        sandbox = self.sim.sandbox
        if sandbox is None:
            return
        with db.read_only() as session:
            before = {row.id for row in session.execute(PAID)}
        draft_due(on=on, now=noon(on), gateway=sandbox.gateway(), public_url=LINKS.public_url)
        with db.read_only() as session:
            rows = session.execute(DRAWN, {"before": list(before)}).all()
            cents = sum(row.amount_cents for row in session.execute(PAID))
        for row in rows:
            no = oracle.draft(
                self.sim.story, row.guarantor_account_id, row.visit_id, by_charge(row.drawn), on
            )
            self._says("charge", row.guarantor_account_id, on, no)
        if rows:
            if sandbox.charged() != cents:
                self.broken.append(f"{on}: the provider took {sandbox.charged()}, not {cents}")
            self.looked(on)

    def _drafts(self, on: date) -> None:
        some = self.sim.dice.sample(self.sim.accounts, min(4, len(self.sim.accounts)))
        for account in self.sim.accounts if "drafts" in self.eager else some:
            with db.transaction() as session:
                found = draftable(session, account, on=on)
            by_visit: dict[int, dict[int, int]] = defaultdict(dict)
            for line in found.lines:
                if not line.held and found.denied is None:
                    by_visit[line.visit_id][line.charge_id] = line.due.cents
            story = self.sim.story
            for visit, drawn in by_visit.items():
                self._says("draft", account, on, oracle.draft(story, account, visit, drawn, on))
            for visit in story.bills[account]:
                stays = oracle.stays_payable(story, account, visit, on)
                self.done["payable beside a disputed line"] += len(stays)
                if stays - {one for one, cents in by_visit[visit].items() if cents > 0}:
                    self.broken.append(f"{on}: the rest of visit {visit} against DISP-1")

    def _place(self, on: date) -> None:
        """Somebody tries some bills, above all those whose day is near; the gate and the oracle must agree."""
        story = self.sim.story
        for account in sorted(story.homes):
            for visit in sorted(story.bills[account]):
                if story.owed.get(visit, 0) <= 0 or not self._tried(account, visit, on):
                    continue
                no = oracle.placement(story, account, visit, on)
                if self._asks(account, visit, on):
                    self._says("placement", account, on, no)
                    self._stands(("placed", visit), "placed", account, visit, on)
                elif not no:
                    self.stricter[self.why] += 1

    def _tried(self, account: int, visit: int, on: date) -> bool:
        arrived = self.sim.story.arrived(visit, on)
        near = bool(arrived) and 119 <= (on - arrived[0]).days <= 122
        opened = account in self.opened and (on - self.opened[account]).days < 4
        chance = 0.6 if opened else 0.25 if near else 0.01
        return "bills" in self.eager or self.sim.dice.random() < chance

    why: str = ""

    def _asks(self, account: int, visit: int, on: date) -> bool:
        packet = SimpleNamespace(
            visit_id=visit,
            guarantor_account_id=account,
            balance=Money(self.sim.story.owed[visit]),
            prepared_by_id=1,
            signed_by_id=2,
        )
        asked = PlacementAsked(
            form_id=uuid4(), agency_id=self.sim.agency_id, visit_id=visit, packet_id=uuid4()
        )
        self.done["placements asked for"] += 1
        try:
            place_bill(
                asked,
                staff=self.sim.staff,
                find_packet=lambda _session, _id: packet,
                on=on,
                now=noon(on),
            )
        except CannotPlace as refused:
            self.why = ", ".join(refused.rule_ids)
            if not refused.rule_ids:
                self.broken.append(f"{on}: a no about account {account} without a rule")
            return False
        return True

    def _agencies(self, on: date) -> None:
        """At the end of a day's run no agency asks for what anything holds (COLL-8, COLL-19, COLL-24)."""
        with db.read_only() as session:
            placed = session.execute(PLACED).all()
        for account, visit, state in placed:
            if state == "placed":
                no = oracle.stays_placed(self.sim.story, account, visit, on)
                self._says("day at an agency", account, on, no)
