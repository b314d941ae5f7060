"""A staff member's own sign-in, from the invitation on."""

from staff_admin.blueprints.account.views import blueprint

__all__ = ["blueprint"]
