"""Every table; importing this package registers all of them with the metadata."""

from portal.models import (
    accounts,
    audit,
    claims,
    consents,
    day,
    files,
    identity,
    ledger,
    messages,
    payments,
    practice,
    refunds,
    remittances,
    statements,
    text_links,
    work,
)

__all__ = [
    "accounts",
    "audit",
    "claims",
    "consents",
    "day",
    "files",
    "identity",
    "ledger",
    "messages",
    "payments",
    "practice",
    "refunds",
    "remittances",
    "statements",
    "text_links",
    "work",
]
