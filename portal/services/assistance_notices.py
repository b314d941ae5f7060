"""The formal letters about an application, by the one way that letters with required words leave: asked, missing, decided (COLL-8, FA-9, FA-10)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from billing.assistance_clock import DECIDE_WITHIN
from billing.assistance_letter import LetterFacts, LetterWords, letter_words, percent_words
from billing.assistance_reasons import POLICY_WORDS, PROOF_WORDS, PolicyLine, Proof
from billing.notice_text import Block, Words
from billing.notices import NoticeKind
from portal.models.assistance import AssistanceApplication
from portal.models.assistance_decisions import AssistanceDecision, AssistanceRequest
from portal.queries.assistance_letter import language_of, letter_facts
from portal.services.send_notice import AskedNotice, queue_notice


def notice_received(
    session: Session,
    application: AssistanceApplication,
    *,
    public_url: str,
    on: date,
    now: datetime,
) -> None:
    """We have it, and answer by a day."""
    received = application.received_on or on
    asked = AskedNotice(
        kind=NoticeKind.ASSISTANCE_RECEIVED,
        account_id=application.guarantor_account_id,
        key=f"assistance:{application.id}:received",
        facts={"received": received, "decide_by": received + DECIDE_WITHIN},
        subject=f"assistance:{application.id}",
    )
    queue_notice(session, asked, public_url=public_url, on=on, now=now)


def notice_missing(
    session: Session,
    application: AssistanceApplication,
    request: AssistanceRequest,
    *,
    public_url: str,
    on: date,
    now: datetime,
) -> None:
    """What is missing, and until when: the written notice of COLL-8."""
    asked = AskedNotice(
        kind=NoticeKind.ASSISTANCE_MISSING,
        account_id=application.guarantor_account_id,
        key=f"assistance:{application.id}:missing:{request.id}",
        facts={
            "received": application.received_on or on,
            "missing": [PROOF_WORDS[Proof(item)] for item in request.items],
            "send_by": request.answer_by,
        },
        subject=f"assistance:{application.id}",
        made_by_id=request.login_id,
    )
    queue_notice(session, asked, public_url=public_url, on=on, now=now)


def notice_decided(
    session: Session, row: AssistanceDecision, *, public_url: str, on: date, now: datetime
) -> None:
    """The decision letter, in its own words, to each account that it is about."""
    facts = letter_facts(session, row)
    composed = as_blocks(letter_words(facts, language_of(session, row)))
    for account_id in row.account_ids:
        asked = AskedNotice(
            kind=NoticeKind.ASSISTANCE_DECISION,
            account_id=account_id,
            key=f"assistance:{row.id}:decided:{account_id}",
            facts=fields_of(facts),
            subject=f"assistance:{row.application_id or row.id}",
            made_by_id=row.made_by_id,
            composed=composed,
        )
        queue_notice(session, asked, public_url=public_url, on=on, now=now)


def fields_of(facts: LetterFacts) -> dict[str, object]:
    """Every merge field that FA-10 asks for."""
    fields: dict[str, object] = {
        "outcome": facts.outcome,
        "accounts": list(facts.accounts),
        "household": facts.household,
        "income": facts.income,
        "percent": percent_words(facts.percent),
        "discount": f"{facts.discount}%",
        "before": facts.before,
        "after": facts.owes,
        "agb": "none" if facts.agb is None else percent_words(facts.agb),
        "refund": facts.back,
        "effective": facts.effective_on,
        "ends": facts.ends_on,
        "appeal_by": facts.appeal_by,
    }
    if facts.policy_line:
        fields["policy_line"] = POLICY_WORDS[PolicyLine(facts.policy_line)]
    if facts.instalments:
        fields["plan"] = f"{facts.instalments} payments of up to {facts.instalment}"
    return fields


def as_blocks(words: LetterWords) -> Words:
    """The letter as every notice is kept."""
    amounts = [list(row) for row in words.amounts]
    if words.total is not None:
        amounts.append(list(words.total))
    return Words(
        title=words.title,
        blocks=[
            Block(paragraphs=list(words.opening)),
            Block(heading=words.measured_title, rows=[list(row) for row in words.measured]),
            Block(heading=words.amounts_title, rows=amounts),
            Block(heading=words.next_title, bullets=list(words.next)),
            Block(heading=words.rights_title, bullets=list(words.rights)),
        ],
    )
