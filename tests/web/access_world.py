"""One committed record with an id for every argument of an address, and everybody who may try it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import select, update

from billing.money import Money
from billing.plans import Terms
from portal.db import read_only, transaction
from portal.models.accounts import Patient
from portal.models.identity import AccountAccess, Login, LoginSession
from portal.models.payments import Payment
from portal.models.statements import Statement, StatementDelivery
from portal.queries.permissions import ROLES
from portal.queries.plan_offer import offer_of
from portal.queries.plan_paper import paper
from portal.queries.plan_scope import Why
from portal.queries.viewer import PatientViewer
from portal.services.appointment_actor import Actor as Booker
from portal.services.book_appointment import Booking, book_appointment
from portal.services.consent_paperless import Browser
from portal.services.cut_statements import cut_statements
from portal.services.hold_slot import Holder, hold_slot
from portal.services.paperless_sample import send_sample
from portal.services.sign_plan import PlanWish, Signature, sign_plan
from portal.services.start_session import session_hash, start_session
from tests.booking_world import lay_booking
from tests.services.proxy_world import NOW, add_grant, make_own
from tests.web.disputes_world import add_dispute
from tests.web.guest_help_world import begin
from tests.web.help_world import add_application
from tests.web.insurance_world import begun, open_world, photo, send_photo
from tests.web.letters_world import add_letter
from tests.web.pages import PageClient
from tests.web.paying import as_payer, statement_code
from tests.web.people import make_account, make_login, messages, signed_in
from tests.web.saved_ways_world import add_saved_way
from tests.web.texted import answer, give_phone, link_for, type_code
from tests.web.waitlist_world import add_waiting

PAYMENT = UUID("5c0ffee0-0000-4000-8000-000000000001")
VISIT = UUID("5c0ffee0-0000-4000-8000-000000000003")
PLAN = UUID("5c0ffee0-0000-4000-8000-000000000002")
INVITATION = "an-invitation-that-waits-for-the-unlinked"
SCOPES = ("bills", "pay", "book", "insurance", "full")


@dataclass
class Actor:
    """Somebody's browser. `grant` is what it acts under, put back before each request."""

    client: PageClient
    grant: int | None = None
    own: Mapping[str, object] = field(
        default_factory=dict
    )  # arguments that name something of their own
    stale: bool = False  # the password was given too long ago for what is delicate
    touched: bool = True  # the last request may have changed who they are here
    cookie: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        with self.client.http.session_transaction() as cookie:
            self.cookie = dict(cookie)

    def make_ready(self) -> None:
        """Signed in and acting as this actor stands for, whatever the last request did."""
        if not self.touched:
            return
        self.touched = False
        if self.client.login_id:
            with transaction() as session:
                session.execute(
                    update(LoginSession)
                    .where(LoginSession.login_id == self.client.login_id)
                    .values(acting_grant_id=self.grant, ended_at=None)
                )
        with self.client.http.session_transaction() as cookie:
            cookie.clear()
            cookie.update(self.cookie)
            if self.stale:
                cookie["fs_paa"] = 0


@dataclass
class PatientsWorld:
    """The owner's record, by the names that addresses give their arguments, and the actors by name."""

    record: Mapping[str, object]
    forms: Mapping[str, Mapping[str, object]]  # by address: what names the owner's things in a body
    actors: Mapping[str, Actor]


def patients_world(flask_app: Flask) -> PatientsWorld:
    """A record of every kind, its owner, strangers, and proxies of every scope and state."""
    flask_app.config["CLOCK"] = lambda: NOW
    world = open_world()
    make_own(world.account_id)
    give_phone(world.account_id)
    statement = _statement()
    _payment(world.account_id)
    guest = PageClient(flask_app)
    answer(guest, link_for(flask_app, world.account_id), birth="4/5/1980", zip_code="10001")
    type_code(guest)
    owner_id = make_login("patient", email="testa@example.com", accounts=[world.account_id])
    owner = signed_in(PageClient(flask_app), owner_id)
    submission = begun(owner.post("/insurance/begin", {"patient": world.patient_id}))
    send_photo(owner, f"{submission}/photo/front", photo())
    with read_only() as session:
        patient = session.get_one(Patient, world.patient_id)
    spare = make_login("patient", accounts=[make_account(first_name="Spare")])
    unlinked = signed_in(PageClient(flask_app), make_login("patient", email="new@example.com"))
    add_grant(
        patient,
        by=owner_id,
        proxy=None,
        email="new@example.com",
        token_hash=session_hash(INVITATION),
    )
    record: dict[str, object] = {
        "submission_id": submission.rsplit("/", 1)[1],
        "side": "front",
        "account_id": world.account_id,
        "visit_id": world.visit_id,
        "payment_id": PAYMENT,
        "grant_id": add_grant(patient, by=owner_id, proxy=spare),
        "session_id": _other_device(owner_id),
        "category": "billing",
        "what": "all",
        "year": 2026,
        "answer": "accept",
        "tag": "en",
        **add_saved_way(world.account_id, owner_id, NOW),
        "code": "NOTHING",
        "statements number": statement,
        "notice_id": add_letter(world.account_id, NOW),
        "receipts number": "R-2026-0001",
        "appointment_id": _visit(owner_id, world.patient_id),
        "plan_id": _plan(owner_id, world.account_id),
        "plans number": 1,
        "paperless token": _sample(flask_app, owner_id, world.account_id),
        "access token": INVITATION,
        "filename": "js/kindbill.js",
        **add_waiting(world.patient_id, NOW),
        **add_dispute(world.account_id, owner_id, flask_app.extensions["kindbill"].documents, NOW),
        **add_application(owner_id, flask_app.extensions["kindbill"], NOW),
    }
    actors = {
        "nobody": Actor(PageClient(flask_app)),
        "guest": Actor(guest),
        "payer": Actor(_payer(flask_app, world.account_id)),
        "applicant": Actor(_applicant(flask_app)),
        "unlinked": Actor(unlinked),
        "owner": Actor(owner),
        "stale": Actor(signed_in(PageClient(flask_app), owner_id), stale=True),
        "former": Actor(_former(flask_app, world.account_id)),
        "other": Actor(_helper(flask_app)),
    }
    forms = _forms(world, record)
    return PatientsWorld(record, forms, actors | _proxies(flask_app, patient, owner_id))


def _forms(world: Any, record: Mapping[str, object]) -> dict[str, dict[str, object]]:
    """What is sent with a POST, where the bare address would say nothing."""
    account = {"account": world.account_id}
    terms = {"total": 6000, "down": 0, "n": 2, "first": "2026-03-15", "day": 15}
    signing = {**account, **terms, "plan": PLAN, "why": "changed", "version": 2, "method": "manual"}
    wish = {**account, "method": record["method_id"], "cap": 20_000, "day": 16}
    return {
        "/insurance/begin": {"patient": world.patient_id},
        "/credit/keep": account,
        "/credit/send-back": account,
        "/plans/ask": account,
        "/plans/sign": signing,
        "/pay/autopay/sign": wish,
        "/pay/review": {**account, "choice": "all"},
        "/pay/begin": {**account, "payment": UUID(int=7), "scope": "all", "visit": "", "cents": 1},
    }


def staff_world(flask_app: Flask, patient_app: Flask) -> Mapping[str, Actor]:
    """A browser of every role, one of somebody who was switched off, and a patient's."""
    flask_app.config["CLOCK"] = lambda: NOW
    patient = signed_in(PageClient(patient_app), make_login("patient"))
    cookie = patient.http.get_cookie(patient_app.config["SESSION_COOKIE_NAME"])
    assert cookie is not None
    strayed = PageClient(flask_app)
    strayed.http.set_cookie(flask_app.config["SESSION_COOKIE_NAME"], cookie.value)
    off = signed_in(PageClient(flask_app), make_login("staff", role="manager"))
    with transaction() as session:
        session.get_one(Login, off.login_id).active = False
    roles = {
        role: Actor(signed_in(PageClient(flask_app), make_login("staff", role=role)))
        for role in ROLES
    }
    stale = signed_in(PageClient(flask_app), make_login("staff", role="manager"))
    return {
        "nobody": Actor(PageClient(flask_app)),
        "patient": Actor(strayed),
        "switched_off": Actor(off),
        **roles,
        "stale": Actor(stale, stale=True),
    }


def _proxies(flask_app: Flask, patient: Patient, owner_id: int) -> dict[str, Actor]:
    """One who is not acting now, one acting in each scope, and two whose access is over."""

    def actor(*scopes: str, acting: bool = True, **fields: object) -> Actor:
        client = _helper(flask_app)
        grant = add_grant(
            patient, by=owner_id, proxy=client.login_id, scopes=list(scopes), **fields
        )
        return Actor(client, grant=grant if acting else None, own={"grant_id": grant})

    return {
        "idle": actor("full", acting=False),
        **{scope: actor(scope) for scope in SCOPES},
        "expired": actor("full", ends_on=NOW.date()),
        "revoked": actor("full", ended_at=NOW),
    }


def _helper(flask_app: Flask) -> PageClient:
    """Somebody with an account of their own."""
    return signed_in(
        PageClient(flask_app),
        make_login("patient", accounts=[make_account(first_name="Other")]),
    )


def _former(flask_app: Flask, account_id: int) -> PageClient:
    """Somebody who saw this account until their access to it was ended; they keep another."""
    own = make_account(first_name="Former")
    login_id = make_login("patient", accounts=[account_id, own])
    client = signed_in(PageClient(flask_app), login_id)
    with transaction() as session:
        session.execute(
            update(AccountAccess)
            .where(
                AccountAccess.login_id == login_id,
                AccountAccess.guarantor_account_id == account_id,
            )
            .values(ended_at=NOW)
        )
    return client


def _payer(flask_app: Flask, account_id: int) -> PageClient:
    code = statement_code(flask_app, account_id, now=NOW)
    return as_payer(PageClient(flask_app), code, birth="4/5/1980", zip_code="10001")


def _applicant(flask_app: Flask) -> PageClient:
    client = PageClient(flask_app)
    begin(client)
    return client


def _statement() -> str:
    """The number of one that was cut and mailed: what never left the house is shown to nobody."""
    [number] = cut_statements(on=NOW.date(), now=NOW, public_url="http://localhost:8000").numbers
    with transaction() as session:
        cut = session.scalars(select(Statement)).one()
        session.add(
            StatementDelivery(statement_id=cut.id, channel="paper", delivered_on=NOW.date())
        )
    return number


def _payment(account_id: int) -> None:
    with transaction() as session:
        session.add(
            Payment(
                id=PAYMENT,
                guarantor_account_id=account_id,
                amount=Money(6000),
                scope="all",
                request_hash="",
                state="succeeded",
                created_at=NOW,
                state_at=NOW,
                succeeded_at=NOW,
                receipt_number="R-2026-0001",
            )
        )


def _plan(login_id: int, account_id: int) -> UUID:
    """One that the owner signed for all that is owed."""
    viewer = PatientViewer(login_id, frozenset({account_id}))
    with read_only() as session:
        total = offer_of(session, account_id, on=NOW.date()).total
    wanted = Terms(total, Money(0), 2, date(2026, 3, 15), 15)
    told = {"plan_id": PLAN, "account_id": account_id, "why": Why.FIRST, "terms": wanted}
    page = paper(viewer, on=NOW.date(), **told)
    assert page is not None
    assert page.drafted is not None
    signature = Signature(
        typed_name="Testa Sample",
        ticked=True,
        agreement_hash=page.drafted.agreement_hash,
        box_hash="",
        browser=Browser(ip="", user_agent=""),
    )
    wish = PlanWish(version=1, **told)
    sign_plan(
        viewer=viewer, wish=wish, signature=signature, public_url="http://localhost:8000", now=NOW
    )
    return PLAN


def _visit(login_id: int, patient_id: int) -> UUID:
    """One that the owner booked for a week from now."""
    with transaction() as session:
        office = lay_booking(session, NOW)
    start, holder = office.start(), Holder(patient_id=patient_id, login_id=login_id)
    hold_slot(appointment_id=VISIT, start=start, holder=holder, now=NOW)
    booking = Booking(patient_id=patient_id, coverage_intent="self_pay")
    actor = Booker(login_id, "portal")
    book_appointment(appointment_id=VISIT, booking=booking, actor=actor, now=NOW)
    return VISIT


def _other_device(login_id: int) -> int:
    return start_session(login_id=login_id, face="patient", device="A phone", now=NOW).session_id


def _sample(flask_app: Flask, login_id: int, account_id: int) -> str:
    """The link of a genuine sample that was sent to the owner."""
    doors = flask_app.extensions["kindbill"]
    send_sample(
        viewer=PatientViewer(login_id, frozenset({account_id})),
        key=doors.hash_keys[0],
        public_url=doors.public_url,
        now=NOW,
    )
    mail = next(one for one in messages() if "/paperless/sample/" in one.body)
    return mail.body.split("/paperless/sample/", 1)[1].split()[0]
