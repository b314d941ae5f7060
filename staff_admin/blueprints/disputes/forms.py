"""How staff answer a bank, and what they decide about a lost dispute."""

from __future__ import annotations

import uuid

from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectMultipleField
from wtforms.validators import UUID

from billing.disputes import CHOOSABLE, DECISION_WORDS, Decision
from billing.evidence import DEFAULT_PARTS, PART_WORDS, EvidencePart
from portal.web.fields import at_most, chosen, required
from portal.web.note_field import NoteField


class DisputeForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Who bears it, and why. `sure` comes only from the page that shows once more what changes."""

    sure = HiddenField()
    decision = RadioField(
        "Decision",
        [chosen("a decision")],
        choices=[(one.value, DECISION_WORDS[one]) for one in CHOOSABLE],
    )
    reason = NoteField("Reason", [required("a reason"), at_most(500, "The reason")])

    @property
    def chosen(self) -> Decision:
        return Decision(self.decision.data)

    @property
    def words(self) -> str:
        return DECISION_WORDS[self.chosen]


class EvidenceForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Which parts are sent. The id made with the page lets the same form send once only."""

    evidence_id = HiddenField(
        validators=[UUID("Open this page again.")], default=lambda: str(uuid.uuid4())
    )
    seen = HiddenField()
    parts = SelectMultipleField(
        "What is sent",
        [required("at least one part")],
        choices=[(part.value, PART_WORDS[part]) for part in EvidencePart],
        default=[part.value for part in EvidencePart if part in DEFAULT_PARTS],
    )

    @property
    def id_of_form(self) -> uuid.UUID:
        return uuid.UUID(self.evidence_id.data)

    @property
    def chosen(self) -> frozenset[EvidencePart]:
        return frozenset(EvidencePart(part) for part in self.parts.data or ())
