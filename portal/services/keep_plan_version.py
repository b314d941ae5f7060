"""Write down what was signed: the version, its instalments, and what of which charge it covers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from billing.money import ZERO
from billing.state_pack import lacks_review
from portal.models.plans import Plan, PlanInstalment, PlanLine, PlanProposal, PlanVersion
from portal.queries.plan_offer import PlanDraft, PlanOffer
from portal.queries.plan_scope import Why
from portal.services.move_plan import ledger_position
from portal.services.plan_work import tell_of_state_text
from portal.services.practice_date import practice_date


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """Who signed, and how; for paper, who of the staff kept it and where it lies."""

    how: str  # online, paper
    login_id: int
    typed_name: str
    paper_reference: str = ""
    ip: str = ""
    user_agent: str = ""


def keep_version(
    session: Session,
    plan: Plan,
    offer: PlanOffer,
    drafted: PlanDraft,
    *,
    why: Why,
    signed: Signed,
    proposal: PlanProposal | None,
    now: datetime,
) -> PlanVersion:
    """Add the next version of a locked plan; the proposal that it answers is signed by it."""
    on, terms = practice_date(session, now), drafted.terms
    version = PlanVersion(
        plan_id=plan.id,
        number=plan.current_version + 1,
        total=terms.total,
        down=terms.down,
        instalments=terms.instalments,
        first_on=terms.first_on,
        day=terms.day,
        method=drafted.method,
        why=why.value,
        text_version=drafted.agreement["text_version"],
        agreement=drafted.agreement,
        agreement_hash=drafted.agreement_hash,
        federal_box_hash=drafted.box_hash,
        state_row=offer.state.state if offer.state else "",
        signed_at=now,
        signed_on=on,
        signed_how=signed.how,
        signed_by_login_id=signed.login_id,
        typed_name=signed.typed_name,
        paper_reference=signed.paper_reference,
        ip=signed.ip,
        user_agent=signed.user_agent,
        proposal_id=proposal.id if proposal else None,
        approved_by_login_id=proposal.decided_by_login_id if proposal else None,
        policy_number=offer.rules.number,
        ledger_position=ledger_position(session),
    )
    session.add(version)
    session.flush()
    if terms.down > ZERO:
        session.add(PlanInstalment(version_id=version.id, number=0, due_on=on, amount=terms.down))
    session.add_all(
        PlanInstalment(
            version_id=version.id, number=one.number, due_on=one.due_on, amount=one.amount
        )
        for one in drafted.schedule.instalments
    )
    session.add_all(
        PlanLine(version_id=version.id, charge_id=charge_id, amount=amount)
        for charge_id, amount in offer.lines.items()
    )
    plan.current_version = version.number
    if proposal is not None:
        proposal.state = "signed"
    if lacks_review(offer.state):
        tell_of_state_text(session, plan, offer.state, now=now)
    return version
