"""What stands beside each box where somebody agrees to texts, and what is warned of before a text may say more (MSG-2, MSG-9)."""

from __future__ import annotations

from collections.abc import Sequence

VERSION = "2026-11"
LABELS = {"billing": "Bills", "payments": "Payments and plans", "visits": "Visits"}
# In the confirmation, by language; the Spanish ones without an accent, for GSM-7 (MSG-10, MSG-22).
KINDS = {
    "en": {"billing": "bills", "payments": "payments", "visits": "visits"},
    "es": {"billing": "cuentas", "payments": "pagos", "visits": "citas"},
}
_AND = {"en": " and ", "es": " y "}
_ABOUT = {
    "billing": "my bills: new statements and reminders",
    "payments": "my payments and payment plans",
    "visits": "my visits: reminders and changes",
}
TERMS = (
    "Message frequency varies. Message and data rates may apply. Reply STOP to opt out, HELP for help."
    " I do not have to agree to get care. My number is not shared for marketing."
)
WARNINGS = {
    "link": "The text says only that there is something to read. This is the most private.",
    "amount": "The text shows what you owe. Anybody who sees your phone can read it.",
    "full": "The text shows what you owe and when it is due. Anybody who sees your phone can read it.",
}


def kinds_in_words(categories: Sequence[str], *, language: str) -> str:
    """`bills, payments and visits`, `cuentas y citas`; English where we have no words of a language (MSG-22)."""
    spoken = language if language in KINDS else "en"
    *first, last = (KINDS[spoken][category] for category in categories)
    return ", ".join(first) + (_AND[spoken] if first else "") + last


def box_label(category: str, *, org: str) -> str:
    """The sentence beside one category's box."""
    return f"Yes, {org} may text me about {_ABOUT[category]}."


def consent_wording(category: str, *, org: str) -> str:
    """All that the person saw, as the ledger keeps it."""
    return (
        f"{box_label(category, org=org)} {TERMS} See the text message terms and the privacy page."
    )
