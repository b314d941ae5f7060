"""The demonstration before paper ends: a PDF behind a mailed link, and the code that stands in it (MSG-24).

Nothing is stored: link and code are keyed hashes of who asked and when, and the browser's signed cookie
holds the rest.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from portal.db import transaction
from portal.models.identity import Login
from portal.models.practice import Practice
from portal.ports import PdfPrinter
from portal.queries.esign_words import sample_words
from portal.queries.viewer import PatientViewer
from portal.services import letters
from portal.services.mailed_codes import same_digits
from portal.services.queue_letter import queue_letter
from portal.services.refusal import NotFound

LIFE = timedelta(days=1)
MILLION = 1_000_000
MARK_LENGTH = 32


@dataclass(frozen=True, slots=True)
class Sample:
    """The opened PDF, and the nonce by which its code is checked."""

    nonce: str
    pdf: bytes


def send_sample(*, viewer: PatientViewer, key: bytes, public_url: str, now: datetime) -> str:
    """Mail the link to the viewer's own address; the nonce of this try."""
    nonce = f"{int(now.timestamp())}-{secrets.token_hex(8)}"
    token = f"{nonce}-{_mark(key, 'link', viewer.login_id, nonce)}"
    with transaction() as session:
        email = session.scalars(select(Login.email).where(Login.id == viewer.login_id)).one()
        head = letters.letterhead(session, public_url=public_url)
        queue_letter(
            session,
            to=email,
            letter=letters.paperless_sample(head, link=f"{public_url}/paperless/sample/{token}"),
            now=now,
        )
    return nonce


def open_sample(
    *,
    viewer: PatientViewer,
    token: str,
    key: bytes,
    printer: PdfPrinter,
    language: str,
    now: datetime,
) -> Sample:
    """The PDF, in the reader's language, of a genuine link that was sent to this very sign-in within a day. Raises NotFound."""
    nonce, _, mark = token.rpartition("-")
    right = hmac.compare_digest(_mark(key, "link", viewer.login_id, nonce).encode(), mark.encode())
    if not right or not _in_time(nonce, now):
        raise NotFound
    with transaction() as session:
        practice = session.scalar(select(Practice.name)) or ""
    code = _code(key, viewer.login_id, nonce)
    spaced = f"{code[:3]} {code[3:]}"
    data = {**sample_words(language), "language": language, "practice": practice, "code": spaced}
    return Sample(nonce, printer.print("sample", data))


def is_sample_code(
    *, viewer: PatientViewer, nonce: str, typed: str, key: bytes, now: datetime
) -> bool:
    """Whether the typed digits are those of the sample, and in time."""
    right = same_digits(_code(key, viewer.login_id, nonce), typed)
    return right and _in_time(nonce, now)


def _code(key: bytes, login_id: int, nonce: str) -> str:
    number = int(_mark(key, "code", login_id, nonce)[:15], 16)
    return f"{number % MILLION:06d}"


def _mark(key: bytes, use: str, login_id: int, nonce: str) -> str:
    text = f"paperless {use} {login_id} {nonce}"
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:MARK_LENGTH]


def _in_time(nonce: str, now: datetime) -> bool:
    seconds = nonce.partition("-")[0]
    if not seconds.isdecimal():
        return False
    asked_at = datetime.fromtimestamp(int(seconds), UTC)
    return asked_at <= now <= asked_at + LIFE
