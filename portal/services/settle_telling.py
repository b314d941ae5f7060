"""Which calls prove that the person was told of help, or that it was tried: kept in step with the calls (COLL-5)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.call_rules import UNANSWERED, is_telling, silent_attempts
from portal.models.calls import PhoneCall
from portal.models.gate import CollectionProof, ProofRevoked
from portal.queries.call_standing import calls_of, wrong_numbers
from portal.services.close_account_work import close_account_work
from portal.services.open_work import open_work
from portal.services.prove_step import ProofKind, prove_step, revoke_proof

WORK = "tell_of_help"
SOURCE = "call:"


def settle_telling(
    session: Session, account_id: int, *, login_id: int, now: datetime, why: str = ""
) -> None:
    """Prove what the calls show, and take back what they no longer show; the caller holds the account.

    A call is a proof where the person heard of help. Each third day without an answer is one too, of
    numbers that nobody else answered. `why` is written beside what is taken back.
    """
    rows = session.scalars(
        select(PhoneCall)
        .where(PhoneCall.guarantor_account_id == account_id)
        .order_by(PhoneCall.started_at)
    ).all()
    shown = _shown(rows)
    standing = set(
        session.scalars(
            select(CollectionProof.source)
            .outerjoin(ProofRevoked, ProofRevoked.proof_id == CollectionProof.id)
            .where(
                CollectionProof.guarantor_account_id == account_id,
                CollectionProof.kind == ProofKind.ORAL_ATTEMPT.value,
                CollectionProof.source.startswith(SOURCE),
                ProofRevoked.id.is_(None),
            )
        )
    )
    lost = standing - {f"{SOURCE}{row.id}" for row in shown}
    for source in sorted(lost):
        revoke_proof(session, source, reason=why, now=now)
        _ask_again(session, account_id, source, now=now)
    for row in shown:
        prove_step(
            session,
            ProofKind.ORAL_ATTEMPT,
            account_id=account_id,
            happened_on=row.started_on,
            source=f"{SOURCE}{row.id}",
            facts={"number": row.number, "caller": row.started_by_id, "outcome": row.outcome},
            now=now,
            login_id=login_id,
        )
    if any(f"{SOURCE}{row.id}" not in standing for row in shown):
        close_account_work(session, account_id, WORK, by=login_id, now=now)


def _shown(rows: Sequence[PhoneCall]) -> list[PhoneCall]:
    """The calls that prove it: each that told, and the first of each third day without an answer."""
    wrong = wrong_numbers(rows)
    telling = [row for row, one in zip(rows, calls_of(rows), strict=True) if is_telling(one)]
    silent = [
        row
        for row in rows
        if row.outcome in UNANSWERED and not row.inbound and row.number not in wrong
    ]
    thirds = silent_attempts(calls_of(silent))
    first = {row.started_on: row for row in reversed(silent)}
    return [*telling, *(first[day] for day in thirds)]


def _ask_again(session: Session, account_id: int, source: str, *, now: datetime) -> None:
    open_work(
        session,
        key=f"{WORK}:again:{source}",
        kind=WORK,
        reasons=["A call that told of help reached somebody else."],
        next_step="Find the right number, call, and tell of help with bills.",
        account_id=account_id,
        now=now,
    )
