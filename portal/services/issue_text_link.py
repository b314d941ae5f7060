"""Make the link that a text carries: random, short, kept only as a keyed hash (MSG-9)."""

from __future__ import annotations

import secrets
import string
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from portal.models.text_links import TextLink
from portal.services.enrolment_codes import keyed_hash

# Letters and digits only: phones cut a dash or an underscore off the end of a link in a text.
ALPHABET = string.ascii_letters + string.digits
LENGTH = 14  # 83 random bits, and short enough for a text of 160 characters
LIFE = timedelta(hours=72)


def issue_text_link(
    session: Session,
    *,
    guarantor_account_id: int,
    phone: str,
    now: datetime,
    hash_keys: Sequence[bytes],
    public_url: str,
    appointment_id: UUID | None = None,
) -> str:
    """A new link `{public_url}/t/{token}` to look at the account once, in the caller's transaction.

    The code that opens it goes to `phone` (E.164) alone, and only while that is still the account's
    mobile. The plain link exists only in the answer: put it into the text, keep it nowhere. Links
    sent before stay good until they are used or 72 hours old, so that whichever text somebody taps
    works. With `appointment_id` it is `/v/{token}`, and opens that one booked visit and nothing else. `hash_keys` are `gateways.hash_keys`, newest first.
    """
    token = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    session.add(
        TextLink(
            guarantor_account_id=guarantor_account_id,
            appointment_id=appointment_id,
            phone=phone,
            token_hash=token_hashes(token, hash_keys)[0],
            created_at=now,
            expires_at=now + LIFE,
        )
    )
    return f"{public_url}/{'t' if appointment_id is None else 'v'}/{token}"


def token_hashes(token: str, hash_keys: Sequence[bytes]) -> list[str]:
    """The hashes under which a token may be stored, by the newest key first."""
    return [keyed_hash(f"text link {token}", key) for key in hash_keys]
