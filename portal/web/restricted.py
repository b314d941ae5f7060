"""Pages that stay closed to somebody whose role opens them: restricted accounts (HIPAA-3), what was not shared (HIPAA-9).

`access.py` asks before a view runs, and after.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import cast

from flask import g

from portal.queries.viewer import StaffViewer, Viewer
from portal.services.refusal import Refusal

ACCOUNTS_OF_A_PAGE = 2  # two records that may be one person stand side by side; more is a list


class NotShared(Refusal):
    """The page is no part of what the patient shared with this proxy."""

    status = 403
    title = "This page is not shared with you"

    def __init__(self) -> None:
        super().__init__(
            "You are acting for somebody else, and this page is not part of that. Go back to your"
            " own account to see your own."
        )


class AccountRestricted(Refusal):
    """The account opens only for a reason; the page leads to where it is given."""

    status = 403
    title = "This account is restricted"

    def __init__(self, account_id: int) -> None:
        super().__init__(
            "It opens when you say why you need it. Your reason is kept and looked over."
        )
        self.account_id = account_id


def restricted_accounts() -> frozenset[int]:
    """All that are restricted, but those that who is asking has opened for a reason: read with the session."""
    return cast("frozenset[int]", g.get("closed_accounts", frozenset()))


def accounts_of(patients: set[int]) -> set[int]:
    """The restricted accounts of the patients whom a page about one or two people showed."""
    closed: Mapping[int, int] = g.get("closed_patients", {})
    return {closed[one] for one in patients & closed.keys() if len(patients) <= ACCOUNTS_OF_A_PAGE}


def closed_account_of(patient_id: int | None) -> int | None:
    """The account of a patient, where it is restricted."""
    closed: Mapping[int, int] = g.get("closed_patients", {})
    return closed.get(patient_id or 0)


def closed_to(viewer: Viewer) -> frozenset[int]:
    """Those of them that stay closed to a member of staff until a reason is given; none for special access."""
    special = isinstance(viewer, StaffViewer) and viewer.may("accounts.open_restricted")
    return frozenset() if special else restricted_accounts()


def closed_among(viewer: Viewer, shown: set[int], about: Collection[int]) -> frozenset[int]:
    """What keeps a page closed: any account that it is about. A book of many accounts, as a remittance, stays open:
    who works in it sees a line there, and nothing behind it.
    """
    return closed_to(viewer) & (shown if len(shown) <= ACCOUNTS_OF_A_PAGE else set()).union(about)
