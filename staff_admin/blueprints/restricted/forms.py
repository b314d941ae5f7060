"""What staff fill in about restricted accounts."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField

from billing.audit_rules import GLASS_WORDS, RESTRICTION_WORDS, GlassReason, Restriction
from portal.web.fields import at_most, chosen, required
from portal.web.note_field import NoteField


class GlassForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Why a restricted account must be opened now."""

    code = RadioField(
        "Why you need it",
        [chosen("a reason")],
        choices=lambda: [(one.value, GLASS_WORDS[one]) for one in GlassReason],
    )
    reason = NoteField("In your words", [required("a few words"), at_most(300, "The reason")])


class RestrictForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Why an account becomes restricted, and whose own record it is."""

    kind = RadioField(
        "Why it is restricted",
        [chosen("why")],
        choices=lambda: [(one.value, RESTRICTION_WORDS[one]) for one in Restriction],
    )
    colleague = SelectField("If it is a colleague’s own record", validate_choice=False)
    reason = NoteField(
        "Who asked for it, and when", [required("a reason"), at_most(300, "The reason")]
    )

    @property
    def colleague_id(self) -> int | None:
        return int(self.colleague.data) if (self.colleague.data or "").isdecimal() else None


class LiftForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Why every role may open it again."""

    reason = NoteField("Why it ends", [required("a reason"), at_most(300, "The reason")])
