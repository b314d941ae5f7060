"""What a person reads before they give up paper: six disclosures, each with its own version, in each language (MSG-24, LANG-3).

Not in the catalogue: a consent row keeps the words that were read, so a change of one is a new version of it in that language.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

WORDING_VERSION = "2026-11"
TECHNICAL = "technical"
# A new version asks everybody for a new consent: what people need to read a statement has changed. One for all languages.
TECHNICAL_VERSION = "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure:
    """One of the six, in words that stand in the consent row as they were seen."""

    key: str
    version: str
    title: str
    text: str


# By language and key: version, title, text.
_TEXTS: Mapping[str, Mapping[str, tuple[str, str, str]]] = {
    "en": {
        "paper": (
            "1",
            "You have a right to paper",
            (
                "You can get every statement on paper. Paper is free."
                " If you do nothing here, your statements come on paper."
            ),
        ),
        "withdraw": (
            "1",
            "You can go back to paper",
            (
                "You can change your mind at any time. It is free. Your next statement then comes"
                " in the mail. Older statements stay on this site."
            ),
        ),
        "scope": (
            "1",
            "What this covers",
            (
                "This covers your statements and notices about your bills. It covers nothing else."
                " It lasts until you stop it."
            ),
        ),
        "how": (
            "1",
            "How to stop, and how to change your address",
            (
                "To stop, press the button on this page, or call us at"
                " {phone}. To change your e-mail address, call us too."
                " If our e-mail comes back, we send paper again."
            ),
        ),
        "copy": (
            "1",
            "How to get a paper copy",
            "Open a statement and press “Mail me a paper copy”, or call us. It is free.",
        ),
        TECHNICAL: (
            TECHNICAL_VERSION,
            "What you need",
            (
                "You need a phone or a computer that is on the internet. It must have a new web"
                " browser and be able to open PDF files. You need your own e-mail address."
            ),
        ),
    },
    "es": {
        "paper": (
            "1",
            "Usted tiene derecho al papel",
            (
                "Puede recibir cada estado de cuenta en papel. El papel es gratis."
                " Si no hace nada aquí, sus estados de cuenta llegan en papel."
            ),
        ),
        "withdraw": (
            "1",
            "Puede volver al papel",
            (
                "Puede cambiar de opinión en cualquier momento. Es gratis. Su próximo estado de cuenta"
                " le llega entonces por correo. Los anteriores quedan en este sitio."
            ),
        ),
        "scope": (
            "1",
            "Qué cubre esto",
            (
                "Esto cubre sus estados de cuenta y los avisos sobre sus facturas. No cubre nada más."
                " Dura hasta que usted lo termine."
            ),
        ),
        "how": (
            "1",
            "Cómo terminar y cómo cambiar su dirección",
            (
                "Para terminar, presione el botón de esta página o llámenos al"
                " {phone}. Para cambiar su correo electrónico, llámenos también."
                " Si nuestro correo electrónico regresa, volvemos a enviar papel."
            ),
        ),
        "copy": (
            "1",
            "Cómo obtener una copia en papel",
            "Abra un estado de cuenta y presione “Enviarme una copia en papel”, o llámenos. Es gratis.",
        ),
        TECHNICAL: (
            TECHNICAL_VERSION,
            "Qué necesita",
            (
                "Necesita un teléfono o una computadora con internet. Debe tener un navegador reciente"
                " y poder abrir archivos PDF. Necesita su propio correo electrónico."
            ),
        ),
    },
}
_AGREEMENT: Mapping[str, str] = {
    "en": "Yes, send my statements and notices about my bills without paper."
    " Write to {email}. I could open the sample.",
    "es": "Sí, envíen sin papel mis estados de cuenta y los avisos sobre mis facturas."
    " Escriban a {email}. Pude abrir la muestra.",
}
_SAMPLE: Mapping[str, Mapping[str, str]] = {
    "en": {
        "title": "Sample statement",
        "what": "This is not a bill. It shows that you can open the files that we send instead of paper.",
        "next": "Go back to the page where you asked for this sample, and type these six digits there.",
    },
    "es": {
        "title": "Muestra de estado de cuenta",
        "what": "Esto no es un cobro. Muestra que usted puede abrir los archivos que enviamos en vez de papel.",
        "next": "Vuelva a la página donde pidió esta muestra y escriba allí estos seis dígitos.",
    },
}
LANGUAGES = tuple(_TEXTS)


def disclosures(phone: str, language: str) -> tuple[Disclosure, ...]:
    """The six texts, with the practice's phone number in them."""
    return tuple(
        Disclosure(key=key, version=version, title=title, text=text.format(phone=phone))
        for key, (version, title, text) in _TEXTS[language].items()
    )


def agreement(email: str, language: str) -> str:
    """The words beside the unchecked box."""
    return _AGREEMENT[language].format(email=email)


def as_seen(phone: str, email: str, language: str) -> dict[str, Any]:
    """The texts as a consent row keeps them."""
    texts = {
        one.key: {"version": one.version, "title": one.title, "text": one.text}
        for one in disclosures(phone, language)
    }
    return {**texts, "agreement": agreement(email, language)}


def hash_of(wording: Mapping[str, Any]) -> str:
    """By which a form says what it showed."""
    return sha256(json.dumps(wording, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def sample_words(language: str) -> Mapping[str, str]:
    """What stands in the sample besides its code."""
    return _SAMPLE[language]
