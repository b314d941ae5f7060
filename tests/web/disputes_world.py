"""One dispute of one's self-pay bill, with a picture, for the tables of who may open what."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from billing.bill_disputes import Channel, Kind
from portal.db import transaction
from portal.models.bill_disputes import BillDisputeDocument
from portal.models.claims import Visit
from portal.ports import DocumentStore
from portal.services.open_dispute import Filing, open_dispute

DISPUTE = UUID("5c0ffee0-0000-4000-8000-0000000000d1")


def add_dispute(
    account_id: int, login_id: int, store: DocumentStore, now: datetime
) -> dict[str, object]:
    """Its ids, by the names that addresses give their arguments."""
    stored_as = store.put(b"a picture")
    with transaction() as session:
        visit_id = session.scalar(
            select(Visit.id).where(
                Visit.guarantor_account_id == account_id, Visit.coverage_intent == "self_pay"
            )
        )
        assert visit_id is not None
        filing = Filing(
            visit_id=visit_id, kind=Kind.AMOUNT, channel=Channel.PORTAL, words="It is too much."
        )
        open_dispute(session, filing, dispute_id=DISPUTE, by_id=login_id, face="patient", now=now)
        session.flush()
        document = BillDisputeDocument(
            dispute_id=DISPUTE, stored_as=stored_as, sha256="", login_id=login_id, added_at=now
        )
        session.add(document)
        session.flush()
        return {"dispute_id": DISPUTE, "document_id": document.id}
