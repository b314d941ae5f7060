"""What was sent of an account and what became of it: letters and statements, each with every fact that we heard (CORE-3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.db import read_only
from portal.models.notices import Notice, NoticeDelivery, NoticeTemplate
from portal.models.statements import Statement
from portal.queries.day_at_practice import day_at_practice
from portal.queries.staff_account import AccountHeader, account_header

KINDS = {
    "final_notice": "Final notice",
    "eca_notice": "Notice of what may follow",
    "state_notice": "Notice of a state",
    "plan_default": "Plan ended",
    "corrected_statement": "Corrected bill",
    "assistance_received": "Assistance: form received",
    "assistance_missing": "Assistance: something is missing",
    "assistance_decision": "Assistance: decision",
    "assistance_extension": "Assistance: more time",
    "dispute_received": "Dispute: received",
    "dispute_extended": "Dispute: more time",
    "dispute_answer": "Dispute: answer",
    "placement_recalled": "Called back from an agency",
    "returned_mail": "Question about the address",
    "good_faith_estimate": "Good-faith estimate",
}
STATES = {
    "queued": "Waits for the daily run",
    "sending": "E-mail on its way",
    "sent": "Sent",
    "stopped": "Not sent",
    "returned": "Came back",
}
FACTS = {
    "handed_over": "in the mail batch",
    "accepted": "taken by the mail server",
    "bounced": "e-mail came back",
    "mailed": "mailed",
    "returned": "mail came back",
    "forwarded": "delivered at another address",
}
TOOK_BACK = frozenset({"bounced", "returned"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One fact about one sending."""

    id: int
    piece: str  # the envelope's name; empty for an e-mail
    channel: str
    status: str
    words: str
    address: str
    on: date
    content_hash: str
    document_hash: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A letter or a statement, and what became of it. `reached`: one way of it did not come back."""

    what: str
    title: str
    made_on: date
    state: str
    gate: str
    deadline_on: date | None
    names: tuple[str, ...]
    template: str
    facts: tuple[Fact, ...]
    out: tuple[
        Fact, ...
    ] = ()  # pieces of paper that went out and did not come back, so far as we know

    @property
    def reached(self) -> bool:
        """By channel, the last word counts."""
        last: dict[str, str] = {}
        for fact in self.facts:
            last[fact.channel] = fact.status
        return any(status not in TOOK_BACK for status in last.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class SentPage:
    """An account's letters, then its statements, each newest first."""

    header: AccountHeader
    letters: tuple[Sent, ...]
    statements: tuple[Sent, ...]


def sent_page(account_id: int) -> SentPage | None:
    """The page of the office; None for an account that is not there."""
    with read_only() as session:
        header = account_header(session, account_id)
        if header is None:
            return None
        letters = sent_letters(session, account_id)
        return SentPage(
            header=header, letters=letters, statements=sent_statements(session, account_id)
        )


def sent_letters(session: Session, account_id: int) -> tuple[Sent, ...]:
    """Every letter of an account, newest first."""
    rows = session.execute(
        select(Notice, NoticeTemplate.version, day_at_practice(Notice.created_at).label("made_on"))
        .join(NoticeTemplate, NoticeTemplate.id == Notice.template_id)
        .where(Notice.guarantor_account_id == account_id)
        .order_by(Notice.id.desc())
    ).all()
    facts = _facts(session, notices=[row.Notice.id for row in rows])
    return tuple(
        Sent(
            what=KINDS[notice.kind],
            title=notice.content["title"],
            made_on=made_on,
            state=STATES[notice.state],
            gate=notice.gate,
            deadline_on=notice.deadline_on,
            names=tuple(notice.eca_types),
            template=f"version {version}, {notice.language}",
            facts=facts.get(("notice", notice.id), ()),
            out=_out(facts.get(("notice", notice.id), ())),
        )
        for notice, version, made_on in rows
    )


def sent_statements(session: Session, account_id: int) -> tuple[Sent, ...]:
    """Every statement of an account of which something is known, newest first."""
    rows = session.scalars(
        select(Statement)
        .where(Statement.guarantor_account_id == account_id)
        .order_by(Statement.id.desc())
    ).all()
    facts = _facts(session, statements=[one.id for one in rows])
    return tuple(
        Sent(
            what="Statement",
            title=one.number,
            made_on=one.cycle_on,
            state="",
            gate="",
            deadline_on=None,
            names=(),
            template="",
            facts=facts[("statement", one.id)],
            out=_out(facts[("statement", one.id)]),
        )
        for one in rows
        if ("statement", one.id) in facts
    )


def _out(facts: Sequence[Fact]) -> tuple[Fact, ...]:
    back = {fact.piece for fact in facts if fact.status == "returned"}
    return tuple(fact for fact in facts if fact.status == "handed_over" and fact.piece not in back)


def _facts(
    session: Session, *, notices: Sequence[int] = (), statements: Sequence[int] = ()
) -> dict[tuple[str, int], tuple[Fact, ...]]:
    row = NoticeDelivery
    found: dict[tuple[str, int], list[Fact]] = defaultdict(list)
    for one in session.scalars(
        select(row)
        .where(or_(row.notice_id.in_(notices), row.statement_id.in_(statements)))
        .order_by(row.id)
    ):
        key = ("notice", one.notice_id) if one.notice_id else ("statement", one.statement_id or 0)
        found[key].append(
            Fact(
                id=one.id,
                piece=one.source.rpartition(":")[0] if one.channel == "paper" else "",
                channel=one.channel,
                status=one.status,
                words=FACTS[one.status],
                address=one.address,
                on=one.happened_on,
                content_hash=one.content_hash,
                document_hash=one.document_hash,
                detail=one.detail,
            )
        )
    return {key: tuple(facts) for key, facts in found.items()}
