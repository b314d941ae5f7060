"""A folder of this machine in which somebody, or another program, leaves 835 files."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from stat import S_ISREG

from portal.office_ports import DropFile
from portal.ports import Refused, RetryLater

# How programs name what they are still writing.
UNFINISHED = (".part", ".tmp", ".filepart", ".crdownload", ".swp")


def is_finished_name(name: str) -> bool:
    """Whether the name is one that a file bears when it is whole."""
    return not name.startswith((".", "~")) and not name.lower().endswith(UNFINISHED)


class EraFolder:
    """A RemittanceDrop: files are moved into `done` or `refused` beside them, each with a note."""

    source = "folder"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def look(self) -> tuple[DropFile, ...]:
        """Plain files by name; links and folders are not looked into."""
        try:
            with os.scandir(self._folder) as entries:
                found = [self._told(entry) for entry in entries if is_finished_name(entry.name)]
        except OSError as error:
            raise RetryLater(f"the watched folder cannot be read: {error.strerror}") from error
        return tuple(sorted((one for one in found if one is not None), key=lambda one: one.name))

    def _told(self, entry: os.DirEntry[str]) -> DropFile | None:
        try:
            told = entry.stat(follow_symlinks=False)
        except FileNotFoundError:
            return None  # taken away meanwhile
        if not S_ISREG(told.st_mode):
            return None
        changed = datetime.fromtimestamp(told.st_mtime, UTC)
        return DropFile(name=entry.name, size=told.st_size, changed_at=changed)

    def fetch(self, name: str) -> bytes:
        """The bytes as they lie there. Raises Refused for what may not be read."""
        try:
            number = os.open(self._path(name), os.O_RDONLY | os.O_NOFOLLOW)
            with os.fdopen(number, "rb") as file:
                return file.read()
        except FileNotFoundError as error:
            raise RetryLater("the file was taken away meanwhile") from error
        except OSError as error:
            raise Refused(f"the file cannot be read: {error.strerror}") from error

    def put_aside(self, name: str, *, refused: bool, note: str) -> None:
        """Move it beside its note; one that is gone already is no error. Nothing is written over."""
        folder = self._folder / ("refused" if refused else "done")
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            target, number = folder / name, 1
            while target.exists():
                number += 1
                target = folder / f"{name}.{number}"
            # The note first: a move that was interrupted is made again, and the note with it.
            if self._path(name).exists():
                target.with_name(f"{target.name}.why.txt").write_text(f"{note}\n")
                self._path(name).rename(target)
        except OSError as error:
            raise RetryLater(f"the file cannot be moved: {error.strerror}") from error

    def _path(self, name: str) -> Path:
        if Path(name).name != name or name in {"", ".", ".."}:
            raise Refused("a file's name may not lead into another folder")
        return self._folder / name
