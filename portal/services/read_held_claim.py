"""A payer's claim as the payer wrote it, read again from the file we keep."""

from __future__ import annotations

from sqlalchemy import select

from portal.db import read_only
from portal.models.files import File
from portal.models.remittances import RemittanceClaim, RemittanceRow
from portal.ports import DocumentStore
from portal.services.refusal import NotFound
from portal.x12.read_835 import read_remittances
from portal.x12.remittance import ClaimPayment


def read_held_claim(remittance_claim_id: int, store: DocumentStore) -> ClaimPayment:
    """The CLP of this decision; no transaction is open while the file is read. Raises NotFound."""
    with read_only() as session:
        found = session.execute(
            select(File.stored_as, File.name, RemittanceRow.fingerprint, RemittanceClaim.ordinal)
            .join(RemittanceRow, RemittanceRow.file_id == File.id)
            .join(RemittanceClaim, RemittanceClaim.remittance_id == RemittanceRow.id)
            .where(RemittanceClaim.id == remittance_claim_id)
        ).one_or_none()
    if found is None:
        raise NotFound
    for remittance in read_remittances(store.get(found.stored_as), file=found.name):
        if remittance.fingerprint == found.fingerprint:
            clp: ClaimPayment = remittance.claims[found.ordinal - 1]
            return clp
    raise NotFound
