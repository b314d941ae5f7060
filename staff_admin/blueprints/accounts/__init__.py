"""Accounts: find one, understand its balance, prove it, adjust it, name its guarantor."""

from staff_admin.blueprints.accounts import (
    changes,
    codes,
    drafts,
    notes,
    pay_links,
    reach,
    sharing,
    sign_ins,
    truth,
    views,
)
from staff_admin.blueprints.accounts.views import blueprint

__all__ = [
    "blueprint",
    "changes",
    "codes",
    "drafts",
    "notes",
    "pay_links",
    "reach",
    "sharing",
    "sign_ins",
    "truth",
    "views",
]
