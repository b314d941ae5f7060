"""Every text about visits and bills: allowed variables, two languages, three privacy grades, one length (MSG-9, MSG-10).

A text names the practice, an action, a link and a phone number, and nothing about care. Only who asked for it, after
a plain warning, sees an amount (grade AMOUNT) or an amount and its due date (FULL); of a visit the day, or the day and the hour. The Spanish ones do without the
accents that GSM-7 lacks: one such letter would cut a text into two of 70.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from billing.visit_texts import TEXTS as VISIT_TEMPLATES
from billing.visit_texts import VISIT_ANSWERS

VERSION = "2026-11"  # of the wordings; kept with each text and each consent (MSG-20)
LONGEST = 160  # one text
ORG_LONGEST = 22  # the practice's short name, its setting text_name
LINK_LONGEST = 50  # the public address and 17 characters of the link
PHONE_LONGEST = 12  # 212-555-0100
NEW_MESSAGE = "new_message"  # tells of an answer in the thread
PAYMENT_NEWS = "payment_news"  # tells of a receipt or a refund
PAY_LINK = "pay_link"  # staff send it to somebody who asks how to pay
# What waits behind the sign-in, and on which page: it is told at once, by e-mail where no text may go.
NEWS = {NEW_MESSAGE: "/messages", PAYMENT_NEWS: "/payments"}
LINK_HIDDEN = "[link]"  # what stands for the link in the copy that is kept
GSM_7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_7_TWO = frozenset("^{}\\[~]|€")  # each takes the room of two
LINK = re.compile(r"https?://\S+/[tpv]/[A-Za-z0-9]+")


class Grade(StrEnum):
    """How much a text may say; chosen by the person for each channel, the least by default."""

    LINK = "link"
    AMOUNT = "amount"
    FULL = "full"


class TextTooLong(ValueError):
    """The words do not fit one text, or hold a letter that GSM-7 lacks."""


# What each grade may fill in, beside what every text may.
ALWAYS = frozenset({"org", "url", "phone", "day", "time", "code", "kinds", "next_step"})
ALLOWED = {
    Grade.LINK: ALWAYS,
    Grade.AMOUNT: ALWAYS | {"amount"},
    Grade.FULL: ALWAYS | {"amount", "due"},
}

# The grade itself, then what says less.
_LESS = {
    Grade.LINK: (Grade.LINK,),
    Grade.AMOUNT: (Grade.AMOUNT, Grade.LINK),
    Grade.FULL: (Grade.FULL, Grade.AMOUNT, Grade.LINK),
}

# By name, then language, then grade. A text that has no richer wording has one under LINK alone.
TEMPLATES: dict[str, dict[str, dict[Grade, str]]] = {
    "new_statement": {
        "en": {
            Grade.LINK: "{org}: You have a new statement. View it: {url} Questions? {phone}. Reply STOP to opt out.",
            Grade.AMOUNT: "{org}: New statement: {amount}. View or pay: {url} Call {phone}. Reply STOP to opt out.",
            Grade.FULL: "{org}: You owe {amount} by {due}. View or pay: {url} Call {phone}. Reply STOP to opt out.",
        },
        "es": {
            Grade.LINK: "{org}: Tiene un nuevo estado de cuenta: {url} Preguntas: {phone}. STOP para cancelar.",
            Grade.AMOUNT: "{org}: Nueva factura: debe {amount}. Ver o pagar: {url} Tel: {phone}. STOP para cancelar.",
            Grade.FULL: "{org}: Debe {amount}, vence el {due}. Ver o pagar: {url} Tel: {phone}. STOP para cancelar.",
        },
    },
    "due_soon": {
        "en": {
            Grade.LINK: "{org}: A bill is due soon. View, pay or ask: {url} Call {phone}. Reply STOP to opt out.",
            Grade.AMOUNT: "{org}: {amount} is due soon. View, pay or ask: {url} Call {phone}. Reply STOP to opt out.",
            Grade.FULL: "{org}: {amount} is due {due}. View, pay or ask: {url} Call {phone}. Reply STOP to opt out.",
        },
        "es": {
            Grade.LINK: "{org}: Su factura vence pronto. Ver o pagar: {url} Preguntas: {phone}. STOP para cancelar.",
            Grade.AMOUNT: "{org}: {amount} vence pronto. Ver o pagar: {url} Preguntas: {phone}. STOP para cancelar.",
            Grade.FULL: "{org}: {amount} vence el {due}. Ver o pagar: {url} Tel: {phone}. STOP para cancelar.",
        },
    },
    "due_passed": {
        "en": {
            Grade.LINK: "{org}: A bill is still open. Pay or get help: {url} Call {phone}. Reply STOP to opt out.",
            Grade.AMOUNT: "{org}: {amount} is still open. Pay or get help: {url} Call {phone}. Reply STOP to opt out.",
            Grade.FULL: "{org}: {amount} was due {due}. Pay or get help: {url} Call {phone}. Reply STOP to opt out.",
        },
        "es": {
            Grade.LINK: "{org}: Su factura sigue abierta. Pagar o pedir ayuda: {url} Tel: {phone}. STOP para cancelar.",
            Grade.AMOUNT: "{org}: Debe {amount}. Pagar o pedir ayuda: {url} Tel: {phone}. STOP para cancelar.",
            Grade.FULL: "{org}: Debe {amount} desde {due}. Pagar o ayuda: {url} Tel: {phone}. STOP para cancelar.",
        },
    },
    # Our answer waits behind the sign-in: the link is the plain address of the thread, and opens nothing.
    NEW_MESSAGE: {
        "en": {
            Grade.LINK: "{org}: You have a new message. Sign in to read it: {url} Reply STOP to opt out.",
        },
        "es": {
            Grade.LINK: "{org}: Tiene un mensaje nuevo. Entre para leerlo: {url} STOP para cancelar.",
        },
    },
    PAYMENT_NEWS: {
        "en": {
            Grade.LINK: "{org}: There is news about a payment. Sign in to see it: {url} Reply STOP to opt out.",
        },
        "es": {
            Grade.LINK: "{org}: Hay noticias de un pago. Entre para verlas: {url} STOP para cancelar.",
        },
    },
    # The link opens the page to pay and nothing else, after birth date and ZIP.
    PAY_LINK: {
        "en": {
            Grade.LINK: "{org}: Here is your link to pay, for 3 days: {url} Questions? {phone}. Reply STOP to opt out.",
        },
        "es": {
            Grade.LINK: "{org}: Su enlace para pagar, por 3 dias: {url} Preguntas: {phone}. STOP para cancelar.",
        },
    },
    "opt_in": {
        "en": {
            Grade.LINK: "{org}: You agreed to texts about {kinds}. Msg frequency varies. Msg&data rates may apply. Reply HELP for help, STOP to end.",
        },
        "es": {
            Grade.LINK: "{org}: Acepta mensajes de {kinds}. La frecuencia varia. Pueden aplicarse tarifas. AYUDA/HELP para ayuda, STOP para cancelar.",
        },
    },
    "payment_upcoming": {
        "en": {
            Grade.LINK: "{org}: A scheduled payment is set for {day}. View or change: {url} Reply STOP to opt out.",
        },
        "es": {
            Grade.LINK: "{org}: Tiene un pago programado para el {day}. Ver o cambiar: {url} STOP para cancelar.",
        },
    },
    "payment_problem": {
        "en": {
            Grade.LINK: "{org}: Your payment did not go through. Fix it: {url} Help: {phone}. Reply STOP to opt out.",
        },
        "es": {
            Grade.LINK: "{org}: Su pago no se pudo hacer. Ver: {url} Ayuda: {phone}. Responda STOP para cancelar.",
        },
    },
    "assistance": {
        "en": {
            Grade.LINK: "{org}: Need help with a bill? You may qualify: {url} or {phone}. Reply STOP to opt out.",
        },
        "es": {
            Grade.LINK: "{org}: Necesita ayuda para pagar? Vea {url} o llame al {phone}. Responda STOP para cancelar.",
        },
    },
    # Answers to what somebody has just texted us; the law allows one, at once (MSG-4).
    "opt_out": {
        "en": {
            Grade.LINK: "{org}: You are opted out and will get no more texts. Reply START to rejoin. Questions? {phone}",
        },
        "es": {
            Grade.LINK: "{org}: No le enviaremos mensajes. Responda START para volver. Preguntas: {phone}",
        },
    },
    "opt_out_emergency": {
        "en": {
            Grade.LINK: "{org}: For an emergency call 911 now. You are opted out and get no more texts. Reply START to rejoin. Questions? {phone}",
        },
        "es": {
            Grade.LINK: "{org}: Si es una emergencia llame ya al 911. No le enviaremos mensajes. Responda START para volver. Preguntas: {phone}",
        },
    },
    "opt_in_again": {
        "en": {
            Grade.LINK: "{org}: Texts are on again, as before you stopped. Msg&data rates may apply. Reply HELP for help, STOP to end. Call {phone}",
        },
        "es": {
            Grade.LINK: "{org}: Recibe mensajes otra vez. Pueden aplicarse tarifas. AYUDA/HELP para ayuda, STOP para cancelar. Tel: {phone}",
        },
    },
    "help": {
        "en": {
            Grade.LINK: "{org}: Visit and billing texts. Msg&data rates may apply. Help: {phone}. Reply STOP to opt out.",
        },
        "es": {
            Grade.LINK: "{org}: Mensajes de citas y facturas. Pueden aplicarse tarifas. Ayuda: {phone}. STOP para cancelar.",
        },
    },
    "text_received": {
        "en": {
            Grade.LINK: "{org}: We got your text. A person reads these on weekdays. For an emergency call 911. Reply STOP to opt out.",
        },
        "es": {
            Grade.LINK: "{org}: Recibimos su mensaje. Los leemos de lunes a viernes. En una emergencia llame al 911. STOP para cancelar.",
        },
    },
    "emergency": {
        "en": {
            Grade.LINK: "{org}: If this is an emergency, call 911 now. For thoughts of suicide call or text 988. We do not watch texts at all hours.",
        },
        "es": {
            Grade.LINK: "{org}: Si es una emergencia llame ya al 911. Si piensa en el suicidio llame al 988. No vemos los mensajes a toda hora.",
        },
    },
    "code": {
        "en": {
            Grade.LINK: "{org}: Your code is {code}. It ends in 10 minutes. We will never ask you for it.",
        },
        "es": {
            Grade.LINK: "{org}: Su clave es {code}. Vence en 10 minutos. Nunca le pediremos esta clave.",
        },
    },
}

TEMPLATES |= {
    name: {
        language: {Grade(grade): body for grade, body in grades.items()}
        for language, grades in languages.items()
    }
    for name, languages in VISIT_TEMPLATES.items()
}

# Automatic answers to a text; they alone count against two machines that answer each other.
ANSWERS = (
    *("opt_out", "opt_out_emergency", "opt_in_again", "help", "text_received", "emergency"),
    *VISIT_ANSWERS,
)

# What an agency or a lawyer would write; never ours (MSG-15, MSG-16).
FORBIDDEN = re.compile(
    r"\b(collect\w*|legal\w*|credit\w*|lawsuit|court|attorney|agency|bureau|debt\w*|past due|final notice"
    r"|overdue|delinquent|cobranza\w*|demanda|abogad\w*|deuda\w*|judicial|morosid\w*|vencid[ao]s?)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Wording:
    """A text's words before the merge, and which version of them."""

    body: str
    version: str


def wording(name: str, *, language: str, grade: Grade = Grade.LINK) -> Wording:
    """The template in a person's language (English where there is none, MSG-22), no richer than its grades."""
    spoken = language if language in TEMPLATES[name] else "en"
    grades = TEMPLATES[name][spoken]
    used = next(one for one in _LESS[grade] if one in grades)
    return Wording(grades[used], f"{VERSION}.{spoken}.{used.value}")


def render(
    name: str, *, language: str, grade: Grade = Grade.LINK, **values: str
) -> tuple[str, str]:
    """The text and its version. Raises TextTooLong when it is more than one text of GSM-7."""
    template = wording(name, language=language, grade=grade)
    body = template.body.format(**values)
    if room(body) > LONGEST:
        raise TextTooLong(f"{name} takes {room(body)} of {LONGEST}")
    return body, template.version


def room(body: str) -> int:
    """Septets that a text takes. Raises TextTooLong at a letter that GSM-7 lacks."""
    strange = sorted(set(body) - GSM_7 - GSM_7_TWO)
    if strange:
        raise TextTooLong(f"not in GSM-7: {' '.join(strange)}")
    return len(body) + sum(letter in GSM_7_TWO for letter in body)


def without_link(body: str) -> str:
    """The copy that is kept: the link opens something, so its token goes (MSG-20)."""
    return LINK.sub(LINK_HIDDEN, body)


def short_name(name: str) -> str:
    """A practice's name in GSM-7 letters and at most ORG_LONGEST of them, cut between words."""
    plain = "".join(map(_in_gsm_7, name))
    if len(plain) <= ORG_LONGEST:
        return plain
    cut = plain[: ORG_LONGEST + 1].rsplit(" ", 1)[0]
    return cut[:ORG_LONGEST].rstrip(" ,.&-")


def _in_gsm_7(letter: str) -> str:
    """The letter, or the one below its accent; nothing for what is neither."""
    base = letter if letter in GSM_7 else unicodedata.normalize("NFD", letter)[0]
    return base if base in GSM_7 else ""
