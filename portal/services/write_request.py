"""Write a confidential request as it holds from now on; what held before is ended, never overwritten (HIPAA-10)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.models.confidential import ConfidentialRequest
from portal.models.work import WorkItem
from portal.services.close_work import close_work

WORDS = ("street", "street2", "city", "state", "postal_code", "email", "phone")
SWITCHES = ("no_paper", "no_email", "no_texts", "no_calls", "shared_phone")
ANSWERS = (*WORDS, *SWITCHES, "phone_proven_at")
KIND = "confidential_request"


def write_request(
    session: Session,
    before: ConfidentialRequest | None,
    *,
    answers: dict[str, Any],
    whose: dict[str, Any],
    source: str,
    asked_by_id: int,
    now: datetime,
) -> ConfidentialRequest | None:
    """The row that holds now; `before` itself where nothing is new, None where nothing is asked for any more.

    `answers` are columns of what was asked, over those that held; `whose` are login_id, patient_id, account_ids.
    A new row opens work for the office to see and sign. It holds whether anybody has signed or not.
    """
    held = {name: getattr(before, name) for name in ANSWERS} if before else {}
    wanted = held | answers
    if before is not None and wanted == held:
        return before
    if before is not None:
        end_row(session, before, by=asked_by_id, now=now)
    if not any(wanted.get(name) for name in (*WORDS, *SWITCHES)):
        return None
    row = ConfidentialRequest(
        **{name: wanted.get(name) or "" for name in WORDS},
        **{name: bool(wanted.get(name)) for name in SWITCHES},
        phone_proven_at=wanted.get("phone_proven_at"),
        **whose,
        source=source,
        asked_by_id=asked_by_id,
        asked_at=now,
    )
    session.add(row)
    session.flush()
    session.add(
        WorkItem(
            dedupe_key=work_key(row),
            kind=KIND,
            reasons=["somebody asked to be reached in another way; it holds already"],
            next_step="Open the account, read what holds, and sign that you saw it. Ask for no reason.",
            guarantor_account_id=row.account_ids[0] if row.account_ids else None,
            opened_at=now,
        )
    )
    return row


def end_row(session: Session, row: ConfidentialRequest, *, by: int, now: datetime) -> None:
    """From now on it holds no more; work that waited for a signature is done."""
    row.ended_at, row.ended_by_id = now, by
    close_work(session, work_key(row), by=by, outcome="ended", now=now)
    session.flush()


def work_key(row: ConfidentialRequest) -> str:
    """By which the item of the queue is known that the row opened."""
    return f"{KIND}:{row.id}"
