"""The one way in which a letter with required words is made: written here, sent by the day's run, proven by evidence.

How to use it, inside a transaction of yours:

    queue_notice(
        session,
        AskedNotice(
            kind=NoticeKind.DISPUTE_RECEIVED,
            account_id=account.id,
            key=f"dispute:{dispute.id}:received",       # the same key again makes no second letter
            facts={"received": on, "about": "the bill of March 2", "answer_by": by},
            visit_ids=(visit_id,),
            subject=f"bill_dispute:{dispute.id}",
            made_by_id=staff.login_id,
        ),
        public_url=public_url, on=on, now=now,
    )

`facts` are typed (`billing.notices.REQUIRED`, `OPTIONAL`): date, Money, int, words, or a list of lines. A missing,
unknown or wrong one raises `WrongField`, which names it; words that a letter may not say raise `ForbiddenWords`.
Words of people (a reason, a finding) are sentences in the letter's language: `language_of(session, account_id)`.
A service that has composed a letter of its own (assistance) passes it as `composed`; the facts are checked as well.

The words are frozen now. Whether it may leave, and where it goes, is asked when it leaves (`send_notices`): the gate
(CORE-5), the conditions, the address (HIPAA-10). What became of it: `portal.queries.notice_evidence`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.notice_lint import faults_of, unnamed_agency
from billing.notice_text import (
    LANGUAGES,
    Block,
    Words,
    hash_of,
    made_letter,
    text_of,
    with_language_help,
)
from billing.notices import (
    ENCLOSES_SUMMARY,
    WARNINGS,
    NoticeKind,
    checked,
    fields_of,
)
from portal.models.accounts import GuarantorAccount
from portal.models.notices import Notice, NoticeTemplate
from portal.models.practice import Practice
from portal.services.notice_template import state_blocks, template_on
from portal.services.open_work import open_work

SUMMARY = "summary"  # of the policy of help with bills: the page that the letter itself encloses


class ForbiddenWords(ValueError):
    """The letter would say what none of ours may; the message quotes it (COLL-12)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedNotice:
    """One letter as its caller asks for it."""

    kind: NoticeKind
    account_id: int
    key: str
    facts: Mapping[str, Any]
    visit_ids: tuple[int, ...] = ()  # the bills that it is about; empty: all of the account
    intended: frozenset[str] = field(default_factory=frozenset)  # billing.notices.Intended
    subject: str = ""
    made_by_id: int | None = None
    composed: Words | None = None


def language_of(session: Session, account_id: int) -> str:
    """The language in which letters to this account are written."""
    account = session.get_one(GuarantorAccount, account_id)
    return account.language if account.language in LANGUAGES else "en"


def queue_notice(
    session: Session, asked: AskedNotice, *, public_url: str, on: date, now: datetime
) -> int | None:
    """Freeze the letter in the caller's transaction; its id, or None when the key was used before.

    Raises WrongField and ForbiddenWords: nothing is written then.
    """
    kept = checked(asked.kind, asked.facts, intended=asked.intended, on=on)
    account = session.get_one(GuarantorAccount, asked.account_id)
    template = template_on(session, asked.kind, language=account.language, on=on)
    practice = session.get_one(Practice, 1)
    frame = frame_of(practice, account, public_url)
    added: list[Block] = []
    if asked.composed is None and asked.kind in WARNINGS:
        states = {account.state.strip().upper(), practice.state.strip().upper()}
        added = _state_words(session, account, states, on=on, now=now)
    said = _letter(asked, kept, template, frame, added)
    letter = with_language_help(said, phone=practice.phone, state=practice.state)
    _lint(letter, asked)
    deadline = asked.facts.get("deadline")
    return session.scalar(
        insert(Notice)
        .values(
            dedupe_key=asked.key,
            kind=asked.kind.value,
            guarantor_account_id=account.id,
            visit_ids=list(asked.visit_ids),
            subject=asked.subject,
            template_id=template.id,
            language=template.language,
            facts=kept,
            content=letter,
            content_hash=hash_of(letter),
            eca_types=sorted(asked.intended),
            deadline_on=deadline,
            summary_id=f"{SUMMARY}:{template.text_hash}" if asked.kind in ENCLOSES_SUMMARY else "",
            made_by_id=asked.made_by_id,
            created_at=now,
            state="queued",
            gate="",
        )
        .on_conflict_do_nothing(index_elements=[Notice.dedupe_key])
        .returning(Notice.id)
    )


def frame_of(practice: Practice, account: GuarantorAccount, public_url: str) -> dict[str, str]:
    """What is true of every letter to this account."""
    return {
        "practice": practice.legal_name or practice.name,
        "phone": practice.phone,
        "hours": practice.phone_hours,
        "assistance_phone": practice.assistance_phone,
        "assistance_url": practice.assistance_url,
        "portal_url": public_url,
        "name": account.display_name,
        "account_number": account.number,
    }


def _letter(
    asked: AskedNotice,
    kept: Mapping[str, Any],
    template: NoticeTemplate,
    frame: Mapping[str, str],
    added: list[Block],
) -> Words:
    letter = asked.composed
    if letter is None:
        first, *rest = template.words["blocks"]
        words = Words(title=template.words["title"], blocks=[first, *added, *rest])
        letter = made_words(asked, words, kept, frame, template.language)
    return letter


def made_words(
    asked: AskedNotice,
    words: Words,
    kept: Mapping[str, Any],
    frame: Mapping[str, str],
    language: str,
) -> Words:
    """A template with its facts filled in."""
    flags = {f"names_{one}" for one in asked.intended} | (
        {"names_any"} if asked.intended else set()
    )
    return made_letter(
        words,
        facts=kept,
        types=fields_of(asked.kind),
        frame=frame,
        flags=frozenset(flags),
        language=language,
    )


def _state_words(
    session: Session, account: GuarantorAccount, states: Collection[str], *, on: date, now: datetime
) -> list[Block]:
    """Of the patient's state and of ours; words that nobody reviewed are left out, and staff are told."""
    blocks: list[Block] = []
    for state in sorted(states):
        found = state_blocks(session, state, language=account.language, on=on)
        if found is None:
            continue
        if found.reviewed_at is not None:
            blocks += found.words["blocks"]
            continue
        open_work(
            session,
            key=f"notice_state_text:{state}:{found.language}",
            kind="notice_state_text",
            reasons=[f"Letters to {state} carry no text of that state: nobody has reviewed it."],
            next_step="Have the text reviewed, then mark it as reviewed under Letters.",
            account_id=account.id,
            now=now,
        )
    return blocks


def _lint(letter: Words, asked: AskedNotice) -> None:
    said = text_of(letter)
    found = faults_of(said, asked.intended)
    if asked.kind in WARNINGS and unnamed_agency(said, asked.intended):
        found = (*found, "an agency that is not intended")
    if found:
        raise ForbiddenWords("; ".join(found))
