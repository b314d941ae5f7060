"""How texts fare as a whole: the switch, and the week's counts by state and reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, func, select

from billing.holds import REASONS, RULES
from billing.text_failures import remedy_for
from portal.db import read_only
from portal.models.messages import MessageSwitch, OutboundMessage

WEEK = timedelta(days=7)
# What keeps a text back or ends it (billing.holds tells of accounts): its rules, in a few words.
GATE = {
    rule: " or ".join(REASONS[kind] for kind in RULES if RULES[kind] == rule)
    for rule in RULES.values()
} | {
    "allowed": "nothing stood against it",
    "CORE-3": "its statement was not sent",
    "MSG-1": "no consent to texts",
    "MSG-3": "the yes was taken back",
    "MSG-7": "enough texts for now, or a newer one says it",
    "MSG-8": "quiet hours",
    "MSG-13": "texts to this number fail, or all texts are stopped",
    "MSG-16": "paid, or too late to be of use",
    "MSG-21": "the number was not proven for a year",
}


@dataclass(frozen=True, slots=True)
class TextCount:
    """How many texts of the week stand so, and why."""

    state: str
    why: str  # an error's meaning, or the rules that gave it up
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TextsPage:
    """Whether texts leave, and how the last seven days' ended."""

    stopped_at: datetime | None
    stopped_by: str  # in words
    counts: tuple[TextCount, ...]


def texts_page(*, now: datetime) -> TextsPage:
    """Everything but codes; nobody is named."""
    why = case((OutboundMessage.error != "", OutboundMessage.error), else_=OutboundMessage.gate)
    with read_only() as session:
        switch = session.get(MessageSwitch, "texts")
        rows = session.execute(
            select(OutboundMessage.state, why, func.count())
            .where(
                OutboundMessage.channel == "sms",
                OutboundMessage.category != "",
                OutboundMessage.created_at > now - WEEK,
            )
            .group_by(OutboundMessage.state, why)
            .order_by(func.count().desc(), OutboundMessage.state)
        )
        counts = tuple(TextCount(state, _words(reason), count) for state, reason, count in rows)
    stopped = switch is not None and switch.stopped_at is not None
    return TextsPage(
        stopped_at=switch.stopped_at if switch else None,
        stopped_by=_words(switch.reason) if switch and stopped else "",
        counts=counts,
    )


def _words(reason: str) -> str:
    """An error of the provider or the rules of the gate, in words; the number or the ids stay beside them."""
    if reason.isdigit():
        return f"{remedy_for(reason).means} ({reason})"
    known = dict.fromkeys(GATE[rule] for rule in reason.split(", ") if rule in GATE)
    if not known:
        return reason
    return "; ".join(known) + ("" if reason == "allowed" else f" ({reason})")
