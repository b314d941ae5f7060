"""The sentences that every statement carries: help, ways to pay, questions, languages (STMT-6, STMT-7, LANG-1)."""

from __future__ import annotations

from billing.language_help import tags_of
from billing.money import Money
from portal.models.accounts import GuarantorAccount
from portal.models.confidential import ConfidentialRequest
from portal.models.practice import Practice
from portal.queries.plan_told import PlanTold
from portal.queries.statement_content import Guarantor, Notices, PracticeBlock


def practice_block(practice: Practice, public_url: str) -> PracticeBlock:
    """Who bills."""
    return PracticeBlock(
        name=practice.name,
        legal_name=practice.legal_name,
        address=address_lines(practice),
        phone=practice.phone,
        phone_hours=practice.phone_hours,
        email=practice.email,
        portal_url=public_url,
    )


def guarantor_block(account: GuarantorAccount, *, sealed: bool) -> Guarantor:
    """Whom the statement is for; without an address where somebody asked for another (HIPAA-10)."""
    return Guarantor(name=account.display_name, address=() if sealed else address_lines(account))


def share_sentences(*, deductible: Money, coinsurance: Money, copay: Money) -> list[str]:
    """Why the plan left these amounts to the patient, of one line or of a whole visit."""
    said = []
    if deductible:
        said.append(
            f"Your plan put {deductible} of this toward your yearly deductible. You pay that part."
        )
    if coinsurance:
        said.append(f"{coinsurance} is your coinsurance: your share (a percent) of the cost.")
    if copay:
        said.append(f"{copay} is your copay: your set fee for this kind of visit.")
    return said


def review_sentence(amount: Money) -> str:
    """What we say of an amount that is being checked."""
    return f"We are checking {amount} with your plan. It is not due now."


def disputed_sentence(amount: Money) -> str:
    """What we say of an amount that the patient told us is wrong (CORE-6)."""
    return f"You told us that {amount} of this is wrong. It is not due while we look at it."


def has_address(account: GuarantorAccount) -> bool:
    """Whether a letter would arrive: street, town, state and ZIP are all there."""
    return all((account.street, account.city, account.state, account.postal_code))


# NSA-6: of a bill that went out although a provider billed so much more.
ABOVE_ESTIMATE = (
    "A bill here is $400 or more above our good-faith estimate. You can dispute it within 120 days"
    " of the first bill. The fee is $25. Go to www.cms.gov/nosurprises or call 1-800-985-3059."
)


def notices(
    practice: Practice,
    plan: PlanTold | None = None,
    in_bold: tuple[str, ...] = (),
    *,
    above: bool = False,
) -> Notices:
    """What is said on every statement; `in_bold` is what a state adds, `above`: a bill far above its estimate."""
    dispute = (
        f"Call {practice.phone} or write to {practice.email}."
        " We will go through it with you before you pay."
    )
    return Notices(
        assistance=(
            "We offer financial help with medical bills. You may get care for less, or for free."
            " Call us, or read the rules and get the form here:"
        ),
        assistance_phone=practice.assistance_phone,
        assistance_url=practice.assistance_url,
        ways_to_pay=(
            f"By phone: {practice.phone}",
            "By mail: send a check with the coupon",
            "In person: cash, check or card",
        ),
        payment_plan=plan_words(plan),
        dispute=f"{dispute} {ABOVE_ESTIMATE}" if above else dispute,
        language=(
            f"You can get free help in your language: call {practice.phone}."
            f" Hay ayuda gratis en español: llame al {practice.phone}."
        ),
        text_phone="Hard of hearing? Dial 711 (TTY) first.",
        in_bold=in_bold,
        languages=tags_of(practice.state),
    )


def plan_words(plan: PlanTold | None) -> str:
    """Who is on a plan pays the plan, not this sum; anybody else may ask for one (PLAN-16)."""
    if plan is None:
        return (
            "If you cannot pay all of it now, you can pay over time. Call us, or see our website."
        )
    rest = "" if plan.covers_all else " Other bills on this page are due by themselves."
    if plan.on is None:
        return f"You are on a payment plan. This is no demand to pay all of it.{rest}"
    day = f"{plan.on:%B} {plan.on.day}, {plan.on.year}"
    when = f"was due on {day}" if plan.late else f"is due on {day}"
    return (
        f"You are on a payment plan. You need not pay all of this now. Your payment of {plan.amount}"
        f" {when}.{rest}"
    )


def address_lines(place: Practice | GuarantorAccount | ConfidentialRequest) -> tuple[str, ...]:
    """The lines of an envelope below the name."""
    town = f"{place.city}, {place.state} {place.postal_code}".strip(", ")
    return tuple(line for line in (place.street, place.street2, town) if line)
