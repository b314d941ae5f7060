"""Somebody who reads Spanish: the first page, the sign-in and their own bills, each looked at by axe in Spanish (LANG-3)."""

import re
from collections.abc import Callable

from tests.browser.conftest import Visitor


def test_LANG_3_from_the_start_page_to_the_bill_in_spanish(visit: Callable[[str], Visitor]) -> None:
    visitor = visit("phone")
    visitor.page.goto(visitor.patient_url)
    visitor.press("Español")
    visitor.look("Vea y pague su factura", "spanish")
    visitor.press("Crear una cuenta", "link")
    visitor.look("Crear una cuenta")
    visitor.press("Continuar")
    visitor.look("Crear una cuenta")
    sign_in(visitor)
    visitor.look("Sus facturas", "spanish-bills")
    # Paid or not by an earlier story: any visit will do, also one in a closed list.
    visit_of_theirs = visitor.page.locator("main a[href*='/bills/']").first.get_attribute("href")
    visitor.page.goto(f"{visitor.patient_url}{visit_of_theirs}")
    visitor.look(re.compile("^Su (factura|consulta)$"))
    for path, heading in (
        ("/insurance", "Seguro"),
        ("/details", "Sus datos"),
        ("/details/confidential/", "Contáctenme de otra manera"),
        ("/access/", "Quién puede ver mi cuenta"),
        ("/payments", "Sus pagos"),
        ("/messages", "Mensajes"),
    ):
        visitor.page.goto(f"{visitor.patient_url}{path}")
        visitor.look(heading)


def sign_in(visitor: Visitor) -> None:
    """Password, then the code of the authenticator."""
    person = visitor.person(name="Devon Demo")
    visitor.page.goto(f"{visitor.patient_url}/sign-in")
    visitor.look("Iniciar sesión")
    visitor.fill("email", person["email"])
    visitor.fill("password", person["password"])
    visitor.press("Iniciar sesión")
    visitor.look("Escriba su código")
    visitor.fill("code", visitor.next_code(person))
    visitor.press("Continuar")
