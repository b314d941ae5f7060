"""A bug for the real processes: every request to the card company leaves without its key (`--planted`)."""

from __future__ import annotations

from typing import Any

import stripe

_request = stripe.RequestsClient.request


def _keyless(self: Any, method: str, url: str, headers: Any, post_data: Any = None) -> Any:
    headers.pop("Idempotency-Key", None)
    return _request(self, method, url, headers, post_data)


stripe.RequestsClient.request = _keyless  # type: ignore[method-assign]
