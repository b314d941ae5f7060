"""Make what lets somebody pay without a sign-in: a code to print, or a link to send (PLAN-19, MSG-9).

Random, kept only as a keyed hash, useless without the birth date and ZIP of the one who owes.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import uuid4

from sqlalchemy.orm import Session

from portal.models.pay_links import PayLink
from portal.services.enrolment_codes import ALPHABET, keyed_hash

CODE_LENGTH, GROUP = 12, 4  # 59 random bits, read off paper in three groups
LINK_LENGTH = 14  # 69 random bits, and short enough for a text; nobody types them
LIFE = timedelta(hours=72)


class Kind(StrEnum):
    """How the code or link reaches somebody."""

    STATEMENT = "statement"
    TEXT = "text"
    EMAIL = "email"


def issue_statement_code(
    session: Session,
    *,
    account_id: int,
    statement_id: int | None,
    now: datetime,
    keys: Sequence[bytes],
) -> str:
    """A fresh code `ABCD-EFGH-JKMN` for one printed copy. `keys` are `gateways.hash_keys`, newest first."""
    code = _random(CODE_LENGTH)
    session.add(
        PayLink(
            guarantor_account_id=account_id,
            kind=Kind.STATEMENT,
            statement_id=statement_id,
            code_hash=pay_hashes(code, keys)[0],
            created_at=now,
        )
    )
    return "-".join(code[at : at + GROUP] for at in range(0, CODE_LENGTH, GROUP))


def add_pay_link(
    session: Session, *, account_id: int, kind: Kind, by: int, now: datetime
) -> PayLink:
    """A link that this member of staff sends. It opens nothing until `name_pay_link` gives it its words."""
    link = PayLink(
        guarantor_account_id=account_id,
        kind=kind,
        code_hash=f"not sent {uuid4()}",
        created_at=now,
        expires_at=now + LIFE,
        created_by_id=by,
    )
    session.add(link)
    session.flush()
    return link


def name_pay_link(link: PayLink, *, now: datetime, keys: Sequence[bytes], public_url: str) -> str:
    """A fresh address of the link, as its message leaves; it exists only in the answer. Older ones are dead."""
    token = _random(LINK_LENGTH)
    link.code_hash, link.expires_at = pay_hashes(token, keys)[0], now + LIFE
    return pay_address(public_url, token)


def pay_address(public_url: str, code: str) -> str:
    """Where a code leads by itself: the questions follow there."""
    return f"{public_url}/p/{plain(code)}"


def pay_hashes(typed: str, keys: Sequence[bytes]) -> list[str]:
    """The hashes under which a typed code may be stored, whatever the case, spaces and dashes."""
    return [keyed_hash(f"pay {plain(typed)}", key) for key in keys]


def plain(typed: str) -> str:
    """Letters and digits alone, in capitals."""
    return "".join(char for char in typed.upper() if char.isalnum())


def _random(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))
