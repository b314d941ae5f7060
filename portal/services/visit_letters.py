"""The words of e-mails about a visit that was booked, moved or canceled: the day, the hour, a link; never what it is for (MSG-18)."""

from __future__ import annotations

from collections.abc import Mapping

from portal.services.letters import Letter, Letterhead, billing_letter
from portal.services.reminder_letters import When

BOOKED, MOVED = "visit_booked", "visit_moved"
GIVEN_BACK, CALLED_OFF = "visit_given_back", "visit_canceled"
# By template and language: the first line, which a locked screen shows; the line of the day; what the link is for.
WORDS: Mapping[str, Mapping[str, tuple[str, str, str]]] = {
    BOOKED: {
        "en": (
            "A time with us is booked.",
            "Your visit is on {when}.",
            "To see it, move it or cancel it",
        ),
        "es": (
            "Una hora con nosotros está reservada.",
            "Su cita es el {when}.",
            "Para verla, moverla o cancelarla",
        ),
    },
    MOVED: {
        "en": (
            "A time that you booked with us was changed.",
            "Your visit is now on {when}.",
            "To see it, move it or cancel it",
        ),
        "es": (
            "Una hora que reservó con nosotros ha cambiado.",
            "Su cita es ahora el {when}.",
            "Para verla, moverla o cancelarla",
        ),
    },
    GIVEN_BACK: {
        "en": (
            "A time that you booked with us was canceled, as we were asked.",
            "Your visit was to be on {when}.",
            "To find another time",
        ),
        "es": (
            "Una hora que reservó con nosotros se canceló, como nos pidieron.",
            "Su cita iba a ser el {when}.",
            "Para buscar otra hora",
        ),
    },
    CALLED_OFF: {
        "en": (
            "We had to cancel a time that you booked with us. We are sorry.",
            "Your visit was to be on {when}.",
            "To choose one of three other times",
        ),
        "es": (
            "Tuvimos que cancelar una hora que reservó con nosotros. Lo sentimos.",
            "Su cita iba a ser el {when}.",
            "Para elegir una de otras tres horas",
        ),
    },
}
_SIGN_IN = {"en": "sign in on our website", "es": "entre en nuestro sitio web"}
_FILE = {
    "en": "The file with this e-mail keeps the calendar on your phone right.",
    "es": "El archivo de este correo mantiene al día el calendario de su teléfono.",
}


def visit_letter(
    template: str, head: Letterhead, when: When, *, page: str, language: str = "en"
) -> Letter:
    """One of them, in the language of its reader. `page` is the address's path."""
    tongue = language if language in _FILE else "en"
    first, day, link = WORDS[template][tongue]
    address = f"{head.public_url}{page}" if head.public_url else _SIGN_IN[tongue]
    return billing_letter(
        template,
        head,
        first,
        day.format(when=when.words(tongue)),
        f"{link}: {address}",
        _FILE[tongue],
    )
