"""What our record says of a disputed payment that may answer a bank: never what was treated (STMT, payments.md)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from billing.money import Money
from portal.models.accounts import Coverage, GuarantorAccount, Patient, Payer
from portal.models.audit import AuditEvent
from portal.models.card_notices import CardNotice
from portal.models.claims import Charge, Claim, Provider, Visit
from portal.models.disputes import Dispute
from portal.models.drafts import Draft
from portal.models.identity import Login
from portal.models.payment_methods import MethodConsent, PaymentAuthorisation
from portal.models.payments import Payment
from portal.models.plans import PlanVersion
from portal.models.practice import Practice
from portal.models.refunds import Refund
from portal.models.text_links import GuestSession, TextLink
from portal.queries.plain_services import describe

SIGN_INS = timedelta(days=90)  # before the payment: that the payer was known for a while
MOST = 60
# What the audit trail calls an act, in words that say nothing about care.
DEEDS = {
    ("sign_in", "login"): "Signed in with password and second step, or a passkey",
    ("create", "payments"): "Chose an amount and went to the payment page",
    ("payment_posted", "payments"): "The payment went through",
    ("view", "receipts"): "Opened the receipt",
    ("export", "receipts"): "Downloaded the receipt",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One line of the access log."""

    at: datetime
    what: str
    device: str
    ip: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreedText:
    """Something that the payer agreed to: its words where they speak of money alone, else its hash."""

    what: str
    at: datetime
    by: str
    words: str
    sha256: str
    ip: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceFacts:
    """Everything a packet may be built from, and `care`: words that must stand nowhere in it."""

    dispute_id: int
    provider_id: str
    account_id: int
    receipt_number: str
    amount: Money
    paid_at: datetime
    method: str
    brand: str
    last4: str
    payer_name: str
    payer_email: str
    practice_name: str
    time_zone: str
    deeds: tuple[Deed, ...]
    agreed: tuple[AgreedText, ...]
    refunds: tuple[tuple[datetime, Money], ...]
    care: frozenset[str]


def evidence_facts(session: Session, dispute_id: int) -> EvidenceFacts | None:
    """Read from the record; None when there is no such dispute."""
    row = session.execute(
        select(Dispute, Payment, GuarantorAccount, Login, Practice)
        .join(Payment, Payment.id == Dispute.payment_id)
        .join(GuarantorAccount, GuarantorAccount.id == Payment.guarantor_account_id)
        .join(Practice, Practice.id == 1)
        .outerjoin(Login, Login.id == Payment.login_id)
        .where(Dispute.id == dispute_id)
    ).one_or_none()
    if row is None:
        return None
    payment, account, login = row.Payment, row.GuarantorAccount, row.Login
    paid_at = payment.succeeded_at or payment.state_at
    name = (login.name if login else "") or f"{account.first_name} {account.last_name}".strip()
    return EvidenceFacts(
        dispute_id=dispute_id,
        provider_id=row.Dispute.provider_id,
        account_id=account.id,
        receipt_number=payment.receipt_number or "",
        amount=payment.amount,
        paid_at=paid_at,
        method=payment.method,
        brand=payment.brand,
        last4=payment.last4,
        payer_name=name,
        payer_email=login.email if login else "",
        practice_name=row.Practice.name,
        time_zone=row.Practice.time_zone,
        deeds=_deeds(session, payment, paid_at),
        agreed=_agreed(session, payment),
        refunds=_refunds(session, payment.id),
        care=_care(session, account, allowed={name, row.Practice.name}),
    )


def _deeds(session: Session, payment: Payment, paid_at: datetime) -> tuple[Deed, ...]:
    """Sign-ins of the payer before, and what was done about this payment."""
    if payment.login_id is None:
        return _guest(session, payment, paid_at)
    before = AuditEvent.at.between(paid_at - SIGN_INS, paid_at + timedelta(hours=1))
    about = (str(payment.id), payment.receipt_number or "")
    rows = session.scalars(
        select(AuditEvent)
        .where(
            AuditEvent.login_id == payment.login_id,
            AuditEvent.face == "patient",
            AuditEvent.outcome == "ok",
            or_(
                and_(AuditEvent.action == "sign_in", before),
                AuditEvent.object_id.in_(about),
            ),
        )
        .order_by(AuditEvent.id.desc())
        .limit(MOST)
    ).all()
    known = ((row, DEEDS.get((row.action, row.object_type))) for row in reversed(rows))
    return tuple(
        Deed(at=row.at, what=words, device=row.user_agent, ip=row.ip)
        for row, words in known
        if words
    )


def _guest(session: Session, payment: Payment, paid_at: datetime) -> tuple[Deed, ...]:
    """Somebody without a sign-in: the link was proven by what only the account holder knows."""
    row = session.execute(
        select(TextLink, GuestSession)
        .join(GuestSession, GuestSession.text_link_id == TextLink.id)
        .where(TextLink.id == payment.text_link_id)
    ).one_or_none()
    paid = Deed(at=paid_at, what=DEEDS["payment_posted", "payments"], device="", ip="")
    if row is None:
        return (paid,)
    told = (
        (row.TextLink.created_at, "A link was sent to the mobile phone on file", ""),
        (
            row.GuestSession.started_at,
            "Opened it with birth date, ZIP code and a code sent to that phone",
            row.GuestSession.device,
        ),
    )
    return (*(Deed(at=at, what=what, device=device, ip="") for at, what, device in told), paid)


def _agreed(session: Session, payment: Payment) -> tuple[AgreedText, ...]:
    found: list[AgreedText] = []
    signed = session.scalar(
        select(PaymentAuthorisation)
        .join(Draft, Draft.authorisation_id == PaymentAuthorisation.id)
        .where(Draft.id == payment.draft_id)
    )
    if signed is not None:
        what = f"Authorisation to draw payments, version {signed.text_version}"
        found.append(_text(what, signed.signed_at, signed.typed_name, signed.text, signed))
        found[-1:] = [_hashed(found[-1], signed.text_hash)]
    kept = session.scalar(select(MethodConsent).where(MethodConsent.payment_id == payment.id))
    if kept is not None:
        what = f"Consent to keep the card or bank account, version {kept.text_version}"
        found.append(_text(what, kept.agreed_at, "", kept.text, kept))
    notice = session.scalar(select(CardNotice).where(CardNotice.payment_id == payment.id))
    if notice is not None:
        what = f"Card payment notice read before paying, version {notice.text_version}"
        found.append(_hashed(_text(what, notice.read_at, "", "", notice), notice.text_hash))
    plan = session.scalar(
        select(PlanVersion)
        .where(PlanVersion.plan_id == payment.plan_id)
        .order_by(PlanVersion.number.desc())
        .limit(1)
    )
    if plan is not None:
        # Its paper names services: only its figures and its hash leave.
        words = (
            f"{plan.total} in {plan.instalments} monthly payments from {plan.first_on:%B %d, %Y}"
        )
        what = f"Payment plan agreement, version {plan.number}"
        found.append(
            _hashed(_text(what, plan.signed_at, plan.typed_name, words, plan), plan.agreement_hash)
        )
    return tuple(found)


def _text(
    what: str,
    at: datetime,
    by: str,
    words: str,
    row: PaymentAuthorisation | MethodConsent | CardNotice | PlanVersion,
) -> AgreedText:
    return AgreedText(what=what, at=at, by=by, words=words, sha256="", ip=row.ip)


def _hashed(text: AgreedText, sha256: str) -> AgreedText:
    return AgreedText(
        what=text.what, at=text.at, by=text.by, words=text.words, sha256=sha256, ip=text.ip
    )


def _refunds(session: Session, payment_id: UUID) -> tuple[tuple[datetime, Money], ...]:
    rows = session.execute(
        select(Refund.sent_at, Refund.amount)
        .where(Refund.payment_id == payment_id, Refund.state == "succeeded")
        .order_by(Refund.sent_at)
    )
    return tuple((at, amount) for at, amount in rows if at is not None)


def _care(session: Session, account: GuarantorAccount, *, allowed: set[str]) -> frozenset[str]:
    """Services, codes, providers, plans, patients and claim numbers of everybody on the account."""
    rows = session.execute(
        select(
            Charge.description,
            Charge.procedure_code,
            Provider.last_name.label("provider"),
            Patient.first_name,
            Patient.last_name,
            Patient.practice_patient_id,
            Visit.control_number,
        )
        .join(Visit, Visit.id == Charge.visit_id)
        .join(Patient, Patient.id == Visit.patient_id)
        .outerjoin(Provider, Provider.id == Visit.provider_id)
        .where(Visit.guarantor_account_id == account.id)
    ).all()
    plans = session.execute(
        select(Payer.name, Coverage.member_id)
        .join(Payer, Payer.id == Coverage.payer_id)
        .join(Patient, Patient.id == Coverage.patient_id)
        .join(Visit, Visit.patient_id == Patient.id)
        .where(Visit.guarantor_account_id == account.id)
        .distinct()
    ).all()
    claims = session.scalars(
        select(Claim.payer_claim_number)
        .join(Visit, Visit.id == Claim.visit_id)
        .where(Visit.guarantor_account_id == account.id)
    ).all()
    words = {str(value) for row in (*rows, *plans) for value in row if value} | set(claims)
    words |= {describe(row.procedure_code) for row in rows}
    harmless = {part for name in allowed for part in name.split()} | allowed
    return frozenset(word for word in words if word and word not in harmless)
