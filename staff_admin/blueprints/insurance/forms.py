"""A coverage as the office found it, and why one is sent back."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectField
from wtforms.validators import InputRequired, Optional

from billing.coverages import RELATIONSHIPS, SEQUENCES
from portal.queries.staff_submission import StaffSubmission
from portal.services.decide_link import PROOFS
from portal.services.decide_submission import Verified, Whose
from portal.web.access import current_staff
from portal.web.fields import CodeField, DayField, LineField, at_most, chosen, required
from portal.web.note_field import NoteField
from portal.web.restricted import closed_to


class AcceptForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Everything of the coverage, as it was sent until somebody corrects it."""

    patient = RadioField("Patient", [chosen("the patient")], coerce=int)
    proof = RadioField(
        "How do you know whose it is?",
        [chosen("how you know")],
        choices=lambda: list(PROOFS.items()),
    )
    looked_again = BooleanField("I looked again: it is this patient, although something differs")
    payer_id = SelectField("Payer", [InputRequired("Choose the payer.")], coerce=int)
    plan_name = LineField("Plan", [at_most(100, "The plan")])
    member_id = CodeField("Member number", [required("the member number"), at_most(30, "It")])
    group_number = LineField("Group", [at_most(40, "The group")])
    relationship = SelectField("Whose plan", choices=list(RELATIONSHIPS.items()))
    subscriber_first_name = LineField("Subscriber’s first name", [at_most(60, "The name")])
    subscriber_last_name = LineField("Subscriber’s last name", [at_most(60, "The name")])
    subscriber_birth_on = DayField("Subscriber’s birth date", [Optional()])
    sequence = SelectField("Pays", choices=list(SEQUENCES.items()))
    effective_on = DayField("First day", [required("the first day")])
    rx_bin = LineField("Rx BIN", [at_most(20, "The BIN")])
    rx_pcn = LineField("Rx PCN", [at_most(20, "The PCN")])
    rx_group = LineField("Rx group", [at_most(30, "The group")])

    def offer(self, page: StaffSubmission, on: date, *, fresh: bool = True) -> None:
        """The payers and people to choose from; on a fresh page, what the person typed."""
        self.payer_id.choices = [(0, "Choose"), *page.payers]
        if page.patient_id is not None:
            del self.patient, self.proof, self.looked_again
        else:
            closed = closed_to(current_staff())
            self.patient.choices = [
                (
                    one.patient_id,
                    f"Restricted account {one.account_number}"
                    if one.account_id in closed
                    else one.words,
                )
                for one in page.people
            ]
        if not fresh:
            return
        for field in self:
            if field.name in page.typed:
                field.data = page.typed[field.name]
        self.payer_id.data = page.typed["payer_id"] or 0
        # Whoever is not sure of the first day is covered from the visit in question, or from today.
        self.effective_on.data = page.typed["effective_on"] or page.service_on or on

    def validate_payer_id(self, field: Any) -> None:
        """One of the list: a new payer comes with its first claim."""
        if not field.data:
            field.errors = [*field.errors, "Choose the payer."]

    def sure(self, page: StaffSubmission) -> bool:
        """Whether a patient who is not as the sender said was looked at twice."""
        if page.patient_id is not None:
            return True
        one = next(one for one in page.people if one.patient_id == self.patient.data)
        if one.differs and not self.looked_again.data:
            differ = " and ".join(one.differs)
            self.looked_again.errors = [
                f"The {differ} differ: tick this when you are sure."
                if len(one.differs) > 1
                else f"The {differ} differs: tick this when you are sure."
            ]
            return False
        return True

    @property
    def whose(self) -> Whose | None:
        if "patient" not in self:
            return None
        return Whose(
            patient_id=self.patient.data,
            proof=self.proof.data,
            looked_again=self.looked_again.data,
        )

    @property
    def verified(self) -> Verified:
        assert self.effective_on.data is not None  # required above
        return Verified(
            payer_id=self.payer_id.data,
            plan_name=self.plan_name.data or "",
            member_id=self.member_id.data or "",
            group_number=self.group_number.data or "",
            relationship=self.relationship.data,
            subscriber_last_name=self.subscriber_last_name.data or "",
            subscriber_first_name=self.subscriber_first_name.data or "",
            subscriber_birth_on=self.subscriber_birth_on.data,
            sequence=self.sequence.data,
            effective_on=self.effective_on.data,
            rx_bin=self.rx_bin.data or "",
            rx_pcn=self.rx_pcn.data or "",
            rx_group=self.rx_group.data or "",
        )


class FindForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Whom an unlinked person may be, in words that the search of accounts knows."""

    term = LineField(
        "Name, birth date or number", [required("whom to look for"), at_most(100, "It")]
    )


class SendBackForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """What the person must mend."""

    reason = NoteField("What the person should do", [required("a reason"), at_most(500, "It")])
