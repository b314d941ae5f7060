"""A machine that pays, dies, forgets, refunds and disputes in any order; after each step no law may be broken."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any, ClassVar
from uuid import UUID, uuid4

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import select

from billing.money import Money
from billing.refunds import RefundRefused
from portal.adapters.stripe_payouts import StripePayouts
from portal.db import transaction
from portal.jobs import schedule
from portal.models.drafts import Draft
from portal.models.payment_methods import Autopay
from portal.ports import GatewayError
from portal.queue import run_due
from portal.services.fetch_payouts import fetch_payouts
from portal.services.list_missed_events import list_missed_events
from portal.services.refusal import Refusal
from portal.services.sweep_payments import sweep_payments
from portal.services.walk_objects import walk_objects
from tests.mutations.world import Crash
from tests.proof.draft_laws import broken_drafts
from tests.proof.fuse import Fuse
from tests.proof.invariants import broken
from tests.proof.our_books import Witness
from tests.sandbox_server import DECLINED, GOOD, KEY, PUBLIC_URL, Event, SandboxServer
from tests.services import autopay_world
from tests.services.payer_voice import Payer, book, clp, negated, post, svc
from tests.services.refund_desk import COMES_BACK, Desk, open_desk
from tests.services.till import open_till

CENTS = st.integers(50, 4_000)
BOUNDARIES = st.one_of(st.none(), st.none(), st.integers(0, 14))  # mostly nobody dies
CARDS = st.sampled_from([GOOD, GOOD, GOOD, DECLINED, COMES_BACK])
BANKS = st.sampled_from(["000123456789", "000222222227", "000555555559"])
FAULTS = st.fixed_dictionaries(
    {
        "do": st.sampled_from(["drop", "error"]),
        "where": st.sampled_from(["before", "after"]),
        "times": st.sampled_from([1, 3]),
        "status": st.sampled_from([500, 503, 409, 429]),
        "method": st.sampled_from(["POST", "GET", ""]),
        "path": st.just("/v1/"),
    }
)


class PaymentsMachine(RuleBasedStateMachine):
    """`opens` hands out an empty database and an empty card company; whoever runs it sets it."""

    opens: ClassVar[Callable[[], tuple[str, SandboxServer, datetime]]]

    @initialize()
    def open(self) -> None:
        schedule.register()
        self.url, self.sandbox, now = type(self).opens()
        self.fuse = Fuse()
        self._laid = self.fuse.laid()
        self._laid.__enter__()
        self.sandbox.control("webhooks", mode="hold")
        self.desk: Desk = open_desk(open_till(self.sandbox, now))
        self.till = self.desk.till
        with book() as found:
            self.visit, *_ = found.insured_visit([30_000])
        self.till.gateway = self.fuse.gateway(self.sandbox)
        self.witness, self.payer = Witness(), Payer()
        self.away = autopay_world.Payer(self.till)
        self.signed = self.away.sign(self.away.has_card(), cap=5_000)
        self.months = 0
        self.payments: list[UUID] = []
        self.refunds: list[UUID] = []
        self.seen: list[Event] = []
        self.told: set[bytes] = set()
        self.said: Any = None
        self.brewing: dict[str, Any] | None = None

    @contextmanager
    def dying(self, at: int | None) -> Iterator[None]:
        """The process may end at that boundary; a refusal or an absent provider ends the deed only."""
        if self.brewing:
            self.sandbox.control("faults", **self.brewing)
        self.fuse.light(at)
        try:
            with suppress(Crash, Refusal, RefundRefused, GatewayError):
                yield
        finally:
            self.fuse.light(None)
            if self.brewing:  # whoever judges has clear weather
                self.brewing = None
                self.sandbox.control("faults")

    def _one(self, of: list[Any], pick: int) -> Any:
        return of[pick % len(of)] if of else None

    @rule(cents=CENTS, card=CARDS, at=BOUNDARIES, looks=st.booleans())
    def pays(self, cents: int, card: str, at: int | None, looks: bool) -> None:
        payment_id = uuid4()
        self.payments.append(payment_id)
        with self.dying(at):
            started = self.till.start(self.till.choose("own_amount", cents), payment_id)
            self.witness.payments.add(payment_id)
            if started.checkout_url:
                self.sandbox.pay(started.checkout_url, card)
            if looks:
                self.till.look(payment_id)

    @rule(cents=CENTS, account=BANKS)
    def pays_by_bank(self, cents: int, account: str) -> None:
        payment_id = uuid4()
        self.payments.append(payment_id)
        with self.dying(None):
            started = self.till.start(self.till.choose("own_amount", cents), payment_id)
            if started.checkout_url:
                self.sandbox.pay(started.checkout_url, "", account=account)

    @rule(pick=st.integers(0, 9), at=BOUNDARIES)
    def comes_back(self, pick: int, at: int | None) -> None:
        payment_id = self._one(self.payments, pick)
        with self.dying(at):
            if payment_id in {payment.id for payment in self.till.payments()}:
                self.till.look(payment_id)

    @rule(forgetful=st.booleans(), backwards=st.booleans(), at=BOUNDARIES)
    def events_come(self, forgetful: bool, backwards: bool, at: int | None) -> None:
        """In whatever order; the forgetful provider sends all it ever sent, again."""
        every = self.sandbox.events()
        fresh = [event for event in every if forgetful or event.body not in self.told]
        with self.dying(at):
            for event in reversed(fresh) if backwards else fresh:
                self.till.handle(event)
                self.told.add(event.body)

    @rule(cents=CENTS)
    def a_draft_is_due(self, cents: int) -> None:
        """Of a month of its own, for a sum that was signed in figures, so that it needs no notice."""
        self.months += 1
        with transaction() as session:
            autopay = session.scalars(select(Autopay)).one()
            session.add(
                Draft(
                    id=uuid4(),
                    guarantor_account_id=self.till.account_id,
                    authorisation_id=self.signed,
                    autopay_id=autopay.id,
                    month=date(2030 + self.months // 12, self.months % 12 + 1, 1),
                    due_on=self.till.now.date(),
                    next_try_on=self.till.now.date(),
                    amount=Money(cents),
                    signed=Money(cents),
                    state="noticed",
                    state_at=self.till.now,
                    created_at=self.till.now,
                )
            )

    @rule(at=BOUNDARIES)
    def draws(self, at: int | None) -> None:
        """Minutes later, so that a dead worker's lease has lapsed."""
        self.till.now += timedelta(minutes=6)
        with self.dying(at):
            self.away.draw()

    @rule(fault=FAULTS)
    def weather(self, fault: dict[str, Any]) -> None:
        """For the next deed."""
        self.brewing = fault

    @rule(cents=CENTS, pick=st.integers(0, 9), at=BOUNDARIES)
    def refunds_some(self, cents: int, pick: int, at: int | None) -> None:
        paid = [p.id for p in self.till.payments() if p.state == "succeeded"]
        payment_id, refund_id = self._one(paid, pick), uuid4()
        if payment_id is None:
            return
        with self.dying(at):
            self.desk.ask(payment_id, cents, refund_id=refund_id)
            self.witness.refunds.add(refund_id)
            self.refunds.append(refund_id)
            self.desk.approve(refund_id)

    @rule(pick=st.integers(0, 9), at=BOUNDARIES)
    def approves_again(self, pick: int, at: int | None) -> None:
        refund_id = self._one(self.refunds, pick)
        if refund_id is not None:
            with self.dying(at):
                self.desk.approve(refund_id)

    def _charges(self) -> list[Any]:
        found = self.sandbox.client.v1.charges.list(params={"limit": 100}).data
        return [c for c in found if c.status == "succeeded" and not c.disputed]

    @rule(pick=st.integers(0, 9))
    def refunded_in_their_pages(self, pick: int) -> None:
        charge = self._one([c for c in self._charges() if c.amount - c.amount_refunded > 50], pick)
        if charge:
            self.sandbox.client.v1.refunds.create(params={"charge": charge.id, "amount": 50})

    @rule(pick=st.integers(0, 9), ends=st.sampled_from(["won", "lost", ""]))
    def disputes(self, pick: int, ends: str) -> None:
        charge = self._one(self._charges(), pick)
        if charge:
            dispute = self.sandbox.control("dispute", charge=charge.id)["dispute"]
            if ends:
                self.sandbox.control("close_dispute", id=dispute, status=ends)

    @rule(share=st.integers(1, 250), twice=st.booleans())
    def remittance(self, share: int, twice: bool) -> None:
        """A decision, or the reversal of the one before; the file may come twice."""
        if self.said is None:
            said = clp(self.visit.control_number, svc("99213", 300, f"CO-45 40, PR-1 {share}"))
            self.said = said
        else:
            said, self.said = negated(self.said), None
        data = self.payer.data(said)
        for _ in range(1 + twice):
            post(data)

    @rule(hours=st.sampled_from([1, 26, 5 * 24]), payout=st.booleans())
    def time_passes(self, hours: int, payout: bool) -> None:
        self.sandbox.control("clock", advance=hours * 3600)
        self.till.now += timedelta(hours=hours)
        if payout:
            self.sandbox.control("payout")
            with self.dying(None):
                self._payouts()

    def _payouts(self) -> None:
        books = StripePayouts(secret_key=KEY, api_base=self.sandbox.url)
        fetch_payouts(books=books, now=self.till.now)

    @rule()
    def sweeps(self) -> None:
        with self.dying(None):
            self._work(timedelta(minutes=11))

    def _work(self, after: timedelta) -> None:
        self.till.now += after
        sweep_payments(now=self.till.now)
        gateways = SimpleNamespace(payments=self.till.gateway, public_url=PUBLIC_URL)
        run_due(self.url, gateways, now=self.till.now)

    @invariant()
    def nothing_that_may_never_be(self) -> None:
        if hasattr(self, "desk"):
            self._holds(settled=False)

    def _holds(self, *, settled: bool) -> None:
        found = broken(self.sandbox, now=self.till.now, witness=self.witness, settled=settled)
        assert [*found, *broken_drafts(self.sandbox)] == [], found

    def teardown(self) -> None:
        """Quiet comes: a day and more, sweeps, missed events and the walk; then all must agree."""
        if not hasattr(self, "desk"):
            return
        try:
            for hours in (1, 26, 5 * 24, 4 * 24):
                self.sandbox.control("clock", advance=hours * 3600)
                self.till.now += timedelta(hours=hours)
                list_missed_events(gateway=self.till.gateway, now=self.till.now)
                walk_objects(gateway=self.till.gateway, now=self.till.now)
                self._work(timedelta(minutes=11))
            self.sandbox.control("payout")
            self.sandbox.control("clock", advance=3 * 86_400)
            self.till.now += timedelta(days=3)
            self._payouts()
            self._work(timedelta(minutes=11))
            self._holds(settled=True)
        finally:
            self._laid.__exit__(None, None, None)
            self.sandbox.control("reset")
