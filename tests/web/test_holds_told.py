"""What a patient reads of a hold on the overview and on the bill: since when, why, what next, until when (CORE-6)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask import Flask

from billing.holds import Condition
from billing.proxy_access import ProxyScope
from portal.config import Settings
from portal.db import read_only, transaction
from portal.models.accounts import AccountCondition
from portal.queries.holds_told import OWN_ALONE, TOLD, holds_told
from portal.queries.proxy_grants import ActingFor
from portal.queries.viewer import GuestViewer, PatientViewer
from tests.reading_grade import reading_grade
from tests.web.bills import NOW, Bills, account_of_every_kind, make_practice
from tests.web.pages import PageClient

Opens = Callable[..., PageClient]
HELPER = ActingFor(
    grant_id=1,
    patient_id=1,
    account_id=1,
    name="Testa Sample",
    first_name="Testa",
    scopes=frozenset(ProxyScope),
)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Of a practice that had its Spanish reviewed."""
    return replace(settings, spanish_reviewed_by="Testa Sample, certified translator")


@pytest.fixture
def bills(patient_app: Flask) -> Bills:
    patient_app.config["CLOCK"] = lambda: NOW
    make_practice()
    return account_of_every_kind()


def hold(bills: Bills, kind: Condition, visit_id: int | None = None) -> None:
    with transaction() as session:
        session.add(
            AccountCondition(
                guarantor_account_id=bills.account_id,
                visit_id=visit_id,
                kind=kind.value,
                since=NOW - timedelta(days=3),
                until_on=date(2026, 3, 20),
                source="test",
                note="What staff wrote, for staff alone.",
            )
        )


def test_CORE_6_a_held_bill_says_since_when_why_and_what_next(
    bills: Bills, as_patient: Opens
) -> None:
    hold(bills, Condition.DISPUTED, bills.decided)
    client = as_patient(bills.account_id)
    page = client.get(f"/bills/{bills.decided}").text
    assert "On hold since February 27, 2026." in page
    assert "You told us that something is wrong with this bill." in page
    assert "You need not pay that part until then." in page
    assert "We look at it again by March 20, 2026." in page
    assert "for staff alone" not in page
    assert "On hold since February 27" not in client.get(f"/bills/{bills.self_pay}").text
    assert "On hold since February 27, 2026." in client.get("/bills").text


def test_CORE_6_a_hold_on_the_whole_account_stands_once_on_the_overview(
    bills: Bills, as_patient: Opens
) -> None:
    hold(bills, Condition.SCRA)
    client = as_patient(bills.account_id)
    assert client.get("/bills").text.count("You are on active duty.") == 1
    assert "You are on active duty." in client.get(f"/bills/{bills.decided}").text


def test_a_hold_in_Spanish(bills: Bills, as_patient: Opens) -> None:
    hold(bills, Condition.SCRA)
    client = as_patient(bills.account_id)
    client.post("/speak/es", {}, expect=302)
    page = client.get("/bills").text
    assert "On hold since" not in page
    assert "En espera desde el" in page
    assert "Usted está en servicio activo." in page


def test_HIPAA_9_a_guest_reads_no_hold_and_a_helper_nothing_about_the_person(bills: Bills) -> None:
    for kind in (Condition.SCRA, Condition.ATTORNEY, Condition.GFE_DISPUTE):
        hold(bills, kind)
    accounts = frozenset({bills.account_id})
    with read_only() as session:
        own = holds_told(session, PatientViewer(1, accounts))
        assert {one.because for one in own} >= {
            TOLD[Condition.SCRA][0],
            TOLD[Condition.ATTORNEY][0],
        }
        helper = PatientViewer(1, accounts, acting_for=HELPER)
        told = {one.because for one in holds_told(session, helper)}
        assert TOLD[Condition.GFE_DISPUTE][0] in told
        assert not told & {TOLD[kind][0] for kind in OWN_ALONE}
        assert holds_told(session, GuestViewer(1, bills.account_id)) == ()


@pytest.mark.parametrize("kind", TOLD)
def test_STMT_14_a_hold_reads_at_grade_eight_or_below(kind: Condition) -> None:
    because, following = TOLD[kind]
    assert reading_grade(f"{because} {following}") <= 8
