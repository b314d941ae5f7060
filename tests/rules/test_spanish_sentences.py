"""English sentences of Python, as a Spanish page says them (LANG-3)."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages import Catalog

from portal.web.languages import COMPILED
from portal.web.spanish import dated, in_words_of
from tools.translations import compiled

WORDS = {
    "Paid": "Pagado",
    "your birth date": "su fecha de nacimiento",
    "Enter %(noun)s.": "Escriba %(noun)s.",
    "Your plan put %(deductible)s of this toward your yearly deductible.": "Su seguro aplicó %(deductible)s de esto a su deducible anual.",
    "You pay that part.": "Usted paga esa parte.",
    "We are waiting for %(plan)s.": "Esperamos a %(plan)s.",
    "%(payer)s told us on %(decided_on)s: you may owe %(told)s.": "%(payer)s nos dijo el %(decided_on)s: puede deber %(told)s.",
    "%(payer)s decided %(named)s.": "%(payer)s decidió sobre %(named)s.",
    "It paid %(paid)s.": "Pagó %(paid)s.",
    "The visit of %(day)s": "La consulta del %(day)s",
    "%(brand)s card": "Tarjeta %(brand)s",
    "%(brand)s ending %(last4)s": "%(brand)s terminada en %(last4)s",
    "%(method)s ending in %(last4)s": "%(method)s con el final %(last4)s",
    "%(day)s at %(time)s": "%(day)s a las %(time)s",
    "Save 5%% of it.": "Ahorre el 5%% de eso.",
    '<a href="%(url)s">Help</a>': '<a href="%(url)s">Ayuda</a>',
}


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = Catalog(locale="es")
    for english, spanish in WORDS.items():
        made.add(english, spanish)
    path = tmp_path_factory.mktemp("es") / "messages.mo"
    path.write_bytes(compiled(made))
    return path


@pytest.mark.parametrize(
    ("english", "spanish"),
    [
        ("Paid", "Pagado"),
        ("Enter your birth date.", "Escriba su fecha de nacimiento."),
        (
            "Your plan put $1,250.00 of this toward your yearly deductible. You pay that part.",
            "Su seguro aplicó $1,250.00 de esto a su deducible anual. Usted paga esa parte.",
        ),
        ("We are waiting for Blue 5.0 (Ohio).", "Esperamos a Blue 5.0 (Ohio)."),
        (
            "Acme Health told us on March 14, 2026: you may owe $50.00.",
            "Acme Health nos dijo el 14 de marzo de 2026: puede deber $50.00.",
        ),
        (
            "St. Testa Health decided the visit of March 14, 2026. It paid $50.00.",
            "St. Testa Health decidió sobre la consulta del 14 de marzo de 2026. Pagó $50.00.",
        ),
        ("Visa ending 4242", "Visa terminada en 4242"),
        ("Visa card ending in 4242", "Tarjeta Visa con el final 4242"),
        ("Save 5% of it.", "Ahorre el 5% de eso."),
        ("Testa Sample", "Testa Sample"),
        (
            "Nobody wrote this one. You pay that part.",
            "Nobody wrote this one. Usted paga esa parte.",
        ),
        ("", ""),
    ],
)
def test_LANG_3_a_sentence_is_found_whole_by_its_pattern_or_sentence_by_sentence(
    catalogue: Path, english: str, spanish: str
) -> None:
    assert in_words_of(catalogue, english, "es") == spanish


@pytest.mark.parametrize(
    ("english", "spanish"),
    [
        ("March 14, 2026", "14 de marzo de 2026"),
        ("Mar 14, 2026", "14 de marzo de 2026"),
        ("Feb 29", "29 feb"),
        ("May 3", "3 may"),
        ("Sample 14, 2026", "Sample 14, 2026"),
        ("Exa 31", "Exa 31"),
    ],
)
def test_LANG_3_dates_in_a_sentence_take_the_form_of_the_language(
    english: str, spanish: str
) -> None:
    assert dated(english, "es") == spanish


@pytest.mark.parametrize(
    ("english", "spanish"),
    [
        ("your Visa card ending in 4242", "su tarjeta Visa terminada en 4242"),
        ("your bank account ending in 6789", "su cuenta bancaria terminada en 6789"),
        ("Bank account ending in 6789", "Cuenta bancaria terminada en 6789"),
        ("Visa ending 4242", "Visa terminada en 4242"),
        ("At our desk, copay", "En nuestro mostrador, copago"),
        ("Taken back: we billed your plan", "Anulado: cobramos a su seguro"),
        ("Plan paid (Acme Health)", "Pagado por el seguro (Acme Health)"),
        ("Acme Health took off", "Acme Health descontó"),
        ("Acme Health, payment T1", "Acme Health, pago T1"),
        ("helper@example.com paid this", "helper@example.com pagó esto"),
        (
            "Your plan decided the visit of March 14, 2026. It paid $50.00.",
            "Su seguro decidió sobre la consulta del 14 de marzo de 2026. Pagó $50.00.",
        ),
        (
            "The visit of March 14, 2026 is being decided again. It is not due now.",
            "La consulta del 14 de marzo de 2026 se está decidiendo otra vez. Ahora no se paga.",
        ),
        (
            "The visit of March 14, 2026 is on hold. It is not due now.",
            "La consulta del 14 de marzo de 2026 está en pausa. Ahora no se paga.",
        ),
        ("New bill for a visit.", "Factura nueva por una consulta."),
        (
            "This replaces the decision of March 14, 2026, claim 12.",
            "Esto reemplaza la decisión del 14 de marzo de 2026, reclamación 12.",
        ),
        (
            "We checked your share of the visit of March 14, 2026 with your plan.",
            "Revisamos con su seguro su parte de la consulta del 14 de marzo de 2026.",
        ),
    ],
)
def test_LANG_3_what_bills_and_kept_statements_say_is_found_in_our_own_catalogue(
    english: str, spanish: str
) -> None:
    assert in_words_of(COMPILED, english, "es") == spanish
