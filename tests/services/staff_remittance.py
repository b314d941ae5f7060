"""A remittance in the books for the staff's tests: one claim posted, one held, a PLB, and its work item."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

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
        file = File(
            kind="835",
            name=f"{trace}.edi",
            sha256=trace,
            size=1,
            stored_as="x",
            received_at=now,
            result={},
        )
        session.add_all([payer, file])
        session.flush()
        claim = Claim(
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
        remittance = RemittanceRow(
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
        session.add_all([claim, remittance])
        session.flush()
        rows = [
            RemittanceClaim(
                remittance_id=remittance.id,
                ordinal=ordinal,
                position=10 * ordinal,
                patient_control_number=f"CTRL{trace}-{ordinal}",
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
            for ordinal in (1, 2)
        ]
        session.add_all(rows)
        session.flush()
        if suspense:
            posted = post_entry(
                session,
                payer_suspense(
                    source_ref=f"era:{trace}:2",
                    occurred_on=DECIDED,
                    amount=Money(20_00),
                    party=Party(payer_id=payer.id, reference=f"{trace}:2"),
                ),
            )
            rows[1].entry_id = posted.entry_id
        line = RemittanceLine(
            remittance_claim_id=rows[0].id,
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
            [
                LineAdjustment(
                    remittance_line_id=line.id,
                    group_code="CO",
                    carc="45",
                    amount=Money(30_00),
                    bucket="plan_discount",
                    outcome="posted",
                ),
                LineAdjustment(
                    remittance_line_id=line.id,
                    group_code="PR",
                    carc="1",
                    amount=Money(8_00),
                    bucket="deductible",
                    outcome="posted",
                ),
                ProviderAdjustmentRow(
                    remittance_id=remittance.id,
                    position=40,
                    reason="L6",
                    reference="INTEREST",
                    amount=Money(-1_00),
                    ledger_account="payer_interest",
                ),
            ]
        )
        item = WorkItem(
            dedupe_key=f"unmatched:{trace}",
            kind="unmatched",
            reasons=["No claim here has this number"],
            next_step="Find the patient, or ask Acme Health",
            amount=Money(20_00),
            remittance_id=remittance.id,
            remittance_claim_id=rows[1].id,
            guarantor_account_id=world.account_id,
            visit_id=world.visit_id,
            holds_bill=True,
            opened_at=now,
            due_on=date(2026, 3, 1),
        )
        session.add(item)
        session.flush()
        return RemittanceWorld(remittance.id, claim.id, item.id)
