"""How a payment plan says no."""

from __future__ import annotations

from portal.services.refusal import Refusal


class CannotSign(Refusal):
    """What the page showed is not what holds now, or something is missing."""

    title = "Nothing was signed"


class CannotChangePlan(Refusal):
    """The plan is not where this could be done, or this person may not do it."""

    title = "The plan was not changed"


class NeedsApproval(Refusal):
    """The practice's policy leaves this to a person."""

    title = "We have to look at this first"
