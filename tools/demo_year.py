"""The half year before the demo's files: a practice's finished business, so that reports have a year to show.

The demo's own story begins six months ago, file by file. What came before is written by the database itself in a second
or two: visits that were claimed, decided, deposited and paid to the last cent, so that nothing of it waits for anybody.
The books must prove as everything else does (`verify-ledger`).
"""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import select, text

from billing.money import Money
from portal.db import read_only, transaction
from portal.models.identity import Login
from portal.queries.permissions import ROLES
from portal.queries.report_shapes import months_back
from portal.queries.viewer import StaffViewer
from portal.services.enter_cost import enter_cost

PEOPLE, VISITS, DAYS = 40, 600, 175
BEFORE = (
    190 + DAYS + 60
)  # the demo's files, these visits, and the time in which the last of them is paid
STEPS = Path(__file__).with_suffix(".sql")


def fill_year(*, today: date, now: datetime) -> None:
    """The visits, and what the manager entered as the costs of billing in each month (KPI-11)."""
    with read_only() as session:
        staff = {
            role: session.scalars(
                select(Login.id).where(Login.face == "staff", Login.role == role)
            ).first()
            for role in ("biller", "manager")
        }
    biller, manager = staff["biller"], staff["manager"]
    assert biller is not None
    assert manager is not None
    write_year(today=today, login_id=biller)
    for place, month in enumerate(months_back(today, 13)):
        enter_cost(
            form_id=uuid.uuid5(uuid.NAMESPACE_OID, f"demo cost {month}"),
            month=month,
            amount=Money(410_00 + place * 7_50),
            note="Pay, software and postage",
            staff=StaffViewer(manager, "manager", ROLES["manager"]),
            on=today,
            now=now,
        )


def write_year(*, today: date, login_id: int) -> None:
    """Write it all in one transaction; deposits were entered by the given member of staff."""
    values = {
        "people": PEOPLE,
        "visits": VISITS,
        "days": DAYS,
        "first": today - timedelta(days=BEFORE),
        "login_id": login_id,
    }
    with transaction() as session:
        for step in STEPS.read_text().split(";\n"):
            if step.strip():
                session.execute(text(step), values)
