"""Hold an account that nothing of ours reaches any more, and free it when one way works again (CORE-3, CORE-6)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from billing.holds import Condition
from portal.models.accounts import AccountCondition, GuarantorAccount
from portal.models.identity import AccountAccess, Login
from portal.models.messages import OutboundMessage, TextNumber
from portal.models.statements import Statement, StatementDelivery
from portal.queries.reach import paper_lines

WHY = "mail came back, and no e-mail or phone that we know works"


def judge_reach(
    session: Session, account_id: int, *, now: datetime, new_address: bool = False
) -> None:
    """Look at every way that we know, in the caller's transaction; a second look changes nothing.

    `new_address`: what came back went to the old one.
    """
    account = session.scalars(
        select(GuarantorAccount).where(GuarantorAccount.id == account_id).with_for_update()
    ).one()
    standing = AccountCondition.source == _source(account_id)
    held = session.scalars(
        select(AccountCondition).where(standing, AccountCondition.ended_at.is_(None))
    ).first()
    reached = (
        (
            bool(paper_lines(session, [account])[account_id])
            and (new_address or _mail(session, account_id))
        )
        or _email(session, account)
        or _phone(session, account.mobile)
    )
    if reached and held is not None:
        session.execute(
            update(AccountCondition)
            .where(AccountCondition.id == held.id)
            .values(ended_at=now, end_reason="one way works again")
        )
    elif not reached and held is None:
        session.add(
            AccountCondition(
                guarantor_account_id=account_id,
                kind=Condition.UNREACHABLE.value,
                since=now,
                source=_source(account_id),
                note=WHY,
            )
        )
    session.flush()


def _source(account_id: int) -> str:
    return f"reach:{account_id}"


def _mail(session: Session, account_id: int) -> bool:
    """Whether the newest paper that we sent did not come back; where none was sent, nothing says that it would."""
    newest = session.execute(
        select(StatementDelivery.returned_on)
        .join(Statement, Statement.id == StatementDelivery.statement_id)
        .where(Statement.guarantor_account_id == account_id, StatementDelivery.channel == "paper")
        .order_by(StatementDelivery.delivered_on.desc(), StatementDelivery.id.desc())
        .limit(1)
    ).one_or_none()
    return newest is None or newest.returned_on is None


def _email(session: Session, account: GuarantorAccount) -> bool:
    """Whether a sign-in of the account has an e-mail that works, or the one on file did not come back."""
    signed_in = exists().where(
        AccountAccess.guarantor_account_id == account.id,
        AccountAccess.login_id == Login.id,
        AccountAccess.ended_at.is_(None),
        Login.email_failed_at.is_(None),
    )
    if session.scalar(select(signed_in)):
        return True
    if not account.email:
        return False
    newest = session.scalar(
        select(OutboundMessage.state)
        .where(OutboundMessage.channel == "email", OutboundMessage.recipient == account.email)
        .order_by(OutboundMessage.id.desc())
        .limit(1)
    )
    return newest not in {"undelivered", "refused"}


def _phone(session: Session, mobile: str) -> bool:
    if not mobile:
        return False
    number = session.get(TextNumber, mobile)
    return number is None or number.bad_since is None
