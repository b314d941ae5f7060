"""The demo's people who ask for help or say that a bill is wrong: one application that waits, one dispute of a call, one EOB that says less."""

from __future__ import annotations

from datetime import date, datetime
from uuid import uuid4

from sqlalchemy import exists, select

from billing.assistance_income import Income, Period, Source
from billing.bill_disputes import Channel, Kind
from billing.holds import Condition
from billing.money import Money
from portal.db import read_only
from portal.models.accounts import Patient
from portal.models.identity import AccountAccess, Login
from portal.queries.balances import VisitBalance, balances
from portal.queries.bill import bill_page
from portal.queries.overview import overview
from portal.queries.own_assistance import own_draft
from portal.queries.permissions import ROLES
from portal.queries.viewer import PatientViewer, StaffViewer, patient_viewer
from portal.services.enter_dispute import Entered, enter_dispute
from portal.services.file_dispute import file_dispute
from portal.services.open_dispute import Filing
from portal.services.save_application import add_income, save_application
from portal.services.send_application import send_application
from portal.services.start_application import start_application
from tools.demo_practice import ZONE

APPLICANT = "missington.mockford@example.com"  # whose plan was lost: a clear case for help
WITH_EOB = "modela.example@example.com"
WAGES = Money(2_650_00)  # a month: above what is decided at once, so a person reads it
LESS = Money(20_00)  # than the plan told us
LEAST = Money(40_00)
WORDS = "I ask the practice for help with my bills. What I wrote here is true as far as I know."


def fill_help(*, public_url: str, now: datetime) -> None:
    """By the services that the pages call; each is left out where its person has no bill for it."""
    on = now.astimezone(ZONE).date()
    _apply(_viewer(APPLICANT), public_url=public_url, on=on, now=now)
    _eob_says_less(_viewer(WITH_EOB), public_url=public_url, on=on, now=now)
    _told_on_the_phone(public_url=public_url, on=on, now=now)


def _viewer(email: str) -> PatientViewer:
    with read_only() as session:
        return patient_viewer(session.scalars(select(Login.id).where(Login.email == email)).one())


def _apply(viewer: PatientViewer, *, public_url: str, on: date, now: datetime) -> None:
    found = start_application(viewer=viewer, language="en", on=on, now=now)
    draft = own_draft(viewer, found)
    assert draft is not None
    name = str(draft.fields["applicant"])
    save_application(
        viewer=viewer,
        application_id=found,
        fields={
            "residence_state": "OH",
            "residence_county": "Franklin",
            "preferred_contact": "portal",
            "hardship": "My hours were cut this fall.",
        },
        answers={"insured": False, "another_plan": False, "medicaid": False},
        now=now,
    )
    add_income(
        viewer=viewer,
        application_id=found,
        member=name,
        income=Income(Source.WAGES, Period.MONTHLY, WAGES),
        seen=0,
        now=now,
    )
    draft = own_draft(viewer, found)
    assert draft is not None
    send_application(
        viewer=viewer,
        application_id=found,
        name=name,
        seen_hash=draft.hash_of(WORDS),
        words=WORDS,
        public_url=public_url,
        on=on,
        now=now,
    )


def _eob_says_less(viewer: PatientViewer, *, public_url: str, on: date, now: datetime) -> None:
    for bill in overview(viewer, on=on).bills:
        page = bill_page(viewer, bill.visit_id, on=on)
        told = page.told if page else None
        if told is None or told <= LESS or bill.owe < LESS:
            continue
        filing = Filing(
            visit_id=bill.visit_id,
            kind=Kind.AMOUNT,
            channel=Channel.EOB,
            words="My EOB has a lower share for this visit.",
            amount=LESS,
            eob_told=told - LESS,
            plan_told=told,
        )
        file_dispute(viewer=viewer, filing=filing, form_id=uuid4(), public_url=public_url, now=now)
        return


def _told_on_the_phone(*, public_url: str, on: date, now: datetime) -> None:
    """The biller enters it for somebody who has no sign-in and whom nothing holds."""
    with read_only() as session:
        biller = session.scalars(select(Login.id).where(Login.role == "biller")).first()
        known = {
            account_id
            for (account_id,) in session.execute(
                select(Patient.guarantor_account_id).where(
                    ~exists().where(
                        AccountAccess.guarantor_account_id == Patient.guarantor_account_id
                    )
                )
            )
        }
        found = balances(session, on=on, account_ids=sorted(known))
    bill = next((v for one in reversed(found) for v in one.visits if _free(v)), None)
    if biller is None or bill is None:
        return
    enter_dispute(
        entered=Entered(
            account_id=bill.guarantor_account_id,
            visit_id=bill.visit_id,
            kind=Kind.ALREADY_PAID,
            words="She says that she paid this at the desk in cash.",
        ),
        form_id=uuid4(),
        staff=StaffViewer(biller, "biller", ROLES["biller"]),
        public_url=public_url,
        now=now,
    )


def _free(bill: VisitBalance) -> bool:
    return bill.due_now >= LEAST and not bill.conditions - {Condition.BELOW_FLOOR}
