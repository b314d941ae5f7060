"""What the biller of the demo finds in the morning: a payer's 835 that waits for a look, and a file that was none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path

from sqlalchemy import func, select

from billing.money import Money
from billing.posting_policy import NEVER_AUTO_OFFERED, Level
from portal import wiring
from portal.config import Settings
from portal.db import read_only
from portal.models.accounts import Patient, Payer, PayerAlias
from portal.models.claims import Charge, Claim, Visit
from portal.models.identity import Login
from portal.queries.permissions import ROLES
from portal.queries.viewer import StaffViewer
from portal.services.practice_date import practice_date
from portal.services.set_posting_policy import set_posting_policy
from portal.services.take_in_files import take_in_files
from portal.x12.read_835 import read_remittances
from portal.x12.remittance import Adjustment, ClaimPayment, Name, Remittance, ServicePayment
from portal.x12.write_835 import write_remittances
from portal.x12.writer import Envelope
from sandbox.practice.catalogue import PRACTICE_NPI

ANSWERED = 9  # claims
ALLOWED, COINSURANCE = 70, 20  # per cent of what was billed, and of what the plan allows
LOOK = timedelta(minutes=5)


def incoming_folder(home: Path) -> Path:
    """The demo's watched folder."""
    folder = home / "demo" / "incoming"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def prepare_posting(settings: Settings, upload: Path, *, now: datetime) -> None:
    """A payer under review, its 835 with clean and exceptional claims in the watched folder, and a PDF beside it."""
    posted_by_hand = {
        claim.patient_control_number
        for one in read_remittances(upload.read_bytes(), file=upload.name)
        for claim in one.claims
    }
    found = _open_claims(posted_by_hand)
    if found is None:
        return
    payer, claims = found
    manager = _manager()
    with read_only() as session:
        today = practice_date(session, now)
    set_posting_policy(
        payer_id=payer.id,
        level=Level.REVIEW_ALL.value,
        never_auto=", ".join(NEVER_AUTO_OFFERED),
        effective_from=today,
        reason="New contract since the first of the month: we look at everything for a while",
        upon=0,
        staff=manager,
        now=now,
    )
    folder = incoming_folder(settings.home)
    (folder / f"{payer.name.split()[0].lower()}-{today:%m%d}.835").write_bytes(
        _remittance(payer, claims, now)
    )
    (folder / "eob-scan.pdf").write_bytes(
        b"%PDF-1.4 a scan that somebody saved in the wrong folder"
    )
    office = wiring.build(settings)
    for drop in office.remittance_drops:
        for moment in (now - LOOK, now):
            take_in_files(drop=drop, store=office.documents, now=moment)


def _manager() -> StaffViewer:
    with read_only() as session:
        login_id = session.scalar(select(func.min(Login.id)).where(Login.role == "manager"))
    assert login_id is not None, "the demo has a manager"
    return StaffViewer(login_id, "manager", ROLES["manager"])


def _open_claims(but: set[str]) -> tuple[Payer, Sequence[tuple[Visit, Patient, Charge]]] | None:
    """The payer that has the most claims to answer, beside those of the other file, and lines of some of them."""
    with read_only() as session:
        open_claims = (
            select(Claim.payer_id, func.count().label("count"))
            .join(Visit, Visit.id == Claim.visit_id)
            .where(Claim.state == "open", Claim.sequence == "P", Visit.control_number.not_in(but))
            .group_by(Claim.payer_id)
            .order_by(func.count().desc(), Claim.payer_id)
        )
        answering = select(Claim.payer_id).join(Visit).where(Visit.control_number.in_(but))
        payer_id = session.scalars(
            open_claims.with_only_columns(Claim.payer_id).where(Claim.payer_id.not_in(answering))
        ).first()
        if payer_id is None:
            return None
        visits = (
            select(Visit.id)
            .join(Claim, Claim.visit_id == Visit.id)
            .where(Claim.state == "open", Claim.sequence == "P", Claim.payer_id == payer_id)
            .order_by(Visit.service_on, Visit.id)
            .limit(ANSWERED)
        )
        lines = session.execute(
            select(Visit, Patient, Charge)
            .join(Patient, Patient.id == Visit.patient_id)
            .join(Charge, Charge.visit_id == Visit.id)
            .where(Visit.id.in_(visits))
            .order_by(Visit.id, Charge.line_number)
        ).all()
        return session.get_one(Payer, payer_id), [(row[0], row[1], row[2]) for row in lines]


def _remittance(
    payer: Payer, lines: Sequence[tuple[Visit, Patient, Charge]], now: datetime
) -> bytes:
    """Most claims paid as agreed; one denied, one that the plan bundled, one that nobody here knows."""
    visits = [list(group) for _, group in groupby(lines, key=lambda line: line[0].id)]
    claims = [
        _claim(own[0][0], own[0][1], [line[2] for line in own], {1: "16", 3: "97"}.get(number, ""))
        for number, own in enumerate(visits)
    ]
    unknown = Name(last="Unfamiliar", first="Person")
    claims[-1] = claims[-1]._replace(patient_control_number="K77-0042", patient=unknown)
    paid = sum(claim.paid_cents for claim in claims)
    with read_only() as session:
        tax_id = session.scalar(
            select(PayerAlias.value).where(
                PayerAlias.payer_id == payer.id, PayerAlias.kind == "tax_id"
            )
        )
    said = Remittance(
        position=0,
        control_number="0001",
        paid_cents=paid,
        credit_or_debit="C",
        payment_method="ACH",
        issued_on=now.date() - timedelta(days=1),
        trace=f"DEMO{now:%y%m%d}",
        payer_tax_id=tax_id or "1999999990",
        payer=Name(last=payer.name, identifier=payer.identifier),
        payee=Name(last="Riverside Family Medicine", identifier=PRACTICE_NPI),
        claims=tuple(claims),
        provider_adjustments=(),
    )
    envelope = Envelope(sender="PAYER", receiver="RIVERSIDE", sent_at=now)
    return write_remittances([said], envelope=envelope)


def _claim(visit: Visit, patient: Patient, charges: Sequence[Charge], carc: str) -> ClaimPayment:
    """Paid as agreed, or nothing paid for one reason."""
    lines = tuple(_line(charge, carc) for charge in charges)
    share = sum(a.amount_cents for line in lines for a in line.adjustments if a.group == "PR")
    return ClaimPayment(
        position=0,
        ordinal=0,
        patient_control_number=visit.control_number,
        status_code="4" if carc == "16" else "1",
        billed_cents=sum(line.billed_cents for line in lines),
        paid_cents=sum(line.paid_cents for line in lines),
        patient_responsibility_cents=share,
        payer_claim_number=f"D{visit.id:07}",
        patient=Name(last=patient.last_name, first=patient.first_name),
        lines=lines,
    )


def _line(charge: Charge, carc: str) -> ServicePayment:
    billed, paid = charge.billed.cents, 0
    taken: tuple[Adjustment, ...] = (Adjustment("CO", carc, billed),)
    if not carc:
        allowed = billed * ALLOWED // 100
        owed = Money(allowed * COINSURANCE // 100).cents
        taken = (Adjustment("CO", "45", billed - allowed), Adjustment("PR", "2", owed))
        paid = allowed - owed
    modifiers = "".join(f":{one}" for one in charge.modifiers)
    return ServicePayment(
        position=0,
        procedure=f"HC:{charge.procedure_code}{modifiers}",
        billed_cents=billed,
        paid_cents=paid,
        units="1",
        service_from=charge.service_on,
        adjustments=taken,
    )
