"""Open an account to a sign-in: written down, told to the address on file, and the person's own particulars carried over."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.models.accounts import GuarantorAccount
from portal.models.consents import TextConsent
from portal.models.identity import AccountAccess
from portal.models.profiles import Profile
from portal.queries.text_consents import TextCategory, not_withdrawn
from portal.services import letters
from portal.services.carry_appointments import carry_newcomer
from portal.services.cover_accounts import cover_linked
from portal.services.queue_letter import queue_letter
from portal.services.record_access import Access, add_access
from portal.services.record_text_consent import Said, grant_texts
from portal.services.revise import revise


def grant_access(
    session: Session, *, login_id: int, account_id: int, granted_by: str, now: datetime
) -> None:
    """Write the access and its audit row, and tell the address on file: it may not be this person.

    `granted_by` names the proof and is told of once: enrolment_code:<id>, link_request:<id>.
    """
    session.execute(
        insert(AccountAccess)
        .values(
            login_id=login_id,
            guarantor_account_id=account_id,
            granted_by=granted_by,
            granted_at=now,
        )
        .on_conflict_do_nothing()
    )
    access = Access(
        face="patient",
        login_id=login_id,
        action="grant",
        object_type="account_access",
        account_ids=(account_id,),
    )
    add_access(session, access, now=now)
    account = session.scalars(
        select(GuarantorAccount).where(GuarantorAccount.id == account_id).with_for_update()
    ).one()
    if account.email:
        queue_letter(
            session,
            to=account.email,
            letter=letters.signed(
                letters.access_granted(), letters.letterhead(session, public_url="")
            ),
            now=now,
            dedupe_key=f"access-granted:{granted_by}",
            guarantor_account_id=account_id,
        )
    _carry(session, account, login_id=login_id, now=now)
    cover_linked(session, login_id, now=now)
    carry_newcomer(session, login_id=login_id, account_id=account_id, now=now)


def _carry(session: Session, account: GuarantorAccount, *, login_id: int, now: datetime) -> None:
    """The mobile that the person proved, where it is the account's or the account has none, and their yes to texts.

    Another number on file stays: "How we reach you" changes it, and tells whoever had it.
    """
    profile = session.get(Profile, login_id)
    if profile is None or profile.mobile_proven_at is None:
        return
    if account.mobile not in {"", profile.mobile}:
        return
    source = f"login:{login_id}"
    revise(session, account, {"mobile": profile.mobile}, source=source, now=now)
    if account.proven_mobile != profile.mobile:
        account.proven_mobile = profile.mobile
        account.proven_mobile_at = profile.mobile_proven_at
    agreed = session.scalars(
        select(TextConsent)
        .where(
            TextConsent.phone == profile.mobile,
            TextConsent.login_id == login_id,
            TextConsent.guarantor_account_id.is_(None),
            not_withdrawn(),
        )
        .order_by(TextConsent.id)
    ).all()
    for yes in agreed:
        said = Said(
            source=yes.source,
            wording_version=yes.wording_version,
            wording=yes.wording,
            language=yes.language,
            login_id=login_id,
            ip=yes.ip,
            user_agent=yes.user_agent,
        )
        grant_texts(
            session,
            phone=yes.phone,
            category=TextCategory(yes.category),
            guarantor_account_id=account.id,
            said=said,
            now=now,
        )
