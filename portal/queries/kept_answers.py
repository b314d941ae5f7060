"""Answers that staff keep for their messages, and who may answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.kept_answers import filled
from portal.db import read_only
from portal.models.accounts import GuarantorAccount
from portal.models.identity import Login
from portal.models.messages import KeptAnswer, MessageAttachment, ThreadMessage
from portal.queries.permissions import ROLES


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRow:
    """One kept answer as its page shows it."""

    id: int
    title: str
    words_en: str
    words_es: str
    active: bool
    by: str
    at: datetime


def who_may_answer(session: Session) -> tuple[tuple[int, str], ...]:
    """Login and name of everybody whose role answers messages, by name."""
    roles = [role for role, held in ROLES.items() if "messages.answer" in held]
    rows = session.execute(
        select(Login.id, Login.name, Login.email)
        .where(Login.face == "staff", Login.active, Login.role.in_(roles))
        .order_by(Login.name, Login.email)
    )
    return tuple((login_id, name or email) for login_id, name, email in rows)


def answer_titles(session: Session) -> tuple[tuple[int, str], ...]:
    """Those in use, by title."""
    rows = session.execute(
        select(KeptAnswer.id, KeptAnswer.title).where(KeptAnswer.active).order_by(KeptAnswer.title)
    )
    return tuple((number, title) for number, title in rows)


def kept_answers() -> tuple[AnswerRow, ...]:
    """Every one, those in use first."""
    with read_only() as session:
        rows = session.execute(
            select(KeptAnswer, Login.name, Login.email)
            .join(Login, Login.id == KeptAnswer.changed_by_id)
            .order_by(KeptAnswer.active.desc(), KeptAnswer.title)
        )
        return tuple(
            AnswerRow(
                id=row.id,
                title=row.title,
                words_en=row.words_en,
                words_es=row.words_es,
                active=row.active,
                by=name or email,
                at=row.changed_at,
            )
            for row, name, email in rows
        )


def answer_for(account_id: int, answer_id: int) -> str:
    """The words for this account, in its language and with its name; empty where there is none."""
    with read_only() as session:
        account = session.get(GuarantorAccount, account_id)
        kept = session.get(KeptAnswer, answer_id)
        if account is None or kept is None or not kept.active:
            return ""
        words = kept.words_es if account.language == "es" else kept.words_en
        return filled(words, account.first_name or account.display_name)


def account_file(account_id: int, file_id: UUID) -> tuple[str, str] | None:
    """Media type and key in the store of a file in an account's thread."""
    with read_only() as session:
        row = session.execute(
            select(MessageAttachment.media_type, MessageAttachment.stored_as)
            .join(ThreadMessage, ThreadMessage.id == MessageAttachment.message_id)
            .where(
                MessageAttachment.id == file_id, ThreadMessage.guarantor_account_id == account_id
            )
        ).one_or_none()
    return (row.media_type, row.stored_as) if row else None
