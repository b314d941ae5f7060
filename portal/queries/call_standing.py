"""Whether an account may be called now, at which number, and if not why and when again (COLL-13 to COLL-17)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import Session

from billing.call_rules import Call, MayCall, Outcome, may_call
from billing.holds import REASONS, Action, Condition, blocked_by, rule_of
from billing.money import ZERO, total_of
from billing.reach import Wishes, call_to
from billing.settings import Key
from portal.models.accounts import GuarantorAccount
from portal.models.calls import CallWish, PhoneCall
from portal.models.messages import OutboundMessage
from portal.models.practice import Practice
from portal.queries.balances import balances
from portal.queries.reach import RULE, standing_requests, wishes_of
from portal.queries.recipient_zones import recipient_zones
from portal.queries.settings import settings_on
from portal.queries.text_consents import TextCategory

MONEY = (TextCategory.BILLING.value, TextCategory.PAYMENTS.value)
LEFT = ("sending", "sent", "delivered")
LOOKS_BACK = timedelta(days=9)  # a week, whatever the zones
WORDS = {
    "COLL-13": "three calls, texts and e-mails in seven days are the most",
    "COLL-14": "seven days pass after a conversation, and seven calls in seven days are the most",
    "COLL-15": "calls are made between 8 in the morning and 9 in the evening, where they may be, and"
    " not at hours or numbers that they asked us not to use",
    "COLL-17": "they asked for no calls about bills: write or text",
    "MSG-13": "this number was somebody else’s",
    "STMT-11": "nothing is owed",
    RULE: "they asked for calls to another number, or for none",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CallStanding:
    """The answer for one number at one moment."""

    number: str  # E.164; empty where we know none that may be called
    at: datetime
    rule_ids: tuple[str, ...]
    reasons: tuple[str, ...]  # in words
    again_at: datetime | None  # where waiting alone helps
    conditions: frozenset[Condition] = frozenset()

    @property
    def open(self) -> bool:
        return bool(self.number) and not self.rule_ids

    @property
    def other_number_helps(self) -> bool:
        """Whether only the number, or its clock, stands in the way."""
        return set(self.rule_ids) <= {"MSG-13", "COLL-15"}


def call_standing(
    session: Session, account: GuarantorAccount, *, now: datetime, number: str = ""
) -> CallStanding:
    """For the number on file, or for another one that somebody wants to try."""
    wishes = wishes_of(standing_requests(session, [account.id]).get(account.id))
    rows = session.scalars(
        select(PhoneCall).where(PhoneCall.guarantor_account_id == account.id)
    ).all()
    return standing_of(
        session,
        account,
        session.get_one(Practice, 1),
        wishes=wishes,
        wish=session.scalars(
            select(CallWish).where(CallWish.id == newest_wish(account.id))
        ).one_or_none(),
        rows=rows,
        now=now,
        number=number,
    )


def standing_of(
    session: Session,
    account: GuarantorAccount,
    practice: Practice,
    *,
    wishes: Wishes | None,
    wish: CallWish | None,
    rows: Collection[PhoneCall],
    now: datetime,
    number: str = "",
) -> CallStanding:
    """The same of what a page has read already; `rows` are all calls of the account."""
    usual = call_to(account.mobile, wishes)
    wanted = number or usual
    on = now.astimezone(ZoneInfo(practice.time_zone)).date()
    rules, held = _forbidden(session, account.id, on)
    if wishes is not None and (wishes.no_calls or (wishes.phone and wanted != usual)):
        rules.add(RULE)
    if wanted and wanted in wrong_numbers(rows):
        rules.add("MSG-13")
    if wish is not None and wanted in wish.not_numbers:
        rules.add("COLL-15")
    if wish is not None and wish.no_calls:
        rules.add("COLL-17")
    answer = may_call(
        now,
        asked_from=wish.calls_from if wish else None,
        asked_until=wish.calls_until if wish else None,
        calls=calls_of(rows),
        written=_written(session, account.id, now, practice.time_zone),
        zones=recipient_zones(
            phone=wanted, postal_code=account.postal_code, practice_zone=practice.time_zone
        ),
        practice_zone=practice.time_zone,
    )
    return _standing(wanted, now, rules, held, answer)


def _standing(
    number: str,
    now: datetime,
    rules: Collection[str],
    held: frozenset[Condition],
    answer: MayCall,
) -> CallStanding:
    return CallStanding(
        number=number,
        at=now,
        rule_ids=tuple(sorted({*rules, *answer.rule_ids})),
        reasons=(
            *(REASONS[one] for one in sorted(held)),
            *(WORDS[rule] for rule in sorted({*rules, *answer.rule_ids} & WORDS.keys())),
        ),
        again_at=None if rules else answer.again_at,
        conditions=held,
    )


def _forbidden(
    session: Session, account_id: int, on: date
) -> tuple[set[str], frozenset[Condition]]:
    """What the matrix says of a call: one bill that is held keeps all of them, as for every step before an agency."""
    [account] = balances(session, on=on, account_ids=[account_id])
    owing = [bill for bill in account.visits if bill.patient_due > ZERO]
    if not owing:
        return {"STMT-11"}, frozenset()
    due = total_of(bill.patient_due for bill in owing)
    held = account.conditions.union(*(bill.conditions for bill in owing))
    if due < settings_on(session, on).money(Key.STATEMENT_FLOOR):
        held |= {Condition.BELOW_FLOOR}
    if account.credit >= due:
        held |= {Condition.CREDIT_BALANCE}
    barring = blocked_by(held, Action.CALL)
    return {rule_of(one, Action.CALL) for one in barring}, barring


def newest_wish(account_id: int) -> ScalarSelect[int]:
    """The id of what they asked last about calls."""
    return (
        select(func.max(CallWish.id))
        .where(CallWish.guarantor_account_id == account_id)
        .scalar_subquery()
    )


def calls_of(rows: Collection[PhoneCall]) -> tuple[Call, ...]:
    """As the rules count them."""
    return tuple(
        Call(
            at=row.started_at,
            on=row.started_on,
            outcome=Outcome(row.outcome) if row.outcome else None,
            inbound=row.inbound,
            told_of_help=row.told_of_help,
        )
        for row in rows
    )


def wrong_numbers(rows: Collection[PhoneCall]) -> frozenset[str]:
    """Numbers whose latest call with a person on the line reached somebody else."""
    spoken = {Outcome.SPOKE, Outcome.REFUSED, Outcome.WRONG_NUMBER}
    latest = {
        row.number: row.outcome
        for row in sorted(rows, key=lambda row: row.started_at)
        if row.outcome in spoken
    }
    return frozenset(n for n, outcome in latest.items() if outcome == Outcome.WRONG_NUMBER)


def _written(session: Session, account_id: int, now: datetime, zone: str) -> tuple[date, ...]:
    """The days of the texts and e-mails about bills that left lately."""
    sent = session.scalars(
        select(OutboundMessage.sent_at).where(
            OutboundMessage.guarantor_account_id == account_id,
            OutboundMessage.category.in_(MONEY),
            OutboundMessage.state.in_(LEFT),
            OutboundMessage.sent_at > now - LOOKS_BACK,
        )
    )
    return tuple(at.astimezone(ZoneInfo(zone)).date() for at in sent if at is not None)


def called_since(session: Session, account_id: int, since: datetime) -> tuple[datetime, ...]:
    """When we called about bills since then: a text about a bill is one contact more of the same week (COLL-13)."""
    return tuple(
        session.scalars(
            select(PhoneCall.started_at).where(
                PhoneCall.guarantor_account_id == account_id,
                PhoneCall.started_at > since,
                PhoneCall.inbound.is_(False),
            )
        )
    )
