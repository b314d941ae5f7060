"""Takes an 837P of 1,000 claims into the database, beside a reader that only walks the same file."""

from __future__ import annotations

import io

import pyx12.error_handler
import pyx12.params
import pyx12.x12context
from cryptography.fernet import Fernet

from benchmarks.claims import NOW, claims_file
from benchmarks.database import empty_practice
from benchmarks.measure import rate, size, tell
from portal.adapters.storage import EncryptedFolder
from portal.services.import_claims import import_claims


def pyx12_context(data: bytes) -> None:
    reader = pyx12.x12context.X12ContextReader(
        pyx12.params.params(), pyx12.error_handler.errh_null(), io.StringIO(data.decode())
    )
    for _ in reader.iter_segments():
        pass


def main() -> None:
    many, few = size(1_000, 20), size(300, 20)
    data = claims_file(many)
    with empty_practice() as (_, home):
        store = EncryptedFolder(home / "documents", [Fernet.generate_key().decode()])

        def kindbill() -> None:
            result = import_claims(data=data, name="claims.837", now=NOW, store=store)
            assert result.accepted == many, result.refused[:3]

        ours = rate(kindbill, many, runs=1)  # once: the second time there is nothing to do
    little = claims_file(few)
    peer = rate(lambda: pyx12_context(little), few, runs=1)
    name = "837P import, committed"
    tell(name, ours, "claims/s", peer="pyx12 context reader (reads only)", peer_value=peer)


if __name__ == "__main__":
    main()
