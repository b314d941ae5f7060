"""Begin an application for assistance, or go on with the one that is open (FA-6, COLL-6: at any time)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.db import transaction
from portal.models.accounts import GuarantorAccount
from portal.models.assistance import (
    PENDING,
    AssistanceApplication,
    AssistanceCovered,
    AssistanceMember,
)
from portal.queries.viewer import PatientViewer
from portal.services.enter_application import fresh_number
from portal.services.lock_posting import lock_accounts
from portal.services.move_application import note_event
from portal.services.own_application import CannotApply, tell_own_change
from portal.services.refusal import NotFound


def start_application(*, viewer: PatientViewer, language: str, on: date, now: datetime) -> UUID:
    """The id of the draft, or of what is open already. It asks for every account that the sign-in may see.

    No bill waits for a draft: the hold begins when it is sent. Raises CannotApply, or NotFound without an account.
    """
    accounts = sorted(viewer.account_ids)
    if not accounts:
        raise NotFound
    with transaction() as session:
        lock_accounts(session, set(accounts))
        standing = _open_one(session, accounts)
        if standing is not None:
            if standing.state == "draft" and standing.login_id != viewer.login_id:
                raise CannotApply(
                    "Somebody else who sees this account has begun an application. Ask them to send it,"
                    " or call us."
                )
            return standing.id
        account = session.get_one(GuarantorAccount, accounts[0])
        row = AssistanceApplication(
            id=uuid4(),
            number=fresh_number(),
            guarantor_account_id=account.id,
            state="draft",
            state_at=now,
            applicant=account.display_name,
            residence_state=account.state,
            answers={},
            language=language,
            login_id=viewer.login_id,
            started_at=now,
        )
        session.add(row)
        session.flush()
        session.add_all(
            AssistanceCovered(application_id=row.id, guarantor_account_id=one) for one in accounts
        )
        session.add(
            AssistanceMember(
                application_id=row.id,
                name=account.display_name,
                birth_on=account.birth_on,
                relation="self",
            )
        )
        note_event(session, row, "started", on=on, now=now, login_id=viewer.login_id, how="portal")
        tell_own_change(session, row, viewer, action="create", reason="started", now=now)
        return row.id


def _open_one(session: Session, accounts: list[int]) -> AssistanceApplication | None:
    """A sent one before a draft: there is no second answer to the same question."""
    rows = session.scalars(
        select(AssistanceApplication)
        .join(AssistanceCovered, AssistanceCovered.application_id == AssistanceApplication.id)
        .where(
            AssistanceCovered.guarantor_account_id.in_(accounts),
            AssistanceApplication.state.in_(("draft", *PENDING)),
        )
    ).all()
    return min(rows, key=lambda row: row.state == "draft", default=None)
