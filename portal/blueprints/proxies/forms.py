"""What a patient fills in to share their account."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField

from billing.proxy_access import MONTHS_BY_DEFAULT, MONTHS_OFFERED, ProxyScope, months_later
from portal.queries.proxies_page import OFFERED, RELATIONSHIP_WORDS, SCOPE_WORDS, OwnPatient
from portal.services.invite_proxy import ProxyOffer
from portal.web.fields import EmailField, chosen, required

ADULTS_HELPERS = ("spouse", "caregiver", "other")


class InviteForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Whom to ask, what they may do, and for how long."""

    patient = RadioField("Whose account?", [chosen("whose account")], coerce=int)
    email = EmailField("Their e-mail address", [required("their e-mail address")])
    relationship = RadioField(
        "Who are they to you?",
        [chosen("who they are")],
        choices=[(name, RELATIONSHIP_WORDS[name]) for name in ADULTS_HELPERS],
    )
    bills = BooleanField(SCOPE_WORDS[ProxyScope.BILLS])
    pay = BooleanField(SCOPE_WORDS[ProxyScope.PAY])
    insurance = BooleanField(SCOPE_WORDS[ProxyScope.INSURANCE])
    full = BooleanField(SCOPE_WORDS[ProxyScope.FULL])
    months = RadioField(
        "When should it end?",
        [chosen("when it should end")],
        coerce=int,
        choices=[
            (n, f"In {n} months" if n < 12 else f"In {n // 12} year{'s' if n > 12 else ''}")  # noqa: PLR2004 (months)
            for n in MONTHS_OFFERED
        ],
        default=MONTHS_BY_DEFAULT,
    )

    def __init__(self, own: Sequence[OwnPatient]) -> None:
        super().__init__()
        self.patient.choices = [(one.id, one.name) for one in own]
        if len(own) == 1:  # nothing to choose
            del self.patient

    @property
    def scopes(self) -> tuple[ProxyScope, ...]:
        return tuple(scope for scope in OFFERED if self[scope.value].data)

    def offer(self, on: date) -> ProxyOffer:
        return ProxyOffer(
            email=self.email.data or "",
            relationship=self.relationship.data,
            scopes=self.scopes,
            ends_on=months_later(on, self.months.data),
        )
