"""The code from the contact on file, typed by whoever asked for the record: once, in time, and by the first alone (ID-2, ID-7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.db import read_only, transaction
from portal.models.accounts import GuarantorAccount
from portal.models.linking import LinkRequest
from portal.queries.link_candidates import asked_of, same_birth_candidates
from portal.services.grant_access import grant_access
from portal.services.mailed_codes import same_digits
from portal.services.match_link_request import why_a_person
from portal.services.record_access import Access, add_access
from portal.services.record_attempt import PERSON, Subject, record_attempt, record_success
from portal.services.send_link_code import LIFE, link_code

MOST_FAILURES = 5


class Outcome(StrEnum):
    """What came of a typed code."""

    LINKED = "linked"
    WRONG = "wrong"  # or too old, used, or never sent: one answer (ID-4)
    OFFICE = "office"  # right, but a person must look first


@dataclass(frozen=True, slots=True)
class Proven:
    """The outcome, and the account where one was opened."""

    outcome: Outcome
    account_id: int | None = None


def prove_link(
    *, login_id: int, typed: str, ip: str, keys: Sequence[bytes], now: datetime
) -> Proven:
    """Compare the code with the newest request of this sign-in; open the record when it is right.

    Wrong codes count on the request over all codes sent for it, and ten a day on the record, whoever types them.
    """
    with read_only() as session:
        newest = _newest(session, login_id)
        about = None if newest is None else (newest.guarantor_account_id or f"request {newest.id}")
    target = [Subject(f"link target {about}", PERSON)]
    tried = record_attempt(action="link_code", subjects=target, keys=keys, now=now)
    with transaction() as session:
        request = _newest(session, login_id, lock=True)
        if request is None:
            return Proven(Outcome.WRONG)
        sent_at = request.code_sent_at
        in_time = sent_at is not None and now - sent_at <= LIFE
        right = same_digits(link_code(keys[0], request), typed) and in_time
        if right and request.state == "linked":
            return Proven(Outcome.LINKED, request.guarantor_account_id)  # pressed twice
        if not right or tried is None or request.state != "code_sent":
            _note_failure(session, request, ip=ip, now=now)
            return Proven(Outcome.WRONG)
        done = _open(session, request, now=now)
    record_success(tried)
    return done


def _newest(session: Session, login_id: int, *, lock: bool = False) -> LinkRequest | None:
    query = (
        select(LinkRequest)
        .where(LinkRequest.login_id == login_id)
        .order_by(LinkRequest.id.desc())
        .limit(1)
    )
    return session.scalar(query.with_for_update() if lock else query)


def _note_failure(session: Session, request: LinkRequest, *, ip: str, now: datetime) -> None:
    request.failures += 1
    if request.state == "code_sent" and request.failures >= MOST_FAILURES:
        request.state, request.reason = "waiting", "wrong_codes"
    matched = request.guarantor_account_id
    access = Access(
        face="patient",
        login_id=request.login_id,
        action="link_failed",
        object_type="link_request",
        object_id=str(request.id),
        account_ids=() if matched is None else (matched,),
        outcome="refused",
        ip=ip,
    )
    add_access(session, access, now=now)


def _open(session: Session, request: LinkRequest, *, now: datetime) -> Proven:
    """Under the account's lock everything is asked once more: somebody may have been faster, or a hold come in."""
    account_id = request.guarantor_account_id
    session.execute(
        select(GuarantorAccount.id).where(GuarantorAccount.id == account_id).with_for_update()
    )
    found = same_birth_candidates(session, asked_of(request))
    reason = why_a_person(found, grown=True)
    if not reason and [one.account_id for one in found if one.matches] != [account_id]:
        reason = "no_match"
    if reason or account_id is None:
        request.state, request.reason = "waiting", reason
        return Proven(Outcome.OFFICE)
    grant_access(
        session,
        login_id=request.login_id,
        account_id=account_id,
        granted_by=f"link_request:{request.id}",
        now=now,
    )
    request.state, request.decided_at = "linked", now
    return Proven(Outcome.LINKED, account_id)
