"""A warning that was delivered is a proof before the gate, for each bill that it is about; one that came back is none (COLL-4)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from billing.notice_text import BOLD_14
from billing.notices import WARNINGS, NoticeKind
from portal.models.notices import Notice
from portal.services.prove_step import ProofKind, prove_step, revoke_proof


def prove_notice(
    session: Session, notice: Notice, *, piece: str = "", on: date, now: datetime
) -> None:
    """In the transaction that wrote down the delivery; `piece` is the envelope's name, none of an e-mail."""
    if NoticeKind(notice.kind) not in WARNINGS or notice.deadline_on is None:
        return
    for visit_id in _bills(notice):
        prove_step(
            session,
            ProofKind.FINAL_NOTICE,
            account_id=notice.guarantor_account_id,
            visit_id=visit_id,
            happened_on=on,
            source=_source(notice, visit_id, piece),
            facts={
                "deadline_on": notice.deadline_on.isoformat(),
                "names": notice.eca_types,
                "encloses_summary": bool(notice.summary_id),
                "not_reported_in_bold": any(
                    block.get("style") == BOLD_14 for block in notice.content["blocks"]
                ),
            },
            now=now,
            login_id=notice.made_by_id,
        )


def unprove_notice(
    session: Session, notice: Notice, *, piece: str = "", reason: str, now: datetime
) -> None:
    """What came back was told to nobody: of that piece, or of the e-mail. Another try keeps its own proof."""
    if NoticeKind(notice.kind) in WARNINGS:
        for visit_id in _bills(notice):
            revoke_proof(session, _source(notice, visit_id, piece), reason=reason, now=now)


def _bills(notice: Notice) -> tuple[int | None, ...]:
    return tuple(notice.visit_ids) or (None,)


def _source(notice: Notice, visit_id: int | None, piece: str) -> str:
    # A letter that was sent again, by another way or to another address, is another proof.
    return f"notice:{notice.id}:{visit_id or 0}:{piece or notice.message_id}"
