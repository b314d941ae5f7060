"""How every request to Stripe is made, and what each of its failures lets the caller do."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

import stripe

from portal.ports import NotThere, OutcomeUnknown, Refused, RetryLater

RETRIES = 2  # the library's own default is none
CURRENCY = "usd"
T = TypeVar("T")


def client_of(secret_key: str, api_base: str | None) -> stripe.StripeClient:
    """The official client, pointed elsewhere when a base is given."""
    if api_base:
        return stripe.StripeClient(
            secret_key,
            base_addresses={"api": api_base, "files": api_base},
            max_network_retries=RETRIES,
        )
    return stripe.StripeClient(secret_key, max_network_retries=RETRIES)


def id_of(item: object) -> str | None:
    """The id of what is given as an id or as the object itself."""
    found = item if item is None or isinstance(item, str) else field(item, "id")
    return str(found) if found else None


def our_id(reference: object) -> UUID | None:
    """Our payment's id; anything else on the account was made by somebody else."""
    try:
        return UUID(str(reference))
    except ValueError:
        return None


def field(item: object, name: str) -> object:
    """A field of a StripeObject, which is no dict."""
    if item is None or name not in item:  # type: ignore[operator]  # as its docstring says
        return None
    return item[name]  # type: ignore[index]  # as above


def changing(call: Callable[[], T]) -> T:
    """A request that may move something: only what Stripe answered clearly is certain."""
    try:
        return call()
    except stripe.RateLimitError as error:
        raise RetryLater(words(error)) from error
    except stripe.IdempotencyError as error:
        raise OutcomeUnknown(words(error)) from error  # the key was used: something was made
    except (
        stripe.InvalidRequestError,
        stripe.AuthenticationError,
        stripe.PermissionError,
        stripe.CardError,
    ) as error:
        raise Refused(words(error)) from error
    except stripe.StripeError as error:
        raise OutcomeUnknown(words(error)) from error


def reading(call: Callable[[], T]) -> T:
    """A request that moves nothing: whatever went wrong, it may be asked again."""
    try:
        return call()
    except (stripe.InvalidRequestError, stripe.AuthenticationError, stripe.PermissionError) as e:
        kind = NotThere if e.code == "resource_missing" else Refused
        raise kind(words(e)) from e
    except stripe.StripeError as error:
        raise RetryLater(words(error)) from error


def words(error: stripe.StripeError) -> str:
    """Kind, status and code for the log; the message itself may quote what was sent."""
    return f"{type(error).__name__} {error.http_status or ''} {error.code or ''}".strip()
