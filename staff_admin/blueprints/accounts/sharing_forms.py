"""What staff fill in about access and confidential visits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField

from billing.proxy_access import ProxyScope
from portal.queries.parent_requests import ChildOnFile
from portal.queries.proxies_page import OFFERED, RELATIONSHIP_WORDS, SCOPE_WORDS
from portal.queries.staff_account import PatientRow
from portal.services.grant_minor_proxy import RELATIONSHIPS
from portal.web.fields import EmailField, at_most, chosen, required
from portal.web.note_field import NoteField


class MinorForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Which minor's account is shown to a parent, for what, and what was checked."""

    patient = RadioField("For whom", [chosen("for whom")], coerce=int)
    bills = BooleanField(SCOPE_WORDS[ProxyScope.BILLS])
    pay = BooleanField(SCOPE_WORDS[ProxyScope.PAY])
    book = BooleanField(SCOPE_WORDS[ProxyScope.BOOK])
    insurance = BooleanField(SCOPE_WORDS[ProxyScope.INSURANCE])
    full = BooleanField(SCOPE_WORDS[ProxyScope.FULL])
    checked = NoteField(
        "Who was checked, and which paper you saw",
        [required("who was checked, and which paper you saw"), at_most(300, "It")],
    )

    def __init__(self, minors: Sequence[PatientRow | ChildOnFile], **options: Any) -> None:
        super().__init__(**options)
        self.patient.choices = [(one.id, one.name) for one in minors]

    @property
    def scopes(self) -> tuple[str, ...]:
        return tuple(scope.value for scope in OFFERED if self[scope.value].data)


class ParentForm(MinorForm):
    """The same for somebody who stands at the desk: who they are is asked too."""

    email = EmailField("Their e-mail address", [required("their e-mail address")])
    relationship = RadioField(
        "They are the patient’s",
        [chosen("who they are")],
        choices=lambda: [(name, RELATIONSHIP_WORDS[name]) for name in RELATIONSHIPS],
    )


class EndForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Why access ends."""

    reason = NoteField("Reason", [required("a reason"), at_most(300, "The reason")])


class KeepForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Who asked that a visit is kept confidential."""

    reason = NoteField("Who asked, and when", [required("who asked"), at_most(300, "It")])
