"""The link in a text: short, random, hashed, 72 hours."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from portal.models.accounts import GuarantorAccount
from portal.models.text_links import TextLink
from portal.services.issue_text_link import ALPHABET, LENGTH, issue_text_link, token_hashes

KEYS = (b"newest", b"older")


def issued(session: Session, now: datetime) -> tuple[str, TextLink]:
    account = GuarantorAccount(number="4402198377", named=True, last_name="Sample")
    session.add(account)
    session.flush()
    link = issue_text_link(
        session,
        guarantor_account_id=account.id,
        phone="+12025550142",
        now=now,
        hash_keys=KEYS,
        public_url="https://pay.example.com",
    )
    session.flush()
    return link, session.scalars(select(TextLink).order_by(TextLink.id.desc())).first()


def test_MSG_9_the_link_is_opaque_short_and_of_our_own_address(
    session: Session, now: datetime
) -> None:
    link, _ = issued(session, now)
    assert re.fullmatch(r"https://pay\.example\.com/t/[A-Za-z0-9]{14}", link)
    assert len(ALPHABET) ** LENGTH > 2**72


def test_MSG_9_the_table_holds_a_keyed_hash_and_never_the_token(
    session: Session, now: datetime
) -> None:
    link, row = issued(session, now)
    token = link.rpartition("/")[2]
    assert row.token_hash == token_hashes(token, KEYS)[0]
    assert token_hashes(token, (b"another",))[0] != row.token_hash
    assert token not in str(session.execute(text("SELECT * FROM text_links")).all())


def test_MSG_9_it_ends_after_72_hours_and_is_for_one_account_and_phone(
    session: Session, now: datetime
) -> None:
    _, row = issued(session, now)
    assert row.expires_at - row.created_at == timedelta(hours=72)
    assert (row.phone, row.used_at, row.ended_at) == ("+12025550142", None, None)
