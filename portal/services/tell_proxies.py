"""Tell both sides that access was given, turned down or ended: a bare e-mail each (HIPAA-9)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.accounts import Patient
from portal.models.identity import Login
from portal.models.proxies import ProxyGrant
from portal.queries.account_readers import reader_emails
from portal.services import access_letters, letters
from portal.services.queue_letter import queue_letter


def tell_proxies(
    session: Session,
    grant: ProxyGrant,
    patient: Patient,
    *,
    what: str,
    public_url: str,
    now: datetime,
) -> None:
    """Queue the notice to who reads the patient's account and to the proxy, once each for `what`."""
    proxy = session.scalar(select(Login.email).where(Login.id == grant.proxy_login_id))
    account_id = patient.guarantor_account_id
    letter = access_letters.proxy_news(letters.letterhead(session, public_url=public_url))
    for address in {*reader_emails(session, account_id=account_id), proxy or grant.email}:
        queue_letter(
            session,
            letter=letter,
            to=address,
            now=now,
            dedupe_key=f"proxy:{grant.id}:{what}:{address}",
        )
