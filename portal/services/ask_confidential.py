"""A person asks to be reached in another way, without a reason; it holds at once in every channel (HIPAA-10)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.db import transaction
from portal.models.confidential import ConfidentialRequest
from portal.models.identity import Login
from portal.queries.reach import standing_requests
from portal.queries.viewer import PatientViewer
from portal.services.part_dependant import part_dependant
from portal.services.practice_date import practice_date
from portal.services.record_access import Access, add_access
from portal.services.whose_request import whose_request
from portal.services.write_request import end_row, write_request


def ask_confidential(*, viewer: PatientViewer, answers: dict[str, Any], now: datetime) -> None:
    """Keep what was asked, over what held before. The caller has proven a new mailbox or number by its code.

    A grown-up whose bills another person gets has an account of their own from now on (part_dependant).
    """
    with transaction() as session:
        before = _standing(session, viewer.login_id)
        on = practice_date(session, now)
        whose = whose_request(
            session, login_id=viewer.login_id, account_ids=viewer.account_ids, on=on
        )
        account_ids = _free(session, whose.account_ids, viewer.login_id)
        if whose.leaving_id is not None and whose.patient_id is not None:
            account_ids.append(
                part_dependant(session, whose.patient_id, login_id=viewer.login_id, on=on, now=now)
            )
        kept = set(before.account_ids) if before else set()
        row = write_request(
            session,
            before,
            answers=answers,
            whose={
                "login_id": viewer.login_id,
                "patient_id": whose.patient_id,
                "account_ids": sorted(kept | set(account_ids)),
            },
            source="page",
            asked_by_id=viewer.login_id,
            now=now,
        )
        if row is not before:
            _note(session, viewer, "confidential_asked" if row else "confidential_ended", now)


def end_confidential(*, viewer: PatientViewer, now: datetime) -> None:
    """Nothing of it holds any more: what is on file is used again."""
    with transaction() as session:
        row = _standing(session, viewer.login_id)
        if row is not None:
            end_row(session, row, by=viewer.login_id, now=now)
            _note(session, viewer, "confidential_ended", now)


def _standing(session: Session, login_id: int) -> ConfidentialRequest | None:
    session.get_one(Login, login_id, with_for_update=True)  # two pages of one person wait here
    return session.scalar(
        select(ConfidentialRequest)
        .where(ConfidentialRequest.login_id == login_id, ConfidentialRequest.ended_at.is_(None))
        .with_for_update()
    )


def _free(session: Session, account_ids: Sequence[int], login_id: int) -> list[int]:
    """Without those that another's request holds for: who came first is not redirected by who reads along."""
    held = standing_requests(session, account_ids)
    return [one for one in account_ids if one not in held or held[one].login_id == login_id]


def _note(session: Session, viewer: PatientViewer, action: str, now: datetime) -> None:
    """No account stands in the row: whoever else reads that account's trail must not learn of it."""
    asked = Access(
        face="patient",
        login_id=viewer.login_id,
        action=action,
        object_type="confidential_request",
        object_id=str(viewer.login_id),
    )
    add_access(session, asked, now=now)
