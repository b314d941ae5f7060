"""What Kindbill asks of the outside world, in its own words; adapters answer, wiring chooses them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


class GatewayError(Exception):
    """An outside service did not do what was asked."""


class Refused(GatewayError):
    """A definite no: nothing happened and asking again the same way is useless."""


class RetryLater(GatewayError):
    """Nothing happened; the same request may be repeated."""


class OutcomeUnknown(GatewayError):
    """It may or may not have happened: look it up, never repeat it blindly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A message the provider took over, by its id there."""

    provider_id: str


class SmsSender(Protocol):
    """Texts."""

    def send(self, *, to: str, body: str) -> Accepted: ...

    def verify_callback(self, *, url: str, form: Mapping[str, str], signature: str) -> bool: ...


class EmailSender(Protocol):
    """Plain e-mails."""

    def send(self, *, to: str, subject: str, body: str) -> Accepted: ...


class DocumentStore(Protocol):
    """Encrypted files by an opaque key."""

    def put(self, content: bytes) -> str: ...

    def get(self, key: str) -> bytes: ...


class PdfPrinter(Protocol):
    """Prints a named layout with plain data as a tagged PDF."""

    def print(self, layout: str, data: Mapping[str, Any]) -> bytes: ...
