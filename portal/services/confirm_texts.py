"""Confirm by one text what somebody has just agreed to on our pages (MSG-2, MSG-10)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.text_templates import render
from billing.text_wording import kinds_in_words
from portal.models.practice import Practice
from portal.queries.text_consents import TextCategory
from portal.services.send_message import queue_row
from portal.services.word_message import text_name


def confirm_texts(
    session: Session,
    *,
    phone: str,
    categories: Sequence[TextCategory],
    language: str,
    now: datetime,
) -> None:
    """One text for the whole choice, in the account's language (MSG-22). It answers what was just done, so caps and hours do not hold it.

    Like every answer it bears no account: the sweep must not send it at night, or after a STOP.
    """
    practice = session.scalars(select(Practice)).one()
    kinds = kinds_in_words([category.value for category in categories], language=language)
    body, version = render("opt_in", language=language, org=text_name(practice), kinds=kinds)
    queue_row(
        session,
        channel="sms",
        recipient=phone,
        template="opt_in",
        template_version=version,
        body=body,
        created_at=now,
    )
