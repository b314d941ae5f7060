"""What an import did with a file, in the shape that the commands print (architecture.md)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedRecord:
    """One claim or row that was not taken, with where it stands and why."""

    position: int  # segment of an X12 file, row of a CSV file
    id: str
    reason: str

    def to_json(self) -> dict[str, Any]:
        return {"position": self.position, "id": self.id, "reason": self.reason}


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportResult:
    """One file: how many records stand in the database because of it, and which do not."""

    file: str
    accepted: int = 0
    refused: tuple[RefusedRecord, ...] = ()
    repeated: bool = False  # the very same file was taken before; nothing was done

    def to_json(self) -> dict[str, Any]:
        """The document of one command run over this file."""
        refused = [record.to_json() for record in self.refused]
        return {"files": [{"file": self.file, "accepted": self.accepted, "refused": refused}]}

    def kept(self) -> dict[str, Any]:
        """What the files table remembers, to answer the same file with the same result."""
        return {
            "accepted": self.accepted,
            "refused": [record.to_json() for record in self.refused],
        }


def remembered(file: str, kept: dict[str, Any]) -> ImportResult:
    """The result that was kept when the same bytes came in before."""
    refused = tuple(RefusedRecord(**record) for record in kept["refused"])
    return ImportResult(file=file, accepted=kept["accepted"], refused=refused, repeated=True)
