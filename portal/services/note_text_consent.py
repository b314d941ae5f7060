"""Staff note a yes or no to texts that somebody told them (MSG-1, MSG-3)."""

from __future__ import annotations

from datetime import datetime

from billing.free_text import check_free_text
from portal.db import transaction
from portal.models.accounts import GuarantorAccount
from portal.queries.reach import text_number
from portal.queries.text_consents import TextCategory
from portal.queries.viewer import StaffViewer
from portal.services.record_access import add_staff_act
from portal.services.record_text_consent import Said, grant_texts, withdraw_texts
from portal.services.refusal import NotFound, Refusal


class ConsentNotNoted(Refusal):
    """It cannot be noted so."""

    title = "This was not noted"


def note_text_consent(
    *,
    account_id: int,
    category: TextCategory,
    granted: bool,
    reason: str,
    staff: StaffViewer,
    now: datetime,
) -> None:
    """Write the row with who said it and how, as source "verbal", and the audit row with it.

    Raises ConsentNotNoted, CardNumberRefused or NotFound.
    """
    reason = check_free_text(reason)
    if not reason:
        raise ConsentNotNoted("Say who told you and how.")
    with transaction() as session:
        account = session.get(GuarantorAccount, account_id)
        if account is None:
            raise NotFound
        phone = text_number(session, account) or account.mobile
        if not phone:
            raise ConsentNotNoted("There is no mobile number on this account.")
        write = grant_texts if granted else withdraw_texts
        write(
            session,
            phone=phone,
            category=category,
            guarantor_account_id=account_id,
            said=Said(
                source="verbal",
                wording=reason,
                language=account.language,
                login_id=staff.login_id,
            ),
            now=now,
        )
        add_staff_act(
            session,
            staff,
            action="update",
            object_type="text_consent",
            object_id=category.value,
            account_ids=(account_id,),
            reason="yes" if granted else "no",
            now=now,
        )
