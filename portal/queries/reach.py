"""Where each thing goes: the one place that senders ask for an address, a mailbox or a number (HIPAA-10).

What the practice's files and the pages say of an account stays what it is; a confidential request stands above it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ARRAY, Integer, Select, any_, bindparam, func, select, union
from sqlalchemy.orm import Session

from billing.reach import Lines, Wishes, email_to, is_sealed, paper_to, text_grade, text_to
from billing.text_templates import Grade
from portal.models.accounts import GuarantorAccount
from portal.models.claims import Visit
from portal.models.confidential import ConfidentialRequest
from portal.models.identity import AccountAccess, Login
from portal.models.statements import Statement
from portal.queries.bad_addresses import bad_hashes, hash_of_lines, without_bad
from portal.queries.statement_json import from_json
from portal.queries.statement_words import address_lines, has_address

RULE = "HIPAA-10"
Envelope = tuple[str, int | None]  # whom an e-mail was meant for, and the account that it is about
NO_MAIL = "no mail reaches the account: its address is not complete, or a letter came back"


def wishes_of(row: ConfidentialRequest | None) -> Wishes | None:
    """What a row asks for."""
    if row is None:
        return None
    return Wishes(
        address=address_lines(row),
        email=row.email,
        phone=row.phone,
        no_paper=row.no_paper,
        no_email=row.no_email,
        no_texts=row.no_texts,
        no_calls=row.no_calls,
        shared_phone=row.shared_phone,
    )


def standing_requests(
    session: Session, account_ids: Collection[int]
) -> dict[int, ConfidentialRequest]:
    """By account: the request that holds for it now, the newest where two do."""
    wanted = list(account_ids)
    if not wanted:
        return {}
    rows = session.execute(_STANDING, {"wanted": wanted})
    return {account_id: row for account_id, row in rows if account_id in wanted}


def _standing() -> Select[int, ConfidentialRequest]:
    """Built once: each text asks for it several times, and building it takes longer than answering it."""
    request, wanted = ConfidentialRequest, bindparam("wanted", type_=ARRAY(Integer))
    named = select(func.unnest(request.account_ids).label("account_id"), request.id).where(
        request.ended_at.is_(None), request.account_ids.overlap(wanted)
    )
    kept_apart = (
        select(Visit.guarantor_account_id, request.id)
        .join(request, request.patient_id == Visit.patient_id)
        .where(
            request.ended_at.is_(None),
            Visit.confidential,
            Visit.guarantor_account_id == any_(wanted),
        )
    )
    pairs = union(named, kept_apart).subquery()
    return (
        select(pairs.c.account_id, request)
        .join(request, request.id == pairs.c.id)
        .order_by(request.id)
    )


_STANDING = _standing()


def text_numbers(session: Session, accounts: Collection[GuarantorAccount]) -> dict[int, str]:
    """By account: the number that texts go to; empty where none may."""
    found = standing_requests(session, [account.id for account in accounts])
    return {
        account.id: text_to(account.mobile, wishes_of(found.get(account.id)))
        for account in accounts
    }


def text_number(session: Session, account: GuarantorAccount) -> str:
    """The same for one account."""
    return text_numbers(session, [account])[account.id]


def own_number(session: Session, account: GuarantorAccount, *, login_id: int) -> str:
    """The number as a sign-in may see it: a safe one shows to nobody but whoever asked for it."""
    request = standing_requests(session, [account.id]).get(account.id)
    mine = request is not None and request.login_id == login_id
    return (text_to(account.mobile, wishes_of(request)) if mine else "") or account.mobile


@dataclass(frozen=True, slots=True)
class PhoneReach:
    """What holds for texts to one account, asked once for all questions about it."""

    account: GuarantorAccount
    request: ConfidentialRequest | None

    @property
    def number(self) -> str:
        """Where they go; empty where none may."""
        return text_to(self.account.mobile, wishes_of(self.request))

    def proven_at(self, phone: str) -> datetime | None:
        """When the number was last proven to be theirs by a code (MSG-21)."""
        if self.request is not None and self.request.phone == phone:
            return self.request.phone_proven_at
        return self.account.proven_mobile_at if self.account.proven_mobile == phone else None

    @property
    def grade(self) -> Grade:
        """How much a text may say."""
        return text_grade(Grade(self.account.text_grade), wishes_of(self.request))

    @property
    def offer_grade(self) -> Grade:
        """The same for an offer of a time: who waits for one asked to be told it, unless others hold the phone too."""
        return text_grade(Grade.FULL, wishes_of(self.request))


def phone_reach(session: Session, account: GuarantorAccount) -> PhoneReach:
    """Of one account."""
    return PhoneReach(account, standing_requests(session, [account.id]).get(account.id))


def envelopes(session: Session, statements: Collection[Statement]) -> dict[int, Lines]:
    """By statement: the lines of its envelope at this moment; empty where no paper may go.

    What is frozen in a statement is the usual address, or none where it was cut under a request.
    """
    account_ids = {statement.guarantor_account_id for statement in statements}
    found = standing_requests(session, account_ids)
    on_file = {
        account.id: address_lines(account)
        for account in session.scalars(
            select(GuarantorAccount).where(GuarantorAccount.id.in_(account_ids))
        )
    }
    lines = {
        statement.id: paper_to(
            from_json(statement.content).guarantor.address
            or on_file[statement.guarantor_account_id],
            wishes_of(found.get(statement.guarantor_account_id)),
        )
        for statement in statements
    }
    bad = bad_hashes(session, account_ids)
    for statement in statements:
        mine = bad.get(statement.guarantor_account_id, frozenset())
        if mine and hash_of_lines(lines[statement.id]) in mine:
            lines[statement.id] = ()
    return lines


def paper_lines(session: Session, accounts: Collection[GuarantorAccount]) -> dict[int, Lines]:
    """By account: where its paper would go; empty where a letter would not arrive, or may go nowhere."""
    found = standing_requests(session, [account.id for account in accounts])
    lines = {
        account.id: paper_to(
            address_lines(account) if has_address(account) else (),
            wishes_of(found.get(account.id)),
        )
        for account in accounts
    }
    return without_bad(session, lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What an address is made of, for a file that needs its parts; empty where no letter may go or would arrive."""

    street: str = ""
    street2: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    no_calls: bool = False


def written_addresses(
    session: Session, accounts: Collection[GuarantorAccount]
) -> dict[int, Written]:
    """By account: the parts of the address that `paper_lines` gives."""
    found = standing_requests(session, [account.id for account in accounts])
    lines = paper_lines(session, accounts)
    written = {}
    for account in accounts:
        request = found.get(account.id)
        no_calls = request is not None and request.no_calls
        where = request if request is not None and address_lines(request) else account
        written[account.id] = (
            Written(
                street=where.street,
                street2=where.street2,
                city=where.city,
                state=where.state,
                postal_code=where.postal_code,
                no_calls=no_calls,
            )
            if lines[account.id]
            else Written(no_calls=no_calls)
        )
    return written


def sealed_accounts(session: Session, account_ids: Collection[int]) -> frozenset[int]:
    """Accounts whose envelope is nobody's to read: what is kept of a statement bears no address."""
    found = standing_requests(session, account_ids)
    return frozenset(account_id for account_id, row in found.items() if is_sealed(wishes_of(row)))


def mailboxes(session: Session, meant: Collection[Envelope]) -> dict[Envelope, str]:
    """By whom an e-mail was meant for, and about which account: where it goes; empty where nowhere.

    A sign-in's own request holds for everything that we write to it. The request of an account holds for whoever
    reads it: others are not told in its person's place. Somebody who acts for them hears of what they did themself.
    """
    own = _by_login(session, {to for to, _ in meant})
    of_account = standing_requests(session, {a for _, a in meant if a is not None})
    usual = _usual(session, of_account)
    return {
        (to, account_id): _mailbox(
            to, own.get(to), of_account.get(account_id or 0), usual.get(account_id or 0, ())
        )
        for to, account_id in meant
    }


def mailbox(session: Session, meant: str, *, account_id: int | None) -> str:
    """The same for one e-mail."""
    return mailboxes(session, [(meant, account_id)])[(meant, account_id)]


def _mailbox(
    to: str,
    own: ConfidentialRequest | None,
    of_account: ConfidentialRequest | None,
    usual: Collection[str],
) -> str:
    if own is not None:
        return email_to(to, wishes_of(own))
    if of_account is None or to not in {*usual, of_account.email}:
        return to
    if of_account.login_id is None or of_account.email or of_account.no_email:
        return email_to(to, wishes_of(of_account))
    return ""  # the person reads their own mailbox; this is another's


def _by_login(session: Session, emails: Collection[str]) -> dict[str, ConfidentialRequest]:
    rows = session.execute(
        select(Login.email, ConfidentialRequest)
        .join(ConfidentialRequest, ConfidentialRequest.login_id == Login.id)
        .where(
            Login.face == "patient",
            Login.email.in_(emails),
            ConfidentialRequest.ended_at.is_(None),
        )
    )
    return dict(iter(rows))


def _usual(session: Session, account_ids: Collection[int]) -> dict[int, set[str]]:
    """The mailboxes that these accounts are otherwise told by: that of the practice's file, and its readers'."""
    if not account_ids:
        return {}
    on_file = select(GuarantorAccount.id, GuarantorAccount.email).where(
        GuarantorAccount.id.in_(account_ids), GuarantorAccount.email != ""
    )
    readers = (
        select(AccountAccess.guarantor_account_id, Login.email)
        .join(Login, Login.id == AccountAccess.login_id)
        .where(
            AccountAccess.guarantor_account_id.in_(account_ids), AccountAccess.ended_at.is_(None)
        )
    )
    found: dict[int, set[str]] = {}
    for account_id, email in session.execute(on_file.union(readers)):
        found.setdefault(account_id, set()).add(email)
    return found
