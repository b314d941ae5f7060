"""Who lives through the chaos: patients with bills and claims that wait for their payer, and an office."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from billing import entries
from billing.money import Money
from portal.app import create_app as create_patient_app
from portal.config import Settings
from portal.db import transaction
from portal.models.claims import Visit
from portal.services.post_entry import post_entry
from staff_admin.app import create_app as create_staff_app
from tests.services.ledger_book import Book, party_of
from tests.web.pages import PageClient
from tests.web.people import make_login, signed_in

BILLS = (60_000, 24_000)  # cents, for each account
CLAIM = 30_000  # what its payer has yet to decide


@dataclass(frozen=True, kw_only=True)
class Household:
    """One account, its sign-in's cookie, and the claim that a remittance will decide."""

    account_id: int
    cookie: tuple[str, str]
    control_number: str


@dataclass(frozen=True, kw_only=True)
class Office:
    """The cookies of whoever asks for refunds, approves them, and posts remittances."""

    biller: tuple[str, str]
    manager: tuple[str, str]
    poster: tuple[str, str]


def open_practice(
    settings: Settings, households: int, today: date
) -> tuple[list[Household], Office]:
    """Rows as the practice's own files would leave them; signed in once, by the same keys as the servers have."""
    with transaction() as session:
        book = Book(session)
        book.practice()
        payer = book.payer()
        rows = [_household(book, payer, number, today) for number in range(households)]
    patients, staff = create_patient_app(settings), create_staff_app(settings)

    def cookie(client: PageClient) -> tuple[str, str]:
        found = client.http.get_cookie(client.flask_app.config["SESSION_COOKIE_NAME"])
        if found is None:  # the staff's cookie is of its own path
            name = client.flask_app.config["SESSION_COOKIE_NAME"]
            path = client.flask_app.config["SESSION_COOKIE_PATH"] or "/"
            found = client.http.get_cookie(name, path=path)
        assert found is not None
        return found.key, found.value

    def of_patient(account_id: int) -> tuple[str, str]:
        login_id = make_login("patient", accounts=[account_id])
        return cookie(signed_in(PageClient(patients), login_id))

    def of_staff(role: str) -> tuple[str, str]:
        return cookie(signed_in(PageClient(staff), make_login("staff", role=role)))

    office = Office(
        biller=of_staff("biller"), manager=of_staff("manager"), poster=of_staff("payment_poster")
    )
    return [
        Household(
            account_id=visit.guarantor_account_id,
            cookie=of_patient(visit.guarantor_account_id),
            control_number=visit.control_number,
        )
        for visit in rows
    ], office


def _household(book: Book, payer: object, number: int, today: date) -> Visit:
    account = book.account(first_name="Testa", last_name=f"Sample{number}")
    patient = book.patient(account)
    for age, cents in enumerate(BILLS, start=1):
        on = today - timedelta(days=30 * age)
        visit, [charge] = book.visit(patient, [cents], service_on=on, coverage_intent="self_pay")
        charge.description = "Office visit"
        line = entries.Line(party_of(visit, charge), Money(cents))
        ref = f"chaos:{visit.id}"
        post_entry(
            book.session, entries.self_pay_charge(source_ref=ref, occurred_on=on, lines=[line])
        )
    claimed, charges = book.visit(patient, [CLAIM])
    coverage = book.coverage(patient, payer)  # type: ignore[arg-type]
    book.claim(claimed, charges, payer, coverage_id=coverage.id)  # type: ignore[arg-type]
    return claimed
