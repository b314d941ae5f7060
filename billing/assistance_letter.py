"""The letter about a decision on assistance: every field of FA-10, in short words, English and Spanish."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from billing.assistance_reasons import POLICY_WORDS, PolicyLine
from billing.money import ZERO, Money

LANGUAGES = ("en", "es")


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterFacts:
    """What a decision's letter says. Amounts are whole cents; `percent` and `agb` hundredths of a percent."""

    outcome: str  # approved, partial, denied
    practice: str
    phone: str
    name: str
    accounts: tuple[str, ...]
    decided_on: date
    applied_on: date
    household: int
    income: Money
    percent: int
    guideline_year: int
    discount: int
    before: Money
    off: Money
    owes: Money
    paid: Money
    due_after: Money
    back: Money
    agb: int | None
    cap: Money | None
    effective_on: date
    ends_on: date
    covers_since: date
    appeal_by: date
    presumed: bool = False
    policy_line: str = ""
    instalments: int = 0  # of a plan for what is left
    instalment: Money = ZERO


@dataclass(frozen=True, slots=True)
class LetterWords:
    """What the page and the PDF print: the rows are (label, value)."""

    title: str
    opening: tuple[str, ...]
    measured_title: str
    measured: tuple[tuple[str, str], ...]
    amounts_title: str
    amounts: tuple[tuple[str, str], ...]
    total: tuple[str, str] | None
    next_title: str
    next: tuple[str, ...]
    rights_title: str
    rights: tuple[str, ...]

    def text(self) -> str:
        """All sentences, for a reader or a measure of how hard they are."""
        return " ".join((*self.opening, *self.next, *self.rights))


def percent_words(hundredths: int) -> str:
    """`138%`, `138.25%`."""
    whole, part = divmod(hundredths, 100)
    return (f"{whole}.{part:02d}".rstrip("0") if part else str(whole)) + "%"


def day_words(day: date, language: str) -> str:
    """`June 1, 2026`, `1 de junio de 2026`."""
    if language == "es":
        return f"{day.day} de {_MONTHS_ES[day.month - 1]} de {day.year}"
    return f"{day:%B} {day.day}, {day.year}"


def letter_words(facts: LetterFacts, language: str) -> LetterWords:
    """The whole letter; an unknown language reads English."""
    tongue = language if language in LANGUAGES else "en"
    say, fill = _SAY[tongue], _fill(facts, tongue)

    def said(*keys: str) -> tuple[str, ...]:
        return tuple(say[key].format(**fill) for key in keys)

    return LetterWords(
        title=say["title"],
        opening=said(*_opening(facts)),
        measured_title=say["measured"],
        measured=_measured(facts, say, fill),
        amounts_title=say["amounts"],
        amounts=_amounts(facts, say),
        total=None if facts.outcome == "denied" else (say["left"], str(facts.due_after)),
        next_title=say["next"],
        next=said(*_next(facts)),
        rights_title=say["rights"],
        rights=said("appeal", "other_person", "call", "language"),
    )


def _opening(facts: LetterFacts) -> list[str]:
    found = ["applied", facts.outcome]
    if facts.outcome == "denied":
        return [*found, "because"]
    return [*found, "covers", "lasts"]


def _next(facts: LetterFacts) -> list[str]:
    found: list[str] = []
    if facts.outcome == "denied":
        found += ["denied_next", "apply_again"]
    if facts.outcome != "denied" and facts.due_after == ZERO:
        found.append("nothing_left")
    if facts.due_after > ZERO:
        found.append("pay_left")
        if facts.instalments > 1:
            found.append("plan")
    if facts.back >= Money(5_00):
        found.append("refund")
    elif facts.back > ZERO:
        found.append("credit")
    if facts.outcome != "denied" and facts.agb is not None:
        found.append("agb")
    if facts.outcome != "denied" and facts.cap:
        found.append("cap")
    if facts.outcome != "denied":
        found.append("new_visits")
    return found


def _measured(
    facts: LetterFacts, say: Mapping[str, str], fill: Mapping[str, str]
) -> tuple[tuple[str, str], ...]:
    rows = [(say["accounts_label"], fill["accounts"])]
    if not facts.presumed:
        rows += [
            (say["people"], str(facts.household)),
            (say["income"], str(facts.income)),
            (say["percent"].format(**fill), percent_words(facts.percent)),
        ]
    if facts.outcome != "denied":
        rows += [
            (say["discount"], f"{facts.discount}%"),
            (say["from"], fill["effective"]),
            (say["until"], fill["ends"]),
        ]
    return tuple(rows)


def _amounts(facts: LetterFacts, say: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    if facts.outcome == "denied":
        return ((say["owe_now"], str(facts.due_after)),)
    rows = [(say["before"], str(facts.before)), (say["off"], str(-facts.off))]
    rows.append((say["owes"], str(facts.owes)))
    rows.append((say["paid"], str(-facts.paid)))
    if facts.back > ZERO:
        rows.append((say["back"], str(facts.back)))
    return tuple(rows)


def _fill(facts: LetterFacts, tongue: str) -> dict[str, str]:
    words = POLICY_WORDS if tongue == "en" else POLICY_WORDS_ES
    line = words[PolicyLine(facts.policy_line)] if facts.policy_line else ""
    return {
        "practice": facts.practice,
        "phone": facts.phone,
        "accounts": ", ".join(facts.accounts),
        "applied": day_words(facts.applied_on, tongue),
        "effective": day_words(facts.effective_on, tongue),
        "ends": day_words(facts.ends_on, tongue),
        "since": day_words(facts.covers_since, tongue),
        "appeal_by": day_words(facts.appeal_by, tongue),
        "discount": f"{facts.discount}%",
        "due": str(facts.due_after),
        "back": str(facts.back),
        "agb": percent_words(facts.agb or 0),
        "cap": str(facts.cap or ZERO),
        "reason": line,
        "instalments": str(facts.instalments),
        "instalment": str(facts.instalment),
        "year": str(facts.guideline_year),
    }


_MONTHS_ES = (
    "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre",
    "octubre", "noviembre", "diciembre",
)  # fmt: skip

POLICY_WORDS_ES: Mapping[PolicyLine, str] = {
    PolicyLine.INCOME_ABOVE: "Su ingreso está por encima del límite para la ayuda, y sus facturas médicas de los"
    " últimos 12 meses no pasan de la parte de su ingreso que dice nuestra política.",
    PolicyLine.NOT_ANSWERED: "Le pedimos papeles. No los recibimos en 30 días.",
    PolicyLine.NOT_COVERED: "Nuestra política no cubre este tipo de atención.",
    PolicyLine.ANOTHER_PAYS: "Un seguro o un programa paga esta atención, así que usted no nos debe nada por ella.",
    PolicyLine.NOTHING_OWED: "Usted no tiene con nosotros una factura que esta ayuda pueda bajar.",
    PolicyLine.NOT_TRUE: "Lo que dice el formulario no es lo que dicen los papeles.",
}

_SAY: Mapping[str, Mapping[str, str]] = {
    "en": {
        "title": "Our answer about help with your bills",
        "applied": "You asked {practice} for help with your bills on {applied}.",
        "approved": "The answer is yes. We take all of your part off these bills.",
        "partial": "The answer is yes, in part. We take {discount} of your part off these bills.",
        "denied": "We are sorry. We can not give you this help now.",
        "because": "The reason is this rule of our policy: {reason}",
        "covers": "This counts for bills that we first sent you on {since} or later.",
        "lasts": "It counts until {ends}.",
        "measured": "What we looked at",
        "accounts_label": "Accounts",
        "people": "People in your home",
        "income": "Income in 12 months",
        "percent": "Share of the {year} poverty line",
        "discount": "Part that we take off",
        "from": "From",
        "until": "Until",
        "amounts": "What it comes to",
        "before": "Your part before",
        "off": "Help that we gave",
        "owes": "Your part now",
        "paid": "You have paid",
        "back": "We owe you",
        "left": "Left to pay",
        "owe_now": "You owe now",
        "next": "What comes next",
        "nothing_left": "You have nothing left to pay on these bills.",
        "pay_left": "You have {due} left to pay. You can pay it on our pages, by mail or by phone.",
        "plan": "You can also pay it in {instalments} parts of up to {instalment} a month. There is no fee."
        " Call us, or set it up on our pages.",
        "refund": "You paid more than your part. We send {back} back to you in 30 days.",
        "credit": "You paid {back} more than your part. We keep it for your next bill. Call us if you want it back.",
        "agb": "You never pay more than {agb} of the full price. That is what people with a plan pay"
        " us on average. We worked it out from the bills of 12 months.",
        "cap": "You pay at most {cap} in these 12 months.",
        "new_visits": "If you come to us again in this time, we take the same part off by ourselves.",
        "denied_next": "You can pay over time with no fee. Call us, and we find a way with you.",
        "apply_again": "You can ask again at any time if your income or your home changes.",
        "rights": "If you do not agree",
        "appeal": "You can ask us to look again until {appeal_by}. Write to us, call us, or use our pages.",
        "other_person": "Then a person who did not make this choice looks at it. We do not ask you for money on these bills while we look.",
        "call": "Call {phone} with any question.",
        "language": "We speak with you in your language at no cost. Just tell us which one.",
    },
    "es": {
        "title": "Nuestra respuesta sobre la ayuda con sus facturas",
        "applied": "Usted pidió ayuda con sus facturas a {practice} el {applied}.",
        "approved": "La respuesta es sí. Quitamos toda su parte de estas facturas.",
        "partial": "La respuesta es sí, en parte. Quitamos {discount} de su parte de estas facturas.",
        "denied": "Lo sentimos. No podemos darle esta ayuda ahora.",
        "because": "La razón es esta regla de nuestra política: {reason}",
        "covers": "Vale para las facturas que le enviamos por primera vez el {since} o después.",
        "lasts": "Vale hasta el {ends}.",
        "measured": "Lo que vimos",
        "accounts_label": "Cuentas",
        "people": "Personas en su hogar",
        "income": "Ingreso en 12 meses",
        "percent": "Parte de la línea de pobreza de {year}",
        "discount": "Parte que quitamos",
        "from": "Desde",
        "until": "Hasta",
        "amounts": "En cuánto queda",
        "before": "Su parte antes",
        "off": "Ayuda que le dimos",
        "owes": "Su parte ahora",
        "paid": "Usted ha pagado",
        "back": "Le debemos",
        "left": "Le queda por pagar",
        "owe_now": "Debe ahora",
        "next": "Lo que sigue",
        "nothing_left": "No le queda nada por pagar en estas facturas.",
        "pay_left": "Le quedan {due} por pagar. Puede pagar en nuestras páginas, por correo o por teléfono.",
        "plan": "También puede pagar en {instalments} partes de hasta {instalment} al mes. No hay cargos."
        " Llámenos, o hágalo en nuestras páginas.",
        "refund": "Usted pagó más que su parte. Le devolvemos {back} en 30 días.",
        "credit": "Usted pagó {back} más que su parte. Lo guardamos para su próxima factura. Llámenos si lo quiere de vuelta.",
        "agb": "Usted nunca paga más de {agb} del precio completo. Es lo que pagan en promedio las personas"
        " con seguro. Lo calculamos con las facturas de 12 meses.",
        "cap": "Usted paga como máximo {cap} en estos 12 meses.",
        "new_visits": "Si viene otra vez en este tiempo, quitamos la misma parte sin que lo pida.",
        "denied_next": "Puede pagar en partes, sin cargos. Llámenos y buscamos una forma con usted.",
        "apply_again": "Puede pedir la ayuda otra vez si su ingreso o su hogar cambia.",
        "rights": "Si no está de acuerdo",
        "appeal": "Puede pedirnos que lo veamos otra vez hasta el {appeal_by}. Escríbanos, llámenos o use nuestras páginas.",
        "other_person": "Entonces lo ve una persona que no tomó esta decisión. No le pedimos dinero por estas facturas mientras tanto.",
        "call": "Llame al {phone} si tiene preguntas.",
        "language": "Hablamos con usted en su idioma sin costo. Solo díganos cuál.",
    },
}
