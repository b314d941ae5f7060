"""What the letter of a decision says: as it was kept, or as it would be written now (FA-10, COLL-9)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.assistance_clock import APPEAL_WITHIN
from billing.assistance_letter import LANGUAGES, LetterFacts, LetterWords, day_words, letter_words
from billing.money import ZERO, Money, total_of
from billing.plans import Policy
from portal.models.accounts import GuarantorAccount
from portal.models.assistance import AssistanceApplication
from portal.models.assistance_decisions import AssistanceAward, AssistanceDecision
from portal.models.practice import Practice
from portal.queries.balances import balances
from portal.queries.language_help import language_help
from portal.queries.plan_policy import plan_rules
from portal.queries.reach import paper_lines


def letter_facts(session: Session, row: AssistanceDecision) -> LetterFacts:
    """Everything that FA-10 asks for, as it stood on the day of the decision."""
    practice = session.get_one(Practice, 1)
    accounts = _accounts(session, row)
    decided_on = (row.second_at or row.made_at).astimezone(ZoneInfo(practice.time_zone)).date()
    awards = [] if row.outcome == "denied" else _first_awards(session, row.id)
    due = (
        _due_now(session, row, decided_on)
        if row.outcome == "denied"
        else total_of(max(one.owes - one.paid, ZERO) for one in awards)
    )
    instalments, instalment = _plan(plan_rules(session).policy, due)
    return LetterFacts(
        outcome=row.outcome,
        practice=practice.name,
        phone=practice.assistance_phone or practice.phone,
        name=accounts[0].display_name,
        accounts=tuple(one.number for one in accounts),
        decided_on=decided_on,
        applied_on=row.effective_on,
        household=row.household,
        income=row.income,
        percent=row.percent,
        guideline_year=row.guideline_year,
        discount=row.discount,
        before=row.before,
        off=row.granted,
        owes=row.owes,
        paid=total_of(one.paid for one in awards),
        due_after=due,
        back=row.back,
        agb=row.agb_hundredths,
        cap=row.cap,
        effective_on=row.effective_on,
        ends_on=row.ends_on,
        covers_since=row.covers_since,
        appeal_by=decided_on + APPEAL_WITHIN,
        presumed=bool(row.presumed),
        policy_line=row.policy_line,
        instalments=instalments,
        instalment=instalment,
    )


def language_of(session: Session, row: AssistanceDecision) -> str:
    """The language of the application; else of the account; English where we do not write it."""
    if row.application_id is not None:
        said = session.get_one(AssistanceApplication, row.application_id).language
    else:
        said = session.get_one(GuarantorAccount, row.account_ids[0]).language
    return said if said in LANGUAGES else "en"


def letter_data(session: Session, row: AssistanceDecision, language: str) -> Mapping[str, Any]:
    """As the layout `assistance` prints it; the address is where this account may be written to."""
    facts = letter_facts(session, row)
    words = letter_words(facts, language)
    account = session.get_one(GuarantorAccount, row.account_ids[0])
    practice = session.get_one(Practice, 1)
    return {
        **as_data(words),
        "language": language,
        "practice": practice.name,
        "practice_address": [
            line
            for line in (
                practice.street,
                practice.street2,
                f"{practice.city}, {practice.state} {practice.postal_code}",
            )
            if line
        ],
        "practice_phone": practice.phone,
        "language_help": language_help(practice),
        "name": facts.name,
        "address": list(paper_lines(session, [account])[account.id] or ()),
        "on": day_words(facts.decided_on, language),
    }


def as_data(words: LetterWords) -> dict[str, Any]:
    """Words as JSON keeps them."""
    return {
        key: [list(one) if isinstance(one, tuple) else one for one in value]
        if isinstance(value, tuple)
        else value
        for key, value in asdict(words).items()
    }


def _accounts(session: Session, row: AssistanceDecision) -> list[GuarantorAccount]:
    found = select(GuarantorAccount).where(GuarantorAccount.id.in_(row.account_ids))
    return list(session.scalars(found.order_by(GuarantorAccount.id)))


def _first_awards(session: Session, decision_id: UUID) -> list[AssistanceAward]:
    """Those of the decision's own day; later bills have letters of their own, the bills."""
    first = (
        select(func.min(AssistanceAward.on))
        .where(AssistanceAward.decision_id == decision_id)
        .scalar_subquery()
    )
    found = select(AssistanceAward).where(
        AssistanceAward.decision_id == decision_id, AssistanceAward.on == first
    )
    return list(session.scalars(found))


def _due_now(session: Session, row: AssistanceDecision, on: date) -> Money:
    accounts = balances(session, on=on, account_ids=row.account_ids)
    return total_of(account.due_now for account in accounts)


def _plan(policy: Policy, due: Money) -> tuple[int, Money]:
    """The longest plan that anybody may sign alone for what is left; none where it is one payment."""
    tier = next((one for one in policy.tiers if one.up_to is None or due <= one.up_to), None)
    if tier is None or due <= ZERO:
        return 0, ZERO
    months = min(tier.longest_months, due.cents // max(tier.least(due).cents, 1))
    return (months, Money(-(-due.cents // months))) if months > 1 else (0, ZERO)
