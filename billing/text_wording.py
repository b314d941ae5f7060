"""What stands beside each box where somebody agrees to texts, and what is warned of before a text may say more (MSG-2, MSG-9)."""

from __future__ import annotations

from collections.abc import Sequence

VERSION = "2026-11"
LABELS = {"billing": "Bills", "payments": "Payments and plans", "visits": "Visits"}
# In the confirmation, by language; the Spanish ones without an accent, for GSM-7 (MSG-10, MSG-22).
KINDS = {
    "en": {"billing": "bills", "payments": "payments", "visits": "visits"},
    "es": {"billing": "facturas", "payments": "pagos", "visits": "citas"},
}
_AND = {"en": " and ", "es": " y "}
_ABOUT = {
    "en": {
        "billing": "my bills: new statements and reminders",
        "payments": "my payments and payment plans",
        "visits": "my visits: reminders and changes",
    },
    "es": {
        "billing": "mis facturas: nuevos estados de cuenta y recordatorios",
        "payments": "mis pagos y planes de pago",
        "visits": "mis citas: recordatorios y cambios",
    },
}
_BOX = {
    "en": "Yes, {org} may text me about {about}.",
    "es": "Sí, {org} puede enviarme mensajes de texto sobre {about}.",
}
_TERMS = {
    "en": (
        "Message frequency varies. Message and data rates may apply. Reply STOP to opt out, HELP for"
        " help. I do not have to agree to get care. My number is not shared for marketing."
        " See the text message terms and the privacy page."
    ),
    "es": (
        "La frecuencia de los mensajes varía. Pueden aplicarse tarifas de mensajes y datos. Responda"
        " STOP para terminar, HELP para pedir ayuda. No tengo que aceptar para recibir atención. Mi"
        " número no se comparte para publicidad. Vea los términos de los mensajes y la página de"
        " privacidad."
    ),
}
WARNINGS = {
    "link": "The text says only that there is something to read. This is the most private.",
    "amount": "The text shows what you owe, or the day of a visit. Anybody who sees your phone can read it.",
    "full": (
        "The text shows what you owe and when it is due, or the day and the hour of a visit. Anybody who sees your"
        " phone can read it."
    ),
}


def kinds_in_words(categories: Sequence[str], *, language: str) -> str:
    """`bills, payments and visits`, `facturas y citas`; English where we have no words of a language (MSG-22)."""
    spoken = language if language in KINDS else "en"
    *first, last = (KINDS[spoken][category] for category in categories)
    return ", ".join(first) + (_AND[spoken] if first else "") + last


def box_label(category: str, *, org: str, language: str = "en") -> str:
    """The sentence beside one category's box, in a language we have words of."""
    return _BOX[language].format(org=org, about=_ABOUT[language][category])


def consent_wording(category: str, *, org: str, language: str = "en") -> str:
    """All that the person saw, as the ledger keeps it."""
    return f"{box_label(category, org=org, language=language)} {_TERMS[language]}"
