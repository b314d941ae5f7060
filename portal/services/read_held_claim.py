"""A payer's claim as the payer wrote it, read again from the file we keep."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from portal.db import read_only
from portal.models.files import File
from portal.models.remittances import RemittanceClaim, RemittanceRow
from portal.ports import DocumentStore
from portal.queries.among import among
from portal.services.refusal import NotFound
from portal.x12.read_835 import read_remittances
from portal.x12.remittance import ClaimPayment


def read_held_claims(
    remittance_claim_ids: Collection[int], store: DocumentStore
) -> dict[int, ClaimPayment]:
    """The CLPs of many decisions, each file read once; what is in no file is left out."""
    with read_only() as session:
        rows = session.execute(
            select(
                RemittanceClaim.id,
                RemittanceClaim.ordinal,
                RemittanceRow.fingerprint,
                File.stored_as,
                File.name,
            )
            .join(RemittanceRow, RemittanceRow.id == RemittanceClaim.remittance_id)
            .join(File, File.id == RemittanceRow.file_id)
            .where(among(RemittanceClaim.id, remittance_claim_ids))
        ).all()
    wanted = {(row.stored_as, row.fingerprint, row.ordinal): row.id for row in rows}
    found: dict[int, ClaimPayment] = {}
    for stored_as, name in sorted({(row.stored_as, row.name) for row in rows}):
        for remittance in read_remittances(store.get(stored_as), file=name):
            for clp in remittance.claims:
                row_id = wanted.get((stored_as, remittance.fingerprint, clp.ordinal))
                if row_id is not None:
                    found[row_id] = clp
    return found


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
