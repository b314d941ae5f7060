"""What a patient fills in to share their account, and a parent to ask for a child's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField
from wtforms.validators import InputRequired, ValidationError

from billing.proxy_access import (
    ADULT_YEARS,
    MONTHS_BY_DEFAULT,
    MONTHS_OFFERED,
    ProxyScope,
    birthday,
    months_later,
)
from portal.queries.parent_requests import PAPERS
from portal.queries.proxies_page import OFFERED, RELATIONSHIP_WORDS, SCOPE_WORDS, OwnPatient
from portal.services.ask_for_child import AskedChild
from portal.services.grant_minor_proxy import RELATIONSHIPS
from portal.services.invite_proxy import ProxyOffer
from portal.web.fields import DayField, EmailField, LineField, at_most, chosen, required
from portal.web.practice_day import practice_day

ADULTS_HELPERS = ("spouse", "caregiver", "other")


class ChildForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Which child, who the parent is to it, and what shows it."""

    first_name = LineField("First name", [required("a first name"), at_most(60, "The first name")])
    last_name = LineField("Last name", [required("a last name"), at_most(60, "The last name")])
    birth_on = DayField("Birth date", [InputRequired("Enter the child’s birth date.")])
    relationship = RadioField(
        "Who are you to the child?",
        [chosen("who you are to the child")],
        choices=[(name, RELATIONSHIP_WORDS[name]) for name in RELATIONSHIPS],
    )
    paper = RadioField(
        "What can you show us?", [chosen("what you can show us")], choices=list(PAPERS.items())
    )

    def validate_birth_on(self, field: DayField) -> None:
        """By what was typed alone: a grown-up invites people, and nobody is born tomorrow."""
        born = field.data or date.min
        if born > practice_day():
            raise ValidationError("Enter the birth date as in the child’s papers.")
        if birthday(born, ADULT_YEARS) <= practice_day():
            raise ValidationError(
                "From 18 on, they invite you themselves, under their own sign-in."
            )

    @property
    def asked(self) -> AskedChild:
        names = ("first_name", "last_name", "relationship", "paper")
        assert self.birth_on.data is not None  # a valid form has it
        return AskedChild(
            birth_on=self.birth_on.data, **{name: self[name].data or "" for name in names}
        )


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
    book = BooleanField(SCOPE_WORDS[ProxyScope.BOOK])
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
