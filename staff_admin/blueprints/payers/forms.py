"""How much of a payer's remittances posts by itself."""

from __future__ import annotations

from datetime import date

from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField
from wtforms.validators import InputRequired

from billing.posting_policy import NEVER_AUTO_OFFERED
from portal.queries.payer_rules import LEVEL_WORDS, RulePage
from portal.queries.posting_rules import AS_PRACTICE
from portal.web.fields import DayField, LineField, at_most, chosen, required
from portal.web.note_field import NoteField

OFFERED = ", ".join(NEVER_AUTO_OFFERED)


class RuleForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """A new row of the rule; `upon` tells whether somebody else was quicker."""

    upon = HiddenField()
    level = RadioField("How much posts by itself", [chosen("how much posts by itself")])
    never_auto = LineField("Codes that always want a person", [at_most(300, "The list")])
    effective_from = DayField("From", [InputRequired("Enter the first day.")])
    reason = NoteField("Why", [required("why"), at_most(500, "The reason")])

    @classmethod
    def of(cls, page: RulePage, today: date) -> RuleForm:
        """Filled in with what stands; a first rule is offered the codes that billers read first."""
        listed = ", ".join(sorted(page.rule.never_auto))
        form = cls(
            upon=str(page.newest_id),
            level=page.rule.level.value,
            never_auto=listed if page.newest_id else OFFERED,
            effective_from=today,
        )
        form.level.choices = [
            (value, words)
            for value, words in LEVEL_WORDS.items()
            if page.payer_id is not None or value != AS_PRACTICE
        ]
        return form

    @property
    def seen(self) -> int:
        """The row that the form was filled in on."""
        written = self.upon.data or ""
        return int(written) if written.isdecimal() else -1


class EndForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Why a standing code ends."""

    reason = LineField("Why it ends", [required("why"), at_most(300, "The reason")])
