"""A patient signs that what is due may be drawn each month, up to their own limit (PLAN-5 to 9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.drafts import next_told_draft
from billing.money import ZERO, Money
from billing.payment_choice import SMALLEST
from portal.db import transaction
from portal.models.accounts import GuarantorAccount
from portal.models.payment_methods import Autopay, PaymentAuthorisation, PaymentMethod
from portal.queries.closed_days import closed_days
from portal.queries.method_words import method_words
from portal.queries.plan_draws import plan_to_draw
from portal.queries.practice import practice_page
from portal.queries.viewer import PatientViewer
from portal.services import letters, saved_letters
from portal.services.add_method import own_account
from portal.services.authorisation_text import (
    VERSION,
    Terms,
    Words,
    authorisation_text,
    text_hash,
)
from portal.services.practice_date import practice_date
from portal.services.record_access import Access, add_access
from portal.services.record_payment import lock_account
from portal.services.refusal import NotFound, Refusal
from portal.services.revoke_authorisation import revoke_authorisation
from portal.services.tell_signer import write_to_signer

HIGHEST_CAP = Money(1_000_000_00)
REPLACED = "replaced"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Which saved way to pay, up to how much, on which day of the month."""

    method_id: int
    cap: Money = ZERO
    day: int = 1
    plan_id: UUID | None = (
        None  # the instalments of a signed plan; its agreement says how much and when
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """A name typed under words that were read: `text_hash` is of the words on the page."""

    typed_name: str
    text_hash: str
    language: str
    ip: str
    user_agent: str


@dataclass(frozen=True, slots=True)
class Paper:
    """What is to be signed."""

    paragraphs: tuple[str, ...]
    first_on: date
    cap: Money
    day: int

    @property
    def hash(self) -> str:
        return text_hash(self.paragraphs)


class CannotSign(Refusal):
    """What was signed is not what stands there now."""

    title = "Nothing was signed"


def autopay_paper(
    *, viewer: PatientViewer, account_id: int, wish: Wish, words: Words, now: datetime
) -> Paper:
    """The words as the page shows them."""
    own_account(viewer, account_id)
    with transaction() as session:
        return _paper(session, account_id, wish, words, now)


def sign_autopay(
    *,
    viewer: PatientViewer,
    account_id: int,
    wish: Wish,
    signature: Signature,
    words: Words,
    public_url: str,
    now: datetime,
) -> int:
    """Keep the authorisation with its full text, turn autopay on, and send the copy; its id.

    One that was on before ends in the same moment: there is never more than one.
    """
    own_account(viewer, account_id)
    if not signature.typed_name.strip():
        raise CannotSign("Type your name to sign.")
    with transaction() as session:
        lock_account(session, account_id)
        paper = _paper(session, account_id, wish, words, now)
        if paper.hash != signature.text_hash:
            raise CannotSign("The words have changed since you opened the page. Read them again.")
        before = _before(session, account_id, wish)
        if before is not None:
            if before.text_hash == paper.hash and before.revoked_at is None:
                return before.id  # the same page sent twice
            revoke_authorisation(
                session, before, reason=REPLACED, now=now, login_id=viewer.login_id
            )
            session.flush()
        row = _authorisation(viewer, account_id, wish, signature=signature, paper=paper, now=now)
        row.copy_message_id = write_to_signer(
            session,
            account_id=account_id,
            login_id=viewer.login_id,
            letter=saved_letters.autopay_signed(letters.letterhead(session, public_url=public_url)),
            about=f"autopay_signed:{account_id}:{now.isoformat()}",
            now=now,
        )
        session.add(row)
        session.flush()
        if wish.plan_id is None:
            session.add(_autopay(row, now))
        _note(session, row, viewer, now)
        return row.id


def _before(session: Session, account_id: int, wish: Wish) -> PaymentAuthorisation | None:
    """What this one takes the place of: the account's autopay, or the leave to draw the same plan."""
    return session.scalar(
        select(PaymentAuthorisation).where(
            PaymentAuthorisation.guarantor_account_id == account_id,
            PaymentAuthorisation.revoked_at.is_(None),
            PaymentAuthorisation.kind == ("plan" if wish.plan_id else "autopay"),
            PaymentAuthorisation.plan_id.is_not_distinct_from(wish.plan_id),
        )
    )


def _autopay(row: PaymentAuthorisation, now: datetime) -> Autopay:
    return Autopay(
        guarantor_account_id=row.guarantor_account_id,
        authorisation_id=row.id,
        cap=row.cap,
        day=row.day,
        state="on",
        started_at=now,
    )


def _paper(session: Session, account_id: int, wish: Wish, words: Words, now: datetime) -> Paper:
    method = session.get(PaymentMethod, wish.method_id)
    if method is None or method.guarantor_account_id != account_id or method.removed_at:
        raise NotFound
    plan = plan_to_draw(session, account_id, wish.plan_id) if wish.plan_id else None
    if wish.plan_id and plan is None:
        raise NotFound
    cap, of_month = (plan.largest, plan.day) if plan else (wish.cap, wish.day)
    if not SMALLEST <= cap <= HIGHEST_CAP or not 1 <= of_month <= 31:  # noqa: PLR2004 - days
        raise CannotSign("Choose a day from 1 to 31, and a limit above $0.50.")
    today = practice_date(session, now)
    first = next_told_draft(of_month, today=today, closed=closed_days(today))
    practice = practice_page()
    if practice is None:
        raise NotFound
    account = session.get_one(GuarantorAccount, account_id)
    terms = Terms(
        account_number=account.number,
        method=method_words(method.kind, method.brand, method.last4, words=words),
        kind=method.kind,
        cap=cap,
        day=of_month,
        first_on=first,
        plan=plan.number if plan else "",
    )
    return Paper(authorisation_text(terms, practice, words=words), first, cap, of_month)


def _authorisation(
    viewer: PatientViewer,
    account_id: int,
    wish: Wish,
    *,
    signature: Signature,
    paper: Paper,
    now: datetime,
) -> PaymentAuthorisation:
    return PaymentAuthorisation(
        guarantor_account_id=account_id,
        payment_method_id=wish.method_id,
        kind="plan" if wish.plan_id else "autopay",
        plan_id=wish.plan_id,
        cap=paper.cap,
        day=paper.day,
        text="\n".join(paper.paragraphs),
        text_version=VERSION,
        text_hash=paper.hash,
        language=signature.language,
        typed_name=signature.typed_name.strip(),
        signed_at=now,
        signed_by_login_id=viewer.login_id,
        ip=signature.ip,
        user_agent=signature.user_agent,
    )


def _note(
    session: Session, row: PaymentAuthorisation, viewer: PatientViewer, now: datetime
) -> None:
    access = Access(
        face="patient",
        login_id=viewer.login_id,
        action="autopay_signed",
        object_type="payment_authorisations",
        object_id=str(row.id),
        account_ids=(row.guarantor_account_id,),
    )
    add_access(session, access, now=now)
