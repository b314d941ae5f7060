"""What is asked about a colleague."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import SelectField

from portal.queries.permissions import ROLES
from portal.queries.staff_members import Member
from portal.services.add_staff import NewStaff
from portal.services.change_staff import StaffFacts
from portal.web.fields import DayField, EmailField, at_most, required
from portal.web.note_field import NoteLineField

ROLE_WORDS = {
    "front_desk": "Front desk",
    "biller": "Biller",
    "payment_poster": "Payment poster",
    "fa_counsellor": "Counselor for financial help",
    "collections": "Collections",
    "manager": "Manager",
    "auditor": "Auditor: looks, changes nothing",
    "sysadmin": "Administrator: sign-ins, no patients",
}
CHOICES = [(role, ROLE_WORDS[role]) for role in ROLES]


class MemberForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """What the office knows of somebody."""

    name = NoteLineField("Name", [required("a name"), at_most(80, "The name")])
    role = SelectField("Role", choices=CHOICES)
    location = NoteLineField("Location", [required("where they work"), at_most(80, "The location")])
    trained_on = DayField("Privacy training on")

    def facts(self) -> StaffFacts:
        """What was typed."""
        return StaffFacts(
            name=self.name.data or "",
            role=self.role.data,
            location=self.location.data or "",
            trained_on=self.trained_on.data,
        )


class InviteForm(FlaskForm):  # type: ignore[misc]  # as above
    """Whom to invite."""

    email = EmailField("E-mail", [required("an e-mail address")])
    name = NoteLineField("Name", [required("a name"), at_most(80, "The name")])
    role = SelectField("Role", choices=CHOICES)
    location = NoteLineField("Location", [required("where they work"), at_most(80, "The location")])

    def person(self) -> NewStaff:
        """What was typed."""
        return NewStaff(
            email=self.email.data or "",
            name=self.name.data or "",
            role=self.role.data,
            location=self.location.data or "",
        )


def member_form(member: Member) -> MemberForm:
    """The form as the row stands, or as it was sent."""
    return MemberForm(
        data={
            "name": member.name,
            "role": member.role,
            "location": member.location,
            "trained_on": member.trained_on,
        }
    )
