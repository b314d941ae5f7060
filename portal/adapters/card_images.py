"""Files that people send as pictures of their card, opened in a process of their own.

Decoders of pictures and PDFs are large, native, and fed by strangers. A child process with a limit on processor time and memory,
and with none of our settings in its environment, does the opening: a bomb or a crash ends the child and is one refused file.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path

from portal.card_ports import CardFault, CardFlaw, CleanImage, UnusableImage

MAX_BYTES = 10 * 1024 * 1024
CHECKOUT = Path(__file__).resolve().parents[2]
CPU_SECONDS = 10  # the largest picture takes about one, a busy PDF two
# The child's own limit counts processor time; this one only ends a child that sleeps.
LAST_RESORT_SECONDS = 120
HEIF_BRANDS = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"}


class CardFiles:
    """A CardImages. Refuses by size and first bytes before anything is decoded."""

    def __init__(self) -> None:
        # The largest HEIC takes over a gigabyte while it is open: never two at once in one process.
        self._one_at_a_time = threading.Lock()

    def clean(self, content: bytes) -> CleanImage:
        """The picture made anew; UnusableImage for whatever cannot be one (SCH-14)."""
        if not content:
            raise UnusableImage(CardFault.EMPTY)
        if len(content) > MAX_BYTES:
            raise UnusableImage(CardFault.TOO_BIG)
        kind = kind_of(content)
        if kind is None:
            raise UnusableImage(CardFault.WRONG_KIND)
        with self._one_at_a_time:
            return _answer(_child(kind, content))


def kind_of(content: bytes) -> str | None:
    """jpeg, png, heif or pdf by the first bytes; a name or a declared type is never believed."""
    if content.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if content[4:8] == b"ftyp" and content[8:12] in HEIF_BRANDS:
        return "heif"
    if content.startswith(b"%PDF-"):
        return "pdf"
    return None


def _child(kind: str, content: bytes) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            [sys.executable, "-m", "portal.adapters.card_pixels", kind, str(CPU_SECONDS)],
            input=content,
            capture_output=True,
            check=False,
            cwd=CHECKOUT,
            env={},
            timeout=LAST_RESORT_SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        raise UnusableImage(CardFault.DAMAGED) from error


def _answer(done: subprocess.CompletedProcess[bytes]) -> CleanImage:
    """A line of JSON, then the JPEG; a child that crashed or ran into a limit says neither."""
    head, _, jpeg = done.stdout.partition(b"\n")
    if done.returncode != 0 or not head:
        raise UnusableImage(CardFault.DAMAGED)
    said = json.loads(head)
    if "fault" in said:
        raise UnusableImage(CardFault(said["fault"]))
    return CleanImage(
        content=jpeg,
        width=said["width"],
        height=said["height"],
        flaws=tuple(CardFlaw(flaw) for flaw in said["flaws"]),
    )
