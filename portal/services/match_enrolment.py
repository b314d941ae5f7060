"""Match a printed code with the birth date and ZIP of the one it was mailed to (ID-2, ID-4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from portal.db import transaction
from portal.models.accounts import GuarantorAccount
from portal.models.statements import EnrolmentCode
from portal.services.enrolment_codes import code_hashes
from portal.services.match_person import agrees
from portal.services.record_access import Access, record_access
from portal.services.record_attempt import (
    ACCOUNT,
    ADDRESS,
    PERSON,
    Subject,
    record_attempt,
    record_success,
)


@dataclass(frozen=True, slots=True)
class Matched:
    """The code that was right; it is spent only when the enrolment is complete."""

    code_id: int


@dataclass(frozen=True, slots=True)
class TooManyTries:
    """Refused before anything was compared."""


def match_enrolment(
    *,
    code: str,
    birth_on: date | None,
    postal_code: str,
    address: str,
    keys: Sequence[bytes],
    now: datetime,
) -> Matched | TooManyTries | None:
    """The matched code; None for everything else, whichever part was wrong or missing."""
    found = _find(code_hashes(code, keys), now)
    subjects = [
        Subject(f"address {address}", ADDRESS),
        Subject(f"code {code_hashes(code, keys)[0]}", ACCOUNT),
    ]
    if found is not None:
        subjects.append(Subject(f"person {found.account_id}", PERSON))
    tried = record_attempt(action="enrol", subjects=subjects, keys=keys, now=now)
    if tried is None:
        return TooManyTries()
    if found is not None and found.agrees(birth_on, postal_code):
        record_success(tried)
        return Matched(found.code_id)
    record_access(
        Access(
            face="patient",
            login_id=None,
            action="enrol_failed",
            object_type="enrolment_code",
            account_ids=(found.account_id,) if found else (),
            outcome="refused",
            ip=address,
        ),
        now=now,
    )
    return None


@dataclass(frozen=True, slots=True)
class _Found:
    code_id: int
    account_id: int
    named: bool
    birth_on: date | None
    postal_code: str

    def agrees(self, birth_on: date | None, postal_code: str) -> bool:
        """A minor's account without a named guarantor agrees with nobody."""
        return self.named and agrees((self.birth_on, self.postal_code), (birth_on, postal_code))


def _find(hashes: Sequence[str], now: datetime) -> _Found | None:
    with transaction() as session:
        row = session.execute(
            select(
                EnrolmentCode.id,
                GuarantorAccount.id,
                GuarantorAccount.named,
                GuarantorAccount.birth_on,
                GuarantorAccount.postal_code,
            )
            .join(GuarantorAccount, GuarantorAccount.id == EnrolmentCode.guarantor_account_id)
            .where(
                EnrolmentCode.code_hash.in_(hashes),
                EnrolmentCode.used_at.is_(None),
                EnrolmentCode.expires_at > now,
            )
        ).one_or_none()
    return None if row is None else _Found(*row)
