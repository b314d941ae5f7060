"""Somebody who asks to be reached apart, and who else reads the account, committed for real."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from portal.db import read_only, transaction
from portal.models.confidential import ConfidentialRequest
from portal.models.identity import Login
from portal.models.messages import OutboundMessage
from portal.queries.reach import mailbox
from portal.queries.viewer import PatientViewer
from portal.services.ask_confidential import ask_confidential
from tests.services.statement_world import (
    DAY,
    noon,
    world,
)
from tests.web.people import make_login

NOW = noon(DAY)
SAFE_PHONE = "+12125550199"
MINE, OTHER, SAFE = "testa@example.com", "partner@example.com", "safe@example.com"
ADDRESS = {
    "street": "9 Safe Harbor",
    "street2": "",
    "city": "Othertown",
    "state": "NY",
    "postal_code": "10002",
}
BORN = date(1980, 4, 5)


def owing(**fields) -> int:
    """Testa's own account that owes $50.00."""

    def build(book):
        account = book.account(first_name="Testa", last_name="Sample", birth_on=BORN, **fields)
        book.owed(account=account, first_name="Testa", last_name="Sample", birth_on=BORN)
        return account.id

    return world(build)


def reader(account_id: int, email: str = MINE) -> PatientViewer:
    login_id = make_login("patient", email=email, accounts=[account_id])
    with transaction() as session:
        session.get_one(Login, login_id).confirmed_at = NOW
    return PatientViewer(login_id, frozenset({account_id}))


def ask(viewer: PatientViewer, **answers: object) -> None:
    ask_confidential(viewer=viewer, answers=answers, now=NOW)


def standing() -> list[ConfidentialRequest]:
    with read_only() as session:
        return list(
            session.scalars(
                select(ConfidentialRequest).where(ConfidentialRequest.ended_at.is_(None))
            )
        )


def outbox() -> list[OutboundMessage]:
    with read_only() as session:
        return list(session.scalars(select(OutboundMessage).order_by(OutboundMessage.id)))


def mailbox_of(viewer: PatientViewer) -> str:
    with read_only() as session:
        login = session.get_one(Login, viewer.login_id)
        return mailbox(session, login.email, account_id=None)
