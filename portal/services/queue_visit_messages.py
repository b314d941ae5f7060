"""Write many messages about visits at once, each once by its key, with their jobs (MSG-20)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.visit_texts import VISIT_REMINDER
from portal.models.accounts import GuarantorAccount
from portal.models.messages import OutboundMessage
from portal.queries.text_consents import TextCategory
from portal.queries.visit_facts import VisitFacts
from portal.queries.visit_readers import VisitReader
from portal.queue import enqueue_all
from portal.services.letters import VERSION, Letter

VISITS = TextCategory.VISITS.value
SMS, EMAIL, PAPER = "sms", "email", "paper"


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitMessage:
    """One thing to tell a reader: by text where they agreed, else by e-mail to each mailbox."""

    template: str
    key: str
    reader: VisitReader
    letter: Letter
    appointment_id: UUID | None = None
    waitlist_offer_id: int | None = None

    def rows(self, now: datetime) -> list[dict[str, object]]:
        """The columns of its messages; none where neither way is open."""
        if self.reader.phone:
            # worded when it leaves
            return [self._row(now, SMS, self.reader.phone, self.template, f"{self.key}:sms")]
        return [
            self._row(now, EMAIL, address, self.letter.template, f"{self.key}:{address}")
            | {
                "subject": self.letter.subject,
                "body": self.letter.body,
                "template_version": VERSION,
            }
            for address in self.reader.emails
        ]

    def _row(
        self, now: datetime, channel: str, recipient: str, template: str, key: str
    ) -> dict[str, object]:
        account = self.reader.account
        return {
            "channel": channel,
            "recipient": recipient,
            "category": VISITS,
            "template": template,
            "template_version": "",
            "subject": "",
            "body": "",
            "dedupe_key": key,
            "guarantor_account_id": account.id if account else None,
            "appointment_id": self.appointment_id,
            "waitlist_offer_id": self.waitlist_offer_id,
            "state": "queued",
            "created_at": now,
        }


def queue_visit_messages(
    session: Session, messages: Sequence[VisitMessage], *, now: datetime
) -> int:
    """In the caller's transaction; how many were new."""
    rows = [row for one in messages for row in one.rows(now)]
    if not rows:
        return 0
    ids = session.scalars(
        insert(OutboundMessage)
        .on_conflict_do_nothing(index_elements=[OutboundMessage.dedupe_key])
        .returning(OutboundMessage.id),
        rows,
    ).all()
    enqueue_all(session, "send_message", [{"message_id": one} for one in ids])
    return len(ids)


def post_reminder(
    session: Session, facts: VisitFacts, account: GuarantorAccount, *, now: datetime
) -> int | None:
    """Put one letter for this time of the visit into the next mail batch; None when there is one already."""
    return session.scalar(
        insert(OutboundMessage)
        .values(
            channel=PAPER,
            recipient=account.number,
            category=VISITS,
            template=VISIT_REMINDER,
            template_version=VERSION,
            body="",  # worded as it is printed
            dedupe_key=f"{visit_key(facts)}:{PAPER}",
            guarantor_account_id=account.id,
            appointment_id=facts.appointment_id,
            state="queued",
            created_at=now,
        )
        .on_conflict_do_nothing()
        .returning(OutboundMessage.id)
    )


def visit_key(facts: VisitFacts) -> str:
    """One visit at one time: moved, it is told of anew."""
    return f"visit:{facts.appointment_id}:{facts.visit.starts_at:%Y%m%dT%H%M%z}"
