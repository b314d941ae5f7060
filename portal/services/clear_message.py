"""Whether a text or e-mail about an account may leave now: asked when it is sent, not when it was queued.

Consent, the gate, the live balance, quiet hours and caps are all read in the transaction that marks the message as
being sent, under the account's lock: a payment or hold that is in the books stops it (MSG-1, 7, 8, 16; CORE-5).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from billing.holds import Action, Condition, Denied
from billing.money import ZERO
from billing.settings import Key, Settings
from billing.text_cadence import BillNotice, timely
from billing.text_hours import next_open
from billing.text_templates import NEWS
from billing.visit_texts import VISIT_TEXTS, VISITS_REMINDER
from portal.models.accounts import GuarantorAccount
from portal.models.messages import TEXTS, MessageSwitch, OutboundMessage, TextNumber
from portal.models.practice import Practice
from portal.queries.call_standing import called_since
from portal.queries.conditions import conditions
from portal.queries.notice_facts import NoticeFacts, notice_facts
from portal.queries.reach import RULE, PhoneReach, phone_reach
from portal.queries.recipient_zones import recipient_zones
from portal.queries.settings import settings_on
from portal.queries.text_consents import ConsentRow, TextCategory, standing_consent
from portal.services.ask_gate import ask_gate
from portal.services.ask_placed import placed_at_agency
from portal.services.clear_visit import is_urgent, stale_visit, tells_of_others
from portal.services.word_message import Links, Worded, word_message

A_DAY, A_WEEK = timedelta(days=1), timedelta(days=7)
NOTICES = frozenset(notice.value for notice in BillNotice)
MONEY = (TextCategory.BILLING.value, TextCategory.PAYMENTS.value)
REACHING = (
    "sending",
    "sent",
    "delivered",
)  # what failed reached nobody: its retry is no second one
_REACHED = (
    select(OutboundMessage.sent_at)
    .where(
        OutboundMessage.channel == "sms",
        OutboundMessage.category != "",
        OutboundMessage.state.in_(REACHING),
    )
    .order_by(OutboundMessage.sent_at.desc())
)
PAYING = timedelta(hours=1)  # somebody is on the payment page: ask again when that page is closed


@dataclass(frozen=True, slots=True)
class Leave:
    """It may go, in these words, under this consent."""

    words: Worded
    consent_id: int | None


@dataclass(frozen=True, slots=True)
class Wait:
    """Not now: everything is asked again then. `until` is None while all texts are stopped."""

    until: datetime | None
    rule: str


@dataclass(frozen=True, slots=True)
class Stop:
    """Never: it is not allowed, or no longer true; by these rules."""

    rules: tuple[str, ...]


def clear_message(
    session: Session, message: OutboundMessage, *, now: datetime, links: Links
) -> Leave | Wait | Stop:
    """Judge one queued message of a category; the caller holds the account's lock."""
    if over := stale_visit(session, message, now=now):
        return Stop(over)
    if message.guarantor_account_id is None:  # to a sign-in that has no record yet, by e-mail
        return Leave(Worded(message.body, message.template_version), None)
    return _clear_of_account(session, message, now=now, links=links)


def _clear_of_account(
    session: Session, message: OutboundMessage, *, now: datetime, links: Links
) -> Leave | Wait | Stop:
    account = session.get_one(GuarantorAccount, message.guarantor_account_id)
    practice = session.get_one(Practice, 1)
    on = now.astimezone(ZoneInfo(practice.time_zone)).date()
    facts: NoticeFacts | None = None
    if message.statement_id is not None:
        facts = notice_facts(session, statement_id=message.statement_id, on=on)
        if kept := _kept_back(message, facts, on, now):
            return kept
    denied = _denied(session, message, facts, on)
    if denied:
        return Stop(denied)
    if message.channel != "sms":  # it keeps the words it was queued with
        return Leave(Worded(message.body, message.template_version), None)
    if placed := placed_at_agency(session, account.id, asked_by=message.template):
        return Stop(placed)
    reach = phone_reach(session, account)
    consent = _may_text(session, message, reach, practice, now)
    if isinstance(consent, (Wait, Stop)):
        return consent
    if tells_of_others(session, message, now=now):
        message.template = VISITS_REMINDER
    words = word_message(session, message, reach, practice, facts, now=now, links=links)
    return Leave(words, consent.id)


def _kept_back(
    message: OutboundMessage, facts: NoticeFacts, on: date, now: datetime
) -> Wait | Stop | None:
    """What the statement's own standing says: no longer true, or somebody is paying it."""
    if stopped := _stale(message, facts, on):
        return Stop(stopped)
    if facts.payment_state == "processing":  # the money is on its way
        return Stop(("MSG-16",))
    return Wait(now + PAYING, "MSG-16") if facts.payment_state else None


def _stale(message: OutboundMessage, facts: NoticeFacts, on: date) -> tuple[str, ...]:
    """The rules by which it is no longer true: overtaken, paid, or too late."""
    if facts.sent_on is None:
        return ("CORE-3",)
    if not facts.is_newest:
        return ("MSG-7",)
    on_time = message.template not in NOTICES or timely(
        BillNotice(message.template), sent_on=facts.sent_on, due_on=facts.due_on, on=on
    )
    return () if on_time and facts.open_share > ZERO else ("MSG-16",)


def _denied(
    session: Session, message: OutboundMessage, facts: NoticeFacts | None, on: date
) -> tuple[str, ...]:
    """What the gate says about money matters; consent to texts is asked by number, below."""
    if message.category not in MONEY:
        return ()
    account_id = message.guarantor_account_id or 0
    if facts is None:
        held = conditions(session, on=on, account_ids=[account_id]).of(account_id).kinds
    else:
        held = facts.conditions
        # What is left of the newest statement: nobody is reminded of a little (OPS-19).
        if ZERO < facts.due < settings_on(session, on).money(Key.STATEMENT_FLOOR):
            held |= {Condition.BELOW_FLOOR}
    answer = ask_gate(
        session,
        held - {Condition.NO_SMS_CONSENT},
        Action.REMINDER,
        asked_by=message.template,
        account_id=account_id,
    )
    if isinstance(answer, Denied):
        return answer.rule_ids
    return ("MSG-16",) if facts is not None and facts.due == ZERO else ()


def _may_text(
    session: Session,
    message: OutboundMessage,
    reach: PhoneReach,
    practice: Practice,
    now: datetime,
) -> ConsentRow | Wait | Stop:
    """The consent under which the text goes to this number now."""
    account = reach.account
    consent = standing_consent(
        session,
        phone=message.recipient,
        category=TextCategory(message.category),
        guarantor_account_id=account.id,
    )
    if consent is None:
        return Stop(("MSG-1",))
    on = now.astimezone(ZoneInfo(practice.time_zone)).date()
    settings = settings_on(session, on)
    refused = _unreachable(session, message.recipient, reach, consent, settings=settings, now=now)
    if refused:
        return Stop(refused)
    held = account.mobile_held_until
    if held is not None and now < held and message.recipient == account.mobile:
        return Wait(held, "ID-12")
    switch = session.get(MessageSwitch, TEXTS)
    if switch is not None and switch.stopped_at is not None:
        return Wait(None, "MSG-13")
    if _overtaken(session, message, now):
        return Stop(("MSG-7",))
    return _timed(session, message, account, practice, settings=settings, now=now) or consent


def _unreachable(
    session: Session,
    phone: str,
    reach: PhoneReach,
    consent: ConsentRow,
    *,
    settings: Settings,
    now: datetime,
) -> tuple[str, ...]:
    """The rules by which nothing may go to this number: not where they are texted, bad, or not proven for a year."""
    if phone != reach.number:
        return (RULE,) if phone == reach.account.mobile else ("MSG-1",)
    number = session.get(TextNumber, phone)
    if number is not None and number.bad_since is not None:
        return ("MSG-13",)
    proven = reach.proven_at(phone)
    last = consent.at if proven is None else max(proven, consent.at)
    return ("MSG-21",) if last < now - settings.span(Key.MOBILE_PROVEN_DAYS) else ()


def _overtaken(session: Session, message: OutboundMessage, now: datetime) -> bool:
    """A newer text of the same category waits for the same reader: one text tells both (MSG-7).

    News of a message and news of a bill do not tell each other.
    """
    if message.template in VISIT_TEXTS:
        return False  # one that leaves tells of the others then (clear_visit)
    of_bills = OutboundMessage.template.not_in(NEWS)
    newer = select(OutboundMessage.id).where(
        OutboundMessage.guarantor_account_id == message.guarantor_account_id,
        OutboundMessage.recipient == message.recipient,
        OutboundMessage.category == message.category,
        OutboundMessage.channel == "sms",
        OutboundMessage.state == "queued",
        OutboundMessage.template == message.template if message.template in NEWS else of_bills,
        OutboundMessage.id > message.id,
        or_(OutboundMessage.not_before.is_(None), OutboundMessage.not_before <= now + A_DAY),
    )
    return session.scalar(newer.limit(1)) is not None


def _timed(
    session: Session,
    message: OutboundMessage,
    account: GuarantorAccount,
    practice: Practice,
    *,
    settings: Settings,
    now: datetime,
) -> Wait | Stop | None:
    """Quiet hours and caps: the first moment that both allow."""
    sent = session.scalars(
        _REACHED.where(
            OutboundMessage.sent_at > now - A_WEEK,
            OutboundMessage.id != message.id,
            or_(
                OutboundMessage.recipient == message.recipient,
                OutboundMessage.guarantor_account_id == account.id,
            ),
        )
    ).all()
    most = settings.count(Key.TEXTS_PER_WEEK)
    told = [at for at in sent if at is not None]
    if message.category in MONEY:  # calls about bills count towards the same week (COLL-13)
        told = sorted([*told, *called_since(session, account.id, now - A_WEEK)], reverse=True)
    free, rule = _uncapped(told, most, now), "MSG-7"
    if is_urgent(session, message, now=now):
        free = now
    if free == now:
        rule = "MSG-8"
    zones = recipient_zones(
        phone=message.recipient,
        postal_code=account.postal_code,
        practice_zone=practice.time_zone,
    )
    moment = next_open(free, zones)
    if moment is None:
        return Stop(("MSG-8",))
    return None if moment <= now else Wait(moment, rule)


def _uncapped(sent: Sequence[datetime], per_week: int, now: datetime) -> datetime:
    """When the sliding day and week next have room; `sent` newest first."""
    free = now
    if sent and sent[0] > now - A_DAY:
        free = sent[0] + A_DAY
    if len(sent) >= per_week:
        free = max(free, sent[per_week - 1] + A_WEEK)
    return free
