"""Settings to concrete adapters: the only place that names Stripe, Twilio, SMTP or a folder."""

from __future__ import annotations

from dataclasses import dataclass

from portal.config import Settings, derived_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateways:
    """Every door to the outside, handed to services as arguments. Adapter owners add their field."""

    hash_keys: tuple[
        bytes, ...
    ]  # newest first; for codes and addresses that are kept only as hashes


def build(settings: Settings) -> Gateways:
    """The gateways that these settings ask for."""
    return Gateways(hash_keys=tuple(derived_key(key, "hashes") for key in settings.secret_keys))
