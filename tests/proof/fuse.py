"""Kills what we do at a boundary: before and after every request to the card company, every commit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import stripe

from portal import db
from portal.adapters.stripe import StripeGateway
from portal.adapters.stripe_calls import RETRIES
from tests.mutations.world import Crash
from tests.sandbox_server import KEY, SandboxServer


@dataclass
class Fuse:
    """Burns down by one at each boundary; `passed` counts all that were met since it was lit."""

    left: int | None = None
    passed: int = 0

    def light(self, length: int | None) -> None:
        self.left, self.passed = length, 0

    def burn(self, *_: Any) -> None:
        self.passed += 1
        if self.left is None:
            return
        self.left -= 1
        if self.left < 0:
            self.left = None
            raise Crash

    @contextmanager
    def laid(self) -> Iterator[Fuse]:
        """Every transaction of this process passes it."""
        plain, fuse = db._sessions.class_, self

        class Burning(plain):  # type: ignore[misc, valid-type]
            def commit(self) -> None:
                fuse.burn()
                super().commit()
                fuse.burn()

        db._sessions.class_ = Burning
        try:
            yield self
        finally:
            db._sessions.class_ = plain

    def gateway(self, sandbox: SandboxServer) -> StripeGateway:
        """A gateway whose every request passes it, on its way there and back."""
        fuse = self

        class Burning(stripe.RequestsClient):
            def request(self, method: str, url: str, headers: Any, post_data: Any = None) -> Any:
                fuse.burn()
                answer = super().request(method, url, headers, post_data)
                fuse.burn()
                return answer

        gateway = sandbox.gateway()
        gateway.__dict__["_client"] = stripe.StripeClient(
            KEY,
            base_addresses={"api": sandbox.url},
            http_client=Burning(),
            max_network_retries=RETRIES,
        )
        return gateway
