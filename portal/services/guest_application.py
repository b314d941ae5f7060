"""An application for assistance without a sign-in: begun, left and taken up by a code, signed and sent (FA-6)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from billing.assistance_steps import MOST_INCOMES, MOST_MEMBERS
from billing.business_days import business_days_after
from billing.free_text import check_free_text
from portal.db import transaction
from portal.models.guest_applications import GuestApplication, GuestPaper
from portal.ports import DocumentStore
from portal.queries.guest_application import load_guest
from portal.services.open_work import open_work
from portal.services.own_application import SENT, AlreadySent, CannotApply
from portal.services.practice_date import practice_date
from portal.services.record_access import Access, add_access, applicant_role
from portal.services.record_attempt import (
    ADDRESS,
    SENDING,
    Subject,
    record_attempt,
    record_success,
)
from portal.services.refusal import NotFound

ACTION, WORK = "guest_application", "guest_application"
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # none that looks like another
LONG, GROUP = 12, 4
FORGOTTEN_AFTER = timedelta(days=60)  # a draft that nobody took up again
LISTS = {"people": MOST_MEMBERS, "incomes": MOST_INCOMES}


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestCaller:
    """Where somebody calls from, for counting tries."""

    address: str
    keys: Sequence[bytes]


def begin_guest(
    *,
    fields: Mapping[str, Any],
    birth_on: date,
    language: str,
    caller: GuestCaller,
    now: datetime,
) -> tuple[UUID, str]:
    """The id and the code, which is shown once and kept as a hash. Raises CannotApply after too many from one place."""
    subjects = [Subject(f"address {caller.address}", ADDRESS)]
    if record_attempt(action=f"{ACTION}_new", subjects=subjects, keys=caller.keys, now=now) is None:
        raise CannotApply("Too many applications came from here. Try again later, or call us.")
    code = "".join(secrets.choice(ALPHABET) for _ in range(LONG))
    row = GuestApplication(
        id=uuid4(),
        code_hash=_hash(code),
        state="draft",
        birth_on=birth_on,
        language=language,
        residence_state="",  # asked for on the next screen
        answers={"people": [], "incomes": []},
        started_at=now,
        changed_at=now,
        **_plain(fields),
    )
    with transaction() as session:
        session.add(row)
        tell_guest(session, row, "create", now)
    return row.id, "-".join(code[at : at + GROUP] for at in range(0, LONG, GROUP))


def open_guest(*, code: str, birth_on: date, caller: GuestCaller, now: datetime) -> UUID | None:
    """Which application a code and the birth date open; None for every other reason, too many tries among them."""
    digest = _hash("".join(c for c in code.upper() if c.isalnum()))
    subjects = [
        Subject(f"address {caller.address}", ADDRESS),
        Subject(f"code {digest}", SENDING),
    ]
    tried = record_attempt(action=ACTION, subjects=subjects, keys=caller.keys, now=now)
    if tried is None:
        return None
    with transaction() as session:
        row = session.scalars(
            select(GuestApplication).where(GuestApplication.code_hash == digest)
        ).one_or_none()
        if row is None or row.birth_on != birth_on:
            return None
        tell_guest(session, row, "view", now)
    record_success(tried)
    return row.id


def save_guest(
    guest_id: UUID,
    *,
    fields: Mapping[str, Any] | None = None,
    answers: Mapping[str, Any] | None = None,
    now: datetime,
) -> None:
    """Lay fields and answers over what is there. Raises NotFound, AlreadySent or CardNumberRefused."""
    with transaction() as session:
        row = guest_draft(session, guest_id)
        called = row.name
        for name, value in _plain(fields or {}).items():
            setattr(row, name, value)
        incomes = [
            {**one, "member": row.name} if one["member"] == called else one
            for one in row.answers["incomes"]
        ]
        row.answers = {**row.answers, "incomes": incomes, **_plain(answers or {})}
        row.changed_at = now


def add_to_guest(
    guest_id: UUID, what: str, entry: Mapping[str, Any], *, seen: int, now: datetime
) -> None:
    """One more person or income. `seen`: how many the form showed. Raises as `save_guest`, or CannotApply."""
    with transaction() as session:
        row = guest_draft(session, guest_id)
        there = list(row.answers[what])
        if len(there) != seen:
            raise CannotApply(
                "This list changed in another window. Look at it, then add again what is missing."
            )
        if "member" in entry and entry["member"] not in _names(row):
            raise CannotApply("Choose whose income it is from the list.")
        if len(there) >= LISTS[what]:
            raise CannotApply("The list is full. Tell us of the others in the box about hardship.")
        row.answers = {**row.answers, what: [*there, _plain(entry)], "no_income": False}
        row.changed_at = now


def take_from_guest(guest_id: UUID, what: str, place: int, *, now: datetime) -> None:
    """Remove a person, with their income, or an income; once gone, again is no error."""
    with transaction() as session:
        row = guest_draft(session, guest_id)
        there = list(row.answers[what])
        if not 0 <= place < len(there):
            return
        gone = there.pop(place)
        answers = {**row.answers, what: there}
        if what == "people":
            answers["incomes"] = [i for i in answers["incomes"] if i["member"] != gone["name"]]
        row.answers, row.changed_at = answers, now


def send_guest(guest_id: UUID, *, name: str, seen_hash: str, words: str, now: datetime) -> None:
    """Signed and with the office, which finds the account. `seen_hash` is of the words and of all above them.

    Raises NotFound or AlreadySent; CannotApply where a part has no answer, or another window changed one.
    """
    signed = check_free_text(name)
    with transaction() as session:
        row = guest_draft(session, guest_id)
        page = load_guest(session, guest_id)
        if page is None:
            raise NotFound
        if page.missing:
            raise CannotApply("Something is missing. Answer each part first.")
        if page.hash_of(words) != seen_hash:
            raise CannotApply("Something changed since you read it. Read it once more, then sign.")
        on = practice_date(session, now)
        row.state, row.sent_at, row.sent_on, row.changed_at = "sent", now, on, now
        row.signed_name, row.signed_words = signed, words
        row.answers = {**row.answers, "signed_sha256": seen_hash}
        open_work(
            session,
            key=f"{WORK}:{guest_id}",
            kind=WORK,
            reasons=["Somebody without a sign-in applied for help; no account is named yet (FA-6)"],
            next_step="Find their account under Assistance and tie the application to it.",
            due_on=business_days_after(on, 1),
            now=now,
        )
        tell_guest(session, row, "send", now)


def forget_guests(*, now: datetime, documents: DocumentStore) -> int:
    """Delete drafts that nobody took up for 60 days, with their papers; how many."""
    with transaction() as session:
        old = session.scalars(
            select(GuestApplication.id)
            .where(
                GuestApplication.state == "draft",
                GuestApplication.changed_at < now - FORGOTTEN_AFTER,
            )
            .with_for_update(skip_locked=True)
        ).all()
        if not old:
            return 0
        keys = session.scalars(
            delete(GuestPaper).where(GuestPaper.guest_id.in_(old)).returning(GuestPaper.stored_as)
        ).all()
        session.execute(delete(GuestApplication).where(GuestApplication.id.in_(old)))
    for key in keys:
        documents.delete(key)
    return len(old)


def _names(row: GuestApplication) -> set[str]:
    return {row.name, *(one["name"] for one in row.answers["people"])}


def guest_draft(session: Session, guest_id: UUID) -> GuestApplication:
    """The row, locked. Raises NotFound; AlreadySent once it is with the office."""
    row = session.get(GuestApplication, guest_id, with_for_update=True)
    if row is None:
        raise NotFound
    if row.state != "draft":
        raise AlreadySent(SENT)
    return row


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Words without card numbers."""
    return {
        name: check_free_text(value).strip() if isinstance(value, str) else value
        for name, value in values.items()
    }


def _hash(code: str) -> str:
    return sha256(code.encode()).hexdigest()  # sixty random bits: nothing to guess


def tell_guest(
    session: Session,
    row: GuestApplication,
    action: str,
    now: datetime,
    *,
    reason: str = "",
    account_id: int | None = None,
) -> None:
    """Who did what with it, in the transaction that does it (HIPAA-3); its account is known once it is tied."""
    access = Access(
        face="patient",
        login_id=None,
        role=applicant_role(row.id),
        action=action,
        object_type="guest_application",
        object_id=str(row.id),
        account_ids=(account_id,) if account_id is not None else (),
        reason=reason,
    )
    add_access(session, access, now=now)
