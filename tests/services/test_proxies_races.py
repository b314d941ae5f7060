"""Whatever happens in whatever order, and two things at once: a proxy never sees more than was shared (HIPAA-9)."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from threading import Event

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from portal.db import read_only, transaction
from portal.models.accounts import GuarantorAccount, Patient
from portal.models.payments import Payment
from portal.models.proxies import ProxyGrant
from portal.queries.proxy_grants import grant_standing
from portal.queries.viewer import acting_patient_viewer
from portal.services.choose_acting import choose_acting
from portal.services.end_proxy import end_proxy
from portal.services.refusal import NotFound
from portal.services.start_session import start_session
from portal.services.use_session import use_session
from tests.sandbox_server import SandboxServer
from tests.services.proxy_world import HELPER, NOW, URL, add_grant, add_person, make_own, viewer
from tests.services.till import open_till
from tests.web.people import make_login

pytestmark = pytest.mark.usefixtures("database_url")
DAY = timedelta(days=1)


@pytest.fixture
def testa() -> Patient:
    return add_person("Testa", date(1980, 4, 5))


@pytest.fixture
def own(testa: Patient) -> int:
    return make_login("patient", email="testa@example.com", accounts=[testa.guarantor_account_id])


@pytest.fixture
def helper() -> int:
    return make_login("patient", email=HELPER)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["grant", "accept", "end", "act", "back", "age", "move"]),
        st.integers(0, 3),
        st.integers(0, 3),
    ),
    max_size=16,
)


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(STEPS)
def test_HIPAA_9_no_row_of_events_shows_an_account_beyond_ones_own_and_live_grants(
    steps: list[tuple[str, int, int]],
) -> None:
    """Whatever is granted, ended, chosen or outgrown: what a browser sees is its own, or one live grant's."""
    people = [add_person(f"P{number}", date(1980, 4, 5)) for number in range(4)]
    logins = [make_login("patient", accounts=[one.guarantor_account_id]) for one in people]
    browsers = [start_session(login_id=one, face="patient", device="", now=NOW) for one in logins]
    now = NOW
    for step, a, b in steps:
        if step == "age":
            now += DAY * 100 * (a + 1)
        else:
            _do(
                step, people[a], own=logins[a], browser=(logins[b], browsers[b].session_id), now=now
            )
        for login_id, browser, person in zip(logins, browsers, people, strict=True):
            live = use_session(
                token=browser.token, face="patient", idle=DAY * 9999, absolute=DAY * 9999, now=now
            )
            assert live is not None
            assert live.viewer.account_ids <= _allowed(login_id, person, now.date())


def _do(step: str, patient: Patient, *, own: int, browser: tuple[int, int], now: datetime) -> None:
    other, session_id = browser
    with transaction() as session:
        grant = session.scalar(
            select(ProxyGrant).where(
                ProxyGrant.patient_id == patient.id, ProxyGrant.ended_at.is_(None)
            ).limit(1)
        )  # fmt: skip
        if step == "end" and grant:
            grant.ended_at = now
        if step == "accept" and grant and not grant.accepted_at and other != own:
            grant.accepted_at, grant.proxy_login_id = now, other
        if step == "move":  # a new account for the patient: the grant goes with the person
            row = session.get_one(Patient, patient.id)
            new = GuarantorAccount(
                number=f"{secrets.randbelow(10**12)}",
                named=True,
                last_name=row.last_name,
                first_name=row.first_name,
                birth_on=row.birth_on,
            )
            session.add(new)
            session.flush()
            row.guarantor_account_id = new.id
    if step == "grant" and grant is None:
        add_grant(patient, by=own, proxy=None, ends_on=now.date() + DAY * 365)
    if step in {"act", "back"}:
        try:
            choose_acting(
                login_id=other,
                session_id=session_id,
                grant_id=grant.id if grant and step == "act" else None,
                now=now,
            )
        except NotFound:
            return


def _allowed(login_id: int, person: Patient, on: date) -> set[int]:
    with read_only() as session:
        shared = session.scalars(
            select(Patient.guarantor_account_id)
            .join(ProxyGrant, ProxyGrant.patient_id == Patient.id)
            .where(
                ProxyGrant.proxy_login_id == login_id,
                ProxyGrant.ended_at.is_(None),
                ProxyGrant.ends_on > on,
            )
        ).all()
    return {person.guarantor_account_id, *shared}


def test_HIPAA_9_access_that_ends_while_a_payment_starts(
    sandbox: SandboxServer, helper: int
) -> None:
    """Revoked first: no payment. Begun first: the revocation waits, and the payment names who paid."""
    till = open_till(sandbox, NOW)
    make_own(till.account_id)
    with read_only() as session:
        patient = session.scalars(select(Patient)).first()
    assert patient is not None
    grant_id = add_grant(patient, by=till.viewer.login_id, proxy=helper)
    acting = acting_patient_viewer(helper, grant_id, now=NOW)
    assert acting is not None
    till.viewer = acting
    held = Event()

    def revoke() -> None:
        with transaction() as session:
            row = session.scalars(select(ProxyGrant).with_for_update()).one()
            held.set()
            row.ended_at = NOW

    with ThreadPoolExecutor(max_workers=1) as pool:
        ending = pool.submit(revoke)
        held.wait(10)
        ending.result(10)
    with pytest.raises(NotFound):
        till.start()
    with read_only() as session:
        assert session.scalars(select(Payment)).all() == []
    with transaction() as session:
        session.get_one(ProxyGrant, grant_id).ended_at = None
    started = till.paid()
    with read_only() as session:
        payment = session.get_one(Payment, started.payment_id)
    assert (payment.login_id, payment.proxy_grant_id) == (helper, grant_id)


def test_HIPAA_9_who_revokes_waits_for_the_payment_that_is_being_written(
    testa: Patient, own: int, helper: int
) -> None:
    grant_id = add_grant(testa, by=own, proxy=helper)
    order: list[str] = []
    held, proceed = Event(), Event()

    def pay() -> None:
        with transaction() as session:
            found = grant_standing(session, grant_id, login_id=helper, now=NOW, lock=True)
            assert found is not None
            held.set()
            proceed.wait(0.5)
            order.append("paid")

    with ThreadPoolExecutor(max_workers=1) as pool:
        paying = pool.submit(pay)
        held.wait(10)
        end_proxy(
            viewer=viewer(own, testa.guarantor_account_id),
            grant_id=grant_id,
            public_url=URL,
            now=NOW,
        )
        order.append("revoked")
        paying.result(10)
    assert order == ["paid", "revoked"]
