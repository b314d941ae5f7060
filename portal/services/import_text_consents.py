"""What the contacts file says about texts, taken into the consent ledger only where it changes something (MSG-1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from portal.models.accounts import GuarantorAccount
from portal.models.consents import TextConsent
from portal.queries.text_consents import ConsentRow, TextCategory, newest_rows
from portal.services.practice_date import practice_zone
from portal.services.practice_file import Row, RowRefusedError
from portal.services.record_text_consent import Said, consent_row, withdraw_texts

CONSENT_COLUMNS = ("sms_consent_date", "sms_consent_source", "sms_consent_text_version")
BILLING = TextCategory.BILLING
# Whose yes a blank cell takes back: that of an earlier file, or of paper taken over from one.
_OF_A_FILE = ("contacts:", "paper")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileConsent:
    """One row's word on texts about bills. `said_no` is an explicit no, not an empty cell."""

    granted: bool
    said_no: bool
    phone: str  # E.164; empty where the file names none
    on: date | None
    how: str
    version: str


def read_consent(row: Row, *, phone: str) -> FileConsent:
    """The row's consent; a yes needs its number, day, source and wording."""
    granted = row.yes("sms_billing_consent")
    if granted:
        missing = [column for column in (*CONSENT_COLUMNS, "mobile") if not row.text(column)]
        if missing:
            raise RowRefusedError(f"sms_billing_consent needs {', '.join(missing)}")
    return FileConsent(
        granted=granted,
        said_no=not granted and bool(row.text("sms_billing_consent")),
        phone=phone,
        on=row.needed_day("sms_consent_date") if granted else None,
        how=row.text("sms_consent_source"),
        version=row.text("sms_consent_text_version"),
    )


def import_text_consents(
    session: Session,
    told: Sequence[tuple[GuarantorAccount, FileConsent]],
    *,
    source: str,
    now: datetime,
) -> None:
    """Write a ledger row for each account whose consent the file changes.

    A yes from before the day on which somebody said no to that number does not count: the file is older than
    the no. An empty cell takes back only what a file had given; an explicit no takes back any yes.
    """
    phones = {account.mobile for account, _ in told if account.mobile}
    yes, no = newest_rows(session, phones=phones, category=BILLING)
    standing = {(row.phone, row.guarantor_account_id): row for row in yes}
    refused, zone = {row.phone: row for row in no}, practice_zone(session)
    for account, consent in told:
        known = standing.get((account.mobile, account.id)) or standing.get((account.mobile, None))
        if consent.granted and account.mobile == consent.phone:
            if known is None and not _older(consent, refused.get(account.mobile), zone):
                session.add(_yes(account, consent, source, now.astimezone(zone)))
        elif known is not None and not consent.granted and _takes_back(consent, known):
            withdraw_texts(
                session,
                phone=account.mobile,
                category=BILLING,
                guarantor_account_id=account.id,
                said=Said(source=source, language=account.language),
                now=now,
            )


def _older(consent: FileConsent, no: ConsentRow | None, zone: ZoneInfo) -> bool:
    if no is None or consent.on is None:
        return False
    return consent.on <= no.at.astimezone(zone).date()


def _takes_back(consent: FileConsent, known: ConsentRow) -> bool:
    return consent.said_no or known.source.startswith(_OF_A_FILE)


def _yes(
    account: GuarantorAccount, consent: FileConsent, source: str, now: datetime
) -> TextConsent:
    """`now` on the clock of the practice."""
    on = consent.on or now.date()
    return consent_row(
        phone=account.mobile,
        category=BILLING,
        granted=True,
        guarantor_account_id=account.id,
        said=Said(
            source=source,
            wording_version=consent.version,
            wording=f"{consent.how}, {on.isoformat()}",
            language=account.language,
        ),
        now=now,
    )
