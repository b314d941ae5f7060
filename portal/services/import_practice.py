"""Take in one of the practice's own CSV files: contacts, receipts, charges or opening balances."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from portal.db import transaction
from portal.services.import_charges import CHARGE_COLUMNS, import_charges
from portal.services.import_contacts import CONTACT_COLUMNS, import_contacts
from portal.services.import_opening import OPENING_COLUMNS, import_opening
from portal.services.import_receipts import RECEIPT_COLUMNS, import_receipts
from portal.services.import_result import ImportResult, RefusedRecord
from portal.services.practice_file import Columns, Row, read_rows
from portal.services.refusal import Refusal
from portal.services.store_file import find_file, lock_imports, store_file

BATCH = 5000  # rows looked up and written together
Importer = Callable[..., list[RefusedRecord]]
KINDS: dict[str, tuple[Columns, Importer]] = {
    "contacts": (CONTACT_COLUMNS, import_contacts),
    "receipts": (RECEIPT_COLUMNS, import_receipts),
    "charges": (CHARGE_COLUMNS, import_charges),
    "opening": (OPENING_COLUMNS, import_opening),
}


class UnknownKindError(Refusal):
    """There is no such kind of file."""

    title = "We do not know this kind of file"


def import_practice(
    *, kind: str, data: bytes, name: str, now: datetime, dry_run: bool = False
) -> ImportResult:
    """Accept or refuse every row; the same row twice changes nothing, a dry run nothing at all."""
    if kind not in KINDS:
        raise UnknownKindError(f"{kind!r} is not one of {', '.join(KINDS)}")
    columns, importer = KINDS[kind]
    rows, refused = read_rows(data, columns)
    with transaction() as session:
        lock_imports(session)
        result = _take(session, importer, rows, refused, kind=kind, data=data, name=name, now=now)
        if dry_run:
            session.rollback()
    return result


def _take(
    session: Session,
    importer: Importer,
    rows: Sequence[Row],
    refused: list[RefusedRecord],
    *,
    kind: str,
    data: bytes,
    name: str,
    now: datetime,
) -> ImportResult:
    # Known bytes are judged again: what was refused may be welcome by now.
    file = find_file(session, kind=kind, data=data) or store_file(
        session, kind=kind, data=data, name=name, stored_as="", now=now
    )
    # The lines of one visit stay together, wherever they stand in the file.
    size = BATCH if kind != "charges" else max(len(rows), 1)
    judged: list[RefusedRecord] = []
    for start in range(0, len(rows), size):
        judged += importer(session, rows[start : start + size], file_id=file.id, now=now)
    together = sorted([*refused, *judged], key=lambda record: record.position)
    result = ImportResult(file=name, accepted=len(rows) - len(judged), refused=tuple(together))
    file.result = result.kept()
    session.flush()
    return result
