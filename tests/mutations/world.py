"""The world that a scenario plays in: a till, a desk, and what was answered."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from portal.adapters.stripe import StripeGateway
from tests.proof import invariants
from tests.proof.draft_laws import broken_drafts
from tests.proof.our_books import Witness
from tests.sandbox_server import KEY, PUBLIC_URL, SECRET, SandboxServer
from tests.services.autopay_world import Payer
from tests.services.refund_desk import Desk
from tests.services.till import Till


class Crash(BaseException):
    """The process is gone: nothing of ours may catch this."""


@dataclass
class World:
    """One practice with a patient who pays and two members of staff who refund."""

    desk: Desk
    database_url: str
    owner: Engine
    patch: pytest.MonkeyPatch  # what the scenario itself lets happen, bug or no bug
    witness: Witness = field(default_factory=Witness)

    @property
    def payer(self) -> Payer:
        """The same patient, who saves a card and is away afterwards."""
        return Payer(self.till)

    @property
    def till(self) -> Till:
        return self.desk.till

    @property
    def sandbox(self) -> SandboxServer:
        return self.desk.till.sandbox

    def gateway(self, kind: type[StripeGateway]) -> None:
        """From now on this one speaks to the card company."""
        self.till.gateway = kind(
            secret_key=KEY,
            webhook_secret=SECRET,
            page_url=f"{PUBLIC_URL}/pay/{{payment_id}}",
            api_base=self.sandbox.url,
        )

    def as_owner(self, *statements: str) -> None:
        """What only the owner of the database could do."""
        with self.owner.begin() as connection:
            for statement in statements:
                connection.execute(text(statement))

    def pass_time(self, **units: int) -> None:
        """For the card company and for us alike."""
        passed = timedelta(**units)
        self.sandbox.control("clock", advance=int(passed.total_seconds()))
        self.till.now += passed

    def pay_every_page(self) -> None:
        """The most eager patient there can be."""
        for page in self.sandbox.client.v1.checkout.sessions.list(params={"limit": 100}).data:
            if page.url:
                self.sandbox.pay(page.url)

    def deliver(self) -> None:
        self.till.deliver(*self.sandbox.events())

    def sweep(self, after: timedelta = timedelta(minutes=11)) -> None:
        self.desk.sweep(self.database_url, after)

    def broken(self, *, settled: bool) -> list[str]:
        found = invariants.broken(
            self.sandbox, now=self.till.now, witness=self.witness, settled=settled
        )
        return [*found, *broken_drafts(self.sandbox)]
