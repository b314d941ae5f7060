"""The mail house that comes with the program: the batch is a folder, its manifest proves it, its answer is a CSV."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

from billing.mail_status import MailStatus, read_mail_status

MANIFEST = "manifest.json"
ADDRESSES = "addresses.csv"


class FolderMail:
    """A MailHouse. Whoever prints takes the folder; the manifest is written last, so a batch without one is not whole."""

    def hand_over(self, folder: Path, *, batch: str) -> int:
        """Write the manifest of all pieces; the same folder gives the same bytes. The number of pieces."""
        if not (folder / ADDRESSES).exists():
            return 0
        pieces = sorted(folder.glob("*.pdf"))
        names = [*pieces, folder / ADDRESSES]
        said = {
            "batch": batch,
            "pieces": len(pieces),
            "files": [{"file": one.name, **_facts(one)} for one in names],
        }
        draft = folder / f".{MANIFEST}.{os.getpid()}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(said, file, indent=1)
        draft.replace(folder / MANIFEST)
        return len(pieces)

    def read_status(self, content: bytes) -> tuple[MailStatus, ...]:
        """What became of pieces. Raises billing.mail_status.UnreadableStatus."""
        return read_mail_status(content)


def _facts(path: Path) -> dict[str, object]:
    content = path.read_bytes()
    return {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
