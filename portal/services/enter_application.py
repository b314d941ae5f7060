"""The office writes down an application that came on paper or by phone (FA-6); what the patient said, nobody adds to."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.assistance import Presumed
from billing.assistance_income import Income
from billing.free_text import check_free_text
from billing.money import ZERO, Money
from portal.db import transaction
from portal.models.accounts import GuarantorAccount
from portal.models.assistance import (
    PENDING,
    AssistanceApplication,
    AssistanceCovered,
    AssistanceIncome,
    AssistanceMember,
)
from portal.queries.viewer import StaffViewer
from portal.services.assistance_refusals import CannotDecideAssistance
from portal.services.lock_posting import lock_accounts
from portal.services.move_application import note_event, tell_audit
from portal.services.receive_application import receive_application
from portal.services.refusal import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class Relative:
    """Somebody of the household besides the applicant."""

    name: str
    birth_on: date | None
    relation: str
    tax_dependent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """What stands on the form, or was said by phone."""

    how: str  # paper, phone; portal: somebody without a sign-in filled it in
    received_on: date
    applicant: str
    household: int
    incomes: tuple[Income, ...]
    residence: str
    county: str = ""
    program: Presumed | None = None
    hardship: str = ""
    owed_in_year: Money = ZERO
    paid_in_year: Money = ZERO
    another_plan: bool = False
    language: str = "en"
    signed: bool = True
    members: tuple[str, ...] = field(default=())
    relatives: tuple[Relative, ...] = ()  # of an application that says more of them than a name
    earners: tuple[str, ...] = ()  # whose each income is, where it is known
    answers: Mapping[str, bool] = field(default_factory=dict)
    contact: str = ""
    signature: tuple[str, datetime] | None = (
        None  # as it was typed, and when; none: on the form itself
    )


def enter_application(
    *,
    application_id: UUID,
    account_id: int,
    paper: Paper,
    staff: StaffViewer,
    public_url: str,
    on: date,
    now: datetime,
) -> bool:
    """False when the same form entered it before. Raises CannotDecideAssistance, CardNumberRefused or NotFound."""
    if not staff.may("assistance.enter"):
        raise CannotDecideAssistance("Your role does not enter applications.")
    if paper.received_on > on:
        raise CannotDecideAssistance("The day that it came in has not come yet.")
    with transaction() as session:
        return write_application(
            session,
            application_id=application_id,
            account_id=account_id,
            paper=paper,
            staff=staff,
            public_url=public_url,
            on=on,
            now=now,
        )


def write_application(
    session: Session,
    *,
    application_id: UUID,
    account_id: int,
    paper: Paper,
    staff: StaffViewer,
    public_url: str,
    on: date,
    now: datetime,
) -> bool:
    """The same in the caller's transaction."""
    applicant, hardship = check_free_text(paper.applicant), check_free_text(paper.hardship)
    lock_accounts(session, {account_id})
    if session.get(AssistanceApplication, application_id) is not None:
        return False
    typed, at = paper.signature or (applicant, now)
    account = session.get(GuarantorAccount, account_id)
    if account is None:
        raise NotFound
    _one_at_a_time(session, account_id)
    application = AssistanceApplication(
        id=application_id,
        number=fresh_number(),
        guarantor_account_id=account_id,
        state="draft",
        state_at=now,
        how=paper.how,
        applicant=applicant,
        residence_state=paper.residence.strip().upper(),
        residence_county=check_free_text(paper.county),
        program=paper.program.value if paper.program else "",
        answers={"another_plan": paper.another_plan, **paper.answers},
        hardship=hardship,
        owed_in_year=paper.owed_in_year,
        paid_in_year=paper.paid_in_year,
        language=paper.language,
        preferred_contact=paper.contact or ("phone" if paper.how == "phone" else "mail"),
        consent_to_verify=paper.signed,
        signed_name=typed if paper.signed else "",
        signed_at=at if paper.signed else None,
        login_id=staff.login_id,
        started_at=now,
    )
    session.add(application)
    session.flush()
    _people(session, application, paper)
    note_event(
        session, application, "started", on=paper.received_on, now=now,
        login_id=staff.login_id, how=paper.how,
    )  # fmt: skip
    tell_audit(session, application, staff, action="create", reason=paper.how, now=now)
    receive_application(
        session,
        application,
        received_on=paper.received_on,
        login_id=staff.login_id,
        public_url=public_url,
        on=on,
        now=now,
    )
    return True


def fresh_number() -> str:
    """Random digits that say nothing about anybody."""
    return f"FA-{secrets.randbelow(10**8):08d}"


def _one_at_a_time(session: Session, account_id: int) -> None:
    open_one = session.scalar(
        select(AssistanceApplication.number).where(
            AssistanceApplication.guarantor_account_id == account_id,
            AssistanceApplication.state.in_(("draft", *PENDING)),
        )
    )
    if open_one is not None:
        raise CannotDecideAssistance(f"Application {open_one} is open already. Go on with it.")


def _people(session: Session, application: AssistanceApplication, paper: Paper) -> None:
    names = (application.applicant, *paper.members)
    session.add_all(
        AssistanceMember(
            application_id=application.id,
            name=names[n] if n < len(names) else f"Person {n + 1}",
            relation="self" if n == 0 else "other",
        )
        for n in range(paper.household - len(paper.relatives))
    )
    session.add_all(
        AssistanceMember(
            application_id=application.id,
            name=one.name,
            birth_on=one.birth_on,
            relation=one.relation,
            tax_dependent=one.tax_dependent,
        )
        for one in paper.relatives
    )
    session.add_all(
        AssistanceIncome(
            application_id=application.id,
            member=earner,
            source=income.source.value,
            period=income.period.value,
            amount=income.amount,
        )
        for income, earner in zip(paper.incomes, _earners(paper), strict=True)
    )
    session.add(
        AssistanceCovered(
            application_id=application.id, guarantor_account_id=application.guarantor_account_id
        )
    )
    session.flush()


def _earners(paper: Paper) -> tuple[str, ...]:
    return paper.earners or ("",) * len(paper.incomes)
