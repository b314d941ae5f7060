"""What a patient reads of a hold: on hold since when, because of what, what happens next, until when (CORE-6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import TextClause, bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlalchemy.types import BigInteger

from billing.holds import Condition
from portal.queries.hold_rows import HOLDS_TOLD
from portal.queries.viewer import AccountViewer, GuestViewer

# Why, and what happens next. A plan and an unnamed guarantor are told of in their own words elsewhere; of a
# death nobody is told here.
TOLD = {
    Condition.BILL_HELD: (
        "We are checking this bill.",
        "When we are done, you will see the bill here.",
    ),
    Condition.BANKRUPTCY: (
        "We are not asking you to pay this.",
        "We send you nothing about it.",
    ),
    Condition.DO_NOT_CONTACT: (
        "You asked us not to write or call about this.",
        "We stay silent until you tell us otherwise.",
    ),
    Condition.ATTORNEY: (
        "An attorney speaks for you.",
        "We speak to your attorney.",
    ),
    Condition.SCRA: (
        "You are on active duty. We take no steps against you for this bill.",
        "Tell us when your duty ends.",
    ),
    Condition.WORKERS_COMP: (
        "Workers’ compensation pays for this visit.",
        "You owe nothing for it now.",
    ),
    Condition.VETERANS_AFFAIRS: (
        "Veterans Affairs pays for this visit.",
        "You owe nothing for it.",
    ),
    Condition.MEDICAID_QMB: (
        "Medicaid rules say we may not bill you for this visit.",
        "You owe nothing for it.",
    ),
    Condition.DISPUTED: (
        "You told us that something is wrong with this bill.",
        "We look into it and write to you. You need not pay that part until then.",
    ),
    Condition.COVERAGE_CHANGED: (
        "We are checking your insurance for this visit.",
        "We bill your plan first. You owe nothing for it now.",
    ),
    Condition.APPEAL_OPEN: (
        "We asked your health plan to decide this again.",
        "We tell you what it says. You need not pay this until then.",
    ),
    Condition.ASSISTANCE_PENDING: (
        "You asked for help with your bills.",
        "We write to you when it is decided. You need not pay until then.",
    ),
    Condition.GFE_DISPUTE: (
        "This bill is disputed because it is higher than its estimate.",
        "You need not pay it until that is decided.",
    ),
    Condition.PROMISED: (
        "You told us by when you will pay.",
        "We send you nothing about it before that day.",
    ),
    Condition.UNREACHABLE: (
        "Our mail to you came back.",
        "Please give us an address that works.",
    ),
    Condition.PLACED: (
        "An agency speaks for this bill now.",
        "Call us if this is wrong, or if you need help with it.",
    ),
}
# About the person, not the bill: whoever only helps with the bills does not read it (HIPAA-9).
OWN_ALONE = frozenset(
    {
        Condition.ATTORNEY,
        Condition.BANKRUPTCY,
        Condition.DO_NOT_CONTACT,
        Condition.SCRA,
        Condition.UNREACHABLE,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldTold:
    """One hold in plain words. `visit_id` is None where it holds every bill of the account."""

    visit_id: int | None
    since: date
    because: str
    next: str
    until: date | None


def holds_column() -> TextClause:
    """For a query that is run with `hold_accounts`: what `read_holds` reads."""
    return text(f"({HOLDS_TOLD}) AS holds").bindparams(
        bindparam("hold_accounts", type_=ARRAY(BigInteger))
    )


def holds_told(session: Session, viewer: AccountViewer) -> tuple[HoldTold, ...]:
    """Of the viewer's accounts, the oldest first."""
    if isinstance(viewer, GuestViewer):
        return ()
    found = session.scalar(select(holds_column()), {"hold_accounts": list(viewer.account_ids)})
    return read_holds(found, viewer)


def read_holds(
    found: Sequence[Mapping[str, Any]] | None, viewer: AccountViewer
) -> tuple[HoldTold, ...]:
    """Nothing for a guest, less for a helper."""
    hidden = OWN_ALONE if viewer.grant_id is not None else frozenset()
    told: dict[tuple[int | None, Condition], HoldTold] = {}
    for row in () if isinstance(viewer, GuestViewer) else found or ():
        kind = Condition(row["kind"])
        if kind in TOLD and kind not in hidden:
            because, following = TOLD[kind]
            hold = HoldTold(
                visit_id=row["visit"],
                since=date.fromisoformat(row["since"]),
                because=because,
                next=following,
                until=date.fromisoformat(row["until"]) if row["until"] else None,
            )
            told.setdefault((hold.visit_id, kind), hold)
    return tuple(told.values())


def of_visit(told: tuple[HoldTold, ...], visit_id: int) -> tuple[HoldTold, ...]:
    """Those of one bill, and those of its whole account."""
    return tuple(one for one in told if one.visit_id in {None, visit_id})
