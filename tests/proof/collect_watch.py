"""One day after the other by the real daily run; everything that came of it is put before the oracle."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

from sqlalchemy import select, text

from billing.money import Money
from portal import db
from portal.models.messages import OutboundMessage
from portal.ports import Accepted
from portal.services.draftable import draftable
from portal.services.place_bill import CannotPlace, PlacementAsked, place_bill
from portal.services.run_day import run_day
from portal.services.send_message import send_message
from portal.services.word_message import Links
from tests.proof import collect_oracle as oracle
from tests.proof.collect_oracle import Span, Warned
from tests.proof.collect_world import Sim
from tests.services.statement_world import DAY, Office, noon

LINKS = Links(hash_keys=(b"0" * 32,), public_url="http://localhost:8000")
OWED = text(
    """
SELECT p.visit_id, sum(CASE p.side WHEN 'debit' THEN p.amount_cents ELSE -p.amount_cents END)
  FROM postings p JOIN ledger_accounts a ON a.id = p.account_id
 WHERE a.code = 'patient_receivable' AND p.visit_id IS NOT NULL GROUP BY p.visit_id
"""
)
TOLD = text(
    """
SELECT d.id, d.statement_id, d.delivered_on, s.guarantor_account_id, c.visit_id, sum(l.amount_cents)
  FROM statement_deliveries d JOIN statements s ON s.id = d.statement_id
  JOIN statement_lines l ON l.statement_id = s.id JOIN charges c ON c.id = l.charge_id
 WHERE d.id > :seen GROUP BY d.id, d.statement_id, d.delivered_on, s.guarantor_account_id, c.visit_id
"""
)
WARNED = text(
    """
SELECT id, guarantor_account_id, visit_ids, sent_on, deadline_on, eca_types,
       content::text LIKE '%has not been reported to a credit bureau%' AS in_bold FROM notices
 WHERE kind = 'final_notice' AND sent_on = :on
"""
)
PLANS = text(
    """
SELECT DISTINCT p.id, p.guarantor_account_id, p.state, p.created_at::date, c.visit_id,
       coalesce(p.ended_on, p.state_at::date) AS over
  FROM plans p JOIN plan_versions v ON v.plan_id = p.id AND v.number = p.current_version
  JOIN plan_lines l ON l.version_id = v.id JOIN charges c ON c.id = l.charge_id
"""
)
PLACED = text("SELECT guarantor_account_id, visit_id, state FROM placements")
REACH = text(
    "SELECT guarantor_account_id FROM account_conditions WHERE kind = 'unreachable' AND ended_at IS NULL"
)


SCREENED = text("SELECT guarantor_account_id, screened_on FROM assistance_screenings")
# A history that does not explain itself: a no without a rule, an order to an agency without one, a placement without its proofs.
UNTOLD = text(
    """
SELECT 'denial ' || id FROM gate_denials WHERE cardinality(rule_ids) = 0
UNION ALL
SELECT 'order ' || id FROM placement_orders
 WHERE "order" IN ('recall', 'suspend') AND cardinality(rule_ids) = 0
UNION ALL
SELECT 'placement ' || p.number FROM placements p
 WHERE NOT EXISTS (SELECT 1 FROM collection_proofs c WHERE c.guarantor_account_id = p.guarantor_account_id
                    AND c.kind = 'final_notice' AND c.happened_on <= p.placed_on - 30)
    OR NOT EXISTS (SELECT 1 FROM collection_proofs c WHERE c.guarantor_account_id = p.guarantor_account_id
                    AND c.kind = 'oral_attempt' AND c.happened_on <= p.placed_on - 30)
    OR NOT EXISTS (SELECT 1 FROM dunning_steps d WHERE d.guarantor_account_id = p.guarantor_account_id
                    AND d.step = 'final_notice')
"""
)


class Phones:
    """Takes every text and e-mail."""

    def __init__(self) -> None:
        self.count = 0

    def send(self, **_said: object) -> Accepted:
        self.count += 1
        return Accepted(provider_id=f"SM{self.count}")

    def find(self, **_said: object) -> None:
        return None


class Printer:
    """A page that says nothing: what is on paper has tests of its own."""

    def __init__(self, page: bytes) -> None:
        self.page = page

    def print(self, _layout: str, _data: object) -> bytes:
        return self.page


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
    phones: Phones = field(default_factory=Phones)
    opened: dict[int, date] = field(default_factory=dict)  # accounts whose gate was said to open
    spans: dict[tuple[str, object], Span] = field(default_factory=dict)
    eager: bool = False  # every bill is tried, every account drawn from, on each day
    every: int = 1  # so many days pass at once: the practice was closed

    def live(self, days: int) -> None:
        for number in range(0, days, self.every):
            self.one(DAY + timedelta(days=number))

    def one(self, on: date) -> None:
        """People, then the day's run, then texts, drafts and staff who try to place bills."""
        self._books(on)
        self.sim.people(on, min(1.0, self.rate * self.every))
        self._books(on)
        report = run_day(on=on, now=noon(on), office=self.office)
        self._books(on)
        self._statements(on)
        self._notices(on)
        for account, step in report.walked.found:
            self._step(account, step.value, on)
        self._texts(on)
        self._drafts(on)
        self._place(on)
        self._agencies(on)

    def untold(self) -> list[str]:
        """What of the whole history has no reason on record."""
        with db.read_only() as session:
            return list(session.scalars(UNTOLD))

    def _says(self, what: str, account: int, on: date, no: set[str]) -> None:
        self.done[what] += 1
        if no:
            self.broken.append(f"{on}: {what} of account {account} against {', '.join(sorted(no))}")

    def _books(self, on: date) -> None:
        """What only our tables know: the ledger's sums, plans as they stand, agencies, who is not reached."""
        story = self.sim.story
        with db.read_only() as session:
            story.owed = {row[0]: int(row[1]) for row in session.execute(OWED)}
            plans, placed = session.execute(PLANS).all(), session.execute(PLACED).all()
            lost = set(session.scalars(REACH))
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
        for account in lost:
            now.add(("unreachable", account))
            self._stands(("unreachable", account), "unreachable", account, None, on)
        for key in [key for key in self.spans if key not in now]:
            self.spans.pop(key).until = on

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
            account, visit, cents = row.guarantor_account_id, row.visit_id, int(row.sum)
            self._says(
                "statement",
                account,
                on,
                oracle.statement(self.sim.story, account, visit, cents, on),
            )
            if cents > 0:
                self.sim.story.told[visit].append((row.delivered_on, row.statement_id))

    def _notices(self, on: date) -> None:
        with db.read_only() as session:
            rows = session.execute(WARNED, {"on": on}).all()
        for row in rows:
            account, visits = row.guarantor_account_id, tuple(row.visit_ids)
            self._says(
                "final notice", account, on, oracle.notice(self.sim.story, account, visits, on)
            )
            self.sim.story.warned[account].append(
                Warned(row.sent_on, row.deadline_on, visits, tuple(row.eca_types), row.in_bold)
            )

    def _step(self, account: int, step: str, on: date) -> None:
        self.done[f"step {step}"] += 1
        if step in {"screening", "oral_attempt"}:
            self._says(f"call for {step}", account, on, oracle.call(self.sim.story, account, on))
        if step == "gate_open":
            self.opened[account] = on
        self.sim.found(account, step, on)

    def _texts(self, on: date) -> None:
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
            if state != "sent" or account is None or one.category not in {"billing", "payments"}:
                continue
            visits = self._visits_of(one.statement_id)
            sms = one.channel == "sms"
            self._says(f"{one.channel} {one.template}", account, on,
                       oracle.reminder(self.sim.story, account, visits, on, sms))  # fmt: skip

    def _visits_of(self, statement: int | None) -> list[int]:
        told = self.sim.story.told
        return [visit for visit, rows in told.items() if any(s == statement for _, s in rows)]

    def _drafts(self, on: date) -> None:
        some = self.sim.dice.sample(self.sim.accounts, min(4, len(self.sim.accounts)))
        for account in self.sim.accounts if self.eager else some:
            with db.transaction() as session:
                found = draftable(session, account, on=on)
            by_visit: Counter[int] = Counter()
            for line in found.lines:
                if not line.held and found.denied is None:
                    by_visit[line.visit_id] += line.due.cents
            for visit, cents in by_visit.items():
                self._says(
                    "draft", account, on, oracle.draft(self.sim.story, account, visit, cents, on)
                )

    def _place(self, on: date) -> None:
        """Somebody tries some bills, above all those whose day is near; the gate and the oracle must agree."""
        story = self.sim.story
        for account in self.sim.accounts:
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
        return self.eager or self.sim.dice.random() < chance

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


def watched(
    seed: int,
    *,
    size: int,
    days: int,
    home: Path,
    rate: float = 0.01,
    every: int = 1,
    eager: bool = False,
) -> Watch:
    """A whole run."""
    sim = Sim(seed, size)
    sim.lay()
    office = Office(home)
    office.printer = Printer(office.printer.print("sample", SAMPLE))  # type: ignore[assignment]  # prints
    watch = Watch(sim, office, rate, every=every, eager=eager)
    watch.live(days)
    return watch


SAMPLE = {"practice": "Sample", "code": "000 000"}
