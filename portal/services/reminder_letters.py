"""The words of e-mails and letters that remind of a visit: the day, the hour, a link; never what it is for (MSG-18)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from portal.services.letters import Letter, Letterhead, billing_letter

_MONTHS_ES = (
    *("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto"),
    *("septiembre", "octubre", "noviembre", "diciembre"),
)
_DAYS_ES = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")
NOON = 12


@dataclass(frozen=True, slots=True)
class When:
    """A start by the clock of the place, as a letter says it."""

    local: datetime

    def words(self, language: str) -> str:
        """Wednesday, September 30 at 9:00 am; miércoles 30 de septiembre a las 9:00 am."""
        at = self.local
        clock = f"{at.hour % NOON or NOON}:{at.minute:02d} {'am' if at.hour < NOON else 'pm'}"
        if language == "es":
            day = f"{_DAYS_ES[at.weekday()]} {at.day} de {_MONTHS_ES[at.month - 1]}"
            return f"{day} a las {clock}"
        return f"{at:%A, %B} {at.day} at {clock}"


def visit_reminder(head: Letterhead, when: When, *, page: str, language: str = "en") -> Letter:
    """A visit is near: when it is, and where to confirm or change it. `page` is the address's path."""
    if language == "es":
        return billing_letter(
            "visit_reminder",
            head,
            "Le recordamos algo que reservó con nosotros.",
            f"Su cita es el {when.words('es')}.",
            f"Para confirmarla o cambiarla: {head.public_url}{page}",
        )
    return billing_letter(
        "visit_reminder",
        head,
        "This is a reminder of a time that you booked with us.",
        f"Your visit is on {when.words('en')}.",
        f"To confirm or change it: {head.public_url}{page}",
    )


def printed_reminder(when: When, *, phone: str, language: str) -> tuple[str, tuple[str, ...]]:
    """The same on paper: its title and paragraphs. Nothing on it can be tapped: it names a number to call."""
    if language == "es":
        return "Un recordatorio", (
            f"Su cita con nosotros es el {when.words('es')}.",
            f"Para confirmarla o cambiarla, llámenos al {phone}.",
            "Si no puede venir, avísenos lo antes posible: otra persona puede usar esa hora.",
        )
    return "A reminder", (
        f"Your visit with us is on {when.words('en')}.",
        f"To confirm or change it, call {phone}.",
        "If you cannot come, please tell us soon: somebody else can use the time.",
    )


def visit_missed(head: Letterhead, *, language: str = "en") -> Letter:
    """They did not come: the way to another time, and no word of blame (SCH-7)."""
    if language == "es":
        return billing_letter(
            "visit_missed",
            head,
            "Sentimos no haberle visto.",
            f"Elija otra hora cuando le venga bien: {head.public_url}/visits/book",
            "Si algo le impide venir, llámenos: podemos ayudar.",
        )
    return billing_letter(
        "visit_missed",
        head,
        "We are sorry that we missed you.",
        f"Choose a new time when it suits you: {head.public_url}/visits/book",
        "If something makes it hard to come, call us. We may be able to help.",
    )


def wait_list_gone(head: Letterhead, *, language: str = "en") -> Letter:
    """An offered time is another's by now: they need not look, and stay on the list (SCH-8)."""
    if language == "es":
        return billing_letter(
            "wait_list_gone",
            head,
            "La hora que le ofrecimos ya no está libre.",
            "Otra persona la tomó primero. Usted sigue en la lista, y le avisaremos de la próxima.",
            f"Para ver la lista o salir de ella: {head.public_url}/visits/waitlist",
        )
    return billing_letter(
        "wait_list_gone",
        head,
        "The time that we offered you is taken.",
        "Somebody else was first. You stay on the list, and we will tell you of the next one.",
        f"To see the list or to leave it: {head.public_url}/visits/waitlist",
    )


def wait_list(head: Letterhead, when: When, *, until: When, language: str = "en") -> Letter:
    """An earlier time is theirs until then, if they take it (SCH-8)."""
    if language == "es":
        return billing_letter(
            "wait_list",
            head,
            "Hay una hora antes.",
            f"Es el {when.words('es')}.",
            f"Puede tomarla hasta el {until.words('es')}: {head.public_url}/visits/waitlist",
            "Si no la quiere, no tiene que hacer nada. Sigue en la lista.",
        )
    return billing_letter(
        "wait_list",
        head,
        "An earlier time has opened.",
        f"It is on {when.words('en')}.",
        f"You can take it until {until.words('en')}: {head.public_url}/visits/waitlist",
        "If you do not want it, there is nothing to do. You stay on the list.",
    )
