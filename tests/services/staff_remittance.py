"""A remittance in the books for the staff's tests: one claim posted, one held, a PLB, and its work item."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from billing.entries import payer_suspense
from billing.ledger import Party
from billing.money import Money
from portal.db import transaction
from portal.models.accounts import Payer
from portal.models.claims import Claim
from portal.models.files import File
from portal.models.remittances import (
    LineAdjustment,
    ProviderAdjustmentRow,
    RemittanceClaim,
    RemittanceLine,
    RemittanceRow,
)
from portal.models.work import WorkItem
from portal.services.post_entry import post_entry
from tests.services.staff_world import World

DECIDED = date(2026, 2, 20)


@dataclass(frozen=True, slots=True)
class RemittanceWorld:
    """Ids of what stands in the database."""

    remittance_id: int
    claim_id: int
    item_id: int


def add_remittance(
    world: World, now: datetime, *, trace: str = "TRACE1", suspense: bool = False
) -> RemittanceWorld:
    """Acme Health answers the visit; its second claim is held, with its money in suspense or not."""
    with transaction() as session:
        payer = Payer(identifier=f"ACME{trace}", name="Acme Health")
        file = _file(trace, now)
        session.add_all([payer, file])
        session.flush()
        claim = _claim(world, payer, file, trace)
        remittance = _remittance(payer, file, trace, now)
        session.add_all([claim, remittance])
        session.flush()
        posted, held = (_decision(remittance, claim, ordinal) for ordinal in (1, 2))
        session.add_all([posted, held])
        session.flush()
        if suspense:
            entry = payer_suspense(
                source_ref=f"era:{trace}:2",
                occurred_on=DECIDED,
                amount=Money(20_00),
                party=Party(payer_id=payer.id, reference=f"held:{held.id}"),
            )
            held.entry_id = post_entry(session, entry).entry_id
        _add_line(session, world, posted)
        item = _item(world, remittance, held, now)
        session.add_all([_interest(remittance), item])
        session.flush()
        return RemittanceWorld(remittance.id, claim.id, item.id)


def _file(trace: str, now: datetime) -> File:
    return File(
        kind="835",
        name=f"{trace}.edi",
        sha256=trace,
        size=1,
        stored_as="x",
        received_at=now,
        result={},
    )


def _claim(world: World, payer: Payer, file: File, trace: str) -> Claim:
    return Claim(
        visit_id=world.visit_id,
        payer_id=payer.id,
        patient_control_number=f"CTRL{trace}",
        sequence="P",
        billed=Money(58_00),
        state="decided",
        payer_claim_number="PAYER12345",
        file_id=file.id,
        file_position=22,
    )


def _remittance(payer: Payer, file: File, trace: str, now: datetime) -> RemittanceRow:
    return RemittanceRow(
        file_id=file.id,
        position=3,
        trace=trace,
        payer_tax_id="1999999999",
        payer_name="Acme Health",
        payer_id=payer.id,
        issued_on=DECIDED,
        paid=Money(40_00),
        plb=Money(-1_00),
        fingerprint=trace,
        status="posted",
        received_at=now,
    )


def _decision(remittance: RemittanceRow, claim: Claim, ordinal: int) -> RemittanceClaim:
    """The first is posted, the second belongs to nobody here."""
    return RemittanceClaim(
        remittance_id=remittance.id,
        ordinal=ordinal,
        position=10 * ordinal,
        patient_control_number=f"CTRL{remittance.trace}-{ordinal}",
        payer_claim_number="PAYER12345",
        status_code="1",
        billed=Money(58_00),
        paid=Money(20_00),
        patient_responsibility=Money(8_00),
        patient_name="Testa Sample",
        claim_id=claim.id if ordinal == 1 else None,
        disposition="posted" if ordinal == 1 else "unmatched",
        reasons=[] if ordinal == 1 else ["No claim here has this number"],
        decided_on=DECIDED,
    )


def _add_line(session: Session, world: World, posted: RemittanceClaim) -> None:
    line = RemittanceLine(
        remittance_claim_id=posted.id,
        position=12,
        charge_id=world.charge_ids[0],
        procedure="HC:99213",
        billed=Money(58_00),
        paid=Money(20_00),
        remarks=["N130"],
    )
    session.add(line)
    session.flush()
    session.add_all(
        LineAdjustment(
            remittance_line_id=line.id,
            group_code=group,
            carc=carc,
            amount=Money(cents),
            bucket=bucket,
            outcome="posted",
        )
        for group, carc, cents, bucket in (
            ("CO", "45", 30_00, "plan_discount"),
            ("PR", "1", 8_00, "deductible"),
        )
    )


def _interest(remittance: RemittanceRow) -> ProviderAdjustmentRow:
    return ProviderAdjustmentRow(
        remittance_id=remittance.id,
        position=40,
        reason="L6",
        reference="INTEREST",
        amount=Money(-1_00),
        ledger_account="payer_interest",
    )


def _item(
    world: World, remittance: RemittanceRow, held: RemittanceClaim, now: datetime
) -> WorkItem:
    return WorkItem(
        dedupe_key=f"unmatched:{remittance.trace}",
        kind="unmatched",
        reasons=["No claim here has this number"],
        next_step="Find the patient, or ask Acme Health",
        amount=Money(20_00),
        remittance_id=remittance.id,
        remittance_claim_id=held.id,
        guarantor_account_id=world.account_id,
        visit_id=world.visit_id,
        holds_bill=True,
        opened_at=now,
        due_on=date(2026, 3, 1),
    )
