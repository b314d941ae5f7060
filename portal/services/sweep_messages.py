"""Send what a provider's outage left behind: letters about an account, never a one-time code long out of date."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, bindparam, case, exists, func, or_, select, update
from sqlalchemy.orm import Session

from billing.text_templates import LINK, LINK_HIDDEN
from portal.db import transaction
from portal.models.messages import TEXTS, MessageSwitch, OutboundMessage
from portal.queue import enqueue_all
from portal.services.note_status import note_statuses
from portal.services.send_message import SECRETS

QUIET = timedelta(minutes=15)  # the job's own tries are over by then
WORTH_SENDING = timedelta(days=3)
ASKED_FOR = timedelta(hours=1)  # a code or an answer to a text: later it helps nobody
AT_ONCE = 100
# In the statement's own words, so that the index of those that wait is used.
WAITING = OutboundMessage.state.in_(
    bindparam("waiting", ("queued", "sending"), expanding=True, literal_execute=True)
)


def sweep_messages(*, now: datetime) -> int:
    """Enqueue again each message that still waits; how many there were. What waited too long is over.

    While texts are stopped those that wait for that do not take the places of e-mails (MSG-13). Codes carry no account: whoever wants another asks for it.
    """
    waited_for = OutboundMessage.not_before
    last_try = func.coalesce(OutboundMessage.sent_at, waited_for, OutboundMessage.created_at)
    with transaction() as session:
        if not session.scalar(select(exists().where(WAITING))):
            return 0  # on most days: nothing is locked and nothing looked through
        _give_up(session, now)
        _give_up_plain(session, now, channel="email", after=WORTH_SENDING, untaken="not_taken")
        _give_up_plain(session, now, channel="sms", after=ASKED_FOR, untaken="too_late")
        waiting = session.scalars(
            select(OutboundMessage.id)
            .where(
                WAITING,
                OutboundMessage.channel != "paper",  # the daily run prints it
                or_(
                    OutboundMessage.guarantor_account_id.is_not(None),
                    OutboundMessage.category != "",  # to a sign-in that has no record yet
                ),
                func.coalesce(waited_for, OutboundMessage.created_at) > now - WORTH_SENDING,
                last_try < now - QUIET,
                ~_stopped(),
            )
            .order_by(OutboundMessage.id)
            .limit(AT_ONCE)
        ).all()
        enqueue_all(session, "send_message", [{"message_id": one} for one in waiting])
    return len(waiting)


def _stopped() -> ColumnElement[bool]:
    """A text that would only be told to wait on, until a person lets texts leave again."""
    switch = exists().where(MessageSwitch.name == TEXTS, MessageSwitch.stopped_at.is_not(None))
    return and_(OutboundMessage.channel == "sms", OutboundMessage.category != "", switch)


def _give_up(session: Session, now: datetime) -> None:
    """Three days late the words are no longer true (MSG-16); an outcome never heard of stays unknown.

    Whatever link such a text held has run out too, and goes from the copy that is kept.
    """
    since = func.coalesce(OutboundMessage.not_before, OutboundMessage.created_at)
    late = (OutboundMessage.category != "", since <= now - WORTH_SENDING)
    ended = session.scalars(
        update(OutboundMessage)
        .where(OutboundMessage.state == "queued", *late)
        .values(state="canceled", gate="MSG-16", ended_at=now)
        .returning(OutboundMessage.id)
    ).all()
    note_statuses(session, ended, "canceled", now=now, error="MSG-16")
    ended = session.scalars(
        update(OutboundMessage)
        .where(OutboundMessage.state == "sending", *late)
        .values(
            state="failed",
            error="unknown",
            ended_at=now,
            body=_without_link(),
        )
        .returning(OutboundMessage.id)
    ).all()
    note_statuses(session, ended, "failed", now=now, error="unknown")


def _give_up_plain(
    session: Session, now: datetime, *, channel: str, after: timedelta, untaken: str
) -> None:
    """What no category judges is over by then: it failed, no longer waits, and the thread says why.

    `untaken` when no provider ever had it; `unknown` when one may have, for the answer was lost: that is never sent
    again. One that is being handed over this moment is left to its job. What opens a sign-in goes from the copy
    that is kept, as when it leaves.
    """
    since = func.coalesce(OutboundMessage.not_before, OutboundMessage.created_at)
    for state, error in (("queued", untaken), ("sending", "unknown")):
        quiet = or_(OutboundMessage.state == "queued", OutboundMessage.sent_at < now - QUIET)
        ended = session.scalars(
            update(OutboundMessage)
            .where(
                WAITING,
                OutboundMessage.state == state,
                OutboundMessage.channel == channel,
                OutboundMessage.category == "",
                since <= now - after,
                quiet,
            )
            .values(
                state="failed",
                error=error,
                ended_at=now,
                body=case((OutboundMessage.template.in_(SECRETS), ""), else_=_without_link()),
            )
            .returning(OutboundMessage.id)
        ).all()
        note_statuses(session, ended, "failed", now=now, error=error)


def _without_link() -> ColumnElement[str]:
    """The copy that is kept, without what a link in it opens (MSG-20)."""
    return func.regexp_replace(OutboundMessage.body, LINK.pattern, LINK_HIDDEN, "g")
