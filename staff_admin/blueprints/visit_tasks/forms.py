"""What staff write down of a coverage, and of a task."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectField

from portal.office_ports import Eligibility
from portal.queries.visit_task_list import CoverageRow
from portal.services.record_coverage_check import TaskAnswer
from portal.web.fields import AmountField, LineField, at_most, chosen, required
from portal.web.note_field import NoteField, NoteLineField

RESULTS = [("active", "Active"), ("inactive", "Not active"), ("unclear", "Not clear")]
METHODS = [("phone", "By phone"), ("payer_site", "On the payer’s page")]
AMOUNTS = {
    "copay_primary": "Copay, primary care",
    "copay_specialist": "Copay, specialist",
    "copay_urgent": "Copay, urgent care",
    "copay_preventive": "Copay, preventive",
    "deductible_total": "Deductible, whole year",
    "deductible_left": "Deductible left",
    "out_of_pocket_left": "Out-of-pocket left",
}


class VerifyForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """What the payer said (SCH-11)."""

    coverage = SelectField("Coverage", coerce=int)
    result = RadioField("The payer says", [chosen("what the payer says")], choices=RESULTS)
    method = RadioField("How we asked", [chosen("how you asked")], choices=METHODS)
    reference = NoteLineField(
        "Reference number", [required("the reference number"), at_most(60, "The number")]
    )
    plan = LineField("Plan, as they call it", [at_most(100, "The plan")])
    copay_primary = AmountField(AMOUNTS["copay_primary"])
    copay_specialist = AmountField(AMOUNTS["copay_specialist"])
    copay_urgent = AmountField(AMOUNTS["copay_urgent"])
    copay_preventive = AmountField(AMOUNTS["copay_preventive"])
    deductible_total = AmountField(AMOUNTS["deductible_total"])
    deductible_left = AmountField(AMOUNTS["deductible_left"])
    out_of_pocket_left = AmountField(AMOUNTS["out_of_pocket_left"])
    other_plan = LineField("Another plan pays first (name)", [at_most(100, "The name")])
    qmb = BooleanField("Medicaid or QMB: the patient owes nothing")

    def offer(self, coverages: tuple[CoverageRow, ...]) -> VerifyForm:
        """Of which plan."""
        self.coverage.choices = [(one.id, f"{one.payer} {one.member_id}") for one in coverages]
        return self

    @property
    def answer(self) -> Eligibility:
        facts: dict[str, Any] = {
            name: self[name].data.cents for name in AMOUNTS if self[name].data is not None
        }
        words = {"plan": self.plan.data, "other_plan": self.other_plan.data}
        facts |= {name: said for name, said in words.items() if said}
        if self.qmb.data:
            facts["qmb"] = True
        return Eligibility(
            result=self.result.data,
            method=self.method.data,
            reference=self.reference.data or "",
            facts=facts,
        )


class TaskForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """How a task ended."""

    end = RadioField(
        "It is", [chosen("how it ended")], choices=[("done", "Done"), ("waived", "Not needed")]
    )
    reference = NoteLineField("Its number (optional)", [at_most(60, "The number")])
    words = NoteField("What was found out, or why not", [at_most(300, "The note")])

    @property
    def answer(self) -> TaskAnswer:
        return TaskAnswer(
            waive=self.end.data == "waived",
            words=self.words.data or "",
            reference=self.reference.data or "",
        )
