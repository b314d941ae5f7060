"""The inbox of texts: a genuine one is stored once and read later, by a job (MSG-12)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert

from billing.free_text import redact_free_text
from portal.db import transaction
from portal.models.messages import ThreadMessage
from portal.ports import InboundText, SmsSender
from portal.queue import enqueue

RECEIVED = "received"  # nobody has read it yet, not even the job
LONGEST = 1600  # the provider's own limit
LONGEST_SENDER = 40


def receive_text(*, sms: SmsSender, form: Mapping[str, str], signature: str, now: datetime) -> bool:
    """Verify, store, enqueue; false when the text was there already. Raises ForgedMessage.

    A card number in it is never stored (PCI-5); pictures are counted and not fetched.
    """
    text = sms.verify_inbound(form=form, signature=signature)
    with transaction() as session:
        message_id = session.scalar(
            insert(ThreadMessage)
            .values(
                author="patient",
                channel="sms",
                phone=text.sender[:LONGEST_SENDER].replace("\0", ""),
                kind=RECEIVED,
                body=_kept(text),
                provider_id=text.provider_id[:LONGEST_SENDER].replace("\0", ""),
                at=now,
            )
            .on_conflict_do_nothing(index_elements=[ThreadMessage.provider_id])
            .returning(ThreadMessage.id)
        )
        if message_id is not None:
            enqueue(session, "handle_text", message_id=message_id, answered=text.answered)
    return message_id is not None


def _kept(text: InboundText) -> str:
    body = redact_free_text(text.body.replace("\0", "")[:LONGEST]).strip()
    if text.attachments:
        noun = "picture or file" if text.attachments == 1 else "pictures or files"
        body = f"{body} [{text.attachments} {noun} came with this text and was not kept]".strip()
    return body
