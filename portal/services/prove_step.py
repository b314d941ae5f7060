"""Put on record that a step before collecting was taken, and take it back where it was not (COLL-4, COLL-5, FA-8).

Whoever takes the step calls this in the same transaction: a notice that was delivered, a call that was made, a
screening that was done. The gate knows of no step that is not here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.models.gate import CollectionProof, ProofRevoked


class ProofKind(StrEnum):
    """What was done. `facts` of a final notice: deadline_on (ISO day), names (actions), encloses_summary,
    not_reported_in_bold (COLL-T4).
    """

    FINAL_NOTICE = "final_notice"
    ORAL_ATTEMPT = "oral_attempt"  # facts: number, caller, outcome
    SCREENING = "screening"  # facts: result
    PLAN_OFFER = "plan_offer"
    AFFIDAVIT = "affidavit"  # facts: result id of the military database


class UnusableProof(ValueError):
    """A final notice without its last day proves nothing; the message says what lacks."""


def prove_step(
    session: Session,
    kind: ProofKind,
    *,
    account_id: int,
    happened_on: date,
    source: str,
    facts: Mapping[str, Any],
    now: datetime,
    visit_id: int | None = None,
    login_id: int | None = None,
) -> None:
    """Keep the proof; the same source proves once. Raises UnusableProof."""
    if kind is ProofKind.FINAL_NOTICE:
        _check_notice(facts)
    session.execute(
        insert(CollectionProof)
        .values(
            guarantor_account_id=account_id,
            visit_id=visit_id,
            kind=kind.value,
            happened_on=happened_on,
            facts=dict(facts),
            source=source,
            by_login_id=login_id,
            at=now,
        )
        .on_conflict_do_nothing(index_elements=[CollectionProof.source])
    )


def revoke_proof(session: Session, source: str, *, reason: str, now: datetime) -> None:
    """The notice came back, or the call reached somebody else: it proves nothing from now on."""
    proof_id = session.scalar(select(CollectionProof.id).where(CollectionProof.source == source))
    if proof_id is not None:
        session.execute(
            insert(ProofRevoked)
            .values(proof_id=proof_id, reason=reason, at=now)
            .on_conflict_do_nothing(index_elements=[ProofRevoked.proof_id])
        )


def _check_notice(facts: Mapping[str, Any]) -> None:
    try:
        date.fromisoformat(facts["deadline_on"])
    except (KeyError, TypeError, ValueError) as error:
        raise UnusableProof("a final notice needs its deadline_on, as an ISO day") from error
