"""A patient writes to the office on our pages, about a bill or anything else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.free_text import check_free_text
from billing.inbound_texts import read_text
from portal.db import transaction
from portal.models.claims import Charge, Visit
from portal.models.messages import ThreadMessage
from portal.queries.viewer import PatientViewer
from portal.services.attach_file import Attached, attach
from portal.services.hear_complaint import hear_complaint
from portal.services.open_text_work import open_text_work
from portal.services.refusal import NotFound, Refusal

MOST_AN_HOUR = 20  # by one account: people who worry write often, machines far more often


class TooManyMessages(Refusal):
    """The account has written so much within the hour that nobody could read it."""

    title = "Please wait a little"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was kept. `emergency`: the person must be told to call 911."""

    account_id: int | None
    emergency: bool


def ask_office(
    *,
    viewer: PatientViewer,
    account_id: int | None,
    visit_id: int | None,
    text: str,
    form_id: UUID,
    now: datetime,
    charge_id: int | None = None,
    attached: Attached | None = None,
) -> Asked:
    """Keep a question in the account's thread, with its paper; the same form twice is one question.

    Somebody without any record has a thread of their own sign-in (ID-1): `account_id` is None then.

    Raises NotFound for another's account or visit, CardNumberRefused for a card number (PCI-5),
    TooManyMessages.
    """
    text = check_free_text(text)
    if account_id not in (viewer.account_ids or {None}):
        raise NotFound
    newcomer_id = viewer.login_id if account_id is None else None
    if newcomer_id is not None and viewer.acting_for is not None:
        raise NotFound
    emergency = read_text(text).emergency
    with transaction() as session:
        _check_bill(session, account_id, visit_id, charge_id)
        recent = select(func.count()).where(
            ThreadMessage.guarantor_account_id.is_not_distinct_from(account_id),
            ThreadMessage.newcomer_id.is_not_distinct_from(newcomer_id),
            ThreadMessage.author == "patient",
            ThreadMessage.channel == "portal",
            ThreadMessage.at > now - timedelta(hours=1),
        )
        if session.scalars(recent).one() >= MOST_AN_HOUR:
            raise TooManyMessages("We have many messages from you. Send the next one later.")
        message_id = session.scalar(
            insert(ThreadMessage)
            .values(
                guarantor_account_id=account_id,
                newcomer_id=newcomer_id,
                visit_id=visit_id,
                charge_id=charge_id,
                author="patient",
                login_id=viewer.login_id,
                channel="portal",
                kind="emergency" if emergency else "question",
                body=text,
                provider_id=f"form:{form_id}",
                at=now,
            )
            .on_conflict_do_nothing(index_elements=[ThreadMessage.provider_id])
            .returning(ThreadMessage.id)
        )
        if message_id is not None and emergency:
            known = () if account_id is None else (account_id,)
            open_text_work(session, "emergency_text", message_id, known, now=now)
        if message_id is not None and attached is not None:
            attach(session, attached, message_id=message_id, login_id=viewer.login_id, now=now)
        if message_id is not None:
            hear_complaint(session, session.get_one(ThreadMessage, message_id), now=now)
    return Asked(account_id=account_id, emergency=emergency)


def _check_bill(
    session: Session, account_id: int | None, visit_id: int | None, charge_id: int | None
) -> None:
    """The bill is the account's and the line is the bill's. Raises NotFound."""
    if visit_id is not None:
        owner = session.scalar(select(Visit.guarantor_account_id).where(Visit.id == visit_id))
        if owner != account_id:
            raise NotFound
    if charge_id is not None:
        bill = session.scalar(select(Charge.visit_id).where(Charge.id == charge_id))
        if bill is None or bill != visit_id:
            raise NotFound
