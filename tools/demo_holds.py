"""One account held for each condition that a person writes down, where the demo's files bring none (CORE-6)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from billing.holds import Condition
from billing.money import Money
from portal.db import read_only
from portal.models.accounts import GuarantorAccount, Patient
from portal.models.identity import Login
from portal.queries.balances import balances
from portal.queries.permissions import ROLES
from portal.queries.viewer import StaffViewer
from portal.services.practice_date import practice_date
from portal.services.set_hold import HoldAsked, set_hold

LEAST = Money(20_00)
WISHES = {Condition.NO_SMS_CONSENT, Condition.NO_ESTATEMENT_CONSENT}  # hold no bill
AGAIN = timedelta(days=21)
REASONS: Mapping[Condition, tuple[str, str]] = {
    Condition.ATTORNEY: (
        "An attorney speaks for her since the crash",
        "letter of A. Pretend, Esq.",
    ),
    Condition.SCRA: ("Called to active duty in May", "copy of the orders"),
    Condition.WORKERS_COMP: ("Hurt at work; the claim was accepted", "claim WC-0000-SAMPLE"),
    Condition.VETERANS_AFFAIRS: ("VA sent him to us and pays in full", "authorization VA-SAMPLE-1"),
    Condition.GFE_DISPUTE: ("Billed over $400 above our estimate", "case number of the review"),
    Condition.APPEAL_OPEN: ("She appeals to her plan herself", "copy of her appeal"),
    Condition.UNREACHABLE: ("Two letters and an e-mail came back, the phone is dead", "envelopes"),
    Condition.MEDICAID_QMB: ("Medicaid since March, also for this visit", "copy of the card"),
    Condition.DO_NOT_CONTACT: ("Asked not to be contacted again", "her letter"),
    Condition.BANKRUPTCY: ("Filed for bankruptcy", "notice of the court, case 00-00000"),
    Condition.DECEASED: ("Her daughter called", "obituary; the estate is not known yet"),
}


def fill_holds(people: Mapping[str, dict[str, Any]], *, now: datetime) -> None:
    """The kinds that stand nowhere yet, each on an account with an open bill of which the demo tells nothing else."""
    with read_only() as session:
        on = practice_date(session, now)
        login_id = session.scalar(select(Login.id).where(Login.role == "manager"))
        told = {person["practice_patient_id"] for person in people.values()}
        known = set(
            session.scalars(
                select(Patient.guarantor_account_id).where(Patient.practice_patient_id.in_(told))
            )
        )
        others = session.scalars(
            select(GuarantorAccount.id)
            .where(GuarantorAccount.id.notin_(known))
            .order_by(GuarantorAccount.id.desc())
        ).all()
        found = balances(session, on=on, account_ids=others)
    if login_id is None:
        return
    holds = {
        one.guarantor_account_id: one.conditions.union(*(v.conditions for v in one.visits)) - WISHES
        for one in found
    }
    there = frozenset().union(*holds.values())
    free = [
        one.guarantor_account_id
        for one in found
        if one.patient_due >= LEAST and not holds[one.guarantor_account_id]
    ]
    manager = StaffViewer(login_id, "manager", ROLES["manager"])
    wanted = [kind for kind in REASONS if kind not in there]
    for kind, account_id in zip(wanted, reversed(free), strict=False):
        reason, evidence = REASONS[kind]
        set_hold(
            staff=manager,
            account_id=account_id,
            asked=HoldAsked(kind=kind, until_on=on + AGAIN, reason=reason, evidence=evidence),
            now=now,
        )
