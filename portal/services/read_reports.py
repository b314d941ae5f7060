"""Where delivery reports lie: files, a maildir, or the pipe of a mail server."""

from __future__ import annotations

import mailbox
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

MOST_BYTES = 2 * 1024 * 1024  # more is no report, and is judged by its beginning


def read_reports(paths: Iterable[Path], pipe: BinaryIO) -> Iterator[bytes]:
    """Each message in turn; `-` is the pipe. In a maildir, what was taken in is marked as seen."""
    for path in paths:
        if str(path) == "-":
            yield pipe.read(MOST_BYTES)
        elif path.is_dir():
            yield from _maildir(path)
        else:
            with path.open("rb") as file:
                yield file.read(MOST_BYTES)


def _maildir(path: Path) -> Iterator[bytes]:
    box = mailbox.Maildir(path, create=False)
    for key, message in list(box.items()):
        if message.get_subdir() != "new":
            continue
        yield box.get_bytes(key)[:MOST_BYTES]
        # Only now: a run that breaks off finds it again, and the same report counts once.
        message.set_subdir("cur")
        message.add_flag("S")
        box[key] = message
