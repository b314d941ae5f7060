"""Do what a bare C, R, 1, Y or N asks for: found in the text's own transaction, done in its own, then written down (MSG-19).

A worker that dies in between finds the text unread and does the same again: each step knows when it was done before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from billing.inbound_texts import Reply, read_reply
from billing.visit_texts import CONFIRMED, OFFER_GONE, OFFER_PASSED, OFFER_TAKEN, VISIT_MOVE, WHICH
from portal.queries.open_questions import Asked, OpenQuestions, open_questions
from portal.services.accept_offer import accept_offer
from portal.services.appointment_actor import Actor
from portal.services.confirm_appointment import confirm_appointment
from portal.services.decline_offer import decline_offer
from portal.services.issue_text_link import issue_text_link
from portal.services.refusal import Refusal
from portal.services.text_answers import may_answer_still, queue_answer
from portal.services.word_message import Links

PLAIN = {WHICH: "/visits", OFFER_TAKEN: "/visits"}  # what these say is read behind the sign-in


class Act(StrEnum):
    """What the reply comes to; the value is the text's kind from then on."""

    CONFIRM = "confirm"
    CHANGE = "change"
    TAKE = "take"
    PASS = "leave"  # noqa: S105 (no password)


@dataclass(frozen=True, slots=True)
class Wanted:
    """One thing to do, about one question of ours."""

    act: Act
    asked: Asked


def wanted_by(session: Session, phone: str, body: str, *, now: datetime) -> Wanted | None:
    """What the text asks for; None when it is no such answer, or answers nothing that is open."""
    reply = read_reply(body)
    if reply is None:
        return None
    asked = open_questions(session, phone, now=now)
    return _of(reply, asked)


def _of(reply: Reply, asked: OpenQuestions) -> Wanted | None:
    if reply is Reply.ONE:
        newest = asked.newest
        if newest is None:
            return None
        return Wanted(Act.CONFIRM if newest.offer_id is None else Act.TAKE, newest)
    about = asked.visit if reply in (Reply.CONFIRM, Reply.CHANGE) else asked.offer
    acts = {
        Reply.CONFIRM: Act.CONFIRM,
        Reply.CHANGE: Act.CHANGE,
        Reply.TAKE: Act.TAKE,
        Reply.LEAVE: Act.PASS,
    }
    return Wanted(acts[reply], about) if about is not None else None


def carry_out(wanted: Wanted, *, public_url: str, now: datetime) -> str:
    """Do it, in its own transaction; the name of the answer."""
    asked, actor = wanted.asked, Actor(None, "text", public_url=public_url)
    if asked.offer_id is not None:
        return _answer_offer(asked.offer_id, wanted.act, actor, now)
    if asked.appointment_id is None:
        return WHICH  # one reminder told of several
    if wanted.act is Act.CHANGE:
        return VISIT_MOVE
    try:
        confirm_appointment(appointment_id=asked.appointment_id, actor=actor, now=now)
    except Refusal:
        return WHICH
    return CONFIRMED


def _answer_offer(offer_id: int, act: Act, actor: Actor, now: datetime) -> str:
    if act is Act.PASS:
        decline_offer(offer_id=offer_id, via="text", now=now)
        return OFFER_PASSED
    try:
        accept_offer(offer_id=offer_id, actor=actor, now=now)
    except Refusal:
        return OFFER_GONE
    return OFFER_TAKEN


def answer(
    session: Session,
    wanted: Wanted,
    template: str,
    *,
    phone: str,
    language: str,
    links: Links,
    now: datetime,
) -> None:
    """Write the answer, with its link, in the caller's transaction."""
    if not may_answer_still(session, phone, now=now):
        return
    url = links.public_url + PLAIN[template] if template in PLAIN else ""
    if template == VISIT_MOVE:
        url = issue_text_link(
            session,
            guarantor_account_id=wanted.asked.account_id,
            appointment_id=wanted.asked.appointment_id,
            phone=phone,
            now=now,
            hash_keys=links.hash_keys,
            public_url=links.public_url,
        )
    queue_answer(session, to=phone, template=template, language=language, now=now, url=url)
