"""Name the person responsible for a minor's account; only then may a bill be sent, shown or linked."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import select, update

from billing.free_text import check_free_text
from billing.holds import Condition
from portal.db import transaction
from portal.models.accounts import AccountCondition, GuarantorAccount, RecordVersion
from portal.queries.viewer import StaffViewer
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound, Refusal

ADULT_YEARS = 18


class GuarantorRefused(Refusal):
    """The person cannot be named; the message says why."""

    title = "This person could not be named"


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarantor:
    """Who takes responsibility, as an envelope and a bill need it."""

    first_name: str
    last_name: str
    birth_on: date
    relationship: str
    street: str
    city: str
    state: str
    postal_code: str
    middle_name: str = ""
    suffix: str = ""
    street2: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """The account has its guarantor; `repeated` when it had this very one before."""

    display_name: str
    repeated: bool


def name_guarantor(
    *, account_id: int, guarantor: Guarantor, staff: StaffViewer, on: date, now: datetime
) -> Named:
    """Write the person to the account, keep what stood there before, and end the hold.

    Raises GuarantorRefused, CardNumberRefused or NotFound.
    """
    if _years(guarantor.birth_on, on) < ADULT_YEARS:
        raise GuarantorRefused("The person responsible must be 18 or older. Nothing was changed.")
    named = asdict(guarantor)
    named |= {field: check_free_text(v) for field, v in named.items() if isinstance(v, str)}
    with transaction() as session:
        account = session.scalar(
            select(GuarantorAccount).where(GuarantorAccount.id == account_id).with_for_update()
        )
        if account is None:
            raise NotFound
        before = {field: getattr(account, field) for field in named}
        if account.named:
            if before == named:
                return Named(display_name=account.display_name, repeated=True)
            raise GuarantorRefused(
                f"{account.display_name} is already named on this account. Nothing was changed."
            )
        session.add(
            RecordVersion(
                record=GuarantorAccount.__tablename__,
                record_id=account_id,
                before={**before, "birth_on": str(account.birth_on or ""), "named": False},
                source=f"staff:{staff.login_id}",
                at=now,
            )
        )
        for field, value in named.items():
            setattr(account, field, value)
        account.named = True
        session.execute(
            update(AccountCondition)
            .where(
                AccountCondition.guarantor_account_id == account_id,
                AccountCondition.kind == Condition.MINOR_UNNAMED,
                AccountCondition.ended_at.is_(None),
            )
            .values(ended_at=now)
        )
        add_staff_act(
            session,
            staff,
            action="update",
            object_type="guarantor_account",
            object_id=account_id,
            account_ids=(account_id,),
            reason="named",
            now=now,
        )
        return Named(display_name=account.display_name, repeated=False)


def _years(birth_on: date, on: date) -> int:
    """Full years of age."""
    return on.year - birth_on.year - ((on.month, on.day) < (birth_on.month, birth_on.day))
