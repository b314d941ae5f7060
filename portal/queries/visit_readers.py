"""By which way each person of a day's work hears of a visit: a text under a yes, else e-mail, else paper (MSG-1, SCH-9)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.accounts import GuarantorAccount
from portal.models.consents import TextConsent
from portal.models.identity import Login
from portal.queries.account_readers import readers
from portal.queries.among import among
from portal.queries.notice_channel import About, Channel, chosen
from portal.queries.reach import Envelope, mailboxes, paper_lines, text_numbers
from portal.queries.text_consents import TextCategory, not_withdrawn, said_for


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitReader:
    """Where one account, or one sign-in without a record, is told of visits; `phone` only where a text is wanted."""

    account: GuarantorAccount | None
    phone: str = ""
    emails: tuple[str, ...] = ()
    has_paper: bool = False

    @property
    def language(self) -> str:
        return self.account.language if self.account else ""


def account_readers_of_visits(
    session: Session, account_ids: Collection[int]
) -> dict[int, VisitReader]:
    """By account, in as many statements for many as for one."""
    if not account_ids:
        return {}
    accounts = session.scalars(
        select(GuarantorAccount)
        .where(among(GuarantorAccount.id, account_ids))
        .order_by(GuarantorAccount.id)
    ).all()
    phones = _agreed_phones(
        session, [one for one in accounts if chosen(one, About.VISITS) is Channel.TEXT]
    )
    emails = _emails(session, accounts)
    paper = paper_lines(session, accounts)
    return {
        one.id: VisitReader(
            account=one,
            phone=phones.get(one.id, ""),
            emails=emails[one.id],
            has_paper=bool(paper[one.id]),
        )
        for one in accounts
    }


def _emails(session: Session, accounts: Collection[GuarantorAccount]) -> dict[int, tuple[str, ...]]:
    """Whoever can sign in; where nobody can, the address in the practice's file, as far as it may be used."""
    found = readers(session, [one.id for one in accounts])
    on_file: set[Envelope] = {(one.email, one.id) for one in accounts if one.email}
    unread = {(to, one) for to, one in on_file if one is not None and not found[one]}
    goes_to = mailboxes(session, unread) if unread else {}
    return found | {one: (to,) for (_, one), to in goes_to.items() if to and one is not None}


def newcomer_readers_of_visits(
    session: Session, login_ids: Collection[int]
) -> dict[int, VisitReader]:
    """By sign-in: its own e-mail. A yes to texts counts for nobody before it is carried to a record."""
    if not login_ids:
        return {}
    rows = session.execute(
        select(Login.id, Login.email).where(among(Login.id, login_ids), Login.active)
    )
    return {login_id: VisitReader(account=None, emails=(email,)) for login_id, email in rows}


def _agreed_phones(session: Session, accounts: Collection[GuarantorAccount]) -> dict[int, str]:
    numbers = text_numbers(session, accounts)
    wanted = {number for number in numbers.values() if number}
    if not wanted:
        return {}
    agreed = session.execute(
        select(GuarantorAccount.id, TextConsent.phone).where(
            among(GuarantorAccount.id, numbers),
            TextConsent.phone.in_(wanted),
            TextConsent.category == TextCategory.VISITS.value,
            said_for(GuarantorAccount.id),
            not_withdrawn(),
        )
    )
    pairs = {(account_id, phone) for account_id, phone in agreed}
    return {one: number for one, number in numbers.items() if (one, number) in pairs}
