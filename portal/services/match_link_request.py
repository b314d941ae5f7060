"""Find whose record somebody asked for: a code to the contact on file when exactly one answers, else a person (ID-2)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from portal.db import read_only, transaction
from portal.models.linking import LinkRequest
from portal.queries.link_candidates import Candidate, asked_of, same_birth_candidates
from portal.services.match_person import ADULT_YEARS, age_on
from portal.services.practice_date import practice_date
from portal.services.send_link_code import send_link_code


def match_link_request(*, request_id: int, keys: Sequence[bytes], now: datetime) -> str:
    """Decide one request and return its state; one that was decided before is left alone."""
    with read_only() as session:
        request = session.get_one(LinkRequest, request_id)
        asked = asked_of(request)
        grown = age_on(asked.birth_on, practice_date(session, now)) >= ADULT_YEARS
        found = same_birth_candidates(session, asked)
    reason = why_a_person(found, grown=grown)
    account_id = next((one.account_id for one in found if one.matches), None)
    with transaction() as session:
        request = session.scalars(
            select(LinkRequest).where(LinkRequest.id == request_id).with_for_update()
        ).one()
        if request.state != "asked":
            return request.state
        request.guarantor_account_id = account_id
        request.state, request.reason = ("waiting", reason) if reason else ("code_sent", "")
    return request.state if reason else send_link_code(request_id=request_id, keys=keys, now=now)


def why_a_person(found: Sequence[Candidate], *, grown: bool) -> str:
    """Why no code may open a record by itself; empty where one may."""
    matches = [one for one in found if one.matches]
    if not matches:
        return "no_match"
    if len(matches) > 1:
        return "several"
    [one] = matches
    if one.protected or not grown:
        return "protected"
    if one.patient_id is not None:
        return "not_guarantor"  # the account shows somebody else's bills too
    return "linked_before" if one.linked else ""
