"""The demo's household: a mother acts for her teenage daughter, as the office allowed at the desk (HIPAA-9)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from portal.db import read_only
from portal.models.accounts import Patient
from portal.models.identity import Login
from portal.models.messages import OutboundMessage
from portal.queries.permissions import ROLES
from portal.queries.viewer import StaffViewer, patient_viewer
from portal.services.answer_proxy_invitation import answer_proxy_invitation
from portal.services.grant_minor_proxy import Checked, grant_minor_proxy


def share_with_mother(people: dict[str, Any], *, public_url: str, now: datetime) -> None:
    """The desk invites her, and she says yes: both through the application's own services."""
    mother = people["mother"]["email"]
    with read_only() as session:
        teen = session.scalars(
            select(Patient).where(
                Patient.practice_patient_id == people["teenager"]["practice_patient_id"]
            )
        ).one()
        desk = session.scalars(
            select(Login.id).where(Login.face == "staff", Login.role == "manager")
        ).one()
        login_id = session.scalars(
            select(Login.id).where(Login.face == "patient", Login.email == mother)
        ).one()
    grant_minor_proxy(
        account_id=teen.guarantor_account_id,
        patient_id=teen.id,
        checked=Checked(
            email=mother,
            relationship="parent",
            scopes=("bills", "pay", "insurance"),
            seen="Photo ID and the daughter's insurance card",
        ),
        staff=StaffViewer(desk, "manager", ROLES["manager"]),
        public_url=public_url,
        now=now,
    )
    answer_proxy_invitation(
        viewer=patient_viewer(login_id),
        token=_token(mother),
        accepts=True,
        public_url=public_url,
        now=now,
    )


def _token(email: str) -> str:
    """What stands in the link of the invitation, which the worker has not sent yet."""
    with read_only() as session:
        body = session.scalars(
            select(OutboundMessage.body)
            .where(
                OutboundMessage.recipient == email,
                OutboundMessage.template == "proxy_invitation",
            )
            .order_by(OutboundMessage.id.desc())
            .limit(1)
        ).one()
    return body.partition("/invitation/")[2].split()[0]
