"""A folder of this machine in which somebody, or another program, leaves 835 files."""

from __future__ import annotations

import hashlib
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
    """A RemittanceDrop: what our store holds is removed, with a note in `done` or `refused`; the rest is moved there."""

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

    def fetch(self, name: str, *, at_most: int) -> bytes:
        """The first bytes as they lie there. Raises Refused for what may not be read."""
        try:
            number = os.open(self._path(name), os.O_RDONLY | os.O_NOFOLLOW)
            with os.fdopen(number, "rb") as file:
                return file.read(at_most)
        except FileNotFoundError as error:
            raise RetryLater("the file was taken away meanwhile") from error
        except OSError as error:
            raise Refused(f"the file cannot be read: {error.strerror}") from error

    def put_aside(self, name: str, *, refused: bool, note: str, kept: str) -> None:
        """Remove what is `kept`, move what is not, a note first; one that is gone already is no error.

        Bytes that differ from what was kept are another file, and stay. Nothing is written over, and no link is
        followed. Raises Refused or RetryLater.
        """
        folder = self._folder / ("refused" if refused else "done")
        try:
            if not _is_plain(self._path(name)):
                return
            folder.mkdir(mode=0o700, exist_ok=True)
            if folder.is_symlink():
                raise Refused(f"the folder {folder.name} is a link")
            if kept and _sha256(self._path(name)) != kept:
                return
            target, number = folder / name, 1
            while os.path.lexists(target) or _is_taken(_note_of(target), note):
                number += 1
                target = folder / f"{name}.{number}"
            # The note first: what was interrupted after it is done again, and finds the note written.
            if not os.path.lexists(_note_of(target)):
                _write_new(_note_of(target), note)
            if kept:
                self._path(name).unlink(missing_ok=True)
            else:
                self._path(name).rename(target)
        except OSError as error:
            raise RetryLater(f"the file cannot be moved: {error.strerror}") from error

    def _path(self, name: str) -> Path:
        if Path(name).name != name or name in {"", ".", ".."}:
            raise Refused("a file's name may not lead into another folder")
        return self._folder / name


def _is_plain(path: Path) -> bool:
    try:
        return S_ISREG(path.lstat().st_mode)
    except FileNotFoundError:
        return False


def _sha256(path: Path) -> str:
    number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    with os.fdopen(number, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _is_taken(path: Path, note: str) -> bool:
    """Whether something else than this very note lies there; whole notes only count as this one."""
    try:
        number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return False
    except OSError:
        return True  # a link, or what is not ours to read
    with os.fdopen(number, "rb") as file:
        return file.read() != f"{note}\n".encode()


def _note_of(target: Path) -> Path:
    return target.with_name(f"{target.name}.why.txt")


def _write_new(path: Path, note: str) -> None:
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(number, "w", encoding="utf-8") as file:
        file.write(f"{note}\n")
