"""The calls of an account, and whether one may call now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, true
from sqlalchemy.orm import aliased

from billing.call_rules import TALKED, Outcome, message_words
from portal.db import read_only
from portal.models.accounts import GuarantorAccount
from portal.models.calls import CallWish, PhoneCall
from portal.models.identity import Login
from portal.models.practice import Practice
from portal.queries.call_standing import CallStanding, newest_wish, standing_of
from portal.queries.call_wishes import SaidOfCalls, said_of
from portal.queries.staff_account import AccountHeader, account_header
from portal.queries.viewer import StaffViewer

SHOWN = 100
OUTCOME_WORDS = {
    Outcome.SPOKE: "Spoke with them",
    Outcome.LEFT_MESSAGE: "Left a message",
    Outcome.NO_ANSWER: "No answer",
    Outcome.WRONG_NUMBER: "Somebody else’s number",
    Outcome.REFUSED: "They did not want to talk",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRow:
    """One call as the list shows it."""

    id: UUID
    at: datetime
    number: str
    inbound: bool
    by: str
    outcome: str  # empty while nobody noted it
    spoke_with: str
    told_of_help: bool
    note: str
    correction: str

    @property
    def outcome_words(self) -> str:
        return OUTCOME_WORDS[Outcome(self.outcome)] if self.outcome else ""

    @property
    def correctable(self) -> bool:
        return self.outcome in TALKED and not self.correction


@dataclass(frozen=True, slots=True, kw_only=True)
class CallsPage:
    """Everything on the page of calls."""

    header: AccountHeader
    standing: CallStanding
    rows: tuple[CallRow, ...]  # the newest first
    message: str  # what a voicemail may say
    help_phone: str
    help_url: str
    wish: SaidOfCalls | None  # when and where they asked not to be called

    @property
    def begun(self) -> tuple[CallRow, ...]:
        """Calls that wait for their outcome."""
        return tuple(row for row in self.rows if not row.outcome)


def calls_page(viewer: StaffViewer, account_id: int, *, now: datetime) -> CallsPage | None:
    """None where there is no account by this id."""
    with read_only() as session:
        header = account_header(session, account_id)
        if header is None:
            return None
        writer = aliased(Login)
        account, practice, me, wish, by = session.execute(
            select(GuarantorAccount, Practice, Login, CallWish, writer)
            .select_from(GuarantorAccount)
            .join(Practice, true())
            .join(Login, Login.id == viewer.login_id)
            .outerjoin(CallWish, CallWish.id == newest_wish(account_id))
            .outerjoin(writer, writer.id == CallWish.taken_by_id)
            .where(GuarantorAccount.id == account_id)
        ).one()
        found = session.execute(
            select(PhoneCall, Login.name, Login.email)
            .join(Login, Login.id == PhoneCall.started_by_id)
            .where(PhoneCall.guarantor_account_id == account_id)
            .order_by(PhoneCall.started_at.desc())
        ).all()
        calls = [call for call, _, _ in found]
        return CallsPage(
            header=header,
            standing=standing_of(
                session, account, practice, wishes=header.reach, wish=wish, rows=calls, now=now
            ),
            rows=tuple(_row(call, name or email) for call, name, email in found[:SHOWN]),
            message=message_words(
                practice=practice.name, caller=me.name or "your name", phone=practice.phone
            ),
            help_phone=practice.assistance_phone or practice.phone,
            help_url=practice.assistance_url,
            wish=said_of(wish, by),
        )


def _row(call: PhoneCall, by: str) -> CallRow:
    return CallRow(
        id=call.id,
        at=call.started_at,
        number=call.number,
        inbound=call.inbound,
        by=by,
        outcome=call.outcome,
        spoke_with=call.spoke_with,
        told_of_help=call.told_of_help,
        note=call.note,
        correction=call.correction,
    )
